// At gates where guests check in to sessions: which one, suggested by room and time.

import { $, state, zone } from "./state.js";
import { clockAt, t } from "./words.js";

/** This long before a session its guests come, although another may still run in the room. */
const EARLY_MS = 10 * 60000;
const HOUR_MS = 3600000;

let chosen = false;

export function startSessions() {
  $("session").addEventListener("change", () => {
    chosen = true;
    state.sessionId = $("session").value;
  });
}

/** Offer the sessions of the gate; what somebody chose stays as long as it is on offer. */
export function offerSessions() {
  const { gate, device } = state;
  $("session-choice").hidden = !gate?.sessions;
  if (!gate?.sessions) {
    state.sessionId = "";
    chosen = false;
    return;
  }
  const sessions = (device.sessions ?? []).filter((one) => !gate.room || one.room === gate.room);
  const known = sessions.some((one) => one.session_id === state.sessionId);
  if (!known || !chosen) {
    chosen = false;
    state.sessionId = suggested(sessions)?.session_id ?? "";
  }
  if (document.activeElement === $("session")) return; // somebody is choosing
  const options = sessions.map((one) => new Option(
    `${clockAt(one.starts_at, zone())} ${one.title}`, one.session_id,
  ));
  $("session").replaceChildren(new Option(t("session_none"), ""), ...options);
  $("session").value = state.sessionId;
}

/** The next one where it begins in minutes, else the one that runs, else what comes within the hour. */
function suggested(sessions) {
  const now = Date.now();
  const open = sessions.filter((one) => now < Date.parse(one.ends_at));
  const begins = (one) => Date.parse(one.starts_at) - now;
  const latest = open.filter((one) => begins(one) <= EARLY_MS).sort((a, b) => begins(b) - begins(a))[0];
  return latest ?? open.filter((one) => begins(one) <= HOUR_MS).sort((a, b) => begins(a) - begins(b))[0];
}
