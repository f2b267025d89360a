// The live board: asks for its parts every few seconds and shows those that changed.
"use strict";

const EVERY_MS = 5000;
const STALE_MS = 20000;

const parts = document.getElementById("board-parts");
const state = document.getElementById("board-state");
const at = document.getElementById("board-at");
let tag = "";
let answeredAt = Date.now();
let timer = 0;

const clock = (ms) => new Date(ms).toLocaleTimeString();

function tell(words) {
  if (state.textContent !== words) state.textContent = words;
  state.classList.toggle("stale", Boolean(words));
}

/** Show a part anew; what is open stays open, what has the focus keeps it, tables stay where they are. */
function renew(old, fresh) {
  if (old.innerHTML === fresh.innerHTML) return;
  const open = [...old.querySelectorAll("details")].map((each) => each.open);
  const places = [...old.querySelectorAll(".panel-scroll")].map((each) => each.scrollLeft);
  const stops = "a, summary, [tabindex]";
  const focused = [...old.querySelectorAll(stops)].indexOf(document.activeElement);
  old.replaceChildren(...fresh.childNodes);
  old.querySelectorAll("details").forEach((each, n) => { each.open = open[n] ?? false; });
  old.querySelectorAll(".panel-scroll").forEach((each, n) => { each.scrollLeft = places[n] ?? 0; });
  if (focused >= 0) old.querySelectorAll(stops)[focused]?.focus({ preventScroll: true });
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const wanted = [...fresh.querySelectorAll("[data-part]")];
  const name = (each) => each.dataset.part;
  const known = new Map([...parts.querySelectorAll("[data-part]")].map((each) => [name(each), each]));
  if (wanted.map(name).join() !== [...known.keys()].join()) return parts.replaceChildren(...wanted);
  for (const each of wanted) renew(known.get(name(each)), each);
}

async function look() {
  try {
    const headers = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(parts.dataset.parts, {
      headers, cache: "no-store", credentials: "same-origin", redirect: "manual",
      signal: AbortSignal.timeout(EVERY_MS * 2),
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      tell("You are signed out. Load the page again.");
      return;
    }
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
      tag = answer.headers.get("ETag") ?? "";
    }
    answeredAt = Date.now();
    at.textContent = `Asked at ${clock(answeredAt)}.`;
    tell("");
  } catch {
    if (Date.now() - answeredAt > STALE_MS) tell(`${state.dataset.stale} ${clock(answeredAt)}.`);
  }
  if (!document.hidden) timer = setTimeout(look, EVERY_MS);
}

// What is newest is at the right; where it does not fit, that is what is shown.
for (const chart of document.querySelectorAll(".board-charts .panel-scroll")) {
  chart.scrollLeft = chart.scrollWidth;
}

if (parts && "live" in parts.dataset) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) tell(state.dataset.paused);
    else look();
  });
  timer = setTimeout(look, EVERY_MS);
}
