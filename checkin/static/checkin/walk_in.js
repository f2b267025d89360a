// Registering somebody who came without a ticket. Needs the server.

import { call, Refused } from "../eventsite/device.js";
import { newId } from "./ids.js";
import { $, open, state } from "./state.js";
import { t } from "./words.js";

let key = "";

/** `onTicket(code)` is called with the new ticket, `onWords(text)` when it lets nobody in yet. */
export function startWalkIns(onTicket, onWords) {
  $("open-walk-in").addEventListener("click", () => {
    const types = state.device.types ?? [];
    $("walk-in-type").replaceChildren(...types.map((type) => new Option(type.name, type.type_id)));
    $("walk-in-error").textContent = "";
    key = newId();
    open($("walk-in-dialog"));
    $("walk-in-name").focus();
  });
  // Another name is another guest; the same form sent twice is one.
  $("walk-in-form").addEventListener("input", () => { key = newId(); });
  $("walk-in-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    $("walk-in-error").textContent = "";
    try {
      const made = await register();
      $("walk-in-dialog").close();
      if (made.ticket_code) onTicket(made.ticket_code);
      else onWords(t("walk_in_unpaid"));
    } catch (error) {
      $("walk-in-error").textContent = error instanceof Refused ? error.message : t("no_connection");
    }
  });
}

function register() {
  const event = encodeURIComponent(state.device.event.event_id);
  const guest = { name: $("walk-in-name").value.trim() };
  const email = $("walk-in-email").value.trim();
  if (email) guest.email = email;
  const body = { type_id: $("walk-in-type").value, guest };
  return call("POST", `events/${event}/walk-ins`, { body, key });
}
