"""Tickets on paper: one A4 page each, which US letter printers take as well."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.documents import fonts
from eventsite.core.services.documents.fonts import Fitted, fitted
from eventsite.core.services.documents.qr_codes import draw_qr
from eventsite.core.services.documents.words import (
    PdfWords,
    event_zone,
    guest_zone,
    short_reference,
    span,
    zone_name,
)
from eventsite.core.services.documents.writing import tidy

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
PAGE = (210 * MM, 297 * MM)
MARGIN = 18 * MM
"""US letter is 9 mm lower at either end when it is printed unscaled; printers need about 6."""

CARD = PAGE[0] - 2 * MARGIN
PADDING = 8 * MM
QR_SIDE = 70 * MM
"""41 + 2 x 4 modules of 1.43 mm: read from half a metre by a phone, and by hand scanners."""

RAISED = 12
"""By so much the code's white border reaches above the column beside it: the inks line up."""

COLUMN = CARD - QR_SIDE - 3 * PADDING
LONGEST = 400
"""Characters of a text that are looked at; what is beyond would not fit anyway."""

LABEL = 12
"""Height of a field's label."""

INK = (0.07, 0.11, 0.19)
QUIET = (0.36, 0.41, 0.49)
ACCENT = (0.05, 0.33, 0.55)
TINT = (0.93, 0.955, 0.975)
LINE = (0.76, 0.80, 0.85)


@dataclass(frozen=True, slots=True)
class _Field:
    label: str
    blocks: tuple[Fitted, ...]

    @property
    def height(self) -> float:
        return LABEL + sum(_above(block) + block.height for block in self.blocks)


def _above(block: Fitted) -> float:
    """Small print keeps a little distance from what it explains."""
    return 0 if block.bold else 2.5


def ticket_pdf(
    registration: Registration, setup: EventSetup, code: str, words: PdfWords | None = None
) -> bytes:
    """Return one guest's ticket as a PDF of one page.

    ``code`` is what ``ticketing.ticket_code`` returned. The same input gives the same bytes.
    Raises NotFound when the event has no such ticket type.
    """
    return tickets_pdf([(registration, code)], setup, words)


def tickets_pdf(
    tickets: Iterable[tuple[Registration, str]], setup: EventSetup, words: PdfWords | None = None
) -> bytes:
    """Return several tickets, such as those of a party, as a PDF with a page for each."""
    from reportlab.pdfgen.canvas import Canvas

    words = words or PdfWords()
    out = io.BytesIO()
    with fonts.drawing:
        canvas = Canvas(
            out,
            pagesize=PAGE,
            pageCompression=1,
            invariant=1,
            lang=words.locale,
            initialFontName=fonts.regular(),
        )
        canvas.setTitle(f"{words.ticket}: {tidy(setup.event.title)[:LONGEST]}")
        canvas.setAuthor("eventsite")
        canvas.setCreator("eventsite")
        canvas.setSubject("")
        for registration, code in tickets:
            _page(canvas, registration, setup, code, words)
            canvas.showPage()
        canvas.save()
    return out.getvalue()


def _party(registration: Registration, words: PdfWords) -> str:
    ids = registration.ids
    if len(ids) < 2 or registration.registration_id not in ids:
        return ""
    return words.one_of.format(number=ids.index(registration.registration_id) + 1, size=len(ids))


def _page(
    canvas: Canvas, registration: Registration, setup: EventSetup, code: str, words: PdfWords
) -> None:
    canvas.setLineJoin(1)
    title = _text(setup.event.title, CARD - 2 * PADDING, (27, 13), most=3, bold=True)
    fields = _fields(registration, setup, words)
    head = PADDING + 14 + title.height + PADDING - 11
    gap = 13.0
    left = sum(field.height for field in fields) + gap * (len(fields) - 1)
    right = QR_SIDE + 50 - RAISED
    body = max(left, right) + 2 * PADDING
    top = PAGE[1] - MARGIN
    bottom = top - head - body
    _card(canvas, top, head, bottom)
    canvas.setFillColorRGB(*ACCENT)
    fonts.draw(canvas, MARGIN + PADDING, top - PADDING - 8, words.ticket, 10.5, bold=True)
    _ink(canvas, INK)
    fonts.draw_lines(canvas, MARGIN + PADDING, top - PADDING - 13, title)
    at = top - head - PADDING
    for field in fields:
        at = _draw_field(canvas, MARGIN + PADDING, at, field) - gap
    _stub(canvas, registration, code, words, top - head)
    _hints(canvas, words, bottom - 11 * MM)


def _text(text: str, room: float, sizes: tuple[float, float], *, most: int, bold: bool) -> Fitted:
    return fitted(tidy(text)[:LONGEST], room, sizes, most=most, bold=bold)


