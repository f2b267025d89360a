// The words of the page in its language. Texts in the markup are named by data-t and data-t-label.

import de from "./words/de.js";
import en from "./words/en.js";
import es from "./words/es.js";
import fr from "./words/fr.js";
import { memory } from "../eventsite/device.js";

const LANGUAGE = "eventsite.kiosk-language";
const CATALOGUES = { en, de, fr, es };
const NAMES = { en: "English", de: "Deutsch", fr: "Français", es: "Español" };

let language = "en";

/** Return a text in the page's language with its {places} filled in. */
export function t(key, values = {}) {
  const text = CATALOGUES[language][key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export const has = (key) => key in en;
export const locale = () => (language === "en" ? "en-GB" : language);

/** Add words of a part that brings its own: `{en: {key: text}, de: ..}`. */
export function learn(words) {
  for (const [code, texts] of Object.entries(words)) Object.assign(CATALOGUES[code] ?? {}, texts);
}

/** Fill the switch; `onChange` runs whenever all words have to be written anew. */
export function startLanguages(select, onChange) {
  select.replaceChildren(...Object.entries(NAMES).map(([code, name]) => new Option(name, code)));
  for (const option of select.options) option.lang = option.value;
  select.addEventListener("change", () => {
    memory.set(LANGUAGE, select.value);
    speak(select.value);
    onChange();
  });
  prefer("");
}

/** Speak what was chosen here, else the browser's language, else the event's. */
export function prefer(eventLocale) {
  const wishes = [memory.get(LANGUAGE), ...navigator.languages, eventLocale, "en"];
  speak(wishes.map((wish) => wish.slice(0, 2).toLowerCase()).find((code) => code in CATALOGUES));
}

function speak(code) {
  language = code;
  document.documentElement.lang = code;
  document.getElementById("language").value = code;
  for (const part of document.querySelectorAll("[data-t]")) part.textContent = t(part.dataset.t);
  for (const part of document.querySelectorAll("[data-t-label]")) {
    part.setAttribute("aria-label", t(part.dataset.tLabel));
  }
}

/** A time of day at the event, such as 14:05:09; with the date when it was not today. */
export function timeAt(moment, zone, now = Date.now()) {
  const when = new Date(moment);
  const options = { timeZone: zone };
  const day = new Intl.DateTimeFormat(locale(), { ...options, day: "numeric", month: "long" });
  const time = new Intl.DateTimeFormat(locale(), { ...options, timeStyle: "medium" });
  const today = day.format(when) === day.format(new Date(now));
  const clock = time.format(when);
  return today ? clock : t("moment", { time: clock, day: day.format(when) });
}

/** Hours and minutes at the event. */
export function clockAt(moment, zone) {
  const clock = new Intl.DateTimeFormat(locale(), { timeZone: zone, timeStyle: "short" });
  return clock.format(new Date(moment));
}
