// The agent of a label printer: a small program on this computer that takes labels over HTTP.
//
// Its interface is in docs/badges.md. Where there is none, nobody calls it.

const AGENT = "http://127.0.0.1:9180";
const CALL_MS = 3000;

/** The printer or its agent did not take a label. `reason` is what it said, or empty. */
export class PrinterDown extends Error {
  constructor(reason = "") {
    super(reason || "The printer does not answer.");
    this.reason = reason;
  }
}

async function ask(path, options = {}) {
  try {
    const response = await fetch(AGENT + path, {
      ...options, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(CALL_MS),
    });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  } catch {
    throw new PrinterDown();
  }
}

/** What the printer says of itself: `{state: "ready"|"busy"|"error", dpi, reason}`. */
export async function agentStatus() {
  const { status, body } = await ask("/status");
  if (status !== 200) throw new PrinterDown(body.reason);
  return { state: body.state ?? "error", dpi: body.dpi === 300 ? 300 : 203, reason: body.reason ?? "" };
}

/** Hand a label over. The same job again is not printed twice: 409 is as good as taken. */
export async function printLabel(jobId, data) {
  const { status, body } = await ask("/print", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ job_id: jobId, format: "zpl", data }),
  });
  if (status !== 202 && status !== 409) throw new PrinterDown(body.reason);
}
