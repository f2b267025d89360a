// Printing a badge: recorded by the server first, so that no other kiosk prints the same.
//
// Without a connection it is printed from what the roster knew, and recorded later.

import { memory } from "../../eventsite/device.js";
import { newId } from "../ids.js";
import { agentStatus, PrinterDown, printLabel } from "./agent.js";
import { layoutFor } from "./arranging.js";
import { drawn } from "./drawing.js";
import { labelOf } from "./labels.js";
import { printSheet } from "./sheet.js";

const CHOSEN = "eventsite.printer";
const UNTOLD = "eventsite.prints";
const UNTOLD_MAX = 500;
/** How long a guest waits for the server before the badge is printed from the roster. */
const SERVER_MS = 3000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** How this device prints: the browser's printer, a label printer's agent, or not at all. */
export const PRINTERS = ["browser", "agent", "none"];
export const printer = () => (PRINTERS.includes(memory.get(CHOSEN)) ? memory.get(CHOSEN) : PRINTERS[0]);
export const usePrinter = (kind) => memory.set(CHOSEN, kind);

/** What the bar and the heartbeat say: "none", "ready", "busy" or "error". */
export async function printerState() {
  if (printer() !== "agent") return printer() === "none" ? "none" : "ready";
  try {
    return (await agentStatus()).state;
  } catch {
    return "error";
  }
}

/** Badges under way: the same guest and reason again is the same print, until paper has come. */
const underWay = new Map();

/**
 * Print a guest's badge; with `reason` another one, which revokes the ticket before.
 *
 * Without a connection `offlineBadge` ({lines}) is printed with the layout of the guest's type:
 * `typeId`, or the one of `types` that has the ticket's number.
 *
 * @returns {Promise<{state: "printed"|"had"|"none"|"refused"|"failed", words: string}>}
 */
export async function printBadge({
  registrationId = "", ticketCode = "", offlineBadge = null, layouts = [], types = [], typeId = "", reason = "", call, t,
}) {
  const kind = printer();
  if (kind === "none") return { state: "none", words: t("badge_switched_off") };
  const who = registrationId ? { registration_id: registrationId } : { ticket_code: ticketCode };
  const key = `${registrationId || ticketCode} ${reason}`;
  const printId = underWay.get(key) ?? newId();
  underWay.set(key, printId);
  try {
    const dpi = kind === "agent" ? (await agentStatus()).dpi : 203;
    let badge = null;
    try {
      const body = { ...who, print_id: printId, reason, format: kind === "agent" ? "zpl" : "data", dpi };
      badge = await call("POST", "badges", { body, signal: AbortSignal.timeout(SERVER_MS) });
    } catch (error) {
      if (error.status) return refused(error, key, t);
      const about = { layouts, types, typeId, offlineBadge, ticketCode, reason };
      return await alone(about, { kind, dpi, printId, key, t });
    }
    if (kind === "agent") await printLabel(printId, badge.zpl);
    else printSheet(drawn({ ...badge, ticketCode: badge.ticket_code, serial: badge.says }), badge.layout);
    underWay.delete(key);
    settlePrints(call); // nobody waits for it
    return { state: "printed", words: t("badge_printed") };
  } catch (error) {
    if (!(error instanceof PrinterDown)) throw error;
    return { state: "failed", words: error.reason ? t("badge_printer", { reason: error.reason }) : t("badge_failed") };
  }
}

function refused(error, key, t) {
  underWay.delete(key);
  if (error.field === "reason") return { state: "had", words: t("badge_had") };
  if (error.field === "type_id") return { state: "none", words: t("badge_none") };
  return { state: "refused", words: t("badge_refused", { reason: error.message }) };
}

/** Print what the roster knew. A ticket cannot be replaced without the server: no second badge. */
async function alone({ layouts, types, typeId, offlineBadge, ticketCode, reason }, { kind, dpi, printId, key, t }) {
  const said = ticketCode && ticketParts(ticketCode);
  if (!said || !offlineBadge || reason) return { state: "refused", words: t("badge_offline") };
  const ofType = typeId || types.find((each) => each.number === said.typeNumber)?.type_id;
  const layout = layoutFor(layouts, ofType);
  if (!layout) return { state: "none", words: t("badge_none") };
  if (untold().some((each) => each.registration_id === said.registrationId)) return { state: "had", words: t("badge_had") };
  const badge = drawn({ layout, lines: offlineBadge.lines, ticketCode, serial: said.serial });
  if (kind === "agent") await printLabel(printId, await labelOf(badge, layout, dpi));
  else printSheet(badge, layout);
  keep([...untold(), { registration_id: said.registrationId, print_id: printId }]);
  underWay.delete(key);
  return { state: "printed", words: t("badge_printed") };
}

/** Record what was printed without a connection. A guest with another badge has two of the same. */
export async function settlePrints(call) {
  for (const print of untold()) {
    try {
      await call("POST", "badges", { body: { ...print, format: "data" } });
    } catch (error) {
      if (!error.status || error.status === 401) return; // later
    }
    keep(untold().filter((each) => each.print_id !== print.print_id));
  }
}

/** Ids of guests and prints: no name, and no ticket. */
function untold() {
  try {
    return JSON.parse(memory.get(UNTOLD) || "[]");
  } catch {
    return [];
  }
}

const keep = (prints) => (prints.length ? memory.set(UNTOLD, JSON.stringify(prints.slice(-UNTOLD_MAX))) : memory.drop(UNTOLD));

/** What a ticket says of itself; its shape is in core/domain/tickets.py. */
export function ticketParts(ticketCode) {
  const letters = [...ticketCode.replace(/\s/g, "").toUpperCase()].map((letter) => ALPHABET.indexOf(letter));
  if (letters.length !== 130 || letters.includes(-1)) return null;
  const bits = letters.slice(0, 28).map((letter) => letter.toString(2).padStart(5, "0")).join("");
  const bytes = Array.from({ length: 17 }, (_, n) => parseInt(bits.slice(n * 8, n * 8 + 8), 2));
  const registrationId = bytes.slice(5, 13).map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const start = registrationId.slice(0, 8).toUpperCase();
  return { registrationId, typeNumber: bytes[13], serial: `${start.slice(0, 4)}-${start.slice(4)}·${bytes[14]}` };
}
