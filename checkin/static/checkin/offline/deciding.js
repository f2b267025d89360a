// The verdict that a device gives alone: the rules of eventsite.core.domain.verdicts, in their order.
//
// What only the server knows is left to it: whether a zone is full, who signed up for a session. Who
// leaves may always leave. The server looks at every scan later and says what it would have said.

import { beginsAnew, binds, passageOf, standing, startOfDay, zoneBehind } from "./standing.js";
import { expired } from "./ticket.js";
import { isOpen } from "./times.js";

/** Refusals that nobody at a door can overrule. */
const UNFORCEABLE = new Set(["wrong_event", "unknown", "bad_signature", "cancelled", "blocked"]);
const OF_REGISTRATION = new Set(["blocked", "cancelled", "not_confirmed"]);

/**
 * Return `{ code, rule, first, questions, unsure, firstEntry }`.
 *
 * `ticket` is null for a guest who was searched for. `record` is what the roster has, null when
 * there is none: a genuine ticket was issued by us, maybe after the roster was read, and lets in.
 * `own` are passages that this device saw,
 * `answered` whether it has the guest's answers. `scan` has gateId, direction, sessionId, answers,
 * forceReason; `nowMs` is the server's time. `unsure` is that nothing is known of the registration.
 */
export function decide({ ticket, record, own, answered, scan, device, nowMs }) {
  if (ticket && ticket.eventNumber !== device.event.number) return verdict("wrong_event");
  if (!record && !ticket) return verdict("unknown");
  const known = record ?? { s: "ok", t: ticket.typeNumber, r: ticket.reissue, q: false, a: null };
  const passages = together(known, own);
  const firstEntry = !passages.some((passage) => passage.direction === "entry");
  const more = { unsure: !record, firstEntry };
  if (scan.direction !== "exit") {
    const arrival = { ticket, known, passages, answered, scan, device, nowMs };
    for (const refusal of refusals(arrival)) {
      if (!scan.forceReason || UNFORCEABLE.has(refusal.code)) return { ...refusal, ...more };
    }
  }
  return { ...verdict("ok"), ...more };
}

const verdict = (code, more = {}) => ({ code, rule: "", first: null, questions: [], ...more });

/** What the roster has and what this device saw, each passage once. */
function together(record, own) {
  const told = (record.p ?? (record.a ? [record.a] : [])).map(passageOf);
  const tags = new Set(told.map((passage) => passage.tag));
  return [...told, ...own.filter((passage) => !tags.has(passage.tag))];
}

function* refusals(arrival) {
  const { ticket, known, scan, device, nowMs } = arrival;
  if (OF_REGISTRATION.has(known.s)) yield verdict(known.s);
  if (ticket && ticket.reissue !== known.r) yield verdict("revoked");
  if (ticket && expired(ticket, nowMs)) yield verdict("expired");
  const gate = device.gates.find((each) => each.gate_id === scan.gateId);
  const type = device.types.find((each) => each.number === known.t);
  yield* ofGate(gate, type, arrival);
  yield* ofPassages(gate, type, arrival);
  const questions = openQuestions(type, arrival);
  if (questions.length) yield verdict("needs_answers", { questions });
}

function* ofGate(gate, type, { scan, device, nowMs }) {
  const typeId = type?.type_id ?? "";
  if (gate.type_ids?.length && !gate.type_ids.includes(typeId)) {
    const names = gate.type_ids.map((id) => device.types.find((each) => each.type_id === id)?.name).filter(Boolean);
    yield verdict("wrong_type", { rule: `${gate.name}: ${names.join(", ")}` });
  }
  if (type?.valid_from && nowMs < Date.parse(type.valid_from)) yield verdict("not_yet_valid");
  for (const rule of device.rules) {
    if (binds(rule, scan.gateId, typeId) && !isOpen(rule, nowMs, device.event.zone)) {
      yield verdict("gate_closed", { rule: rule.name });
    }
  }
}

function* ofPassages(gate, type, { passages, scan, device, nowMs }) {
  const typeId = type?.type_id ?? "";
  const zoneId = zoneBehind(gate, scan.sessionId);
  const where = standing(passages, device, nowMs);
  const here = { at: nowMs, gateId: scan.gateId };
  if (where.since && where.inside.includes(zoneId) && !beginsAnew(where.since, here, device, typeId)) {
    const entered = where.entries.findLast((entry) => entry.zoneId === zoneId);
    yield verdict("already_admitted", { first: entered ?? where.since });
  }
  const today = startOfDay(nowMs, device);
  for (const rule of device.rules) {
    if (!binds(rule, scan.gateId, typeId)) continue;
    const before = where.entries.filter((entry) => !rule.gate_ids?.length || rule.gate_ids.includes(entry.gateId));
    const ofToday = before.filter((entry) => entry.at >= today);
    const spent = ((rule.entries ?? null) !== null && before.length >= rule.entries)
      || ((rule.entries_per_day ?? null) !== null && ofToday.length >= rule.entries_per_day)
      || (rule.reentry === false && before.some((entry) => entry.zoneId === zoneId));
    if (spent) yield verdict("no_entries_left", { rule: rule.name, first: before.at(-1) ?? null });
  }
}

/**
 * The questions to ask. What a guest answered when they registered is not in the roster: a question
 * that depends on one of those is left to the server, one that depends on an answer given here is not.
 */
function openQuestions(type, { known, answered, scan, device }) {
  if (!known.q || answered) return [];
  const given = scan.answers ?? {};
  const asked = (device.questions ?? []).filter((question) => {
    const mine = !question.type_ids?.length || question.type_ids.includes(type?.type_id);
    const met = (question.when_answers ?? []).some((answer) => given[question.when_question]?.includes(answer));
    return mine && (!question.when_question || met);
  });
  if (!scan.answers) return asked;
  return asked.filter((question) => question.required && lacking(question, given[question.question_id]));
}

function lacking(question, answer) {
  const filled = (answer ?? []).filter((text) => text.trim());
  return !filled.length || (question.kind === "consent" && filled[0] !== "yes");
}
