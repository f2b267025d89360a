// The verdict: colour, icon, words and sound, for four seconds or until the next scan.

import { beep } from "./sound.js";
import { $, mood, readyToScan, state, zone } from "./state.js";
import { has, t, timeAt } from "./words.js";

const SHOW_MS = 4000;
/** How long questions wait for somebody who walked away. */
const ASK_MS = 120000;
const LOOKS = { ok: "admitted", already_admitted: "already", needs_answers: "asking" };
const PARTS = ["says", "first-name", "guest-rest", "detail", "offline-words", "print-words"];

let timer = 0;

export const isShown = () => !$("verdict").hidden;

/** Return what a verdict says, in the page's language. */
export function words(verdict) {
  const left = verdict.code === "ok" && verdict.direction === "exit";
  const key = left ? "code_goodbye" : `code_${verdict.code}`;
  return has(key) ? t(key) : verdict.says;
}

/** Show a verdict; `offline` says that the device decided alone. */
export function showVerdict(verdict, offline) {
  const look = LOOKS[verdict.code] ?? "refused";
  showWords(look, words(verdict), {
    name: verdict.guest_name,
    type: verdict.type_name,
    detail: verdict.first ? before(verdict.first) : verdict.rule,
    offline: offline ? t("decided_alone") : "",
  });
  if (offline && look === "admitted" && !verdict.guest_name) $("guest-rest").textContent = t("no_name");
  $("first-name").style.setProperty("--letters", $("first-name").textContent.length);
}

/** Show words over the whole page. */
export function showWords(look, says, { name = "", type = "", detail = "", offline = "" } = {}) {
  const [first, ...rest] = name.split(" ");
  hideVerdict();
  $("verdict").dataset.look = look;
  $("says").textContent = says;
  $("first-name").textContent = first;
  $("guest-rest").textContent = [rest.join(" "), type].filter(Boolean).join(" · ");
  $("detail").textContent = detail;
  $("offline-words").textContent = offline;
  $("verdict").hidden = false;
  for (const part of document.querySelectorAll("header, main, #conflicts")) part.inert = true;
  mood(look === "asking" ? "asking" : "verdict");
  $("next").focus();
  beep(look);
  // A browser refuses, and complains, until somebody has touched the page.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(look === "admitted" ? 80 : [120, 80, 120]);
  timer = setTimeout(hideVerdict, look === "asking" ? ASK_MS : SHOW_MS);
}

/** Leave the verdict on the screen until somebody closes it or scans: they are doing something. */
export function hold() {
  clearTimeout(timer);
}

/** Start the seconds of a verdict anew. */
export function holdAgain() {
  clearTimeout(timer);
  if (isShown()) timer = setTimeout(hideVerdict, SHOW_MS);
}

export function hideVerdict() {
  clearTimeout(timer);
  if (!isShown()) return;
  $("verdict").hidden = $("questions").hidden = $("force").hidden = true;
  $("question-list").replaceChildren();
  $("next").textContent = t("next_guest");
  for (const part of document.querySelectorAll("header, main, #conflicts")) part.inert = false;
  for (const id of PARTS) $(id).textContent = ""; // no name stays behind
  mood("idle");
  readyToScan();
}

export function startVerdicts() {
  $("next").addEventListener("click", hideVerdict);
  addEventListener("keydown", (key) => {
    if (key.key === "Escape" && !document.querySelector("dialog[open]")) hideVerdict();
    if (key.key === "Tab" && isShown()) hold();
  });
}

function before(first) {
  const own = first.device_id === state.device.device_id;
  const device = own ? t("this_device") : t("other_device", { device: first.device_id });
  return t("first", { time: timeAt(first.at, zone()), gate: first.gate_name || first.gate_id, device });
}
