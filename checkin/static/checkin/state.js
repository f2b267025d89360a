// What the parts of the kiosk page share: what it knows now, and which screen is shown.

export const $ = (id) => document.getElementById(id);

const SCREENS = ["loading", "out", "settings", "gates", "scan"];

/** `way` and `sessionId` are what the staff chose; `last` is the last guest, for undo and badge. */
export const state = {
  device: null, door: null, gate: null, way: "entry", sessionId: "", busy: false, last: null,
};

export const may = (right) => Boolean(state.device?.rights.includes(right));
export const zone = () => state.device?.event.zone ?? "UTC";
export const isOnline = () => $("link").dataset.link === "online";

/** Show one screen; the hand scanner's input has the focus wherever scans are wanted. */
export function show(screen) {
  document.body.dataset.screen = screen;
  mood(screen === "out" ? "out" : "idle");
  for (const name of SCREENS) $(name).hidden = name !== screen;
  $("open-settings").hidden = screen === "settings";
  if (screen === "scan") readyToScan();
}

/** Scans are wanted. Where fingers type, the focus would bring up a keyboard over the camera. */
export function readyToScan() {
  if (!matchMedia("(pointer: coarse)").matches) $("code").focus({ preventScroll: true });
  else if (document.activeElement !== document.body) document.activeElement?.blur();
}

/** What the page is doing: idle, reading, verdict, printing, asking or out. */
export function mood(name) {
  document.body.dataset.state = name;
}

export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}

/** Open a dialog that any button with data-close closes. */
export function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

export function startDialogs() {
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("close", () => {
      for (const form of dialog.querySelectorAll("form")) form.reset();
      if (document.body.dataset.screen === "scan" && $("verdict").hidden) readyToScan();
    });
  }
}

/** Return a button that says something and does something. */
export function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}
