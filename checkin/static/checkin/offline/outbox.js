// Scans that the server has not answered: written before the network is tried, gone when it has.

import { newId } from "../ids.js";

const SAME_READING_MS = 120000;

/**
 * A scan is `trying` until the server answers or the device has decided alone; only then it is
 * `waiting` to be uploaded. What was still `trying` when the page ended was told to nobody: the same
 * ticket at the same gate within two minutes is that reading again, and later it never was one.
 */
export class Outbox {
  #store;
  #vault;
  #entries = new Map(); // by scan id, in the order of reading
  #bodies = new Map(); // what was unsealed, or never had to be
  lasting = true; // until the disk is full, or taken away

  constructor(store, vault) {
    this.#store = store;
    this.#vault = vault;
  }

  async restore() {
    const found = await this.#store.all("outbox");
    for (const entry of found.sort((one, other) => one.readMs - other.readMs)) this.#entries.set(entry.scanId, entry);
  }

  /** How many scans wait to be uploaded. */
  get waiting() {
    return this.#waiting().length;
  }

  /** How many of them were read at this event: others wait until the device is at theirs again. */
  waitingAt(eventId) {
    return this.#waiting().filter((entry) => entry.eventId === eventId).length;
  }

  /** Return the scan that the same reading began before, or null. */
  async begun(scan, nowMs) {
    for (const entry of this.#entries.values()) {
      if (entry.state !== "trying") continue;
      if (nowMs - entry.readMs > SAME_READING_MS) await this.#drop(entry.scanId);
      else {
        const before = await this.#body(entry);
        if (before && same(before, scan)) return before;
      }
    }
    return null;
  }

  /** Write a scan down; resolves when it is on the disk. */
  async add(scan, eventId, readMs) {
    await this.#put({ scanId: scan.scan_id, eventId, readMs, state: "trying" }, scan);
  }

  /** The device has decided alone: the verdict is uploaded with the scan. */
  async decided(scan, offlineCode) {
    const entry = this.#entries.get(scan.scan_id);
    await this.#put({ ...entry, state: "waiting" }, { ...scan, offline_code: offlineCode });
  }

  /** The server has answered, or nobody was let in. */
  async done(scanId) {
    await this.#drop(scanId);
  }

  /** Return up to `limit` scans that wait at this event, the first read first. */
  async batch(eventId, limit) {
    const found = [];
    for (const entry of this.#waiting()) {
      if (entry.eventId !== eventId) continue;
      const body = await this.#body(entry);
      if (body) found.push(body);
      if (found.length === limit) break;
    }
    return found;
  }

  /** Keep a scan that the server did not take, and what it said: somebody has to look at it. */
  async failed(scan, { status, code, detail }) {
    const { readMs } = this.#entries.get(scan.scan_id);
    const sealed = await this.#vault.seal(scan);
    const put = { scanId: scan.scan_id, at: readMs, gateId: scan.gate_id, status, code, detail, sealed };
    await this.#store.write({ table: "failed", put }, { table: "outbox", drop: scan.scan_id });
    this.#forget(scan.scan_id);
  }

  async failures() {
    const found = await this.#store.all("failed");
    return found.map(({ sealed, ...shown }) => shown);
  }

  async dismiss(scanId) {
    await this.#store.write({ table: "failed", drop: scanId });
  }

  #waiting() {
    return [...this.#entries.values()].filter((entry) => entry.state === "waiting");
  }

  async #put(entry, scan) {
    const sealed = await this.#vault.seal(scan);
    this.#entries.set(entry.scanId, { ...entry, sealed });
    this.#bodies.set(entry.scanId, scan);
    await this.#store.write({ table: "outbox", put: { ...entry, sealed } })
      .then(() => { this.lasting = true; }, () => { this.lasting = false; });
  }

  /** The scan of an entry; null if another browser's key sealed it. */
  async #body(entry) {
    if (!this.#bodies.has(entry.scanId)) {
      try {
        this.#bodies.set(entry.scanId, await this.#vault.open(entry.sealed));
      } catch {
        return null;
      }
    }
    return this.#bodies.get(entry.scanId);
  }

  async #drop(scanId) {
    await this.#store.write({ table: "outbox", drop: scanId });
    this.#forget(scanId);
  }

  #forget(scanId) {
    this.#entries.delete(scanId);
    this.#bodies.delete(scanId);
  }
}

/** Return the scan of a reading, as the API takes it. */
export function scanOf({ ticketCode, registrationId, gateId, direction, sessionId, answers, forceReason }, scannedAt) {
  const scan = {
    scan_id: newId(), gate_id: gateId, scanned_at: scannedAt, ticket_code: ticketCode, registration_id: registrationId,
    direction, session_id: sessionId, answers, force_reason: forceReason,
  };
  return Object.fromEntries(Object.entries(scan).filter(([, value]) => value));
}

/** Whether two scans read the same, apart from their ids and times. */
function same(one, other) {
  const said = ({ scan_id, scanned_at, ...rest }) => JSON.stringify(Object.entries(rest).sort());
  return said(one) === said(other);
}
