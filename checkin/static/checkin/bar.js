// The bar: the link to the server, what is not sent yet, how old the guest list is, who is inside.

import { $, button, may, open, state, zone } from "./state.js";
import { has, t, timeAt } from "./words.js";

const told = {
  link: "unknown", toSync: 0, rosterAt: null, conflicts: [], failed: [], problem: "", printer: "none",
};

/** Keep what changed and write the bar anew. */
export function showBar(news = {}) {
  Object.assign(told, news);
  const { device } = state;
  $("device-name").textContent = device ? `${device.event.title} · ${device.name}` : "";
  $("link").dataset.link = told.link;
  write("link-text", { online: t("online"), offline: t("offline") }[told.link] ?? t("not_connected"));
  write("to-sync", told.toSync ? t("to_sync", { count: told.toSync }) : "");
  write("roster", device ? age(told.rosterAt) : "");
  write("printer", may("badge") && has(`printer_${told.printer}`) ? t(`printer_${told.printer}`) : "");
  write("storage", has(`problem_${told.problem}`) ? t(`problem_${told.problem}`) : "");
  write("counts", device ? counts(device).join(" · ") : "");
  showConflicts();
}

export function startBar() {
  $("show-conflicts").addEventListener("click", () => open($("conflicts-dialog")));
  setInterval(() => showBar(), 30000); // the list grows older by itself
}

/** Readers of the screen hear what changed, not what was written again. */
function write(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}

function age(rosterAt) {
  if (!rosterAt) return t("roster_none");
  const minutes = Math.floor((Date.now() - Date.parse(rosterAt)) / 60000);
  const key = minutes < 1 ? "age_now" : minutes < 120 ? "age_minutes" : "age_hours";
  const count = minutes < 120 ? minutes : Math.floor(minutes / 60);
  return t("roster_age", { age: t(key, { count }) });
}

/** The gate's zone and those around it that have a limit; the event's own count otherwise. */
function counts(device) {
  const zones = device.zones ?? [];
  const found = [];
  for (let id = state.gate?.zone_id; id; ) {
    const here = zones.find((one) => one.zone_id === id);
    if (!here || found.includes(here)) break;
    if (here.limit != null || !found.length) found.push(here);
    id = here.within;
  }
  const said = found.map((one) => t(one.limit == null ? "inside" : "inside_of", {
    zone: one.name, inside: one.inside, limit: one.limit,
  }));
  if (said.length || !device.counts) return said;
  return [t("inside", { zone: device.event.title, inside: device.counts.inside })];
}

function showConflicts() {
  const { conflicts, failed } = told;
  const count = conflicts.length + failed.length;
  $("conflicts").hidden = !count;
  write("conflicts-words", count ? t("conflicts_some", { count }) : "");
  $("conflict-list").replaceChildren(...conflicts.map((conflict) => {
    const item = document.createElement("li");
    const code = `code_${conflict.reason}`;
    const reason = conflict.reason === "twice" || !has(code) ? t("conflict_twice") : t(code);
    const times = [conflict.first, conflict.second].filter(Boolean).map(passage);
    item.textContent = `${reason}: ${times.join("; ")}`;
    return item;
  }), ...failed.map(refusedScan));
  if (!count && $("conflicts-dialog").open) $("conflicts-dialog").close();
}

/** A scan that the device decided alone and the server takes for malformed: only people can help. */
function refusedScan(one) {
  const item = document.createElement("li");
  item.append(`${t("failed_scan")} ${timeAt(one.at, zone())}: ${one.detail} `);
  item.append(button(t("seen"), () => state.door.dismiss(one.scanId)));
  return item;
}

function passage(one) {
  return `${timeAt(one.at, zone())}, ${one.gate_name || one.gate_id}`;
}
