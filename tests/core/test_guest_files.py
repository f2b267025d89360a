"""Files from elsewhere are read for what they are, or refused with a reason; never with a fault."""

from __future__ import annotations

import gzip
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsite.core.domain import csv_files
from eventsite.core.domain.csv_files import FileRefused, tidy_cell
from eventsite.core.domain.guest_columns import RowState
from eventsite.core.domain.guest_files import look, must_be_enough, rows
from eventsite.core.domain.guest_imports import GuestImport, ImportOptions
from eventsite.core.domain.import_plans import Decider, Tally
from eventsite.core.domain.import_rows import Outcome, PlanRow
from eventsite.core.domain.questions import Question, QuestionKind
from tests.builders import NOON, a_setup

EVENTBRITE = """\
Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,Group,\
Order Type,Currency,Total Paid,Fees Paid,Attendee Status,Cell Phone,Company
70001,2026-10-01 12:00:00,Ada,Example,ada@example.org,1,,General,90001,,Free Order,EUR,0,0,\
Attending,+49 30 1234567,"Acme, Ltd"
70001,2026-10-01 12:00:00,Bob,Example,bob@example.org,1,,VIP,90002,,Free Order,EUR,0,0,\
Checked In,,
70002,2026-10-02 12:00:00,Cy,Example,cy@example.org,1,,General,90003,,Free Order,EUR,0,0,\
Not Attending,,
"""

PRETIX = """\
Event slug,Order code,Position ID,Status,Email,Phone number,Order date,Order time,Product,\
Variation,Price,Tax rate,Tax rule,Tax value,Attendee name,Attendee name: Given name,\
Attendee name: Family name,Attendee email,Company,Address,ZIP code,City,Country,State,Voucher,\
Pseudonymization ID,Company,Invoice address name,Address,ZIP code,City,Country,State,VAT ID,\
Sales channel,Order locale
fair,ABC12,1,paid,buyer@example.org,+49301234567,2026-10-01,12:00:00,Ticket,Student,10.00,0.00,,\
0.00,Ada Example,Ada,Example,ada@example.org,,,,,,,,XYZ,,,,,,,,,web,de-informal
fair,ABC12,2,paid,buyer@example.org,+49301234567,2026-10-01,12:00:00,Ticket,,10.00,0.00,,0.00,\
,,,,,,,,,,,XYA,,Buyer Example,,,,,,,web,de-informal
fair,DEF34,1,pending,open@example.org,,2026-10-02,12:00:00,Ticket,,10.00,0.00,,0.00,Open Example,\
Open,Example,,,,,,,,,XYB,,,,,,,,,web,en
fair,GHI56,1,canceled,gone@example.org,,2026-10-02,12:00:00,Ticket,,10.00,0.00,,0.00,Gone Example,\
Gone,Example,,,,,,,,,XYC,,,,,,,,,web,en
"""

PRETIX_GERMAN = """\
Kurzname der Veranstaltung;Bestellnummer;Position;Status;E-Mail;Telefonnummer;Bestelldatum;\
Bestelluhrzeit;Produkt;Variante;Preis;Name Teilnehmer*in;E-Mail Teilnehmer*in;Bestellsprache
messe;ABC12;1;bezahlt;kauf@example.org;;2026-10-01;12:00:00;Ticket;;10,00;Jörg Muster;\
joerg@example.org;de
messe;DEF34;1;storniert;weg@example.org;;2026-10-01;12:00:00;Ticket;;10,00;Weg Muster;;de
"""


def opened(content: bytes, size: int = 1000):
    return lambda: (content[n : n + size] for n in range(0, len(content), size))


def read(content: bytes | str, questions=(), **options):
    """Return what a file was taken for, and its rows."""
    raw = content.encode() if isinstance(content, str) else content
    sheet = look(opened(raw), ImportOptions(**options), questions)
    must_be_enough(sheet)
    return sheet.shape, list(rows(sheet))


# -- the formats ----------------------------------------------------------------------------------
def test_eventbrites_attendee_summary_is_known():
    shape, found = read(EVENTBRITE)
    assert (shape.format, shape.encoding, shape.separator) == ("eventbrite", "utf-8", ",")
    ada, bob, cy = found
    assert (ada.name, ada.email, ada.phone) == ("Ada Example", "ada@example.org", "+49 30 1234567")
    assert (ada.ticket, ada.reference, ada.state) == ("General", "90001", RowState.COMING)
    assert (bob.reference, bob.state) == ("90002", RowState.COMING)
    assert cy.state is RowState.GONE


def test_eventbrites_newer_headings_are_known():
    shape, (one,) = read(
        "Order ID,Order date,Buyer first name,Buyer email,Attendee first name,"
        "Attendee last name,Attendee email,Ticket type,Attendee ID,Attendee status\n"
        "1,2026-10-01,Buyer,buyer@example.org,Ada,Example,,General,77,Attending\n"
    )
    assert shape.format == "eventbrite"
    assert (one.name, one.email, one.reference) == ("Ada Example", "buyer@example.org", "77")


