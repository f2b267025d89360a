"""A badge scans, nothing of it leaves its place, and every script comes out: paper and label."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
import qrcode
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from qrcode.constants import ERROR_CORRECT_M

from eventsite.core.domain.badges import BadgeLayout, Face
from eventsite.core.domain.tickets import Ticket, sign
from eventsite.core.services.documents import fonts
from eventsite.core.services.documents.badges_bitmaps import bitmap
from eventsite.core.services.documents.badges_codes import rows_of, stretches
from eventsite.core.services.documents.badges_fitting import MM, fit, right_to_left, unit
from eventsite.core.services.documents.badges_pdf import badges_pdf
from eventsite.core.services.documents.badges_svg import badge_svg
from eventsite.core.services.documents.badges_zpl import badge_zpl, escaped
from eventsite.core.wiring import secrets
from tests.builders import NOON
from tests.core.test_documents_pdf import streams

CODE = "AF5UOMJ2ZQ" * 13
NAMES = {
    "latin": "Zoë Łukasiewicz-Ångström",
    "long": "Wolfeschlegelsteinhausenbergerdorff-Montgomery von und zu Hohenlohe",
    "one word": "X" * 120,
    "short": "Li",
    "cyrillic": "Владимир Достоевский",
    "arabic": "محمد بن عبد الله الفهيدي",
    "hebrew": "דוד בן־גוריון",
    "chinese": "山田 太郎",
    "korean": "김민준",
    "mixed": "Maximilian 李 (משה)",
    "nothing has it": "👩‍🚀 Ada",
}
SIZES = [(86, 54), (62, 100), (102, 152), (100, 50), (30, 60), (210, 148)]


def face(name="Ada Lovelace", code=CODE, **layout):
    fields = {
        "event_id": "demo",
        "layout_id": "all",
        "name": "A",
        "lines": ("name", "event", "type"),
    }
    return Face(
        layout=BadgeLayout(**(fields | layout)),
        lines={"name": name, "type": "Speaker", "event": "Tidal Fair"},
        code=code,
        serial="9F3A-C1D2·0",
    )


def tickets(count):
    for n in range(count):
        ticket = Ticket(
            event_number=4021 + n,
            registration_id=f"{n * 977:016x}",
            type_number=n % 256,
            reissue=n % 7,
            last_valid_day=NOON.date(),
        )
        yield sign(ticket, secrets().current, secrets().ticket_key)


# -- the code -------------------------------------------------------------------------------------
def test_a_symbol_is_the_one_that_the_library_makes(installation):
    for code in tickets(30):
        known = qrcode.QRCode(version=6, mask_pattern=3, error_correction=ERROR_CORRECT_M, border=0)
        known.add_data(code)
        known.make(fit=False)
        assert rows_of(code) == ["".join("01"[d] for d in row) for row in known.get_matrix()]


def test_a_symbol_is_read_by_another_library(installation):
    for code in tickets(20):
        picture = Image.new("L", (49 * 3, 49 * 3), 255)
        pen = ImageDraw.Draw(picture)
        for y, x, n in stretches(rows_of(code)):
            box = ((x + 4) * 3, (y + 4) * 3, (x + 4 + n) * 3 - 1, (y + 5) * 3 - 1)
            pen.rectangle(box, fill=0)
        assert zxingcpp.read_barcode(picture).text == code


def test_what_is_no_ticket_gets_a_symbol_as_well():
    assert len(rows_of("hello")) == 21


# -- fitting --------------------------------------------------------------------------------------
def everything_fits(shown):
    text, layout = fit(shown), shown.layout
    for line in (*text.lines, *([text.band] if text.band else []), text.serial):
        block = line.text
        assert line.top >= -1e-6
        assert line.top + block.height <= layout.height_mm * MM + 1e-6
        for words in block.lines:
            wide = unit(words, block.bold) * block.size
            assert wide <= line.width + 1e-6, words
            assert line.left - 1e-6 <= line.start(words, wide)
    spread = sum(line.text.height for line in text.lines)
    assert spread <= text.where.text.height * MM + 1e-6


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("size", SIZES)
def test_no_name_leaves_its_place(name, size):
    everything_fits(face(name, width_mm=size[0], height_mm=size[1]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.text(max_size=150), width=st.integers(40, 210), height=st.integers(45, 210))
def test_nothing_anybody_types_leaves_its_place(name, width, height):
    shown = face(name, width_mm=width, height_mm=height)
    everything_fits(shown)
    label = badge_zpl(shown)
    assert label.count("^XA") == label.count("^XZ") == 1
    assert badges_pdf([shown]).startswith(b"%PDF-")


def test_a_short_name_is_larger_than_a_long_one():
    small, large = (fit(face(NAMES[each])).lines[0].text.size for each in ("long", "short"))
    assert small * 2 < large


def test_a_name_that_runs_to_the_left_begins_at_the_right():
    assert right_to_left(NAMES["hebrew"])
    assert not right_to_left(NAMES["mixed"])
    assert not right_to_left("2026")
    line = fit(face("דוד", show_code=True)).lines[0]
    (words,) = line.text.lines
    wide = unit(words, True) * line.text.size
    assert line.start(words, wide) + wide == pytest.approx(line.left + line.width)


# -- paper ----------------------------------------------------------------------------------------
def test_a_page_has_the_size_of_the_badge():
    pdf = badges_pdf([face(), face(width_mm=62, height_mm=100)])
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    sizes = [tuple(round(float(side) / MM) for side in box) for box in boxes]
    assert sizes == [(86, 54), (62, 100)]


def test_the_same_badges_are_the_same_bytes():
    assert badges_pdf([face()]) == badges_pdf([face()])
    assert badges_pdf([face()]) != badges_pdf([face("Grace")])


def test_the_code_on_the_page_scans():
    (page,) = (each for each in streams(badges_pdf([face()])) if b" cm " in each)
    module, left, top, path = re.search(
        rb"q ([\d.]+) 0 0 [\d.]+ ([\d.]+) ([\d.]+) cm ((?:-?\d+ -?\d+ \d+ 1 re )+)f Q", page
    ).groups()
    dots = 300 / 72
    picture = Image.new("L", (round(86 * MM * dots), round(54 * MM * dots)), 255)
    pen = ImageDraw.Draw(picture)
    scale = float(module) * dots
    for x, y, n in re.findall(r"(-?\d+) (-?\d+) (\d+) 1 re", path.decode()):
        start = float(left) * dots + int(x) * scale
        upper = picture.height - (float(top) * dots + (int(y) + 1) * scale)
        pen.rectangle((start, upper, start + int(n) * scale - 1, upper + scale - 1), fill=0)
    assert zxingcpp.read_barcode(picture).text == CODE


def test_a_thousand_badges_take_seconds(installation):
    faces = [face(f"Guest Number {n}", code) for n, code in enumerate(tickets(200))]
    began = time.process_time()
    badges_pdf(faces)
    assert time.process_time() - began < 3  # a fifth of a batch, on a slow machine


def test_a_picture_escapes_what_is_typed():
    assert "<script>" not in badge_svg(face("<script>alert(1)</script>"))


# -- labels ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("Ada ^XZ~JR_", "Ada _5EXZ_7EJR_5F"),
        ("a\x00b\x1b\n", "a_00b_1B_0A"),
        ("Zoë", "Zoë"),
        ("C:\\x", "C:_5Cx"),
        ("\x85", "_C2_85"),
    ],
)
def test_nothing_that_is_printed_is_a_command(text, data):
    assert escaped(text) == data


@pytest.mark.parametrize("dpi", [203, 300])
def test_a_label_has_the_size_of_the_badge_and_the_code(dpi):
    label = badge_zpl(face(), dpi)
    width, height = (
        int(side) for side in re.match(r"\^XA\^CI28\^LH0,0\^PW(\d+)\^LL(\d+)", label).groups()
    )
    assert (width, height) == {203: (688, 432), 300: (1016, 638)}[dpi]
    left, top, module = (
        int(n) for n in re.search(r"\^FO(\d+),(\d+)\^BQN,2,(\d+)\^FDMA,", label).groups()
    )
    assert module >= 3
    assert left + 45 * module <= width
    assert top + 45 * module <= height
    assert f"^FDMA,{CODE}^FS" in label


def test_a_name_cannot_break_out_of_its_field():
    label = badge_zpl(face("^XZ^XA^FO0,0^A0N,99,99^FDOwned^FS~JR"))
    assert label.count("^XA") == 1
    assert "~JR" not in label
    assert "^FDOwned" not in label


def test_the_printers_font_is_used_where_it_has_the_letters():
    assert "^GFA" not in badge_zpl(face("Zoë Ångström"))
    assert badge_zpl(face("山田 太郎")).count("^GFA") == 1


def graphics(label):
    """Return each picture of a label as rows of numbers: what a printer makes of ^GFA."""
    for total, count, wide, data in re.findall(r"\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS", label):
        assert total == count
        digits, rows, row = int(wide) * 2, [], ""
        for character in data:
            if character == ":":
                rows.append(rows[-1])
                continue
            row = row.ljust(digits, "0") if character == "," else row + character
            if len(row) == digits:
                rows.append(int(row, 16))
                row = ""
        assert not row
        assert len(rows) * int(wide) == int(total)
        yield int(wide) * 8, rows


@pytest.mark.parametrize("name", ["arabic", "hebrew", "chinese", "korean", "cyrillic", "mixed"])
@pytest.mark.parametrize("size", SIZES)
def test_what_the_printer_has_no_letters_for_is_dots(name, size):
    shown = face(NAMES[name], width_mm=size[0], height_mm=size[1])
    label = badge_zpl(shown)
    found = list(graphics(label))
    assert len(found) == len(fit(shown).lines[0].text.lines) or name == "mixed"
    places = re.findall(r"\^FO(\d+),(\d+)(?:\^FR)?\^GFA", label)
    width, height = (round(side * 8) for side in size)
    for (left, top), (wide, rows) in zip(places, found, strict=True):
        ink = [row for row in rows if row]
        assert ink
        rightmost = wide - min((row & -row).bit_length() - 1 for row in ink)
        assert int(left) + rightmost <= width
        assert int(top) + max(n for n, row in enumerate(rows) if row) < height


def test_dots_are_the_letters_of_the_font():
    """An O is a ring: ink, white, ink across its middle, and nothing left of it."""
    drawn = bitmap("O", 100)
    middle = f"{drawn.rows[65]:0{drawn.width}b}"
    assert [bool(run.strip("0")) for run in re.findall("0+|1+", middle)] == [
        False, True, False, True, False,
    ]  # fmt: skip
    assert drawn.width == pytest.approx(fonts.width("O", 100), abs=2)
    assert bitmap(" ", 50).rows.count(0) == len(bitmap(" ", 50).rows)


def test_an_accent_is_above_its_letter():
    plain, accented = (bitmap(each, 100) for each in ("E", "É"))
    first = [next(n for n, row in enumerate(each.rows) if row) for each in (plain, accented)]
    assert first[1] < first[0]


def test_a_light_band_is_a_frame_and_a_dark_one_is_black():
    assert "^GB688,78,78^FS" in badge_zpl(face(colour="#1d4ed8"))
    assert "^GB688,78,3^FS" in badge_zpl(face(colour="#ffd400"))
    assert "^FR" not in badge_zpl(replace(face(colour="#ffd400")))
