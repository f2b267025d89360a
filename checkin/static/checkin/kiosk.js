// The kiosk page: connect the device, choose its gate, scan, show verdicts.

import {
  call, clockAheadMs, credential, enrol, enrolFromAddress, forget, memory, pause, pauseMs,
  Refused, timeAt,
} from "../eventsite/device.js";
import { reading } from "./reading.js";
import { verdictOn } from "./scanning.js";
import { beep, unlock } from "./sound.js";

const GATE = "eventsite.gate";
const SHOW_MS = 4000;
const STATUS_MS = 15000;
const LONGEST_STATUS_PAUSE_MS = 30000;
const LOOKS = { ok: "admitted", already_admitted: "already" };

const $ = (id) => document.getElementById(id);
const state = { device: null, gate: null, aheadMs: 0, checking: null, showing: 0, watch: null };

// -- screens ---------------------------------------------------------------------------------
function show(screen) {
  document.body.dataset.screen = screen;
  for (const name of ["loading", "settings", "gates", "scan"]) $(name).hidden = name !== screen;
  $("change-gate").hidden = screen !== "scan" || (state.device?.gates.length ?? 0) < 2;
  $("open-settings").hidden = screen === "settings";
  if (screen === "scan") $("code").focus();
}

function showLink(link, words) {
  $("link").dataset.link = link;
  if ($("link-text").textContent !== words) $("link-text").textContent = words;
}

function openSettings(problem = "") {
  state.checking?.abort();
  hideVerdict();
  $("enrol-error").textContent = problem;
  $("cancel-settings").hidden = !state.device;
  $("disconnect").hidden = !credential();
  $("credential").value = "";
  show("settings");
  $("credential").focus();
}

function chooseGate() {
  const { gates, rights } = state.device;
  const problem = rights.includes("scan")
    ? "No gate is set up for this device. Ask an organizer."
    : "This device may not scan tickets. Ask an organizer.";
  const usable = rights.includes("scan") ? gates : [];
  $("no-gates").textContent = usable.length ? "" : problem;
  $("gate-list").replaceChildren(...usable.map((gate) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = gate.name;
    button.addEventListener("click", () => standAt(gate));
    return button;
  }));
  show("gates");
  $("gate-list").firstElementChild?.focus();
}

function standAt(gate) {
  state.gate = gate;
  memory.set(GATE, gate.gate_id);
  $("title").textContent = gate.name;
  document.title = `${gate.name} – check-in`;
  show("scan");
}

// -- the device ------------------------------------------------------------------------------
/** Ask the server who this device is; keeps asking, so that a revoked device says so. */
async function watchStatus() {
  state.watch?.abort();
  const watch = new AbortController();
  state.watch = watch;
  for (let failures = 0; !watch.signal.aborted;) {
    const started = performance.now();
    try {
      const device = await call("GET", "device");
      if (watch.signal.aborted) return;
      failures = 0;
      state.aheadMs = clockAheadMs(device.server_time, performance.now() - started);
      connected(device);
    } catch (error) {
      if (watch.signal.aborted) return;
      if (error instanceof Refused) return unknownDevice(error);
      failures += 1;
      showLink("offline", "Offline – trying again");
    }
    await pause(failures ? pauseMs(failures, LONGEST_STATUS_PAUSE_MS) : STATUS_MS, watch.signal);
  }
}

function connected(device) {
  const isNew = !state.device;
  state.device = device;
  $("device-name").textContent = `${device.event.title} · ${device.name}`;
  showLink("online", "Online");
  const gate = device.gates.find((known) => known.gate_id === (state.gate?.gate_id ?? memory.get(GATE)));
  if (!isNew && gate) return;
  if (!isNew && document.body.dataset.screen !== "scan") return;
  const only = device.gates.length === 1 ? device.gates[0] : null;
  if (device.rights.includes("scan") && (gate ?? only)) standAt(gate ?? only);
  else chooseGate();
}

function unknownDevice(error) {
  state.device = state.gate = null;
  $("device-name").textContent = "";
  $("title").textContent = "Check-in";
  showLink("unknown", "Not connected");
  openSettings(error.status === 401
    ? "This device is not known, or its access was withdrawn. Connect it again."
    : error.message);
}

function connect() {
  state.device = state.gate = null;
  show("loading");
  showLink("unknown", "Connecting");
  watchStatus();
}

