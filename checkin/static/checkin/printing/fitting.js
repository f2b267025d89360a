// Text made to fit: as large as its place allows, in a few lines, never over the edge.

export const LEADING = 1.2;
const SMALLEST_MM = 2.1;
const BREAKING_MM = 4.2;
const LARGEST_MM = 34;
const LONGEST = 200;
/** Of the room: what is measured and what is drawn may differ a little. */
const ALMOST = 0.97;

const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u{20000}-\u{3ffff}]/u;
const RIGHT = /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

let pen = null;

/** The width of a line of one millimetre, in millimetres. */
function unit(text, family, bold) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = `${bold ? "bold " : ""}100px ${family}`;
  return pen.measureText(text).width / 100 || 1e-6;
}

export const rightToLeft = (text) => RIGHT.test(text);

/** One line, composed, without what draws nothing. */
export function tidy(text) {
  return text.normalize("NFC").replace(/[\p{Cc}\p{Cf}]/gu, (c) => (/\s/.test(c) ? " " : ""))
    .replace(/\s+/gu, " ").trim().slice(0, LONGEST);
}

/** What must stay on one line: words, and single Chinese and Japanese characters. */
function pieces(text) {
  return text.split(/(?<=[ \-‐/])/u).flatMap((word) => (
    WIDE.test(word) ? [...word].reduce((parts, letter) => {
      if (parts.length && !WIDE.test(letter) && !WIDE.test(parts.at(-1))) parts[parts.length - 1] += letter;
      else parts.push(letter);
      return parts;
    }, []) : [word]));
}

function wrapped(text, fits) {
  const lines = [];
  let line = "";
  let whole = true;
  for (const piece of pieces(text)) {
    if (fits((line + piece).trimEnd())) {
      line += piece;
      continue;
    }
    if (line.trim()) lines.push(line.trimEnd());
    line = piece;
    if (fits(piece.trimEnd())) continue;
    whole = false;
    line = "";
    for (const letter of piece) {
      if (line && !fits(line + letter)) {
        lines.push(line);
        line = "";
      }
      line += letter;
    }
  }
  if (line.trim()) lines.push(line.trimEnd());
  return { lines, whole };
}

/** Return `{lines, size}`: up to `most` lines as large as width and height (mm) allow. */
export function fitted(text, width, height, { most = 1, bold = false, family }) {
  const measure = (line) => unit(line, family, bold);
  const room = width * ALMOST;
  const all = measure(text);
  let best = null;
  for (let count = 1; count <= most; count += 1) {
    let size = Math.min(height / (count * LEADING), LARGEST_MM, (room * count) / all);
    const floor = Math.max(SMALLEST_MM, best ? best.size * 1.15 : 0);
    for (; size >= floor; size *= 0.95) {
      const { lines, whole } = wrapped(text, (line) => measure(line) * size <= room);
      if (whole && lines.length <= count) {
        best = { lines, size };
        break;
      }
    }
  }
  if (best && best.size >= BREAKING_MM) return best;
  const broken = brokenUp(text, room, height, most, measure);
  return best && best.size * 1.15 > broken.size ? best : broken;
}

function brokenUp(text, room, height, most, measure) {
  for (let size = Math.min(BREAKING_MM, height / LEADING); ; size *= 0.95) {
    size = Math.max(size, SMALLEST_MM);
    const { lines } = wrapped(text, (line) => measure(line) * size <= room);
    const places = Math.max(1, Math.min(most, Math.floor(height / (size * LEADING))));
    if (lines.length <= places) return { lines, size };
    if (size > SMALLEST_MM) continue;
    let last = lines[places - 1];
    while (last && measure(`${last}…`) * size > room) last = [...last].slice(0, -1).join("").trimEnd();
    return { lines: [...lines.slice(0, places - 1), `${last}…`], size };
  }
}
