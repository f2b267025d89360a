// The staff board: choose a station, see what waits, hand it over.

import {
  call, clockAheadMs, credential, enrol, enrolFromAddress, forget, memory, pause, pauseMs,
  Refused, Unreachable,
} from "../eventsite/device.js";
import { codeFromAddress, redeemed } from "../eventsite/code.js";

const STATION = "eventsite.station";
const POLL_MS = 4000;
const LONGEST_PAUSE_MS = 30000;
/** Refusals after which a request waits no more. */
const GONE = ["not_allowed", "not_found"];

const $ = (id) => document.getElementById(id);
const state = { device: null, stations: [], station: "", aheadMs: 0, watch: null, seen: null };
/** Requests being handed over, or just handed over: a list read before does not bring them back. */
const settled = new Set();

// -- screens ---------------------------------------------------------------------------------
function show(screen) {
  document.body.dataset.screen = screen;
  for (const name of ["loading", "settings", "stations", "board"]) $(name).hidden = name !== screen;
  $("change-station").hidden = screen !== "board" || state.stations.length < 2;
  $("open-settings").hidden = screen === "settings";
}

function showLink(link, words) {
  $("link").dataset.link = link;
  if ($("link-text").textContent !== words) $("link-text").textContent = words;
}

function openSettings(problem = "") {
  $("enrol-error").textContent = problem;
  $("cancel-settings").hidden = !state.device;
  $("disconnect").hidden = !credential();
  $("credential").value = "";
  show("settings");
  $("credential").focus();
}

function chooseStation() {
  state.watch?.abort();
  const may = state.device.rights.includes("fulfil");
  const usable = may ? state.stations : [];
  $("no-stations").textContent = usable.length ? "" : may
    ? "No item of this event is handed out at a station yet. Ask an organizer."
    : "This device may not hand things out. Ask an organizer.";
  $("station-list").replaceChildren(...usable.map((station) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = station;
    button.addEventListener("click", () => standAt(station));
    return button;
  }));
  show("stations");
  $("station-list").firstElementChild?.focus();
}

function standAt(station) {
  state.station = station;
  state.seen = null;
  memory.set(STATION, station);
  $("title").textContent = station;
  document.title = `${station} – guest requests`;
  $("queue").replaceChildren();
  $("news").textContent = $("problem").textContent = "";
  $("empty").hidden = $("more").hidden = true;
  show("board");
  $("board-title").focus();
  patiently(poll);
}

// -- the device ------------------------------------------------------------------------------
/** Run `step` again and again, `step()` returning the pause; slower while nothing answers. */
async function patiently(step) {
  state.watch?.abort();
  const watch = new AbortController();
  state.watch = watch;
  for (let failures = 0; !watch.signal.aborted;) {
    let ms = 0;
    try {
      ms = await step(watch.signal);
      if (ms === null) return;
      failures = 0;
    } catch (error) {
      if (watch.signal.aborted) return;
      if (error instanceof Refused) return refused(error);
      if (!(error instanceof Unreachable)) throw error;
      failures += 1;
      showLink("offline", "Offline – trying again");
      ms = pauseMs(failures, LONGEST_PAUSE_MS, error.waitMs);
    }
    await pause(ms, watch.signal);
  }
}

function connect() {
  state.device = null;
  show("loading");
  showLink("unknown", "Connecting");
  patiently(async (signal) => {
    const device = await call("GET", "device", { signal });
    const event = encodeURIComponent(device.event.event_id);
    const catalogue = await call("GET", `events/${event}/items`, { signal });
    state.device = device;
    state.stations = [...new Set(catalogue.items.map((item) => item.station_id))].sort();
    $("device-name").textContent = `${device.event.title} · ${device.name}`;
    showLink("online", "Online");
    const kept = [memory.get(STATION), state.stations.length === 1 ? state.stations[0] : ""]
      .find((name) => state.stations.includes(name));
    if (kept && device.rights.includes("fulfil")) standAt(kept);
    else chooseStation();
    return null;
  });
}

function refused(error) {
  if (error.code === "not_found" && error.field === "station_id") return connect();
  disconnected();
  openSettings(error.status === 401
    ? "This device is not known, or its access was withdrawn. Connect it again."
    : error.message);
}

function disconnected() {
  state.watch?.abort();
  state.device = null;
  state.station = "";
  $("device-name").textContent = "";
  $("title").textContent = "Guest requests";
  showLink("unknown", "Not connected");
}

// -- the queue -------------------------------------------------------------------------------
async function poll(signal) {
  const started = performance.now();
  const path = `stations/${encodeURIComponent(state.station)}/requests`;
  const answer = await call("GET", path, { signal });
  if (signal.aborted) return null;
  showLink("online", "Online");
  state.aheadMs = clockAheadMs(answer.server_time, performance.now() - started);
  render(answer.requests.filter((request) => !settled.has(request.request_id)));
  $("more").hidden = !answer.next;
  return POLL_MS;
}

