// The roster on this device: loaded page by page, kept up to date, and opened by the ticket shown.

import { fromBase64url, fromHex, fromUtf8, joined, toBase64url, utf8 } from "./bytes.js";

const LABEL = "eventsite-roster-1";
const KEY_BYTES = 16;
const PAGE_MS = 30000;
const RESUMED_MS = 3600000; // an older beginning is not gone on with
const WHOLE_MS = 6 * 3600000; // after that the whole is loaded again: a change may have been missed

/** Return what stands for a registration in the roster of an event. */
export async function recordKey(eventNumber, registrationId) {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, eventNumber);
  const said = joined(utf8(`${LABEL}\0`), number, fromHex(registrationId));
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", said)).slice(0, KEY_BYTES));
}

/** Return `{ name, lines }` of a record; null when this ticket does not open it. */
export async function openRecord(record, ticket) {
  if (!record?.c) return null;
  const salt = fromBase64url(record.k);
  try {
    const signature = await crypto.subtle.importKey("raw", ticket.signature, "HKDF", false, ["deriveKey"]);
    const made = { name: "HKDF", hash: "SHA-256", salt, info: utf8(LABEL) };
    const key = await crypto.subtle.deriveKey(made, signature, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    const seal = { name: "AES-GCM", iv: fromBase64url(record.n), additionalData: salt };
    return JSON.parse(fromUtf8(await crypto.subtle.decrypt(seal, key, fromBase64url(record.c))));
  } catch {
    return null; // another ticket of the guest, signed with an older key
  }
}

/**
 * Two tables take turns: one is in use while the next is loaded, and then the other is in use at
 * once. So the roster is always a whole one, and a load that was cut short goes on where it was.
 */
export class Roster {
  #store;
  #clock;
  #now = null; // { table, eventId, at, shape, wholeMs } of the one in use
  #next = null; // { table, eventId, at, shape, cursor, startedMs } of the one that is loaded
  #count = 0;

  constructor(store, clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async restore() {
    this.#now = (await this.#store.get("kept", "roster")) ?? null;
    this.#next = (await this.#store.get("kept", "loading")) ?? null;
    await this.#recount();
  }

  /** Whether there is anything of it. */
  get begun() {
    return Boolean(this.#now ?? this.#next);
  }

  /** As of when every registration of the event is in it; null while it is not. */
  get at() {
    return this.#now?.at ?? null;
  }

  get count() {
    return this.#count;
  }

  /** Return the record of a key, or null; also out of one that is still being loaded. */
  async find(key) {
    const tables = [this.#now?.table, this.#next?.table].filter(Boolean);
    for (const table of tables) {
      const record = await this.#store.get(table, key);
      if (record) return record;
    }
    return null;
  }

  /** Load the roster, or what changed in it. Throws what `call` throws; what was loaded stays. */
  async refresh(call, eventId) {
    if ((this.#now ?? this.#next) && (this.#now ?? this.#next).eventId !== eventId) await this.wipe();
    const old = !this.#now || this.#clock.now() - this.#now.wholeMs > WHOLE_MS;
    if (old || this.#next) return this.#loadWhole(call, eventId, null);
    const { at, shape } = this.#now;
    let page = await this.#page(call, { since: at, shape });
    const reached = page.roster_at;
    for (;;) {
      if (page.full) return this.#loadWhole(call, eventId, page);
      await this.#apply(page.records);
      if (!page.next) break;
      page = await this.#page(call, { cursor: page.next });
    }
    this.#now = { ...this.#now, at: reached };
    await this.#store.write({ table: "kept", put: this.#now, key: "roster" });
    return this.#recount();
  }

  /** Forget everything. */
  async wipe() {
    this.#now = this.#next = null;
    this.#count = 0;
    await this.#store.write(
      { table: "roster0", clear: true },
      { table: "roster1", clear: true },
      { table: "kept", drop: "roster" },
      { table: "kept", drop: "loading" },
    );
  }

  async #loadWhole(call, eventId, first) {
    const stale = this.#next && this.#clock.now() - this.#next.startedMs > RESUMED_MS;
    if (first || !this.#next || stale) await this.#begin(eventId);
    let page = first ?? (await this.#pageOrAnew(call, eventId));
    for (;;) {
      this.#next = { ...this.#next, at: this.#next.at ?? page.roster_at, shape: page.shape, cursor: page.next };
      const { table } = this.#next;
      const records = page.records.map((record) => ({ table, put: record }));
      await this.#store.write(...records, { table: "kept", put: this.#next, key: "loading" });
      if (!page.next) break;
      page = await this.#page(call, { cursor: page.next });
    }
    await this.#takeOver();
  }

  async #begin(eventId) {
    const table = this.#now?.table === "roster0" ? "roster1" : "roster0";
    this.#next = { table, eventId, at: null, cursor: null, startedMs: this.#clock.now() };
    await this.#store.write({ table, clear: true }, { table: "kept", put: this.#next, key: "loading" });
  }

  /** The next page of a load that was cut short; from the beginning if the server forgot where. */
  async #pageOrAnew(call, eventId) {
    if (!this.#next.cursor) return this.#page(call, {});
    try {
      return await this.#page(call, { cursor: this.#next.cursor });
    } catch (error) {
      if (error.code !== "bad_cursor") throw error;
      await this.#begin(eventId);
      return this.#page(call, {});
    }
  }

  async #takeOver() {
    const { table, eventId, at, shape } = this.#next;
    const before = this.#now?.table;
    this.#now = { table, eventId, at, shape, wholeMs: this.#clock.now() };
    this.#next = null;
    await this.#store.write(
      { table: "kept", put: this.#now, key: "roster" },
      { table: "kept", drop: "loading" },
      ...(before && before !== table ? [{ table: before, clear: true }] : []),
    );
    await this.#recount();
  }

  #page(call, asked) {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    return call("GET", `roster?${query}`, { patienceMs: PAGE_MS });
  }

  async #apply(records) {
    const { table } = this.#now;
    if (!records.length) return;
    await this.#store.write(...records.map((record) => (
      record.s === "gone" ? { table, drop: record.k } : { table, put: record }
    )));
  }

  async #recount() {
    this.#count = this.#now ? await this.#store.count(this.#now.table) : 0;
  }
}
