// What passed this device, until the roster tells of it: so that nobody is let in twice here.

import { recordKey } from "./roster.js";

/** Characters of a scan's id by which the roster tells which passage is which. */
const TAG = 8;
const LATE_MS = 120000; // the roster may be that much behind the scans that the server has

export class Seen {
  #store;

  constructor(store) {
    this.#store = store;
  }

  /** Return `{ passages, answered }` of a record of the roster. */
  async of(k) {
    return (await this.#store.get("seen", k)) ?? { k, passages: [], answered: false };
  }

  /**
   * Remember that somebody passed: `{ scanId, at, gateId, zoneId, within, direction }`. With
   * `sentMs` the server knows. `answered` is that the door's questions were answered.
   */
  async note(k, { scanId, ...passage }, { sentMs = null, answered = false } = {}) {
    const row = await this.of(k);
    const others = row.passages.filter((each) => each.scanId !== scanId);
    const passages = [...others, { ...passage, scanId, tag: scanId.slice(0, TAG), sentMs }];
    await this.#store.write({ table: "seen", put: { k, passages, answered: row.answered || answered } });
  }

  /** Remember that the server let somebody pass. */
  async noteAnswered(device, scan, verdict, nowMs) {
    const k = await keyOf(device, verdict);
    if (!k) return;
    const gate = device.gates.find((each) => each.gate_id === scan.gate_id);
    const passage = {
      scanId: scan.scan_id, at: nowMs, gateId: scan.gate_id, zoneId: verdict.zone_id ?? "",
      within: gate?.sessions ? (gate.zone_id ?? "") : "", direction: verdict.direction ?? "entry",
    };
    await this.note(k, passage, { sentMs: nowMs, answered: Boolean(scan.answers) });
  }

  /** The server has a scan now that this device decided alone. */
  async settle(device, scan, verdict, nowMs) {
    const k = await keyOf(device, verdict);
    const row = k && (await this.of(k));
    if (!row?.passages.some((each) => each.scanId === scan.scan_id)) return;
    const passages = row.passages.map((each) => (each.scanId === scan.scan_id ? { ...each, sentMs: nowMs } : each));
    await this.#store.write({ table: "seen", put: { ...row, passages } });
  }

  /** A scan counts no more. */
  async undo(scanId) {
    await this.#keep((each) => each.scanId !== scanId);
  }

  /** Forget what a roster of this moment tells of. */
  async prune(rosterAtMs) {
    await this.#keep((each) => each.sentMs === null || each.sentMs > rosterAtMs - LATE_MS);
  }

  async #keep(wanted) {
    const writes = [];
    for (const row of await this.#store.all("seen")) {
      const passages = row.passages.filter(wanted);
      if (passages.length === row.passages.length) continue;
      writes.push(passages.length ? { table: "seen", put: { ...row, passages } } : { table: "seen", drop: row.k });
    }
    if (writes.length) await this.#store.write(...writes);
  }

  async wipe() {
    await this.#store.write({ table: "seen", clear: true });
  }
}

/** The record that an answer is about; empty where it names nobody, or nothing can be decided alone. */
async function keyOf(device, verdict) {
  const named = device?.event.number && verdict.registration_id && globalThis.crypto?.subtle;
  return named ? recordKey(device.event.number, verdict.registration_id) : "";
}
