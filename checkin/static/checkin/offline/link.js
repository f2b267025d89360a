// Keeps the device in touch: heartbeats, what waits to be uploaded, and the roster.

import { pause, pauseMs, Unreachable } from "../../eventsite/device.js";

const BEAT_MS = 15000;
const LONGEST_PAUSE_MS = 15000; // how late a device notices that the server is back
const ROSTER_MS = 30000;

export class Link {
  #door;
  #running = null;
  #nap = null;
  #refreshing = null;
  #refreshedMs = -Infinity;

  constructor(door) {
    this.#door = door;
    addEventListener("online", () => this.#nap?.controller.abort());
  }

  start() {
    if (this.#running) return;
    this.#running = new AbortController();
    this.#run(this.#running.signal);
  }

  /** Stop; resolves when nothing is under way that could still write. */
  async stop() {
    this.#running?.abort();
    this.#running = null;
    await this.#refreshing;
  }

  /** Something happened that the next turn should not wait for. */
  hurry() {
    if (!this.#nap || this.#nap.hurried) return;
    this.#nap.hurried = true;
    this.#nap.controller.abort();
  }

  async #run(signal) {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#turn(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (this.#door.isWithdrawn(error)) return void (await this.#door.withdrawn());
        failures += 1;
        if (!(error instanceof Unreachable)) console.error(error);
        await this.#door.missed();
        await this.#sleep(pauseMs(failures, LONGEST_PAUSE_MS, error.waitMs), signal, { hurry: false });
        continue;
      }
      await this.#sleep(BEAT_MS, signal, { hurry: true });
    }
  }

  async #turn(signal) {
    await this.#door.beat(signal);
    if (await this.#door.sync()) await this.#door.beat(signal); // with the conflicts that it made
    this.#refresh(signal);
  }

  /** Beside the heartbeats: a whole roster may take longer than one. */
  #refresh(signal) {
    if (this.#refreshing || performance.now() - this.#refreshedMs < ROSTER_MS) return;
    this.#refreshing = this.#door.refresh(signal)
      .then(() => { this.#refreshedMs = performance.now(); })
      .catch((error) => {
        if (this.#door.isWithdrawn(error)) return this.#door.withdrawn();
        if (!(error instanceof Unreachable)) console.error(error);
        return null; // with the next heartbeat
      })
      .finally(() => { this.#refreshing = null; });
  }

  async #sleep(ms, signal, { hurry }) {
    const controller = new AbortController();
    const until = AbortSignal.any([controller.signal, signal]);
    this.#nap = { controller, hurried: !hurry };
    await pause(ms, until);
    this.#nap = null;
  }
}
