// A badge as a picture that scales, in millimetres: shown, printed, or turned into dots.
//
// Everything is an attribute of SVG: no style that the page's content policy would refuse.

import { correction, generate } from "../../vendor/lean-qr/lean-qr.js";
import { arranged, inkOn } from "./arranging.js";
import { fitted, LEADING, rightToLeft, tidy } from "./fitting.js";

const SVG = "http://www.w3.org/2000/svg";
const FAMILY = '"Noto Sans", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const QUIET_ZONE = 4;
const SERIAL_MM = 2.1;
const BAND_SHARE = 0.62;

function made(name, attributes, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

/** Return a badge as an SVG element. `lines` are texts by source. */
export function drawn({ layout, lines, ticketCode, serial }) {
  const { width_mm: width, height_mm: height } = layout;
  const where = arranged(layout);
  const badge = made("svg", {
    xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width: `${width}mm`, height: `${height}mm`, "font-family": FAMILY,
  });
  badge.append(made("rect", { width, height, fill: "#ffffff" }));
  badge.append(made("rect", { width, height: where.band.height, fill: layout.colour }));
  inBand(badge, layout, where, lines[where.band_line]);
  stack(badge, where, lines);
  const small = { lines: [serial], size: SERIAL_MM };
  const middle = (where.serial.height - SERIAL_MM * LEADING) / 2;
  write(badge, small, { ...where.serial, top: where.serial.top + middle }, { centred: true });
  if (where.code) badge.append(symbol(where.code, ticketCode));
  return badge;
}

function inBand(badge, layout, where, said) {
  const text = tidy(said ?? "");
  if (!where.band_line || !text) return;
  const place = { left: where.text.left, width: where.band.width - 2 * where.text.left };
  const block = fitted(text, place.width, where.band.height * BAND_SHARE * LEADING, { bold: true, family: FAMILY });
  place.top = (where.band.height - block.size * LEADING) / 2;
  write(badge, block, place, { centred: where.centred, bold: true, fill: inkOn(layout.colour) });
}

/** Fit each text into its share of the height, and stack them in the middle of it. */
function stack(badge, where, lines) {
  const written = where.lines.map((source, n) => [tidy(lines[source] ?? ""), where.shares[n]]).filter(([text]) => text);
  const whole = written.reduce((sum, [, share]) => sum + share, 0);
  const blocks = written.map(([text, share], n) => fitted(text, where.text.width, (where.text.height * share) / whole, {
    most: n ? 2 : 3, bold: n === 0, family: FAMILY,
  }));
  const tall = ({ lines: rows, size }) => rows.length * size * LEADING;
  let top = where.text.top + (where.text.height - blocks.reduce((sum, block) => sum + tall(block), 0)) / 2;
  blocks.forEach((block, n) => {
    write(badge, block, { ...where.text, top }, { centred: where.centred, bold: n === 0, right: rightToLeft(written[n][0]) });
    top += tall(block);
  });
}

function write(badge, block, place, { centred, bold = false, right = false, fill = "#000000" }) {
  const x = centred ? place.left + place.width / 2 : place.left + (right ? place.width : 0);
  block.lines.forEach((line, n) => {
    badge.append(made("text", {
      x,
      y: place.top + (n + 0.8) * block.size * LEADING,
      fill,
      "font-size": block.size,
      "font-weight": bold ? 700 : 400,
      "text-anchor": centred ? "middle" : "start",
      direction: right ? "rtl" : "ltr",
      "unicode-bidi": "plaintext",
    }, line));
  });
}

function symbol(box, ticketCode) {
  const code = generate(ticketCode, { minCorrectionLevel: correction.M, maxCorrectionLevel: correction.M });
  const module = box.width / (code.size + 2 * QUIET_ZONE);
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      let run = x;
      while (run < code.size && code.get(run, y)) run += 1;
      if (run > x) path += `M${x} ${y}h${run - x}v1h${x - run}z`;
      x = run;
    }
  }
  const corner = (start) => start + QUIET_ZONE * module;
  return made("path", {
    d: path, fill: "#000000", transform: `translate(${corner(box.left)} ${corner(box.top)}) scale(${module})`,
  });
}
