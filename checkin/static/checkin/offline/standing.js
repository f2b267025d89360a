// Where a guest is: the fold over their passages that eventsite.core.domain.attendance has.

import { dayBegan, emptiedAt } from "./times.js";

const DEPTH_MAX = 4;
const SESSION = "session.";

/** Return the zone behind a gate: of a gate with sessions it is the session's own. */
export function zoneBehind(gate, sessionId) {
  return gate.sessions ? `${SESSION}${sessionId ?? ""}` : (gate.zone_id ?? "");
}

/** A passage as the roster has it: seconds, gate, zone, zone around it, direction, start of the scan's id. */
export function passageOf([seconds, gateId, zoneId, within, direction, tag]) {
  return { at: Math.round(seconds * 1000), gateId, zoneId, within: within ?? "", direction: direction ?? "entry", tag: tag ?? "" };
}

/** Whether a rule is about this ticket type at this gate. */
export function binds(rule, gateId, typeId) {
  const here = !rule.gate_ids?.length || rule.gate_ids.includes(gateId);
  return here && (!rule.type_ids?.length || rule.type_ids.includes(typeId));
}

/** Whether an entry at `after` does not care where the guest was at `before`: that was another day. */
export function beginsAnew(before, after, device, typeId) {
  const daily = device.rules.some((rule) => (rule.entries_per_day ?? null) !== null && binds(rule, after.gateId, typeId));
  return daily && before.at < startOfDay(after.at, device);
}

export const startOfDay = (ms, device) => dayBegan(ms, device.event.zone, device.event.day_start ?? "04:00");

/**
 * Return `{ inside, since, entries }` at a moment: the zones around the guest, the innermost last;
 * the passage that brought them there; all entries. `passages` may be in any order.
 */
export function standing(passages, device, atMs) {
  let inside = [];
  let since = null;
  const entries = [];
  const inOrder = [...passages].sort((one, other) => one.at - other.at);
  for (const passage of inOrder) {
    if (passage.direction === "entry") {
      entries.push(passage);
      inside = chain(passage, device);
    } else {
      const still = stillIn(inside, since, device, passage.at);
      const place = still.indexOf(passage.zoneId);
      inside = place < 0 ? still : still.slice(0, place);
    }
    since = passage;
  }
  return { inside: stillIn(inside, since, device, atMs), since, entries };
}

/** The zones that a passage leads into: the event first, the zone itself last. */
function chain(passage, device) {
  const within = Object.fromEntries((device.zones ?? []).map((zone) => [zone.zone_id, zone.within]));
  if (passage.zoneId.startsWith(SESSION)) within[passage.zoneId] = passage.within;
  const found = [];
  for (let zone = passage.zoneId; zone && !found.includes(zone) && found.length <= DEPTH_MAX; zone = within[zone] ?? "") {
    found.unshift(zone);
  }
  return ["", ...found];
}

function stillIn(inside, since, device, ms) {
  const gone = inside.findIndex((zoneId) => {
    const zone = device.zones?.find((known) => known.zone_id === zoneId);
    return zoneId !== "" && since && since.at < emptiedAt(zone, ms, device.event);
  });
  return gone < 0 ? inside : inside.slice(0, gone);
}
