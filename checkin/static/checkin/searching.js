// Finding a guest by hand, and checking in whom one found. Needs the server.

import { call, Refused } from "../eventsite/device.js";
import { $, button, open } from "./state.js";
import { has, t } from "./words.js";

let next = null;
let asked = 0;

/** `onGuest(registrationId)` is called for the guest that was chosen. */
export function startSearch(onGuest) {
  $("open-search").addEventListener("click", () => {
    clear();
    open($("search-dialog"));
    $("query").focus();
  });
  $("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    clear();
    find(onGuest);
  });
  $("more-found").addEventListener("click", () => find(onGuest));
  $("search-dialog").addEventListener("close", clear); // no name stays behind
}

function clear() {
  next = null;
  asked += 1;
  $("found").replaceChildren();
  $("search-words").textContent = "";
  $("more-found").hidden = true;
}

async function find(onGuest) {
  const mine = (asked += 1);
  const query = new URLSearchParams({ query: $("query").value.trim() });
  if (next) query.set("cursor", next);
  try {
    const answer = await call("GET", `guests?${query}`);
    if (mine !== asked) return;
    next = answer.next;
    $("found").append(...answer.guests.map((guest) => row(guest, onGuest)));
    const count = $("found").children.length;
    $("search-words").textContent = count ? t("search_found", { count }) : t("search_none");
    $("more-found").hidden = !next;
  } catch (error) {
    if (mine === asked) $("search-words").textContent = error instanceof Refused ? error.message : t("search_offline");
  }
}

function row(guest, onGuest) {
  const made = button("", () => {
    $("search-dialog").close();
    onGuest(guest.registration_id);
  });
  const name = document.createElement("strong");
  name.textContent = guest.name;
  const facts = document.createElement("span");
  const status = `status_${guest.status}`;
  const here = guest.inside ? t("is_inside") : guest.first_at ? t("was_here") : "";
  facts.textContent = [guest.type_name, has(status) ? t(status) : guest.status, here].filter(Boolean).join(" · ");
  made.append(name, facts);
  return made;
}
