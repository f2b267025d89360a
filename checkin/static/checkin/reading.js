// One input for hands and hand scanners. A hand scanner is a fast keyboard that ends with Enter.

const EDITABLE = "input, textarea, select, [contenteditable]";

/**
 * Call `onCode` with each code that is typed or scanned, wherever the focus is.
 *
 * The first character brings the focus into the input before the browser writes it, so nothing of
 * a scan is lost; Tab still reaches everything else. `ready()` says whether scans are wanted now;
 * `wake()` is called before the first character of a scan that began outside the input.
 */
export function reading(form, input, { ready, wake, onCode }) {
  const isCharacter = (key) => key.key.length === 1 && !key.ctrlKey && !key.metaKey && !key.altKey;

  addEventListener("keydown", (key) => {
    if (!ready() || !isCharacter(key) || key.target === input) return;
    if (key.target instanceof Element && key.target.closest(EDITABLE)) return;
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
