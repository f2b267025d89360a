// The settings: connecting, the gate, the camera, the full screen. Behind the PIN, where there is one.

import { credential, memory } from "../eventsite/device.js";
import { connectWith } from "./enrolling.js";
import { withPin } from "./pin.js";
import { $, button, may, show, state } from "./state.js";
import { t } from "./words.js";

const GATE = "eventsite.gate";
const CAMERA = "eventsite.camera";
const OFF = "off";

let parts = null;

/** `onGate()` after a gate was chosen, `onConnect()`, `onDisconnect()`; `camera` is the Camera. */
export function startSettings(given) {
  parts = given;
  $("open-settings").addEventListener("click", () => withPin(() => openSettings()));
  $("change-gate").addEventListener("click", chooseGate);
  $("cancel-settings").addEventListener("click", () => (state.gate ? toGate(state.gate) : chooseGate()));
  $("full-screen").addEventListener("click", fullScreen);
  $("camera-choice").addEventListener("change", () => {
    memory.set(CAMERA, $("camera-choice").value);
    openCamera();
  });
  $("disconnect").addEventListener("click", disconnect);
  $("enrol").addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = await connectWith($("credential").value);
    $("enrol-error").textContent = problem;
    if (!problem) parts.onConnect();
  });
}

export function openSettings(problem = "") {
  const connected = Boolean(state.device);
  parts.onLeave();
  $("settings-title").textContent = t(connected ? "settings" : "connect_title");
  $("enrol-error").textContent = problem;
  $("standing").hidden = !connected;
  $("enrol").hidden = connected;
  $("cancel-settings").hidden = !connected;
  $("disconnect").hidden = !credential();
  $("change-gate").hidden = (state.device?.gates.length ?? 0) < 2;
  $("credential").value = "";
  show("settings");
  $(connected ? "settings-title" : "credential").focus();
  if (!connected) return;
  offerCameras();
  parts.onOpen();
}

/** Show the gates of the device, or what is missing. */
export function chooseGate() {
  const usable = may("scan") ? state.device.gates : [];
  $("no-gates").textContent = usable.length ? "" : t(may("scan") ? "no_gate" : "no_right");
  $("gate-list").replaceChildren(...usable.map((gate) => button(gate.name, () => toGate(gate))));
  parts.onLeave();
  show("gates");
  $("gate-list").firstElementChild?.focus();
}

/** Return the gate to stand at: where it stood before, or the only one. */
export function usualGate() {
  const { gates } = state.device;
  const kept = gates.find((gate) => gate.gate_id === (state.gate?.gate_id ?? memory.get(GATE)));
  return may("scan") ? kept ?? (gates.length === 1 ? gates[0] : null) : null;
}

export function toGate(gate) {
  state.gate = gate;
  memory.set(GATE, gate.gate_id);
  parts.onGate();
}

/** Open the camera that was chosen on this device. */
export function openCamera() {
  const wanted = memory.get(CAMERA);
  if (wanted === OFF) {
    parts.camera.close();
    parts.onCamera({ problem: "", open: false, torch: false });
  } else {
    parts.camera.open(wanted);
  }
}

/** Go on to the next camera, and keep it. */
export async function otherCamera() {
  const cameras = await parts.camera.list();
  const now = cameras.findIndex((one) => one.deviceId === parts.camera.cameraId);
  const next = cameras[(now + 1) % cameras.length];
  if (next) memory.set(CAMERA, next.deviceId);
  openCamera();
}

async function offerCameras() {
  const cameras = await parts.camera.list();
  const named = cameras.map((one, at) => (
    new Option(one.label || t("camera_number", { number: at + 1 }), one.deviceId)
  ));
  $("camera-choice").replaceChildren(new Option(t("camera_any"), ""), ...named, new Option(t("camera_off"), OFF));
  const kept = memory.get(CAMERA);
  $("camera-choice").value = [...$("camera-choice").options].some((one) => one.value === kept) ? kept : "";
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

async function disconnect() {
  const unsent = state.toSync ? t("disconnect_unsent", { count: state.toSync }) : "";
  if (unsent && !confirm(`${unsent} ${t("disconnect")}?`)) return;
  memory.drop(GATE);
  await parts.onDisconnect();
}
