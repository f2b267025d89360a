"""A printed ticket scans, fits its page and can be read in the languages of its guests."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from eventsite.core.errors import NotFound
from eventsite.core.services.documents import fonts, tickets_pdf
from eventsite.core.services.documents.fonts import fitted, runs, width
from eventsite.core.services.documents.tickets_pdf import MARGIN, MM, PAGE, ticket_pdf
from eventsite.core.services.documents.words import PdfWords, short_reference
from tests.builders import NOON, a_guest, a_registration, a_setup, an_event

CODE = "AF5UOMJ2ZQ" * 13
SETUP = a_setup()


class Drawn(NamedTuple):
    text: str
    left: float
    right: float
    y: float
    size: float


@pytest.fixture
def drawn(monkeypatch):
    """Every line of text that is drawn, in order, while a test makes tickets."""
    lines: list[Drawn] = []
    draw = fonts.draw

    def noted(canvas, x, y, text, size, *, bold=False):
        lines.append(Drawn(text, x, x + width(text, size, bold=bold), y, size))
        draw(canvas, x, y, text, size, bold=bold)

    monkeypatch.setattr(fonts, "draw", noted)
    return lines


def streams(pdf: bytes) -> list[bytes]:
    found = []
    for match in re.finditer(rb"/Filter \[([^]]*)\][^>]*>>\s*stream\r?\n(.*?)endstream", pdf, re.S):
        filters, body = match.groups()
        if b"ASCII85" in filters:
            body = base64.a85decode(body.strip().removesuffix(b"~>"))
        found.append(zlib.decompress(body))
    return found


def squares(page: bytes) -> list[tuple[float, float, float, float]]:
    """Return the rectangles of ink that the QR code is drawn with: the longest path."""
    paths = re.findall(r"(?:[\d.]+ [\d.]+ [\d.]+ [\d.]+ re\s+)+", page.decode("latin-1"))
    longest = max(paths, key=len)
    found = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", longest)
    return [tuple(map(float, numbers)) for numbers in found]


def page_of(pdf: bytes) -> bytes:
    (page,) = (stream for stream in streams(pdf) if stream.startswith(b"1 0 0 1 0 0 cm"))
    return page


def test_the_code_on_the_page_scans():
    dots = 150 / 72
    picture = Image.new("L", (round(PAGE[0] * dots), round(PAGE[1] * dots)), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, wide, high in squares(page_of(ticket_pdf(a_registration(), SETUP, CODE))):
        top = PAGE[1] - y - high
        pen.rectangle([v * dots for v in (x, top, x + wide, top + high)], fill=0)
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == CODE


def test_a_module_is_over_a_millimetre_and_four_of_them_around_the_code_are_white(drawn):
    ink = squares(page_of(ticket_pdf(a_registration(), SETUP, CODE)))
    module = min(high for _, _, _, high in ink)
    assert module >= 1 * MM
    left = min(x for x, _, _, _ in ink) - 4 * module
    right = max(x + wide for x, _, wide, _ in ink) + 4 * module
    low = min(y for _, y, _, _ in ink) - 4 * module
    for line in drawn:
        beside = line.right <= left or line.left >= right
        assert beside or line.y + line.size < low or line.y > PAGE[1] - MARGIN - 120, line


def test_the_ticket_says_who_when_where_and_its_reference(drawn):
    ticket_pdf(a_registration(), SETUP, CODE)
    said = [line.text for line in drawn]
    for text in (
        *("Tidal Fair", "Ada Lovelace", "General", "Harbour Hall", "9F3A-C1D2"),
        *("Saturday, 21 November 2026, 09:00 –", "Monday, 23 November 2026, 13:00"),  # noqa: RUF001
        "Europe/Berlin (UTC+1)",
    ):
        assert text in said
    assert max(drawn[3:], key=lambda line: line.size).text == "Ada Lovelace"


def test_a_guest_elsewhere_reads_their_own_time_and_that_of_the_venue(drawn):
    event = an_event(ends_at=NOON + timedelta(hours=3))
    guest = a_guest(zone="America/New_York")
    ticket_pdf(a_registration(guest=guest), a_setup(event), CODE)
    said = " ".join(line.text for line in drawn)
    assert "03:00 – 10:00 America/New York (UTC−5) At the venue: " in said  # noqa: RUF001
    assert "09:00 – 16:00, Europe/Berlin (UTC+1)" in said  # noqa: RUF001


@pytest.mark.parametrize("zone", ["Europe/Paris", "", "Nowhere/Atlantis"])
def test_a_zone_with_the_venues_clock_or_that_does_not_exist_changes_nothing(drawn, zone):
    ticket_pdf(a_registration(guest=a_guest(zone=zone)), SETUP, CODE)
    assert not any("At the venue" in line.text for line in drawn)


def test_words_dates_and_clock_are_the_callers(drawn):
    words = PdfWords(
        locale="de",
        guest="Gast",
        date="{weekday}, {day}. {month} {year}",
        clock="{hour12}.{minute:02} {half}",
        halves=("vorm.", "nachm."),
        weekdays=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
        hints=("Ein Hinweis.",),
        paper_hints=("Nicht knicken.",),
    )
    event = an_event(ends_at=NOON + timedelta(hours=1))
    pdf = ticket_pdf(a_registration(), a_setup(event), CODE, words)
    said = [line.text for line in drawn]
    assert {"Gast", "Sa, 21. November 2026", "9.00 vorm. – 2.00 nachm."} <= set(said)  # noqa: RUF001
    assert said[-2:] == ["Ein Hinweis.", "Nicht knicken."]
    assert b"/Lang (de)" in pdf


def test_each_of_a_party_has_a_page_that_says_which(drawn):
    ids = tuple(f"{n:016x}" for n in (1, 2, 3))
    party = [(a_registration(registration_id=one, party=ids), CODE) for one in ids]
    pdf = tickets_pdf.tickets_pdf(party, SETUP)
    assert b"/Count 3" in pdf
    assert [line.text for line in drawn if " of " in line.text] == ["1 of 3", "2 of 3", "3 of 3"]


@pytest.mark.parametrize(
    ("name", "font"),
    [
        ("Zoë Nguyễn", "FiraGO"),
        ("Αλέξανδρος", "FiraGO"),
        ("Екатерина", "FiraGO"),
        ("欧阳娜娜", "WenQuanYi"),
        ("さくら", "WenQuanYi"),
        ("김서연", "WenQuanYi"),
        ("נועה", "FiraGO"),
        ("محمد", "FiraGO"),
    ],
)
def test_names_are_drawn_with_real_letters(name, font):
    assert {run.font for run in runs(name)} == {font}


def test_a_mixed_name_changes_fonts_and_what_no_font_has_is_a_box():
    bold = [(run.text, run.font, run.outlined) for run in runs("Ada 佐藤 🎉", bold=True)]
    assert bold == [
        ("Ada ", "FiraGO-Bold", False),
        ("佐藤", "WenQuanYi", True),
        (" ", "FiraGO-Bold", False),
        ("🎉", "", False),
    ]
    box = ticket_pdf(a_registration(guest=a_guest(name="🎉")), SETUP, CODE)
    none = ticket_pdf(a_registration(guest=a_guest(name=" ")), SETUP, CODE)
    assert len(re.findall(rb" re", page_of(box))) == len(re.findall(rb" re", page_of(none))) + 1


def test_fonts_are_embedded_as_subsets_and_only_those_that_are_needed():
    latin = ticket_pdf(a_registration(), SETUP, CODE)
    chinese = ticket_pdf(a_registration(guest=a_guest(name="欧阳娜娜")), SETUP, CODE)
    assert re.search(rb"/FontFile2", latin)
    assert re.search(rb"/BaseFont /[A-Z]{6}\+FiraGO-Bold", latin)
    assert b"WenQuanYi" not in latin
    assert re.search(rb"/BaseFont /[A-Z]{6}\+WenQuanYiMicroHei", chinese)
    assert len(latin) < 30_000
    assert len(chinese) < 40_000


LONG_NAME = "Maria Magdalena Wilhelmine Hohenzollern-Sigmaringen von und zu Donnersmarck, Freifrau"
NASTY = [
    LONG_NAME * 2,
    "W" * 120,
    "欧" * 120,
    "ﷺ" * 60,
    "👩‍👩‍👧‍👦" * 20,
    "\ud800x",
    "a\u0301" * 90,
    "ก" * 120,
]


def assert_on_the_page(lines: list[Drawn]) -> None:
    for line in lines:
        assert line.left >= MARGIN, line
        assert line.right <= PAGE[0] - MARGIN + 0.01, line
        assert MARGIN - 3 <= line.y <= PAGE[1] - MARGIN, line
        if line.left == MARGIN + tickets_pdf.PADDING and line.y < PAGE[1] - MARGIN - 110:
            assert line.right <= line.left + tickets_pdf.COLUMN + 0.01, line


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_long_and_strange_texts_stay_inside_their_places(drawn, text):
    event = an_event(title=text * 3, venue=text * 3)
    types = tuple(replace(each, name=text) for each in SETUP.types)
    guest = a_guest(name=text, zone="America/New_York")
    ids = tuple(f"{n:016x}" for n in range(20))
    registration = a_registration(guest=guest, registration_id=ids[0], party=ids)
    pdf = ticket_pdf(registration, a_setup(event, types=types), CODE)
    assert b"/Count 1" in pdf
    assert_on_the_page(drawn)
    lowest = min(line.y for line in drawn if line.size > 9.6)
    assert lowest > MARGIN + 100


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=130))
def test_any_name_makes_a_ticket(drawn, name):
    drawn.clear()
    registration = a_registration(guest=a_guest(name=name))
    assert ticket_pdf(registration, SETUP, CODE).startswith(b"%PDF")
    assert_on_the_page(drawn)


def test_a_short_name_is_large_and_a_long_one_gets_smaller_before_it_is_cut():
    short = fitted("Ada", 200, (24, 11), most=2)
    long = fitted("Maria Magdalena Wilhelmine Hohenzollern", 200, (24, 11), most=2)
    cut = fitted("Maria Magdalena " * 9, 200, (24, 11), most=2)
    assert short.size == 24
    assert 11 <= long.size < 24
    assert cut.lines[-1].endswith("…")
    assert all(width(line, cut.size) <= 200 for line in cut.lines)


def test_the_same_ticket_is_the_same_file_also_when_many_are_made_at_once():
    names = ["Ada Lovelace", "欧阳娜娜", "Екатерина", "김서연"] * 3
    made = [ticket_pdf(a_registration(guest=a_guest(name=name)), SETUP, CODE) for name in names]

    def again(name: str) -> bytes:
        return ticket_pdf(a_registration(guest=a_guest(name=name)), SETUP, CODE)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(again, names)) == made


def test_the_file_says_nothing_about_the_guest_beside_what_is_printed():
    pdf = ticket_pdf(a_registration(), SETUP, CODE)
    everything = pdf + b"".join(streams(pdf))
    for private in (b"ada@example.org", b"Lovelace", b"9f3ac1d2e4b50617"):
        assert private not in everything


def test_a_type_that_the_event_does_not_have_is_not_found():
    with pytest.raises(NotFound):
        ticket_pdf(a_registration(type_id="gone"), SETUP, CODE)


def test_the_reference_is_short_and_the_start_of_the_registration():
    assert short_reference("9f3ac1d2e4b50617") == "9F3A-C1D2"


def test_a_zone_is_named_with_what_it_is_at_that_moment(drawn):
    summer = datetime(2026, 7, 1, 12, tzinfo=UTC)
    event = an_event(starts_at=summer, ends_at=summer + timedelta(hours=1), zone="Asia/Kolkata")
    ticket_pdf(a_registration(), a_setup(event), CODE)
    assert "Asia/Kolkata (UTC+5:30)" in [line.text for line in drawn]


def test_importing_costs_nothing():
    program = (
        "import sys\n"
        "import eventsite.core.services.documents.tickets_pdf\n"
        "import eventsite.core.services.documents.calendars\n"
        "import eventsite.core.services.documents.apple_passes\n"
        "import eventsite.core.services.documents.google_passes\n"
        "heavy = {'reportlab', 'PIL', 'icalendar', 'jwt', 'cryptography', 'png', 'qrcode'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
