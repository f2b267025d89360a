// The PIN in front of the settings: checked here, so that it holds without a network too.

import { memory } from "../eventsite/device.js";
import { $, open, state } from "./state.js";
import { t } from "./words.js";

const TRIES = "eventsite.pin-tries";
const TRIES_MAX = 5;
const WAIT_MS = 60000;

let then = null;

/** Do `act` after the right PIN; at once where the event has none. */
export function withPin(act) {
  if (!state.device?.pin) return act();
  then = act;
  $("pin-error").textContent = "";
  open($("pin-dialog"));
  $("pin").focus();
}

export function startPin() {
  $("pin-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = await problemWith($("pin").value);
    $("pin-error").textContent = wrong;
    $("pin").value = "";
    if (wrong) return $("pin").focus();
    $("pin-dialog").close();
    then?.();
  });
}

/** Wrong PINs are counted where a reload does not forget them. */
async function problemWith(pin) {
  if (!crypto.subtle) return t("pin_insecure");
  const [count, at] = memory.get(TRIES).split("@").map(Number);
  const waitMs = count >= TRIES_MAX ? at + WAIT_MS - Date.now() : 0;
  if (waitMs > 0) return t("pin_wait", { seconds: Math.ceil(Math.min(waitMs, WAIT_MS) / 1000) });
  if (await isRight(pin, state.device.pin)) {
    memory.drop(TRIES);
    return "";
  }
  const tries = (count >= TRIES_MAX ? 0 : count || 0) + 1;
  memory.set(TRIES, `${tries}@${Date.now()}`);
  return tries >= TRIES_MAX ? t("pin_wait", { seconds: WAIT_MS / 1000 }) : t("pin_wrong");
}

async function isRight(pin, { salt, iterations, hash }) {
  const expected = bytesOf(hash);
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations };
  const found = new Uint8Array(await crypto.subtle.deriveBits(how, key, expected.length * 8));
  return found.every((byte, at) => byte === expected[at]);
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
