// From a code to its verdict: one scan id per reading, repeated until there is an answer.

import { call, pause, pauseMs, Unreachable } from "../eventsite/device.js";

const LONGEST_PAUSE_MS = 8000;
const SAME_SCAN_MS = 120000;

/**
 * Scans without an answer, by code. Somebody gave up on one, but the server may have admitted the
 * guest: the same ticket at the same gate within two minutes is the same scan again.
 */
const unanswered = new Map();

/**
 * Return the verdict on a code. `onWait(tries, ms)` is told of every pause before another try.
 * Throws Refused; returns null when `signal` was aborted first.
 */
export async function verdictOn(code, gateId, aheadMs, { onWait, signal }) {
  const scan = scanOf(code, gateId, Date.now() + aheadMs);
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      const verdict = await call("POST", "scans", { body: scan, signal });
      unanswered.delete(code);
      return signal.aborted ? null : verdict;
    } catch (error) {
      if (!(error instanceof Unreachable)) {
        unanswered.delete(code);
        throw error;
      }
      const ms = pauseMs(tries, LONGEST_PAUSE_MS, error.waitMs);
      onWait(tries, ms);
      await pause(ms, signal);
    }
  }
  return null;
}

function scanOf(code, gateId, now) {
  for (const [old, scan] of unanswered) {
    if (now - Date.parse(scan.scanned_at) > SAME_SCAN_MS) unanswered.delete(old);
  }
  const before = unanswered.get(code);
  if (before?.gate_id === gateId) return before;
  const scan = {
    scan_id: newId(),
    gate_id: gateId,
    ticket_code: code,
    scanned_at: new Date(now).toISOString(),
  };
  unanswered.set(code, scan);
  return scan;
}

/** randomUUID is missing where the page came over plain HTTP from another machine. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
