// Connecting the device: by its credential, or by a one-time code that is worth one.

import { call, enrol, enrolFromAddress, Refused } from "../eventsite/device.js";
import { t } from "./words.js";

const CODE = "#enrol=";
const CLIENT_MAX = 200;

/** Take what the address brings, once: it must not stay in the bar or the history. */
export async function takeAddress() {
  if (!location.hash.startsWith(CODE)) return { connected: enrolFromAddress(), problem: "" };
  const code = decodeURIComponent(location.hash.slice(CODE.length));
  history.replaceState(null, "", location.pathname + location.search);
  const problem = await connectWith(code);
  return { connected: !problem, problem };
}

/** Keep a credential, or get one for a code; returns what is wrong, in words. */
export async function connectWith(text) {
  const given = text.trim().replace(/^.*#(device|enrol)=/, "");
  if (given.includes(".")) return enrol(given) ? "" : t("bad_credential");
  if (!given) return t("bad_credential");
  try {
    const body = { code: given, client: navigator.userAgent.slice(0, CLIENT_MAX) };
    const { credential } = await call("POST", "device/enrolments", { body });
    return enrol(credential) ? "" : t("bad_credential");
  } catch (error) {
    if (error instanceof Refused) return t(error.code === "throttled" ? "throttled" : "wrong_code");
    return error.waitMs ? t("throttled") : t("no_connection");
  }
}
