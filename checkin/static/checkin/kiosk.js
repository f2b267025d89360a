// The kiosk page: connect the device, choose its gate, read tickets, show verdicts.

import { call, credential, forget, Refused } from "../eventsite/device.js";
import { offerPrinters, printFirst, startBadges, tellPrinter } from "./badges.js";
import { showBar, startBar } from "./bar.js";
import { Camera } from "./camera/camera.js";
import { takeAddress } from "./enrolling.js";
import { openDoor } from "./offline/door.js";
import { keepShell } from "./offline/shell.js";
import { startPin } from "./pin.js";
import { answers, ask } from "./questions.js";
import { reading } from "./reading.js";
import { reasonFor, startReasons } from "./reasons.js";
import { startSearch } from "./searching.js";
import { offerSessions, startSessions } from "./sessions.js";
import { chooseGate, openCamera, openSettings, otherCamera, startSettings, toGate, usualGate } from "./settings.js";
import { unlock } from "./sound.js";
import { $, closeDialogs, may, mood, readyToScan, show, startDialogs, state } from "./state.js";
import { showLast, startUndoing } from "./undoing.js";
import { hideVerdict, hold, isShown, showVerdict, showWords, startVerdicts } from "./verdicts.js";
import { startWalkIns } from "./walk_in.js";
import { prefer, startLanguages, t } from "./words.js";

const SLOW_MS = 300;
/** Refusals that nobody at a door can overrule: as UNFORCEABLE in core/domain/scans.py. */
const FINAL = [
  "wrong_event", "unknown", "bad_signature", "clock_skew", "cancelled", "blocked", "zone_full", "undecided",
];

// -- the door: what the device knows and hears ------------------------------------------------
async function connect() {
  state.door?.stop();
  state.device = state.gate = state.last = null;
  show("loading");
  state.door = await openDoor({ call, onState: heard });
  state.door.start();
}

/** The door tells of the link, of scans that wait to be sent, and of the device's status. */
function heard(news) {
  const isNew = !state.device && news.device;
  state.device = news.device;
  state.toSync = news.toSync;
  const link = news.online ? "online" : "offline";
  showBar({ ...news, link: news.problem === "revoked" ? "unknown" : link });
  if (news.problem === "revoked") return revoked();
  if (!news.device) return;
  if (news.problem === "lease_over") return outOfOrder(t("out_lease"));
  if (isNew) prefer(news.device.event.locale ?? "");
  const gate = usualGate();
  const screen = document.body.dataset.screen;
  if (isNew || screen === "out" || (screen === "scan" && !gate)) return gate ? toGate(gate) : chooseGate();
  if (gate && screen === "scan") stand(gate);
}

function revoked() {
  state.door.stop();
  state.device = state.gate = null;
  $("title").textContent = t("check_in");
  openSettings(t("out_revoked"));
}

function outOfOrder(words) {
  if (document.body.dataset.screen === "out") return;
  leave();
  $("out-words").textContent = words;
  show("out");
  $("out-title").focus();
}

async function disconnect() {
  state.door?.stop();
  await state.door?.forget();
  forget();
  state.device = state.gate = state.last = state.door = null;
  $("title").textContent = t("check_in");
  showBar({ link: "unknown", toSync: 0, rosterAt: null, conflicts: [], failed: [], problem: "" });
  openSettings();
}

// -- the gate -------------------------------------------------------------------------------
function atGate() {
  stand(state.gate);
  $("notice").textContent = "";
  show("scan");
  tellPrinter();
  openCamera();
}

/** Show what the gate is like now; an organizer may have changed it. */
function stand(gate) {
  state.gate = gate;
  if (gate.direction !== "both") state.way = gate.direction ?? "entry";
  $("title").textContent = gate.name;
  document.title = `${gate.name} – ${t("check_in")}`;
  $("way").hidden = gate.direction !== "both";
  for (const way of $("way").children) way.setAttribute("aria-pressed", String(way.dataset.way === state.way));
  $("open-search").hidden = !may("search");
  $("open-walk-in").hidden = !may("walk_in");
  offerSessions();
  showLast();
  state.door.report?.({ gateId: gate.gate_id });
}

function leave() {
  hideVerdict();
  closeDialogs();
  camera.close();
}