def _fields(registration: Registration, setup: EventSetup, words: PdfWords) -> list[_Field]:
    guest, event = registration.guest, setup.event
    zone, there = guest_zone(guest, event), event_zone(event)
    when = span(words, event.starts_at, event.ends_at, zone)
    times = [_text(line, COLUMN, (12.5, 9), most=2, bold=True) for line in when]
    times.append(_text(zone_name(zone, event.starts_at), COLUMN, (9.5, 7), most=2, bold=False))
    if zone.utcoffset(event.starts_at.astimezone(zone).replace(tzinfo=None)) != there.utcoffset(
        event.starts_at.astimezone(there).replace(tzinfo=None)
    ):
        local = " ".join(span(words, event.starts_at, event.ends_at, there))
        said = words.at_venue.format(when=f"{local}, {zone_name(there, event.starts_at)}")
        times.append(_text(said, COLUMN, (9.5, 7), most=4, bold=False))
    name = setup.type(registration.type_id).name
    fields = [
        _Field(words.guest, (_text(guest.name, COLUMN, (24, 11), most=4, bold=True),)),
        _Field(words.ticket_type, (_text(name, COLUMN, (14, 9), most=3, bold=True),)),
    ]
    if party := _party(registration, words):
        fields.append(_Field(words.party, (_text(party, COLUMN, (12.5, 9), most=2, bold=True),)))
    fields.append(_Field(words.when, tuple(times)))
    if event.venue.strip():
        venue = _text(event.venue, COLUMN, (12.5, 9), most=4, bold=True)
        fields.append(_Field(words.where, (venue,)))
    return fields


def _draw_field(canvas: Canvas, x: float, top: float, field: _Field) -> float:
    _ink(canvas, QUIET)
    fonts.draw(canvas, x, top - 8, field.label, 8.5)
    top -= LABEL
    for block in field.blocks:
        _ink(canvas, INK if block.bold else QUIET)
        top = fonts.draw_lines(canvas, x, top - _above(block), block)
    return top


def _card(canvas: Canvas, top: float, head: float, bottom: float) -> None:
    """The frame, its tinted head, and the line where the ticket could be torn."""
    radius = 4 * MM
    canvas.saveState()
    frame = canvas.beginPath()
    frame.roundRect(MARGIN, bottom, CARD, top - bottom, radius)
    canvas.clipPath(frame, stroke=0, fill=0)
    canvas.setFillColorRGB(*TINT)
    canvas.rect(MARGIN, top - head, CARD, head, stroke=0, fill=1)
    canvas.setFillColorRGB(*ACCENT)
    canvas.rect(MARGIN, top - 2 * MM, CARD, 2 * MM, stroke=0, fill=1)
    canvas.restoreState()
    canvas.setStrokeColorRGB(*LINE)
    canvas.setLineWidth(0.9)
    canvas.roundRect(MARGIN, bottom, CARD, top - bottom, radius, stroke=1, fill=0)
    canvas.setDash(2, 3)
    tear = MARGIN + CARD - QR_SIDE - 1.5 * PADDING
    canvas.line(tear, top - head - 3 * MM, tear, bottom + 3 * MM)
    canvas.setDash()


def _stub(
    canvas: Canvas, registration: Registration, code: str, words: PdfWords, top: float
) -> None:
    left = MARGIN + CARD - QR_SIDE - 0.75 * PADDING
    at = top - PADDING + RAISED - QR_SIDE
    draw_qr(canvas, left, at, QR_SIDE, code)
    for text, size, bold, colour, drop in (
        (words.scan, 10.0, True, INK, 10.5),
        (words.reference, 8.5, False, QUIET, 28.0),
        (short_reference(registration.registration_id), 15.0, True, INK, 45.0),
    ):
        block = _text(text, QR_SIDE - 8, (size, 7), most=1, bold=bold)
        _ink(canvas, colour)
        (line,) = block.lines
        middle = left + QR_SIDE / 2 - fonts.width(line, block.size, bold=bold) / 2
        fonts.draw(canvas, middle, at - drop, line, block.size, bold=bold)


def _hints(canvas: Canvas, words: PdfWords, top: float) -> None:
    hints = (*words.hints, *words.paper_hints)
    if not hints:
        return
    _ink(canvas, QUIET)
    fonts.draw(canvas, MARGIN, top, words.good_to_know, 10.5, bold=True)
    top -= 6
    for hint in hints:
        block = _text(hint, CARD - 14, (9.5, 9.5), most=4, bold=False)
        if top - block.height < MARGIN:
            return
        canvas.circle(MARGIN + 3, top - 6.4, 1.4, stroke=0, fill=1)
        top = fonts.draw_lines(canvas, MARGIN + 14, top, block) - 4


def _ink(canvas: Canvas, colour: tuple[float, float, float]) -> None:
    canvas.setFillColorRGB(*colour)
    canvas.setStrokeColorRGB(*colour)