def test_pretix_order_positions_are_known():
    shape, found = read(PRETIX)
    assert shape.format == "pretix"
    first, second, unpaid, gone = found
    assert (first.name, first.email) == ("Ada Example", "ada@example.org")
    assert (first.ticket, first.reference) == ("Ticket – Student", "ABC12-1")  # noqa: RUF001
    assert (first.phone, first.locale) == ("+49301234567", "de-informal")
    assert (second.name, second.email) == ("Buyer Example", "buyer@example.org")
    assert [unpaid.state, gone.state] == [RowState.UNSETTLED, RowState.GONE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_pretix_in_german_is_known_in_every_encoding(encoding):
    shape, found = read(PRETIX_GERMAN.encode(encoding))
    assert (shape.format, shape.separator) == ("pretix", ";")
    assert [row.state for row in found] == [RowState.COMING, RowState.GONE]
    assert (found[0].name, found[0].email) == ("Jörg Muster", "joerg@example.org")


@pytest.mark.parametrize(
    "headings",
    [
        "name,email,ticket",
        "Vorname;Nachname;E-Mail-Adresse;Ticketart",
        "Prénom\tNom\tCourriel\tBillet",
        "nombre|apellidos|correo electrónico|tipo de entrada",
    ],
)
def test_plain_tables_are_known_in_four_languages(headings):
    separator = next(each for each in ",;\t|" if each in headings)
    cells = ["Ada", "Example", "ada@example.org", "General"][-headings.count(separator) - 1 :]
    shape, (row,) = read(f"{headings}\n{separator.join(cells)}\n")
    assert (shape.format, shape.separator) == ("csv", separator)
    assert (row.email, row.ticket) == ("ada@example.org", "General")
    assert row.name.endswith("Example")


def test_the_organizers_choice_comes_first():
    shape, (row,) = read(
        "name,nick,email\nAda,Countess,ada@example.org\n",
        columns={"nick": "name", "name": "-"},
    )
    assert row.name == "Countess"
    assert [column.target for column in shape.columns] == ["", "name", "email"]


def test_columns_with_the_same_meaning_are_told_of():
    shape, (row,) = read("name,email,email\nAda,,ada@example.org\n")
    assert row.email == "ada@example.org"
    assert any("“email” and “email (2)”" in note for note in shape.notes)


def test_questions_are_known_by_their_id_words_or_choices():
    diet = Question(
        event_id="demo",
        question_id="diet",
        name="What do you eat?",
        kind=QuestionKind.SEVERAL,
        choices=("Fish", "Rice"),
    )
    shape, _ = read(
        "name,email,diet,What do you eat?,What do you eat? – Fish\n",  # noqa: RUF001
        questions=(diet,),
    )
    targets = [column.target for column in shape.columns]
    assert targets[2:] == ["answer:diet", "answer:diet", "answer:diet=Fish"]


# -- what is wrong --------------------------------------------------------------------------------
def test_a_row_that_is_no_row_does_not_take_others_with_it():
    content = (
        'name,email\nAda,ada@example.org\n"Bob"x,bob@example.org\n'
        "Cy,cy@example.org,more\nDi,di@example.org,\n"
    )
    _, found = read(content)
    assert [row.problem and row.problem.code for row in found] == [
        None,
        "malformed",
        "malformed",
        None,
    ]


def test_a_quotation_mark_that_is_never_closed_is_told_of():
    _, found = read('name,email\nAda,ada@example.org\n"Bob,bob@example.org\nCy,c@example.org\n')
    assert found[1].problem is not None
    assert "never closed" in found[1].problem.reason
    assert found[1].line == 3


def test_short_rows_empty_rows_and_lines_within_cells_are_fine():
    _, found = read('name,email,phone\n\n"Ada\nExample",ada@example.org\n,,\nBob,b@example.org,1\n')
    assert [(row.number, row.line, row.name) for row in found] == [
        (1, 3, "Ada\nExample"),
        (2, 6, "Bob"),
    ]


def test_a_status_nobody_knows_is_not_guessed():
    _, (row,) = read("name,email,status\nAda,ada@example.org,maybe\n")
    assert row.problem is not None
    assert (row.problem.code, row.problem.field) == ("unknown_status", "status")


def test_a_row_for_several_tickets_is_refused():
    _, (row,) = read("name,email,quantity\nAda,ada@example.org,3\n")
    assert row.problem is not None
    assert row.problem.code == "several"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (gzip.compress(b"name,email\n", mtime=0)[:-3], "end is missing"),
        (b"\x1f\x8b\x08broken", "broken"),
        (b"x" * 2_000_000, "no table"),
        (b'"name,email\n', "headings cannot be read"),
        (b"a," * 600, "columns"),
    ],
    ids=["nothing", "blank", "xlsx", "xls", "pdf", "cut", "broken", "line", "quote", "wide"],
)
def test_what_is_no_table_is_refused_with_a_reason(content, said):
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert said in refused.value.message


def test_a_file_in_another_encoding_than_chosen_is_refused():
    with pytest.raises(FileRefused):
        read("name,email\nJürgen,j@example.org\n".encode("latin-1"), encoding="utf-8")


