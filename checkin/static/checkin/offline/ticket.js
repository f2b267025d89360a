// A ticket is read and its signature checked here, as eventsite.core.domain.tickets does it.

import { fromBase32, fromBase64url, joined, toHex, utf8 } from "./bytes.js";

const CONTEXT = utf8("eventsite-ticket-1\0");
const CHARACTERS = 130;
const BODY = 17;
const VERSION = 1;
const FIRST_DAY = 18262; // 2020-01-01, in days since 1970
const DAY_MS = 86400000;
const EVERYWHERE_MS = 12 * 3600000; // a day ends last at UTC-12

const imported = new Map();

/**
 * Return `{ ticket }` of a genuine ticket, or `{ code }`: `unknown` or `bad_signature`.
 *
 * `keys` are the public keys by slot, as the device's status has them. Throws where the browser
 * knows no Ed25519.
 */
export async function readTicket(text, keys) {
  const code = text.replace(/\s+/g, "").toUpperCase();
  const raw = code.length === CHARACTERS ? fromBase32(code) : null;
  if (!raw || raw[0] >> 4 !== VERSION) return { code: "unknown" };
  const body = raw.slice(0, BODY);
  const signature = raw.slice(BODY);
  const key = keys[String(raw[0] & 15)];
  if (!key || !(await verified(key, signature, body))) return { code: "bad_signature" };
  const fields = new DataView(body.buffer);
  return {
    ticket: {
      eventNumber: fields.getUint32(1),
      registrationId: toHex(body.slice(5, 13)),
      typeNumber: fields.getUint8(13),
      reissue: fields.getUint8(14),
      lastValidDay: FIRST_DAY + fields.getUint16(15),
      signature,
    },
  };
}

/** Whether the ticket's last valid day is over everywhere on Earth. */
export function expired(ticket, nowMs) {
  return Math.floor((nowMs - EVERYWHERE_MS) / DAY_MS) > ticket.lastValidDay;
}

async function verified(key, signature, body) {
  if (!imported.has(key)) {
    imported.set(key, await crypto.subtle.importKey("raw", fromBase64url(key), { name: "Ed25519" }, false, ["verify"]));
  }
  return crypto.subtle.verify({ name: "Ed25519" }, imported.get(key), signature, joined(CONTEXT, body));
}
