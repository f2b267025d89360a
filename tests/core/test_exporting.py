"""Exports hold every guest, run nothing in a spreadsheet, and are fetched by a link for a while."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from eventsite.core.domain.jobs import JobState
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.errors import Invalid, NotAllowed, NotFound
from eventsite.core.services import exporting
from eventsite.core.services.changing import change_answers
from eventsite.core.services.deciding import cancel
from eventsite.core.services.jobs import run
from eventsite.core.services.organizing import set_up
from eventsite.core.services.sheets import csv_pieces, safe_cell, xlsx_file
from eventsite.core.store.files import export_file, export_part
from tests.builders import NOON, a_guest, a_setup
from tests.doing import take_place
from tests.importing import STAFF, working

FOOD = Question(
    event_id="demo",
    question_id="food",
    name="=What do you eat?",
    kind=QuestionKind.SEVERAL,
    choices=("Fish", "Rice"),
)


@pytest.fixture
def fair(installation):
    set_up(installation.events, a_setup(questions=(FOOD,)))
    return installation


def guest(stores, number, **changes):
    address = {"name": f"Guest {number}", "email": f"g{number}@example.org"}
    return take_place(stores, f"key-{number}", guest=a_guest(**(address | changes)))


def table_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


# -- cells ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_could_be_a_formula_is_not_run(start):
    assert safe_cell(f"{start}cmd|'/c calc'!A1") == f"'{start}cmd|'/c calc'!A1"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("plain", "plain"),
        (None, ""),
        (-5, "-5"),
        (Decimal("-5.00"), "-5.00"),
        (True, "True"),
        ("+353851234567", "'+353851234567"),
        (NOON, "2026-11-21 12:00:00"),
    ],
)
def test_values_are_readable(value, cell):
    assert safe_cell(value) == cell


def test_a_table_can_be_written_for_excel_or_without_its_mark():
    with_mark, without = (b"".join(csv_pieces(["a"], [["é"]], bom=bom)) for bom in (True, False))
    assert with_mark == b"\xef\xbb\xbf" + without
    assert without == "a\r\né\r\n".encode()


def test_a_workbook_has_text_and_numbers_and_no_formula():
    with xlsx_file(["=a"], [["=1+1", 2, "https://example.org", "+353851234567"]]) as file:
        parts = zipfile.ZipFile(io.BytesIO(file.read()))
    sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in sheet
    assert "hyperlink" not in sheet
    assert "+353851234567</t>" in sheet


# -- at once --------------------------------------------------------------------------------------
def test_every_guest_is_in_the_table_with_their_answers(fair):
    one, two = guest(fair, 1, phone="+353851234567"), guest(fair, 2)
    change_answers(fair, one, {"food": ("Rice", "Fish")}, NOON)
    cancel(fair, two.registration_id, NOON)
    headings = exporting.Table(fair.events.setup("demo")).headings
    content = b"".join(csv_pieces(headings, exporting.rows(fair, "demo")))
    found = {row["registration_id"]: row for row in table_of(content)}
    assert set(found) == {one.registration_id, two.registration_id}
    assert found[one.registration_id]["'=What do you eat?"] == "Rice, Fish"
    assert found[one.registration_id]["phone"] == "'+353851234567"
    assert found[two.registration_id]["status"] == "cancelled"


def test_only_those_of_one_status_are_in_it_when_asked_for(fair):
    guest(fair, 1)
    cancel(fair, guest(fair, 2).registration_id, NOON)
    assert [row[1] for row in exporting.rows(fair, "demo", "cancelled")] == ["Guest 2"]


def test_many_guests_are_not_sent_at_once(fair, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE_MAX", 1)
    guest(fair, 1)
    assert exporting.few_enough(fair, "demo")
    guest(fair, 2)
    assert not exporting.few_enough(fair, "demo")


# -- as a job -------------------------------------------------------------------------------------
def exported(stores, **options):
    job = exporting.ask(stores, "demo", NOON, asked_by=STAFF, **options)
    run(stores, job.job_id, "worker", working(), queue=False)
    return stores.jobs.get(job.job_id)


def test_a_job_makes_a_file_with_a_link_that_works_for_a_while(fair):
    for number in range(3):
        guest(fair, number)
    job = exported(fair)
    assert (job.state, job.counts) == (JobState.DONE, {"rows": 3})
    link = urlsplit(exporting.link(fair, job))
    asked = parse_qs(link.query)
    assert asked["X-Amz-Expires"] == ["900"]
    assert "guests-demo-20261121-1200.csv" in asked["response-content-disposition"][0]
    assert "example.org" not in link.path, "no personal data in keys"
    content = fair.files.get(export_file(job.job_id, "csv"))
    assert {row["name"] for row in table_of(content)} == {"Guest 0", "Guest 1", "Guest 2"}


def test_a_job_makes_a_workbook(fair):
    guest(fair, 1)
    job = exported(fair, ending="xlsx")
    assert fair.files.get(export_file(job.job_id, "xlsx")).startswith(b"PK")


def test_the_parts_are_gone_when_the_file_is_there(fair):
    guest(fair, 1)
    job = exported(fair)
    assert fair.files.size(export_part(job.job_id, 0)) is None


def test_an_export_goes_on_where_it_was_and_keeps_its_columns(fair, monkeypatch):
    monkeypatch.setattr(exporting, "PART_ROWS", 2)
    for number in range(5):
        guest(fair, number)
    job = exporting.ask(fair, "demo", NOON, asked_by=STAFF)
    assert run(fair, job.job_id, "one", working(hours=0), queue=False).done == 2
    later = replace(FOOD, question_id="wine", name="Wine?")
    fair.events.add_part(fair.events.get("demo"), later)
    run(fair, job.job_id, "two", working(NOON + timedelta(hours=1)), queue=False)
    done = fair.jobs.get(job.job_id)
    content = table_of(fair.files.get(export_file(job.job_id, "csv")))
    assert done.counts == {"rows": 5}
    assert {row["name"] for row in content} == {f"Guest {n}" for n in range(5)}
    assert "Wine?" not in content[0]


def test_no_link_before_it_is_done_or_after_it_is_gone(fair):
    guest(fair, 1)
    waiting = exporting.ask(fair, "demo", NOON, asked_by=STAFF)
    with pytest.raises(NotAllowed):
        exporting.link(fair, waiting)
    job = exported(fair)
    fair.files.delete([export_file(job.job_id, "csv")])
    with pytest.raises(NotAllowed):
        exporting.link(fair, job)


def test_what_cannot_be_exported_is_refused(fair):
    with pytest.raises(NotFound):
        exporting.ask(fair, "other", NOON, asked_by=STAFF)
    with pytest.raises(Invalid):
        exporting.ask(fair, "demo", NOON, asked_by=STAFF, ending="pdf")
    with pytest.raises(Invalid):
        exporting.ask(fair, "demo", NOON, asked_by=STAFF, status="happy")
