// Where what stands on a badge, in millimetres: the same numbers as core/domain/badges.py.

export const SERIAL_HEIGHT = 3;

const within = (value, least, most) => Math.min(Math.max(value, least), most);
const box = (left, top, width, height) => ({ left, top, width, height });

/**
 * Return where everything of a badge stands.
 *
 * The ticket type is written into the band, unless it is what the badge says first. The code is
 * beside the text where the badge is broad, else below it.
 */
export function arranged(layout) {
  const { width_mm: width, height_mm: height } = layout;
  const margin = within(Math.min(width, height) * 0.06, 2, 6);
  const bandLine = layout.lines.slice(1).includes("type") ? "type" : "";
  const deep = bandLine ? within(height * 0.18, 5, 18) : within(height * 0.06, 2, 5);
  const lines = layout.lines.filter((line) => line !== bandLine);
  const top = deep + margin / 2;
  const bottom = height - margin;
  const broad = width >= height * 1.2;
  const inner = box(margin, top, width - 2 * margin, bottom - top);
  const below = box(margin, bottom - SERIAL_HEIGHT, inner.width, SERIAL_HEIGHT);
  let code = null;
  let serial = below;
  let text = box(margin, top, inner.width, inner.height - SERIAL_HEIGHT);
  if (layout.show_code && broad) {
    const side = Math.min(inner.height - SERIAL_HEIGHT, width * 0.42, 45);
    const left = width - margin / 2 - side;
    const upper = top + (inner.height - side - SERIAL_HEIGHT) / 2;
    code = box(left, upper, side, side);
    serial = box(left, upper + side, side, SERIAL_HEIGHT);
    text = box(margin, top, left - margin * 1.5, inner.height);
  } else if (layout.show_code) {
    const side = Math.min(width - margin, inner.height * 0.5, 70);
    code = box((width - side) / 2, bottom - SERIAL_HEIGHT - side, side, side);
    text = box(margin, top, inner.width, code.top - top);
  }
  const weights = lines.map((_, n) => (n ? 1.2 : 3));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    band: box(0, 0, width, deep),
    band_line: bandLine,
    text,
    lines,
    shares: weights.map((weight) => weight / whole),
    code,
    serial,
    centred: !(broad && layout.show_code),
  };
}

/** The ink that is read best on a colour. Source: WCAG 2.2, 1.4.3. */
export function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((n) => {
    const share = parseInt(colour.slice(n, n + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? "#000000" : "#ffffff";
}

/** The badge of a ticket type, if it has one: its own before one for all types. */
export function layoutFor(layouts, typeId) {
  const fitting = layouts.filter((each) => !each.type_ids.length || each.type_ids.includes(typeId));
  const order = (each) => `${each.type_ids.length ? 0 : 1}${each.layout_id}`;
  return fitting.sort((one, other) => (order(one) < order(other) ? -1 : 1))[0] ?? null;
}
