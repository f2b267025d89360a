// What every page of a device shares: its credential, calls to the API, and patience.

const CREDENTIAL = "eventsite.device";
const SHAPE = /^[0-9A-Za-z]{1,64}\.[\x21-\x7e]{1,200}$/;
const API = new URL("../api/v1/", document.baseURI);
const CALL_MS = 5000;

/** The server said no. `code` is its stable word; the same call again gets the same answer. */
export class Refused extends Error {
  constructor(status, body) {
    super(body.detail || `The server answered ${status}.`);
    this.status = status;
    this.code = body.code || "error";
    this.field = body.field || "";
  }
}

/** There was no answer, or one that asks to try again. `waitMs` is what the server asked for. */
export class Unreachable extends Error {
  constructor(message, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** Text that stays on this device. Where the browser keeps nothing, it lasts as long as the page. */
const here = new Map();
export const memory = {
  get(name) {
    try { return localStorage.getItem(name) ?? here.get(name) ?? ""; } catch { return here.get(name) ?? ""; }
  },
  set(name, text) {
    here.set(name, text);
    try { localStorage.setItem(name, text); } catch { /* kept in `here` */ }
  },
  drop(name) {
    here.delete(name);
    try { localStorage.removeItem(name); } catch { /* nothing was kept */ }
  },
};

export const credential = () => memory.get(CREDENTIAL);
export const forget = () => memory.drop(CREDENTIAL);

/** Keep a credential; returns whether it looks like one. */
export function enrol(text) {
  const given = text.trim().replace(/^.*#device=/, "");
  if (!SHAPE.test(given)) return false;
  memory.set(CREDENTIAL, given);
  return true;
}

/** Take a credential out of the address, once: it must not stay in the bar or the history. */
export function enrolFromAddress() {
  if (!location.hash.startsWith("#device=")) return false;
  let given = location.hash.slice("#device=".length);
  try { given = decodeURIComponent(given); } catch { /* as it stands */ }
  history.replaceState(null, "", location.pathname + location.search);
  return enrol(given);
}

/**
 * Call the API as this device; returns the parsed answer. Throws Refused, or Unreachable (also when
 * aborted). `key` is the Idempotency-Key of what must not be done twice; after `patienceMs` there is
 * no answer.
 */
export async function call(method, path, { body, key, signal, patienceMs = CALL_MS } = {}) {
  const late = AbortSignal.timeout(patienceMs);
  let response;
  let answer = {};
  try {
    response = await fetch(new URL(path, API), {
      method,
      headers: {
        ...(credential() && { Authorization: `Device ${credential()}` }),
        ...(key && { "Idempotency-Key": key }),
        ...(body && { "Content-Type": "application/json" }),
      },
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    answer = await response.json();
  } catch {
    if (!response || response.ok || response.status >= 500) throw new Unreachable("No connection to the server");
  }
  if (response.ok) return answer;
  if (response.status >= 500 || response.status === 429) {
    const seconds = Number(response.headers.get("Retry-After")) || 0;
    throw new Unreachable("The server is busy", Math.min(seconds, 30) * 1000);
  }
  throw new Refused(response.status, answer);
}

/** A pause that doubles: 1, 2, 4, 8 s, a little apart on every device, and never past `maxMs`. */
export function pauseMs(tries, maxMs, atLeastMs = 0) {
  const doubled = Math.min(1000 * 2 ** (tries - 1), maxMs);
  return Math.max(atLeastMs, doubled * (0.8 + 0.4 * Math.random()));
}

/** Wait; ends early when `signal` is aborted. */
export function pause(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
  });
}

/** How far the server's clock is ahead of this device's, from an answer that took `tookMs`. */
export function clockAheadMs(serverTime, tookMs) {
  return Date.parse(serverTime) + tookMs / 2 - Date.now();
}

/** A time of day at the event, such as 14:05:09; with the date when it was not today. */
export function timeAt(moment, zone, now = Date.now()) {
  const when = new Date(moment);
  const day = new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "numeric", month: "long" });
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" });
  const today = day.format(when) === day.format(new Date(now));
  return today ? time.format(when) : `${time.format(when)} on ${day.format(when)}`;
}