// -- scanning --------------------------------------------------------------------------------
async function check(code) {
  hideVerdict();
  if (state.checking) return tellWaiting("Still checking the ticket before. Scan this one again after it.");
  const checking = new AbortController();
  state.checking = checking;
  const slow = setTimeout(() => tellWaiting("Checking the ticket"), 400);
  try {
    const verdict = await verdictOn(code, state.gate.gate_id, state.aheadMs, {
      signal: checking.signal,
      onWait: (tries, ms) => {
        clearTimeout(slow);
        showLink("offline", "Offline – trying again");
        tellWaiting(`No connection. This ticket is checked again in ${Math.ceil(ms / 1000)} s (try ${tries}).`);
      },
    });
    if (verdict) {
      showLink("online", "Online");
      showVerdict(verdict);
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.code === "bad_device") unknownDevice(error);
    else showWords("refused", "This ticket could not be checked", "", error.message);
  } finally {
    clearTimeout(slow);
    state.checking = null;
    tellWaiting("");
  }
}

function tellWaiting(words) {
  $("waiting").hidden = !words;
  $("waiting-text").textContent = words;
}

function showVerdict(verdict) {
  const look = LOOKS[verdict.code] ?? "refused";
  const guest = [verdict.guest_name, verdict.type_name].filter(Boolean).join(" · ");
  showWords(look, verdict.says, guest, verdict.first ? before(verdict.first) : "");
  const time = timeAt(verdict.decided_at, state.device.event.zone);
  $("last").textContent = `Last ticket, ${time}: ${verdict.says}`; // stays; without the name
}

function before(first) {
  const other = first.device_id === state.device.device_id ? "this device" : `device ${first.device_id}`;
  return `First at ${timeAt(first.at, state.device.event.zone)}, ${first.gate_name}, ${other}`;
}

function showWords(look, says, guest, detail) {
  $("verdict").dataset.look = look;
  $("says").textContent = says;
  $("guest").textContent = guest;
  $("detail").textContent = detail;
  $("verdict").hidden = false;
  for (const part of document.querySelectorAll("header, main")) part.inert = true;
  $("next").focus();
  beep(look);
  navigator.vibrate?.(look === "admitted" ? 80 : [120, 80, 120]);
  clearTimeout(state.showing);
  state.showing = setTimeout(hideVerdict, SHOW_MS);
}

function hideVerdict() {
  clearTimeout(state.showing);
  if ($("verdict").hidden) return;
  $("verdict").hidden = true;
  for (const part of document.querySelectorAll("header, main")) part.inert = false;
  for (const id of ["says", "guest", "detail"]) $(id).textContent = ""; // no name stays behind
  $("code").focus();
}

// -- the page --------------------------------------------------------------------------------
reading($("scan-form"), $("code"), {
  ready: () => document.body.dataset.screen === "scan",
  wake: hideVerdict,
  onCode: check,
});
$("enrol").addEventListener("submit", (event) => {
  event.preventDefault();
  if (enrol($("credential").value)) connect();
  else $("enrol-error").textContent = "A credential looks like 0123456789abcdef.SECRET, without spaces.";
});
$("open-settings").addEventListener("click", () => openSettings());
$("cancel-settings").addEventListener("click", () => (state.gate ? show("scan") : chooseGate()));
$("disconnect").addEventListener("click", () => {
  forget();
  memory.drop(GATE);
  state.watch?.abort();
  state.device = state.gate = null;
  $("device-name").textContent = "";
  $("title").textContent = "Check-in";
  showLink("unknown", "Not connected");
  openSettings();
});
$("change-gate").addEventListener("click", chooseGate);
$("give-up").addEventListener("click", () => { state.checking?.abort(); $("code").focus(); });
$("next").addEventListener("click", hideVerdict);
addEventListener("keydown", (key) => { unlock(); if (key.key === "Escape") hideVerdict(); });
addEventListener("pointerdown", unlock);
addEventListener("focus", () => { if (document.body.dataset.screen === "scan" && $("verdict").hidden) $("code").focus(); });
addEventListener("online", () => { if (credential()) watchStatus(); });
addEventListener("offline", () => showLink("offline", "Offline – trying again"));
addEventListener("hashchange", () => { if (enrolFromAddress()) connect(); });

enrolFromAddress();
if (credential()) connect();
else { showLink("unknown", "Not connected"); openSettings(); }
