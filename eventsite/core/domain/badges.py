"""Badges: what is printed on them, and where it stands. Pure.

The kiosk's page arranges a badge by the same numbers (``printing/arranging.js``): a test compares
the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NAME, TYPE, EVENT, ANSWER = "name", "type", "event", "answer."
"""Where a line comes from: the guest's name, the ticket type's, the event's title, an answer."""

CODE_SIDE_MIN = 20.0
"""Millimetres: 41 modules and 2 x 4 of white are 0.41 mm each, which is 3 dots at 203 dpi."""

SERIAL_HEIGHT = 3.0
"""Millimetres for the line that names the badge: small, but read at arm's length."""

DARK, LIGHT = "#000000", "#ffffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeLayout:
    """What a badge shows, for every ticket type or those in ``type_ids``.

    ``lines`` are sources, the largest first: ``name``, ``type``, ``event``, ``answer.<question>``.
    ``colour`` is the band of the ticket type, such as #075c34. Sizes are in millimetres.
    With ``on_admission`` it is printed as soon as the guest is let in.
    """

    event_id: str
    layout_id: str
    name: str
    type_ids: tuple[str, ...] = ()
    width_mm: int = 86
    height_mm: int = 54
    colour: str = "#1d4ed8"
    lines: tuple[str, ...] = (NAME, TYPE)
    show_code: bool = True
    on_admission: bool = True
    active: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres, from the badge's left and upper edge."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where what stands. ``shares`` are how much of ``text`` each of ``lines`` has, together 1.

    ``band_line`` is the source that stands in the band, or empty. Text is in the middle when
    ``centred``, else at the left; the lines are stacked and stand in the middle of ``text``.
    """

    band: Box
    band_line: str
    text: Box
    lines: tuple[str, ...]
    shares: tuple[float, ...]
    code: Box | None
    serial: Box
    centred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One badge, ready to be drawn: texts by source, the ticket code, and its own name."""

    layout: BadgeLayout
    lines: Mapping[str, str]
    code: str
    serial: str

    def text(self, source: str) -> str:
        return self.lines.get(source, "")


def arranged(layout: BadgeLayout) -> Arrangement:
    """Return where everything of a badge stands.

    The ticket type is written into the band, unless it is what the badge says first. The code is
    beside the text where the badge is broad, else below it.
    """
    width, height = float(layout.width_mm), float(layout.height_mm)
    margin = _within(min(width, height) * 0.06, 2, 6)
    band_line = TYPE if TYPE in layout.lines[1:] else ""
    deep = _within(height * 0.18, 5, 18) if band_line else _within(height * 0.06, 2, 5)
    lines = tuple(line for line in layout.lines if line != band_line)
    top, bottom = deep + margin / 2, height - margin
    broad = width >= height * 1.2
    inner = Box(margin, top, width - 2 * margin, bottom - top)
    if not layout.show_code:
        text = Box(margin, top, inner.width, inner.height - SERIAL_HEIGHT)
        serial = Box(margin, bottom - SERIAL_HEIGHT, inner.width, SERIAL_HEIGHT)
        code = None
    elif broad:
        side = min(inner.height - SERIAL_HEIGHT, width * 0.42, 45)
        left = width - margin / 2 - side
        upper = top + (inner.height - side - SERIAL_HEIGHT) / 2
        code = Box(left, upper, side, side)
        serial = Box(left, upper + side, side, SERIAL_HEIGHT)
        text = Box(margin, top, left - margin * 1.5, inner.height)
    else:
        side = min(width - margin, inner.height * 0.5, 70)
        code = Box((width - side) / 2, bottom - SERIAL_HEIGHT - side, side, side)
        serial = Box(margin, bottom - SERIAL_HEIGHT, inner.width, SERIAL_HEIGHT)
        text = Box(margin, top, inner.width, code.top - top)
    weights = [3.0, *[1.2] * (len(lines) - 1)][: len(lines)]
    return Arrangement(
        band=Box(0, 0, width, deep),
        band_line=band_line,
        text=text,
        lines=lines,
        shares=tuple(weight / sum(weights) for weight in weights),
        code=code,
        serial=serial,
        centred=not (broad and layout.show_code),
    )


def has_room(layout: BadgeLayout) -> bool:
    """Return whether a badge is large enough for its code, if it has one."""
    code = arranged(layout).code
    return code is None or min(code.width, code.height) >= CODE_SIDE_MIN


def ink_on(colour: str) -> str:
    """Return the ink that is read best on a colour, by their contrast. Source: WCAG 2.2, 1.4.3."""
    red, green, blue = (_linear(int(colour[n : n + 2], 16) / 255) for n in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return DARK if (luminance + 0.05) ** 2 > 1.05 * 0.05 else LIGHT


def layout_for(layouts: Iterable[BadgeLayout], type_id: str) -> BadgeLayout | None:
    """Return the badge of a ticket type, if it has one: its own before one for all types."""
    fitting = [
        each for each in layouts if each.active and (not each.type_ids or type_id in each.type_ids)
    ]
    return min(fitting, key=lambda each: (not each.type_ids, each.layout_id), default=None)


def sources_of(layouts: Iterable[BadgeLayout]) -> tuple[str, ...]:
    """Return every source that the badges in use show, once each."""
    return tuple(
        dict.fromkeys(line for layout in layouts if layout.active for line in layout.lines)
    )


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)
