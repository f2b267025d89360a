// What passed this device, until the roster tells of it: so that nobody is let in twice here.

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

  /** The server has a scan now, or it counts no more (`undone`). */
  async settle(scanId, sentMs, { undone = false } = {}) {
    for (const row of await this.#store.all("seen")) {
      if (!row.passages.some((each) => each.scanId === scanId)) continue;
      const passages = row.passages
        .filter((each) => !undone || each.scanId !== scanId)
        .map((each) => (each.scanId === scanId ? { ...each, sentMs } : each));
      await this.#store.write({ table: "seen", put: { ...row, passages } });
    }
  }

  /** Forget what a roster of this moment tells of. */
  async prune(rosterAtMs) {
    for (const row of await this.#store.all("seen")) {
      const passages = row.passages.filter((each) => each.sentMs === null || each.sentMs > rosterAtMs - LATE_MS);
      if (!passages.length) await this.#store.write({ table: "seen", drop: row.k });
      else if (passages.length < row.passages.length) await this.#store.write({ table: "seen", put: { ...row, passages } });
    }
  }

  async wipe() {
    await this.#store.write({ table: "seen", clear: true });
  }
}