def test_a_table_without_names_or_addresses_is_refused():
    with pytest.raises(FileRefused, match="names"):
        read("email\na@example.org\n")
    with pytest.raises(FileRefused, match="addresses"):
        read("name\nAda\n")


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(csv_files, "ROWS_MAX", 3)
    assert len(read("name,email\n" + "A,a@example.org\n" * 3)[1]) == 3
    with pytest.raises(FileRefused, match="at most 3 rows"):
        read("name,email\n" + "A,a@example.org\n" * 4)


def test_a_file_that_is_too_big_is_refused_also_when_it_is_packed(monkeypatch):
    monkeypatch.setattr(csv_files, "SIZE_MAX", 1000)
    content = b"name,email\n" + b"A,a@example.org\n" * 100
    for each in (content, gzip.compress(content, mtime=0)):
        with pytest.raises(FileRefused, match="at most"):
            read(each)


def test_a_packed_file_is_unpacked():
    _, found = read(gzip.compress(EVENTBRITE.encode()))
    assert len(found) == 3


# -- cells ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "tidy"),
    [
        ("  Ada ", "Ada"),
        ("A\x00d\x07a\u200b\ufeff", "Ada"),
        ("\u202a+49301234567\u202c", "+49301234567"),
        ("'+49301234567", "+49301234567"),
        ("'=1+1", "=1+1"),
        ("'s Hertogenbosch", "'s Hertogenbosch"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_cannot_be_seen_goes_and_so_does_an_exporters_guard(cell, tidy):
    assert tidy_cell(cell) == tidy


def test_excels_line_that_names_the_separator_is_no_heading():
    shape, (row,) = read("sep=;\nname;email\nAda, Countess;ada@example.org\n")
    assert (shape.separator, row.name) == (";", "Ada, Countess")


# -- anything at all ------------------------------------------------------------------------------
cells = st.one_of(
    st.text(alphabet=st.sampled_from(list("aé,;\t|\"'\n\r\x00 @.1-=+\u200b")), max_size=12),
    st.sampled_from(
        ["ada@example.org", "1.2.2026", "99.99.9999", "a, b; ;, a", "+49301234567", "'+49", "ja"]
    ),
)
tables = st.lists(st.lists(cells, max_size=6), max_size=8)


SETUP = a_setup(
    questions=(
        Question(event_id="demo", question_id="q", name="Day", kind=QuestionKind.DATE),
        Question(
            event_id="demo",
            question_id="s",
            name="Several",
            kind=QuestionKind.SEVERAL,
            choices=("a", "a, b", ";"),
        ),
    )
)
IMPORT = GuestImport(import_id="i1", event_id="demo", filename="x", created_at=NOON)


def survives(content: bytes, **options) -> None:
    """A file gives a plan of all its rows, or a refusal in words."""
    chosen = replace(IMPORT, options=ImportOptions(default_type="general", **options))
    try:
        sheet = look(opened(content), chosen.options, SETUP.questions)
        must_be_enough(sheet)
        found = list(rows(sheet))
    except FileRefused as refused:
        if not refused.message:
            raise
        return
    decider, tally = Decider(SETUP, chosen, sheet.profile.format), Tally()
    for row in found:
        planned = decider.decided(decider.drafted(row), None, (), tally)
        assert planned.number
        assert planned.line
        assert planned.reason or planned.outcome is Outcome.NEW
        assert PlanRow.from_line(planned.to_line()) == planned


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=2000))
def test_any_bytes_give_rows_or_a_refusal(content):
    survives(content)
    survives(b"name,email,day,several,status,phone\n" + content)
    survives(b"\x1f\x8b" + content)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=500), st.sampled_from(csv_files.ENCODINGS))
def test_any_bytes_in_any_chosen_encoding_give_rows_or_a_refusal(content, encoding):
    survives("name,email\n".encode(encoding) + content, encoding=encoding)


def quoted(cell: str) -> str:
    return f'"{cell}"' if "," in cell and '"' not in cell else cell


@settings(deadline=None, max_examples=300)
@given(tables, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-16", "windows-1252"]))
def test_any_table_gives_rows_or_a_refusal(table, separator, encoding):
    text = (
        separator.join(("name", "email", "day", "several", "phone"))
        + "\n"
        + "\n".join(separator.join(map(quoted, row)) for row in table)
    )
    survives(text.encode(encoding, errors="replace"))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5), st.integers(1, 7))
def test_how_the_bytes_arrive_makes_no_difference(names, size):
    content = ("name;email\n" + "".join(f'"{n}";a@example.org\n' for n in names)).encode(
        "utf-8", errors="replace"
    )

    def found(piece):
        try:
            return list(rows(look(opened(content, piece), ImportOptions(), ())))
        except FileRefused as refused:
            return refused.message

    assert found(size) == found(10_000)


def test_reading_a_big_file_takes_little_memory():
    line = b"Guest Number,guest@example.org,General,T12345\n"

    def big():
        yield b"name,email,ticket,reference\n"
        for _ in range(200):
            yield line * 250

    tracemalloc.start()
    try:
        sheet = look(big, ImportOptions(), ())
        assert sum(1 for _ in rows(sheet)) == 50_000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
