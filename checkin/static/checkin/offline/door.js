// The door: scans get verdicts with the server or without it, and reach it sooner or later.

import { Refused, Unreachable } from "../../eventsite/device.js";
import { decideAlone } from "./alone.js";
import { Clock } from "./clock.js";
import { Link } from "./link.js";
import { Outbox, scanOf } from "./outbox.js";
import { Roster } from "./roster.js";
import { Seen } from "./seen.js";
import { openStore } from "./store.js";
import { upload, within } from "./sync.js";
import { openVault } from "./vault.js";

const TRY_MS = 1500; // as long as a guest may wait
const TRY_AGAIN_MS = 300; // while there was no answer lately: enough for a server that is back
const WITHDRAWN = 401;

/**
 * Open the door of this device. `call` is device.js's; `onState` is told whenever something changed:
 * `{ online, toSync, rosterAt, rosterCount, device, conflicts, problem, failed }`.
 *
 * `problem` is empty, `memory_only` (a reload forgets what waits), `insecure` (no decisions alone),
 * `lease_over`, or `revoked`.
 */
export async function openDoor({ call, onState }) {
  const store = await openStore();
  const door = new Door(store, await openVault(store), call, onState);
  await door.restore();
  return door;
}

class Door {
  #store; #call; #onState; #clock; #outbox; #roster; #seen; #link;
  #failed = [];
  #revoked = false;
  #uploading = null;
  #report = { gateId: "", printer: "none" };
  online = false;
  device = null;

  constructor(store, vault, call, onState) {
    this.#store = store;
    this.#call = call;
    this.#onState = onState;
    this.#clock = new Clock(store);
    this.#outbox = new Outbox(store, vault);
    this.#roster = new Roster(store, this.#clock);
    this.#seen = new Seen(store);
    this.#link = new Link(this);
  }