// -- reading --------------------------------------------------------------------------------
/** Get the verdict on a guest: `{ticketCode}` or `{registrationId}`, with answers or a reason. */
async function check(guest) {
  if (document.body.dataset.screen !== "scan") return;
  if (state.busy) return tellWaiting(t("still_reading"));
  $("notice").textContent = state.gate.sessions && !state.sessionId ? t("session_none") : "";
  if ($("notice").textContent) return $("session").focus();
  closeDialogs();
  hideVerdict();
  state.busy = true;
  mood("reading");
  const slow = setTimeout(() => tellWaiting(t("reading")), SLOW_MS);
  try {
    const { gate, way: direction, sessionId } = state;
    const asked = { ...guest, gateId: gate.gate_id, direction, ...(sessionId && { sessionId }) };
    decided(guest, await state.door.scan(asked));
  } catch (error) {
    if (error.status === 401) return revoked();
    if (!(error instanceof Refused)) console.error(error);
    showWords("refused", t("not_checked"), { detail: error.message });
  } finally {
    clearTimeout(slow);
    state.busy = false;
    tellWaiting("");
    if (!isShown() && document.body.dataset.screen === "scan") mood("idle");
  }
}

function decided(guest, { verdict, offline, badge, scanId }) {
  const { answers: _, forceReason: __, ...who } = guest;
  state.current = { who, answers: guest.answers };
  showVerdict(verdict, offline);
  const admitted = verdict.code === "ok";
  $("force").hidden = !may("force") || admitted || FINAL.includes(verdict.code);
  if (verdict.code === "needs_answers") return ask(verdict.questions);
  showLast({ verdict, who, scanId, badge, undoable: admitted });
  if (admitted && verdict.badge && may("badge")) printFirst(state.last);
}

async function force() {
  const { who, answers: given } = state.current;
  hold();
  const reason = await reasonFor(t("force_title"), $("says").textContent);
  if (reason) check({ ...who, ...(given && { answers: given }), forceReason: reason });
}

function tellWaiting(words) {
  $("waiting").hidden = !words;
  $("waiting").textContent = words;
}

// -- the page -------------------------------------------------------------------------------
const camera = new Camera($("video"), {
  onCode: inView,
  onChange: cameraIs,
});

/** A ticket came into view; false while somebody is busy with the one before. */
function inView(ticketCode) {
  if (state.busy || document.querySelector("dialog[open]")) return false;
  const shown = isShown() && state.current?.who.ticketCode === ticketCode;
  if (!shown) check({ ticketCode });
  return true;
}

async function cameraIs({ problem, open, torch }) {
  $("camera").hidden = !open;
  $("torch").hidden = !torch;
  $("torch").setAttribute("aria-pressed", "false");
  $("camera-problem").textContent = problem ? t(problem) : "";
  $("scan-title").textContent = t(open ? "scan_title" : "scan_title_by_hand");
  $("scan").dataset.camera = open ? "open" : "none";
  $("other-camera").hidden = !open || (await camera.list()).length < 2;
}

startBadges();
startLanguages($("language"), () => {
  hideVerdict();
  closeDialogs();
  showBar();
  if (state.gate && document.body.dataset.screen === "scan") atGate();
  else if (document.body.dataset.screen === "gates") chooseGate();
  else if (document.body.dataset.screen === "settings") openSettings();
});
startDialogs();
startBar();
startPin();
startReasons();
startSessions();
startVerdicts();
startUndoing();
startSearch((registrationId) => check({ registrationId }));
startWalkIns((ticketCode) => check({ ticketCode }), (words) => { $("notice").textContent = words; });
startSettings({
  camera, onCamera: cameraIs, onGate: atGate, onLeave: leave, onOpen: offerPrinters,
  onConnect: connect, onDisconnect: disconnect,
});
reading($("scan-form"), $("code"), {
  ready: () => document.body.dataset.screen === "scan",
  wake: () => { closeDialogs(); hideVerdict(); },
  onCode: (ticketCode) => check({ ticketCode }),
});
for (const way of $("way").children) {
  way.addEventListener("click", () => { state.way = way.dataset.way; stand(state.gate); readyToScan(); });
}
$("questions").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = answers();
  if (given) check({ ...state.current.who, answers: given });
});
$("force").addEventListener("click", force);
$("torch").addEventListener("click", () => {
  const on = $("torch").getAttribute("aria-pressed") !== "true";
  $("torch").setAttribute("aria-pressed", String(on));
  camera.light(on);
});
$("other-camera").addEventListener("click", otherCamera);
addEventListener("keydown", unlock);
addEventListener("pointerdown", unlock);
addEventListener("focus", () => {
  const idle = document.body.dataset.screen === "scan" && !isShown() && !document.querySelector("dialog[open]");
  if (idle && document.activeElement === document.body) readyToScan();
});
document.addEventListener("visibilitychange", () => {
  if (document.body.dataset.screen !== "scan") return;
  if (document.hidden) camera.close();
  else openCamera();
});
addEventListener("hashchange", begin);

async function begin() {
  const { connected, problem } = await takeAddress();
  if (connected || (credential() && !state.door)) return connect();
  if (credential() && !problem) return;
  showBar();
  openSettings(problem);
}

begin();
keepShell({ idle: () => document.body.dataset.state === "idle" && !document.querySelector("dialog[open]") });
