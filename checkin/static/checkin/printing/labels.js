// A badge as a label, made here: for a label printer while the server is not there.
//
// With a connection the server makes a better one, which the printer's own font and code are in.

const DARK = 128;
const INCH_MM = 25.4;

/** Return a badge, drawn as SVG, as ZPL: one picture of black and white dots. */
export async function labelOf(badge, layout, dpi) {
  const dots = dpi === 300 ? 300 : 203.2;
  const [width, height] = [layout.width_mm, layout.height_mm].map((side) => Math.round((side * dots) / INCH_MM));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(await picture(badge), 0, 0, width, height);
  const { data } = pen.getImageData(0, 0, width, height);
  const bytes = Math.ceil(width / 8);
  const rows = Array.from({ length: height }, (_, y) => hexRow(data, y, width, bytes));
  const total = bytes * height;
  return `^XA^LH0,0^PW${width}^LL${height}^FO0,0^GFA,${total},${total},${bytes},${rows.join("")}^FS^PQ1^XZ`;
}

async function picture(badge) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(badge))}`;
  await image.decode();
  return image;
}

/** A row of dots as hexadecimal digits; a comma stands for white to the end. */
function hexRow(data, y, width, bytes) {
  let digits = "";
  for (let n = 0; n < bytes; n += 1) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const x = n * 8 + bit;
      const at = (y * width + x) * 4;
      const light = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
      byte = byte << 1 | (x < width && light < DARK ? 1 : 0);
    }
    digits += byte.toString(16).padStart(2, "0").toUpperCase();
  }
  const short = digits.replace(/0+$/, "");
  return short.length < digits.length ? `${short},` : digits;
}
