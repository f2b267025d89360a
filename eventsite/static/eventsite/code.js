// One-time codes: an organizer shows one, the device gets its credential for it.

import { call } from "./device.js";

const MARK = "#enrol=";
const CLIENT_MAX = 200;

/** Take a code out of the address, once: it must not stay in the bar or the history. */
export function codeFromAddress() {
  if (!location.hash.startsWith(MARK)) return "";
  let code = location.hash.slice(MARK.length);
  try { code = decodeURIComponent(code); } catch { /* as it stands */ }
  history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** Return the credential for a code. Throws what `call` throws. */
export async function redeemed(code) {
  const body = { code, client: navigator.userAgent.slice(0, CLIENT_MAX) };
  return (await call("POST", "device/enrolments", { body })).credential;
}
