// The server's time, as far as this device knows it.

const KEPT = "clock";

/**
 * Two hands: the device's clock, corrected by what the server said last, and the time since then
 * as the page counts it. The later of both is taken: the page's count stands still while the device
 * sleeps, and the device's clock may be set back, which must not make a lease longer.
 */
export class Clock {
  #store;
  #aheadMs = 0;
  #floorMs = 0;
  #heard = null;

  constructor(store) {
    this.#store = store;
  }

  async restore() {
    const kept = await this.#store.get("kept", KEPT);
    this.#aheadMs = kept?.aheadMs ?? 0;
    this.#floorMs = kept?.latestMs ?? 0;
  }

  /** Milliseconds since 1970, by the server's clock. */
  now() {
    const byPage = this.#heard ? this.#heard.serverMs + performance.now() - this.#heard.pageMs : 0;
    return Math.max(Date.now() + this.#aheadMs, byPage, this.#floorMs);
  }

  iso() {
    return new Date(this.now()).toISOString();
  }

  /** Take the time from an answer that took `tookMs`: the server wrote it about half way. */
  async learn(serverTime, tookMs) {
    const serverMs = Date.parse(serverTime) + tookMs / 2;
    this.#aheadMs = serverMs - Date.now();
    this.#heard = { serverMs, pageMs: performance.now() };
    this.#floorMs = 0;
    await this.keep();
  }

  /** Remember how late it is, for a reload without the server. */
  async keep() {
    const put = { aheadMs: this.#aheadMs, latestMs: this.now() };
    await this.#store.write({ table: "kept", put, key: KEPT });
  }
}
