// Hands and hand scanners. A hand scanner is a fast keyboard that ends with Enter.

const EDITABLE = "input, textarea, select, [contenteditable]";
/** Where somebody is asked for something, a letter is an answer. */
const ASKED = "dialog[open], #questions:not([hidden])";
/** Between two keys of a scanner on a busy machine. Source: measured; at 60 ms scans were lost. */
const GAP_MS = 300;
/** Nobody types this into a field: the base32 text of a ticket. */
const TICKET = /^[A-Z2-7]{100,160}$/i;

/**
 * Call `onCode` with each code that is typed or scanned, wherever the focus is.
 *
 * The first character brings the focus into the input before the browser writes it, so nothing of
 * a scan is lost; Tab still reaches everything else. In another field a ticket is known by its
 * shape and speed, and the field gets its text back. `ready()` says whether scans are wanted now;
 * `wake()` is called before a scan that began outside the input.
 */
export function reading(form, input, { ready, wake, onCode }) {
  const burst = { text: "", at: 0, field: null, before: "" };

  function restart(field) {
    burst.text = "";
    burst.field = field;
    burst.before = field?.value ?? "";
  }

  /** Return the ticket that ends with this key, if one was scanned into another field. */
  function scanned(key) {
    const field = key.target instanceof Element ? key.target.closest(EDITABLE) : null;
    if (key.timeStamp - burst.at > GAP_MS || field !== burst.field) restart(field);
    burst.at = key.timeStamp;
    if (isCharacter(key)) burst.text += key.key;
    const found = key.key === "Enter" && TICKET.test(burst.text) ? burst.text : "";
    if (key.key === "Enter") burst.text = "";
    return found;
  }

  addEventListener("keydown", (key) => {
    if (!ready()) return;
    const ticket = scanned(key);
    if (key.target === input) return;
    if (ticket) {
      key.preventDefault();
      key.stopPropagation();
      if (burst.field) burst.field.value = burst.before;
      input.value = "";
      wake();
      onCode(ticket);
      return;
    }
    const inField = key.target instanceof Element && key.target.closest(EDITABLE);
    if (inField || !isCharacter(key) || document.querySelector(ASKED)) return;
    if (key.key === " ") return; // presses the button that has the focus
    wake();
    input.focus();
  }, true);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = input.value.trim();
    input.value = "";
    if (code) onCode(code);
  });
}

function isCharacter(key) {
  return key.key.length === 1 && !key.ctrlKey && !key.metaKey && !key.altKey;
}
