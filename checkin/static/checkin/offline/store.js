// What the device keeps when the page is closed: IndexedDB, or memory where there is none.

const NAME = "eventsite-door";
const VERSION = 1;

/** Tables and their keys; null means that the key is given with each value. */
const TABLES = {
  kept: null, // device status, vault key, clock, where the roster stands
  outbox: "scanId", // scans without an answer of the server, sealed
  failed: "scanId", // scans that the server did not take, sealed
  seen: "k", // what passed this device, by record of the roster
  roster0: "k", // the roster, and the next one while it is loaded
  roster1: "k",
};

/** Open the store. `lasting` says whether a reload finds it again. */
export async function openStore() {
  if (!globalThis.indexedDB || !globalThis.crypto?.subtle) return new MemoryStore();
  try {
    const store = new LastingStore(await opened());
    navigator.storage?.persist?.().catch(() => false); // asked, not needed
    return store;
  } catch {
    return new MemoryStore(); // private windows of some browsers
  }
}

function opened() {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    for (const [table, keyPath] of Object.entries(TABLES)) {
      request.result.createObjectStore(table, keyPath ? { keyPath } : {});
    }
  };
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
    request.onblocked = () => failed(new Error("blocked"));
  });
}

const answered = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

class LastingStore {
  lasting = true;
  #base;

  constructor(base) {
    this.#base = base;
    base.onversionchange = () => base.close();
  }

  get(table, key) {
    return answered(this.#base.transaction(table).objectStore(table).get(key));
  }

  all(table) {
    return answered(this.#base.transaction(table).objectStore(table).getAll());
  }

  count(table) {
    return answered(this.#base.transaction(table).objectStore(table).count());
  }

  /**
   * Run writes all or not at all. Each is `{ table, put, key }`, `{ table, drop }` with a key, or
   * `{ table, clear: true }`; resolves when they are on the disk.
   */
  write(...writes) {
    const tables = [...new Set(writes.map((write) => write.table))];
    const transaction = this.#base.transaction(tables, "readwrite", { durability: "strict" });
    for (const { table, put, key, drop, clear } of writes) {
      const target = transaction.objectStore(table);
      if (clear) target.clear();
      else if (drop !== undefined) target.delete(drop);
      else if (key === undefined) target.put(put);
      else target.put(put, key);
    }
    return new Promise((done, failed) => {
      transaction.oncomplete = () => done();
      transaction.onabort = () => failed(transaction.error);
    });
  }

  async wipe() {
    await this.write(...Object.keys(TABLES).map((table) => ({ table, clear: true })));
  }
}

class MemoryStore {
  lasting = false;
  #tables = new Map(Object.keys(TABLES).map((table) => [table, new Map()]));

  async get(table, key) {
    return this.#tables.get(table).get(key);
  }

  async all(table) {
    return [...this.#tables.get(table).values()];
  }

  async count(table) {
    return this.#tables.get(table).size;
  }

  async write(...writes) {
    for (const { table, put, key, drop, clear } of writes) {
      const rows = this.#tables.get(table);
      if (clear) rows.clear();
      else if (drop !== undefined) rows.delete(drop);
      else rows.set(key ?? put[TABLES[table]], put);
    }
  }

  async wipe() {
    for (const rows of this.#tables.values()) rows.clear();
  }
}