/** Cards stay where they are while their request waits, so that nothing moves under a finger. */
function render(requests) {
  const cards = new Map([...$("queue").children].map((card) => [card.dataset.id, card]));
  for (const request of requests) {
    const card = cards.get(request.request_id) ?? newCard(request);
    cards.delete(request.request_id);
    card.querySelector(".age").textContent = age(request.requested_at);
    if (!card.isConnected) $("queue").append(card);
  }
  for (const [id, card] of cards) if (!settled.has(id)) take(card);
  $("empty").hidden = requests.length > 0;
  tellNews(requests);
}

function newCard(request) {
  const card = $("card").content.firstElementChild.cloneNode(true);
  card.dataset.id = request.request_id;
  card.querySelector(".quantity").textContent = `${request.quantity} ×`;
  card.querySelector(".item").textContent = request.item_name;
  card.querySelector(".note").textContent = request.note;
  const button = card.querySelector("button");
  label(card, button, "Handed over");
  button.addEventListener("click", () => handOver(card, button));
  return card;
}

/** Name a button: what it says, and for those who do not see the card, of what. */
function label(card, button, words) {
  button.textContent = words;
  button.setAttribute("aria-label", `${words}: ${card.querySelector(".what").textContent}`);
}

function tellNews(requests) {
  const known = state.seen;
  state.seen = new Set(requests.map((request) => request.request_id));
  const fresh = known ? requests.filter((request) => !known.has(request.request_id)).length : 0;
  if (fresh) $("news").textContent = fresh === 1 ? "1 new request" : `${fresh} new requests`;
}

function age(requestedAt) {
  const minutes = Math.floor((Date.now() + state.aheadMs - Date.parse(requestedAt)) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min ago`;
}

/** Remove a card; the focus goes to the next one, not to nowhere. */
function take(card) {
  const near = card.nextElementSibling ?? card.previousElementSibling;
  const hadFocus = card.contains(document.activeElement);
  card.remove();
  if (hadFocus) (near?.querySelector("button") ?? $("board-title")).focus();
  $("empty").hidden = $("queue").childElementCount > 0;
}

async function handOver(card, button) {
  const id = card.dataset.id;
  if (settled.has(id)) return;
  const what = card.querySelector(".what").textContent;
  settled.add(id);
  button.setAttribute("aria-disabled", "true");
  label(card, button, "Saving");
  $("problem").textContent = "";
  for (let tries = 1; ; tries += 1) {
    try {
      await call("POST", `requests/${encodeURIComponent(id)}/fulfil`);
      $("news").textContent = `Handed over: ${what}`;
      return take(card);
    } catch (error) {
      if (error instanceof Unreachable) {
        label(card, button, "No connection – trying again");
        await pause(pauseMs(tries, LONGEST_PAUSE_MS, error.waitMs)); // harmless to repeat
        continue;
      }
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) return refused(error);
      $("problem").textContent = `${what}: ${error.message}`;
      if (GONE.includes(error.code)) return take(card);
      settled.delete(id); // it still waits: somebody may try again
      button.removeAttribute("aria-disabled");
      label(card, button, "Handed over");
      return;
    }
  }
}

// -- the page --------------------------------------------------------------------------------
/** Connect with what somebody typed, or what was in the address: a credential, or a one-time code. */
async function connectWith(text) {
  const given = text.trim().replace(/^.*#(device|enrol)=/, "");
  try {
    if (!given.includes(".")) enrol(await redeemed(given));
    else if (!enrol(given)) throw new Error("A credential looks like 0123456789abcdef.SECRET, without spaces.");
  } catch (error) {
    return openSettings(error.message);
  }
  connect();
}

$("enrol").addEventListener("submit", (event) => {
  event.preventDefault();
  connectWith($("credential").value);
});
$("open-settings").addEventListener("click", () => openSettings());
$("cancel-settings").addEventListener("click", () => {
  if (!state.station) return chooseStation();
  show("board");
  $("board-title").focus();
});
$("disconnect").addEventListener("click", () => {
  forget();
  memory.drop(STATION);
  disconnected();
  openSettings();
});
$("change-station").addEventListener("click", chooseStation);
document.addEventListener("visibilitychange", () => {
  if (!state.station || $("board").hidden) return;
  if (document.hidden) state.watch?.abort(); // a phone in a pocket asks nothing
  else patiently(poll);
});
addEventListener("online", () => { if (!$("board").hidden) patiently(poll); });
addEventListener("offline", () => showLink("offline", "Offline – trying again"));
addEventListener("hashchange", () => {
  const code = codeFromAddress();
  if (code) connectWith(code);
  else if (enrolFromAddress()) connect();
});

const code = codeFromAddress();
if (code) connectWith(code);
else if (enrolFromAddress() || credential()) connect();
else { showLink("unknown", "Not connected"); openSettings(); }
