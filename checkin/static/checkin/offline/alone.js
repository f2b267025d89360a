// A verdict without the server: the ticket, its record, and what this device saw make one.

import { decide } from "./deciding.js";
import { openRecord, recordKey } from "./roster.js";
import { zoneBehind } from "./standing.js";
import { readTicket } from "./ticket.js";

/**
 * Return `{ verdict, badge, key, passage }` on a scan, in the shape that the server answers.
 *
 * `badge` is `{ lines }` when one is to be printed; `key` and `passage` are what to remember if
 * the guest passed. Without keys, or where the browser knows no Ed25519, the code is `undecided`:
 * then nobody may be let in on this device's word.
 */
export async function decideAlone(scan, { device, roster, seen, nowMs }) {
  const read = await genuine(scan, device);
  if (read.code) return { verdict: answer(scan, { code: read.code }, { nowMs }), badge: null, key: "", passage: null };
  const { ticket } = read;
  const registrationId = ticket?.registrationId ?? scan.registration_id;
  const key = await recordKey(device.event.number, registrationId);
  const record = await roster.find(key);
  const { passages, answered } = await seen.of(key);
  const asked = {
    gateId: scan.gate_id, direction: scan.direction, sessionId: scan.session_id,
    answers: scan.answers, forceReason: device.rights.includes("force") ? scan.force_reason : "",
  };
  const decided = decide({ ticket, record, own: passages, answered, scan: asked, device, nowMs });
  const ours = decided.code !== "wrong_event" && decided.code !== "unknown";
  const opened = ours && ticket && record ? await openRecord(record, ticket) : null;
  const type = device.types.find((each) => each.number === (record?.t ?? ticket?.typeNumber));
  const gate = device.gates.find((each) => each.gate_id === scan.gate_id);
  const lines = badgeDue(decided, scan, gate, type, device) ? opened?.lines : null;
  const guest = { name: opened?.name ?? "", type: ours ? (type?.name ?? "") : "", registrationId: ours ? registrationId : "" };
  const zoneId = zoneBehind(gate, scan.session_id);
  return {
    verdict: answer(scan, decided, { device, guest, zoneId, nowMs, badge: Boolean(lines) }),
    badge: lines ? { lines } : null,
    key,
    passage: {
      scanId: scan.scan_id, at: nowMs, gateId: gate.gate_id, zoneId,
      within: gate.sessions ? (gate.zone_id ?? "") : "", direction: scan.direction ?? "entry",
    },
  };
}

async function genuine(scan, device) {
  if (!device?.keys || !device.event?.number) return { code: "undecided" };
  if (!device.gates.some((gate) => gate.gate_id === scan.gate_id)) return { code: "undecided" };
  if (!scan.ticket_code) return { ticket: null };
  try {
    return await readTicket(scan.ticket_code, device.keys);
  } catch {
    return { code: "undecided" };
  }
}

/** Whether this first admission is one that a badge is printed on. */
function badgeDue(decided, scan, gate, type, device) {
  if (decided.code !== "ok" || scan.direction === "exit" || !gate.badges || !decided.firstEntry) return false;
  const fitting = (device.layouts ?? []).filter((each) => !each.type_ids?.length || each.type_ids.includes(type?.type_id));
  const layout = fitting.find((each) => each.type_ids?.length) ?? fitting[0];
  return Boolean(layout?.on_admission);
}

function answer(scan, decided, { device = null, guest = null, zoneId = "", nowMs, badge = false }) {
  const { code, rule = "", first = null, questions = [], unsure = false } = decided;
  const outcomes = { ok: "admitted", needs_answers: "incomplete", undecided: "incomplete" };
  return {
    scan_id: scan.scan_id,
    outcome: outcomes[code] ?? "refused",
    code,
    says: "", // the page has the words
    rule,
    guest_name: guest?.name ?? "",
    type_name: guest?.type ?? "",
    registration_id: guest?.registrationId ?? "",
    direction: scan.direction ?? "entry",
    zone_id: zoneId,
    first: first && firstOf(first, device),
    questions,
    conflict: null,
    badge,
    unsure,
    scanned_at: scan.scanned_at,
    decided_at: new Date(nowMs).toISOString(),
    replayed: false,
  };
}

function firstOf(passage, device) {
  const gate = device.gates.find((each) => each.gate_id === passage.gateId);
  return {
    at: new Date(passage.at).toISOString(),
    gate_id: passage.gateId,
    gate_name: gate?.name ?? passage.gateId,
    device_id: passage.scanId ? device.device_id : "", // the roster does not tell which other one
  };
}
