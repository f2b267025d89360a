// The last guest: what was said, and undoing it. It is shown without a name.

import { call, Refused } from "../eventsite/device.js";
import { newId } from "./ids.js";
import { reasonFor } from "./reasons.js";
import { $, may, state, zone } from "./state.js";
import { words } from "./verdicts.js";
import { t, timeAt } from "./words.js";

/** Keep the last guest (or show again who is kept); who is refused ends nobody's undoing. */
export function showLast(guest) {
  if (guest) state.last = guest.undoable || !state.last ? guest : { ...state.last, said: guest.verdict };
  const { last } = state;
  const said = last?.said ?? last?.verdict;
  $("last").textContent = said ? t("last", { time: time(said), says: words(said) }) : "";
  $("undo").hidden = !last?.undoable || !may("force");
  $("print-again").hidden = !last?.undoable || !may("badge") || !state.device.layouts?.length;
}

export function startUndoing() {
  $("undo").addEventListener("click", undo);
}

async function undo() {
  const { verdict, scanId } = state.last;
  const about = t("undo_about", { type: verdict.type_name, time: time(verdict) });
  const undone = state.last;
  const reason = await reasonFor(t("undo_title"), about);
  if (!reason) return;
  const body = { undo_id: (undone.undoId ??= newId()), reason };
  try {
    await call("POST", `scans/${scanId}/undo`, { body });
    undone.undoable = false;
    await state.door.undone?.(scanId);
    $("notice").textContent = t("undone");
  } catch (error) {
    $("notice").textContent = error instanceof Refused ? error.message : t("no_connection");
  }
  showLast();
}

function time(verdict) {
  return timeAt(verdict.scanned_at ?? verdict.decided_at, zone());
}
