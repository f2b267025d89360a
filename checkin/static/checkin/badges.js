// Badges: printed by themselves at the first admission, and again with a reason.

import { call } from "../eventsite/device.js";
import { showBar } from "./bar.js";
import { printBadge, printer, PRINTERS, printerState, usePrinter } from "./printing/printing.js";
import { WORDS } from "./printing/words.js";
import { reasonFor } from "./reasons.js";
import { $, may, mood, state } from "./state.js";
import { hold, holdAgain, isShown } from "./verdicts.js";
import { learn, t } from "./words.js";

const STATE_MS = 15000;

export function startBadges() {
  learn(WORDS);
  $("print-again").addEventListener("click", printAgain);
  $("printer-choice").addEventListener("change", () => {
    usePrinter($("printer-choice").value);
    tellPrinter();
  });
  setInterval(tellPrinter, STATE_MS);
}

/** Fill the choice of printers in the settings. */
export function offerPrinters() {
  $("printer-choice").closest("p").hidden = !may("badge");
  $("printer-choice").replaceChildren(...PRINTERS.map((kind) => new Option(t(`printer_${kind}`), kind)));
  $("printer-choice").value = printer();
}

/** Say how the printer is, in the bar and in the next heartbeat. */
export async function tellPrinter() {
  if (!state.door) return;
  const how = may("badge") ? await printerState() : "none";
  showBar({ printer: how });
  state.door?.report?.({ printer: how });
}

/** Print the badge of the guest whose verdict is shown; it stays until there is paper or a reason. */
export async function printFirst(guest) {
  hold();
  mood("printing");
  $("print-words").textContent = t("printing");
  const words = await print(guest, "");
  if (guest !== state.last || !isShown()) return;
  $("print-words").textContent = words;
  mood("verdict");
  holdAgain();
}

async function printAgain() {
  const guest = state.last;
  const reason = await reasonFor(t("print_title"), t("print_about"));
  if (!reason) return;
  $("notice").textContent = t("printing");
  $("notice").textContent = await print(guest, reason);
}

async function print({ who, verdict, badge }, reason) {
  const { layouts = [], types = [] } = state.device;
  const about = { layouts, types, offlineBadge: badge, reason, call, t };
  const names = { registrationId: verdict.registration_id, ticketCode: who.ticketCode };
  try {
    const { state: how, words } = await printBadge({ ...about, ...names });
    if (how === "failed") tellPrinter();
    return words;
  } catch (error) {
    console.error(error);
    return t("badge_failed");
  }
}
