// Brings the outbox to the server: in order, in batches, as often as it takes.

import { Refused } from "../../eventsite/device.js";

const BATCH = 100;
const BATCH_MS = 20000;

/**
 * Upload what waits. `onAnswer(scan, verdict)` is told of each scan that the server has.
 *
 * Scan ids make it harmless to send a batch again whose answer was lost. Throws Unreachable, and
 * Refused when it is the device that is refused; a scan that is refused is kept as failed.
 */
export async function upload(outbox, eventId, { call, clock, onAnswer }) {
  let limit = BATCH;
  for (;;) {
    const scans = await outbox.batch(eventId, limit);
    if (!scans.length) return;
    try {
      const body = { sent_at: clock.iso(), scans };
      const { answers } = await call("POST", "scans/batch", { body, patienceMs: BATCH_MS });
      await taken(outbox, scans, answers, onAnswer);
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401 || error.status === 403) throw error;
      if (scans.length > 1) limit = 1; // one of them is malformed: find out which
      else await outbox.failed(scans[0], { status: error.status, code: error.code, detail: error.message });
    }
  }
}

async function taken(outbox, scans, answers, onAnswer) {
  const byId = new Map(answers.map((answer) => [answer.scan_id, answer]));
  for (const scan of scans) {
    const answer = byId.get(scan.scan_id);
    if (answer?.status === 200) {
      await outbox.done(scan.scan_id);
      await onAnswer(scan, answer.verdict);
    } else {
      const { code = "error", detail = "" } = answer?.error ?? {};
      await outbox.failed(scan, { status: answer?.status ?? 0, code, detail });
    }
  }
}

/** Wait for work, or until `signal` is aborted; the work goes on. */
export function within(signal, work) {
  const ended = new Promise((done) => { signal.addEventListener("abort", () => done(), { once: true }); });
  return Promise.race([work, ended]);
}
