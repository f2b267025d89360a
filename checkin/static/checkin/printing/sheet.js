// Printing in the browser: one page of the badge's own size, and nothing else of the page on it.

const CLASS = "badge-sheet";

/** A sheet of rules made by the script is no inline style: the page's content policy allows it. */
function rules(layout) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    @page { size: ${layout.width_mm}mm ${layout.height_mm}mm; margin: 0 }
    @media screen { .${CLASS} { display: none } }
    @media print {
      html, body { margin: 0 !important; padding: 0 !important; background: none !important; min-height: 0 !important; display: block !important }
      body > :not(.${CLASS}) { display: none !important }
      .${CLASS} { display: block; margin: 0; break-inside: avoid; print-color-adjust: exact; -webkit-print-color-adjust: exact }
      .${CLASS} svg { display: block; width: ${layout.width_mm}mm; height: ${layout.height_mm}mm }
    }`);
  return sheet;
}

/** Put a badge where only a printer sees it; returns what takes it away again. */
export function laidOut(badge, layout) {
  const sheet = rules(layout);
  const place = document.createElement("div");
  place.className = CLASS;
  place.setAttribute("aria-hidden", "true");
  place.append(badge);
  document.body.append(place);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    place.remove();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
  };
}

/** Print a badge. A browser in kiosk mode asks nobody; others show their window. */
export function printSheet(badge, layout) {
  const clear = laidOut(badge, layout);
  try {
    window.print();
  } finally {
    clear();
  }
}
