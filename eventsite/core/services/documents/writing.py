"""Text made ready for fonts that draw one character after the other. Pure.

Lines are broken where their language allows, right-to-left runs are put in the order in which
they are seen, and Arabic letters are joined. Scripts that need more (Devanagari, Khmer and other
scripts whose letters move) are drawn letter by letter.
"""

# ruff: noqa: RUF001 - the characters that look like others are meant

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_IGNORED = {"Cc", "Cf", "Cs"}
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_NOT_FIRST = frozenset(
    "、。，．：；？！）」』】〕〉》”’ー々ゝゞヽヾ…—)]}>,.;:!?%ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_NOT_LAST = frozenset("（「『【〔〈《“‘([{<¿¡")
_MIRRORED = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))
_RIGHT = frozenset(("R", "AL"))
_DIGITS = frozenset(("EN", "AN"))


def tidy(text: str) -> str:
    """Return the text composed (NFC), on one line, without characters that draw nothing."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    kept = (c for c in composed if unicodedata.category(c) not in _IGNORED)
    return _SELECTORS.sub("", "".join(kept))


def clusters(text: str) -> list[str]:
    """Return characters with the marks that belong on them."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character) in ("Mn", "Me"):
            found[-1] += character
        else:
            found.append(character)
    return found


def wrapped(text: str, fits: Callable[[str], bool]) -> tuple[list[str], bool]:
    """Return the text in lines that fit, and whether every word stayed in one piece."""
    lines, line, whole = [], "", True
    for piece in _pieces(text):
        if fits((line + piece).rstrip()):
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece
        if not fits(piece.rstrip()):
            whole = False
            *full, line = _broken(piece, fits)
            lines += full
    return [*lines, line.rstrip()] if line.strip() else lines, whole


def _pieces(text: str) -> list[str]:
    """Return what must stay on one line: words, and single characters of Chinese and Japanese."""
    pieces: list[str] = []
    for cluster in clusters(text):
        if pieces and not _may_break(pieces[-1][-1], cluster[0]):
            pieces[-1] += cluster
        else:
            pieces.append(cluster)
    return pieces


def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return False
    if before in " -‐/":
        return True
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return _ideographic(before) or _ideographic(after)


def _ideographic(character: str) -> bool:
    hangul = "\uac00" <= character <= "\ud7a3" or "\u1100" <= character <= "\u11ff"
    return unicodedata.east_asian_width(character) in "WF" and not hangul


def _broken(piece: str, fits: Callable[[str], bool]) -> list[str]:
    lines = [""]
    for cluster in clusters(piece):
        if lines[-1] and not fits(lines[-1] + cluster):
            lines.append("")
        lines[-1] += cluster
    return lines


def visual(line: str) -> str:
    """Return a line in the order in which it is drawn, Arabic letters joined.

    This is the part of the Unicode Bidirectional Algorithm (UAX 9) that names and titles need:
    no explicit embeddings, and the first strong letter decides the line's direction.
    """
    if not any(unicodedata.bidirectional(c) in _RIGHT for c in line):
        return line
    parts = clusters(_joined(line))
    levels = _levels(parts)
    for level in range(max(levels), 0, -1):
        start = 0
        while start < len(parts):
            end = start
            while end < len(parts) and levels[end] >= level:
                end += 1
            parts[start:end] = parts[start:end][::-1]
            levels[start:end] = levels[start:end][::-1]
            start = end + 1
    return "".join(
        _MIRRORED.get(part, part) if level % 2 else part
        for part, level in zip(parts, levels, strict=True)
    )


def _levels(parts: list[str]) -> list[int]:
    """Return how deep each part is in text that runs the other way; odd runs right to left."""
    kinds = _kinds(parts)
    strong = [kind for kind in kinds if kind == "L" or kind in _RIGHT]
    base = int(strong[0] in _RIGHT)
    sides = _sides(parts, kinds, base)
    levels = []
    for kind, side in zip(kinds, sides, strict=True):
        if side == 1:
            levels.append(2 if kind in _DIGITS else 1)
        else:
            levels.append(2 if base else 0)
    return levels


def _kinds(parts: list[str]) -> list[str]:
    """Return the direction of each part; what belongs to a number (3.5, 50%) is of its kind."""
    kinds = [unicodedata.bidirectional(part[0]) for part in parts]
    for n in range(1, len(kinds) - 1):
        if kinds[n] in ("CS", "ES") and kinds[n - 1] == kinds[n + 1] == "EN":
            kinds[n] = "EN"
    there_and_back = (*range(1, len(kinds)), *range(len(kinds) - 2, -1, -1))
    for step, n in enumerate(there_and_back):
        beside = n - 1 if step < len(kinds) - 1 else n + 1
        if kinds[n] == "ET" and kinds[beside] == "EN":
            kinds[n] = "EN"
    return kinds


def _sides(parts: list[str], kinds: list[str], base: int) -> list[int]:
    """Return 1 for what belongs to right-to-left text; what has no direction is in between."""
    sides: list[int | None] = []
    last = base
    for kind in kinds:
        if kind == "L" or kind in _RIGHT:
            last = int(kind in _RIGHT)
        sides.append(last if kind == "L" or kind in _RIGHT or kind in _DIGITS else None)
    for start, end in _pairs(parts):  # brackets belong to what they stand in, not to a neighbour
        inside = {side for side in sides[start + 1 : end] if side is not None}
        before = next((s for s in sides[start::-1] if s is not None), base)
        if inside:
            sides[start] = sides[end] = base if base in inside else before
    resolved: list[int] = []
    for n, side in enumerate(sides):
        before = resolved[-1] if resolved else base
        after = next((s for s in sides[n:] if s is not None), base)
        resolved.append(side if side is not None else before if before == after else base)
    return resolved


def _pairs(parts: list[str]) -> list[tuple[int, int]]:
    """Return where brackets open and close."""
    found, waiting = [], list[tuple[str, int]]()
    for n, part in enumerate(parts):
        if part in ("(", "[", "{"):
            waiting.append((_MIRRORED[part], n))
        elif waiting and part == waiting[-1][0]:
            found.append((waiting.pop()[1], n))
    return found


@lru_cache(maxsize=1)
def _forms() -> dict[str, dict[str, str]]:
    """Return how letters look in a word, from Unicode's own decompositions."""
    forms: dict[str, dict[str, str]] = {}
    for number in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(number)).split() or [""]
        letter = "".join(chr(int(code, 16)) for code in letters)
        if kind in ("<initial>", "<medial>", "<final>", "<isolated>"):
            forms.setdefault(letter, {})[kind[1:-1]] = chr(number)
    return forms


def _joined(text: str) -> str:
    """Return Arabic letters in the forms that they have beside each other."""
    forms, out = _forms(), clusters(text)
    for n in range(len(out) - 1, 0, -1):  # lam and alef are one letter
        pair = out[n - 1][0] + out[n][0]
        if pair[0] == "\u0644" and "isolated" in forms.get(pair, {}):
            out[n - 1 : n + 1] = [pair + out[n - 1][1:] + out[n][1:]]
    letters = [part[:2] if part[:2] in forms else part[0] for part in out]
    for n, letter in enumerate(letters):
        shapes = forms.get(letter, {})
        before = n > 0 and _reaches_on(letters[n - 1]) and "final" in shapes
        after = (
            n + 1 < len(letters)
            and "initial" in shapes
            and ("final" in forms.get(letters[n + 1], {}) or letters[n + 1] == "\u0640")
        )
        kind = ("medial" if after else "final") if before else "initial" if after else "isolated"
        alone = shapes.get("isolated", letter) if len(letter) > 1 else letter
        drawn = alone if kind == "isolated" else shapes.get(kind, letter)
        out[n] = drawn + out[n][len(letter) :]
    return "".join(out)


def _reaches_on(letter: str) -> bool:
    """Return whether a letter joins the one after it; the kashida does."""
    return "initial" in _forms().get(letter, {}) or letter == "\u0640"