  async restore() {
    await this.#clock.restore();
    await this.#outbox.restore();
    await this.#roster.restore();
    this.#failed = await this.#outbox.failures();
    this.device = (await this.#store.get("kept", "device")) ?? null;
    await this.#endLease();
  }

  start() {
    this.tell();
    this.#link.start();
  }

  stop() { this.#link.stop(); }

  /** Say in the next heartbeat where the device stands and how its printer is. */
  report(more) { Object.assign(this.#report, more); }

  /** Whether the device was without the server for so long that it must not decide any more. */
  get leaseOver() {
    const until = this.device?.lease_until;
    return Boolean(until) && this.#clock.now() > Date.parse(until);
  }

  /**
   * Return `{ verdict, offline, badge, scanId }`. The scan is on the disk before the network is
   * tried. Throws Refused when the server takes no such scan; having no network is no error.
   */
  async scan(asked) {
    const wanted = scanOf(asked, this.#clock.iso());
    const scan = (await this.#outbox.begun(wanted, this.#clock.now())) ?? wanted;
    await this.#outbox.add(scan, this.device?.event.event_id ?? "", this.#clock.now());
    const verdict = await this.#asked(scan);
    if (!verdict) return this.#decided(scan);
    await this.#outbox.done(scan.scan_id);
    if (verdict.code === "ok") await this.#seen.noteAnswered(this.device, scan, verdict, this.#clock.now());
    this.tell();
    return { verdict, offline: false, badge: null, scanId: scan.scan_id };
  }

  /** The server knows that a scan counts no more. */
  async undone(scanId) {
    await this.#seen.undo(scanId);
  }

  /** Somebody has read why a scan was not taken. */
  async dismiss(scanId) {
    await this.#outbox.dismiss(scanId);
    this.#failed = await this.#outbox.failures();
    this.tell();
  }

  /** Wipe everything from this device, also what was not uploaded. */
  async forget() {
    await this.#link.stop();
    await this.#store.wipe();
    this.device = null;
  }

  tell() {
    this.#onState({
      online: this.online,
      toSync: this.#outbox.waiting,
      rosterAt: this.#roster.at,
      rosterCount: this.#roster.count,
      device: this.device,
      conflicts: this.device?.conflicts ?? [],
      problem: this.#problem(),
      failed: this.#failed,
    });
  }

  #problem() {
    if (this.#revoked) return "revoked";
    if (this.leaseOver) return "lease_over";
    if (!globalThis.crypto?.subtle) return "insecure";
    return this.#store.lasting && this.#outbox.lasting ? "" : "memory_only";
  }

  // -- one scan -------------------------------------------------------------------------------
  /** The server's verdict; null when there is none in time. */
  async #asked(scan) {
    const signal = AbortSignal.timeout(this.online || !this.device ? TRY_MS : TRY_AGAIN_MS);
    try {
      // What this device let in alone comes first, or the server would let it in once more.
      if (this.#owes) await within(signal, this.#upload());
      if (this.#owes) return null;
      const body = { ...scan, sent_at: this.#clock.iso() };
      const verdict = await this.#call("POST", "scans", { body, signal });
      this.online = true;
      return verdict;
    } catch (error) {
      if (error instanceof Unreachable) {
        this.#lost();
        return null;
      }
      await this.#outbox.done(scan.scan_id); // nobody was let in
      if (error.status === WITHDRAWN) await this.withdrawn();
      throw error;
    }
  }

  async #decided(scan) {
    const nowMs = this.#clock.now();
    const device = this.leaseOver ? null : this.device;
    const { verdict, badge, key, passage } = await decideAlone(scan, {
      device, roster: this.#roster, seen: this.#seen, nowMs,
    });
    if (verdict.code === "undecided") await this.#outbox.done(scan.scan_id);
    else await this.#outbox.decided(scan, verdict.code);
    if (verdict.code === "ok") await this.#seen.note(key, passage, { answered: Boolean(scan.answers) });
    this.#link.hurry();
    this.tell();
    return { verdict, offline: true, badge, scanId: scan.scan_id };
  }

  #lost() {
    this.online = false;
    this.#link.hurry();
  }

  /** Whether scans wait that the server takes from this device. */
  get #owes() {
    return this.#outbox.waitingAt(this.device?.event.event_id) > 0;
  }

  // -- what the link does, again and again ------------------------------------------------------
  /** Tell the server that the device lives, and learn what it has to know. Throws as `call`. */
  async beat(signal) {
    const started = performance.now();
    const body = {
      sent_at: new Date().toISOString(), to_sync: this.#outbox.waiting, roster_at: this.#roster.at,
      printer: this.#report.printer, app: "kiosk",
      ...(this.#report.gateId && { gate_id: this.#report.gateId }),
    };
    this.device = await this.#call("POST", "device", { body, signal });
    this.online = true;
    this.#revoked = false;
    await this.#clock.learn(this.device.server_time, performance.now() - started);
    await this.#store.write({ table: "kept", put: this.device, key: "device" });
    this.tell();
  }

  /** Upload what waits; one upload at a time. */
  #upload() {
    this.#uploading ??= upload(this.#outbox, this.device?.event.event_id, {
      call: this.#call, clock: this.#clock,
      onAnswer: (scan, verdict) => this.#seen.settle(this.device, scan, verdict, this.#clock.now()),
    }).finally(async () => {
      this.#uploading = null;
      this.#failed = await this.#outbox.failures();
      this.tell();
    });
    return this.#uploading;
  }

  /** Upload what waits; returns whether that was something. */
  async sync() {
    if (!this.#owes) return false;
    await this.#upload();
    return true;
  }

  async refresh(signal) {
    if (!this.device?.rights.includes("scan")) return;
    const call = (method, path, more) => this.#call(method, path, { ...more, signal });
    await this.#roster.refresh(call, this.device.event.event_id);
    await this.#seen.prune(Date.parse(this.#roster.at));
    this.tell();
  }

  /** The server did not answer a heartbeat. */
  async missed() {
    this.online = false;
    await this.#clock.keep();
    await this.#endLease();
    this.tell();
  }

  /** The server knows this device no more: what it could give away goes, what it owes stays. */
  async withdrawn() {
    this.stop();
    this.#revoked = true;
    this.online = false;
    this.device = null;
    await this.#forgetGuests();
    await this.#store.write({ table: "kept", drop: "device" });
    this.tell();
  }

  async #endLease() {
    if (this.leaseOver && this.#roster.begun) await this.#forgetGuests();
  }

  async #forgetGuests() {
    await this.#roster.wipe();
    await this.#seen.wipe();
  }

  isWithdrawn(error) {
    return error instanceof Refused && error.status === WITHDRAWN;
  }
}
