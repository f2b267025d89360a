// What is done with a reason: letting in anyway, undoing, printing again.

import { $, open } from "./state.js";

let settle = null;

/** Ask for a reason; returns it, or an empty text when somebody changed their mind. */
export function reasonFor(title, about = "") {
  settle?.("");
  $("reason-title").textContent = title;
  $("reason-about").textContent = about;
  $("reason").value = "";
  open($("reason-dialog"));
  $("reason").focus();
  return new Promise((done) => { settle = done; });
}

export function startReasons() {
  $("reason-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = $("reason").value.trim();
    if (reason.length < 3) return $("reason").focus();
    end(reason);
  });
  $("reason-dialog").addEventListener("close", () => end(""));
}

function end(reason) {
  const done = settle;
  settle = null;
  if ($("reason-dialog").open) $("reason-dialog").close();
  done?.(reason);
}
