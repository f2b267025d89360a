"""The back office uploads, plans, applies and undoes imports, and exports guests."""

from __future__ import annotations

import csv
import gzip
import html
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from eventsite.core.domain.guest_imports import ImportState, made_id
from eventsite.core.domain.jobs import JobState
from eventsite.core.services import exporting, import_writes
from eventsite.core.services.jobs import run
from eventsite.core.store.stock import type_stock
from eventsite.core.wiring import Stores
from tests.doing import left
from tests.importing import csv_of, guests, working
from tests.registration.conftest import Register
from tests.registration.test_admin import signed_in, text

BASE = "/admin/registration/guestimport/"
JOBS = "/admin/registration/job/"


@pytest.fixture(autouse=True)
def quick(settings: Any, fair: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(import_writes, "WORKERS", 1)


@pytest.fixture
def office(quick: None) -> Client:
    return signed_in("ada", roles=["organizer"])


class Page:
    """One import's page, and its job done when asked."""

    def __init__(self, office: Client, stores: Stores, address: str) -> None:
        self.office, self.stores, self.address = office, stores, address
        self.import_id = address.removeprefix(BASE).split("/")[0]

    @property
    def found(self) -> Any:
        return self.stores.imports.get(self.import_id)

    def work(self) -> Page:
        now = timezone.now()
        assert run(self.stores, self.found.job_id, "worker", working(now), queue=False)
        return self

    def text(self, query: str = "") -> str:
        return text(self.office.get(self.address + query))

    def act(self, name: str, **said: Any) -> Any:
        return self.office.post(f"{BASE}{self.import_id}/{name}/", said)


def uploaded(office: Client, stores: Stores, content: bytes, **said: Any) -> Page:
    file = SimpleUploadedFile("guests.csv", content, "text/csv")
    answer = office.post(f"{BASE}add/", {"event_id": "demo", "format": "", "file": file, **said})
    assert answer.status_code == 302, text(answer)
    return Page(office, stores, answer["Location"])


@pytest.fixture
def upload(office: Client, fair: Stores) -> Any:
    return lambda content, **said: uploaded(office, fair, content, **said)


# -- from upload to undo --------------------------------------------------------------------------
def test_a_file_goes_all_the_way(upload: Any, fair: Stores, office: Client) -> None:
    page = upload(csv_of(guests(3)))
    assert "being compared" in page.text()
    page.work()
    planned = page.text()
    assert "New guests: 3." in planned
    assert "Guest Number 2" in planned
    assert re.search(r"General</th><td>3</td><td>100</td>", planned)
    assert page.act("apply").status_code == 302
    page.work()
    assert "3 registered" in page.text()
    assert fair.registrations.get(made_id(page.import_id, 1)).source == "import"
    assert "stays as they are" in text(office.get(f"{BASE}{page.import_id}/undo/"))
    page.act("undo")
    page.work()
    assert "3 removed" in page.text()
    assert left(fair, type_stock("general")) == 100
    listed = text(office.get(f"{BASE}?event_id=demo"))
    assert "undone: 3 removed" in listed


def test_new_guests_are_sent_their_tickets_only_when_asked_for(upload: Any, fair: Stores) -> None:
    page = upload(csv_of(guests(1))).work()
    page.act("apply", mails="on")
    page.work()
    assert fair.registrations.get(made_id(page.import_id, 1)).source == "import+mail"


def test_every_act_is_in_the_history(upload: Any, office: Client) -> None:
    page = upload(csv_of(guests(1))).work()
    page.act("apply")
    page.work()
    page.act("undo")
    history = text(office.get(f"{BASE}{page.import_id}/history/"))
    for said in ("Uploaded.", "Applied.", "Undone."):
        assert said in history


def test_a_packed_file_is_taken(upload: Any) -> None:
    assert "New guests: 3." in upload(gzip.compress(csv_of(guests(3)))).work().text()


def test_what_is_not_understood_is_chosen_and_planned_again(upload: Any) -> None:
    rows = [("Ada", "ada@example.org", "Early Bird")]
    page = upload(csv_of(rows, ("who", "email", "ticket"))).work()
    unread = page.text()
    assert page.found.state is ImportState.UNREADABLE
    assert "names" in unread
    answer = page.act("plan", column_0="name", default_type="crew")
    assert answer.status_code == 302, text(answer)
    assert "New guests: 1." in page.work().text()
    assert page.act("plan", column_0="nonsense").status_code == 200, "the form again"


def test_labels_of_tickets_are_offered_to_choose_for(upload: Any) -> None:
    page = upload(csv_of([*guests(1, ticket="Early Bird"), *guests(1, 2, "T-shirt")])).work()
    assert "Early Bird" in page.text()
    page.act("plan", type_0="general", type_1="-")
    planned = page.work().text()
    assert "1 new" in planned
    assert "1 left out" in planned


# -- rows -----------------------------------------------------------------------------------------
def test_rows_are_shown_by_outcome_and_page_by_page(upload: Any, registered: Register) -> None:
    registered(email="guest70@example.org")
    page = upload(csv_of(guests(80))).work()
    first = page.text()
    assert first.count("import-mail") == 50
    (following,) = re.findall(r'href="(\?[^"]*from=50)#rows"', first)
    second = page.text(html.unescape(following))
    assert second.count("import-mail") == 30
    conflicts = page.text("?list=plan&outcome=conflict")
    assert (conflicts.count("import-mail"), "guest70" in conflicts) == (1, True)
    assert "itself, or came" in conflicts


def test_what_needs_a_look_can_be_downloaded(
    upload: Any, office: Client, registered: Register
) -> None:
    registered(email="guest2@example.org")
    page = upload(csv_of([*guests(2), ("T9", "=Bob", "no address", "general")])).work()
    answer = office.get(f"{BASE}{page.import_id}/problems.csv?list=plan")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = {row["line"]: row for row in csv.DictReader(io.StringIO(body))}
    assert {line: row["outcome"] for line, row in found.items()} == {"3": "conflict", "4": "error"}
    assert (found["4"]["field"], found["4"]["name"]) == ("email", "'=Bob")
    assert "Problems of the plan downloaded" in text(office.get(f"{BASE}{page.import_id}/history/"))


def test_nobody_keeps_the_page_with_the_guests(upload: Any, office: Client) -> None:
    answer = office.get(upload(csv_of(guests(1))).work().address)
    assert "no-store" in answer["Cache-Control"]


def test_progress_is_told_to_the_pages_script(upload: Any, office: Client) -> None:
    page = upload(csv_of(guests(1)))
    progress = f"{BASE}{page.import_id}/progress/"
    assert office.get(progress).json()["going"] is True
    page.work()
    found = office.get(progress).json()
    assert (found["going"], found["state"], found["percent"]) == (False, "planned", 100)


# -- when something is wrong ----------------------------------------------------------------------
def test_what_stopped_is_told_and_goes_on(upload: Any, fair: Stores, office: Client) -> None:
    page = upload(csv_of(guests(1))).work()
    page.act("apply")
    page.act("stop")
    assert fair.jobs.get(page.found.job_id).state is JobState.CANCELLED
    offered = page.text()
    assert f"{BASE}{page.import_id}/go-on/" in offered
    assert f"{BASE}{page.import_id}/undo/" in offered
    page.act("go-on")
    assert "1 registered" in page.work().text()


def test_files_can_be_deleted_and_then_nothing_is_offered(upload: Any) -> None:
    page = upload(csv_of(guests(1))).work()
    page.act("forget")
    shown = page.text()
    assert "files of this import are deleted" in shown
    assert "Guest Number" not in shown
    assert ">Apply<" not in shown
    page.act("apply")
    assert page.found.state is ImportState.PLANNED


def test_a_file_that_is_too_big_or_missing_is_told(office: Client, fair: Stores) -> None:
    big = SimpleUploadedFile("guests.csv", b"x" * (4 * 1024 * 1024 + 1), "text/csv")
    answer = office.post(f"{BASE}add/", {"event_id": "demo", "format": "", "file": big})
    assert "4 MB" in text(answer)
    missing = office.post(f"{BASE}add/", {"event_id": "demo", "format": ""})
    assert "This field is required" in text(missing)


# -- in slices ------------------------------------------------------------------------------------
def test_a_script_uploads_in_slices(office: Client, fair: Stores) -> None:
    content = csv_of(guests(100))
    begun = office.post(f"{BASE}upload/", {"event_id": "demo", "filename": "guests.csv"}).json()
    for number in (1, 0, 0):
        piece = content[:2000] if number == 0 else content[2000:]
        sent = office.post(
            f"{begun['pieces']}{number}/", piece, content_type="application/octet-stream"
        )
        assert sent.json() == {}
    done = office.post(begun["uploaded"], {"pieces": "2", "format": ""}).json()
    page = Page(office, fair, done["page"]).work()
    assert "New guests: 100." in page.text()


@pytest.mark.parametrize(("pieces", "status"), [("3", 400), ("x", 400), ("", 400), ("-1", 400)])
def test_slices_that_are_missing_are_told(
    office: Client, fair: Stores, pieces: str, status: int
) -> None:
    begun = office.post(f"{BASE}upload/", {"event_id": "demo", "filename": "g"}).json()
    office.post(f"{begun['pieces']}0/", b"x", content_type="application/octet-stream")
    answer = office.post(begun["uploaded"], {"pieces": pieces, "format": ""})
    assert (answer.status_code, "detail" in answer.json()) == (status, True)


def test_an_upload_needs_the_token_of_the_page(fair: Stores) -> None:
    signed_in("ada", roles=["organizer"])
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in("eve", roles=["organizer"]).cookies
    assert strict.post(f"{BASE}upload/", {"event_id": "demo"}).status_code == 403


# -- who may --------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["checkin_lead", "fulfilment", "viewer"])
def test_others_see_and_do_nothing(role: str, upload: Any, fair: Stores) -> None:
    page = upload(csv_of(guests(1))).work()
    other = signed_in("bob", roles=[role])
    for path in ("", "add/", f"{page.import_id}/change/", f"{page.import_id}/problems.csv"):
        assert other.get(BASE + path).status_code == 403, path
    for path in ("apply", "plan", "undo", "forget"):
        assert other.post(f"{BASE}{page.import_id}/{path}/").status_code == 403, path
    assert other.post(f"{BASE}upload/", {"event_id": "demo"}).status_code == 403
    assert other.get(JOBS).status_code == 403
    assert other.post(f"{JOBS}export/").status_code == 403
    assert page.found.state is ImportState.PLANNED


# -- exports --------------------------------------------------------------------------------------
def export(office: Client, **said: Any) -> Any:
    return office.post(f"{JOBS}export/", {"event_id": "demo", "ending": "csv", "status": ""} | said)


def test_few_guests_are_sent_at_once(office: Client, registered: Register) -> None:
    registered(email="ada@example.org")
    answer = export(office, bom="on")
    body = b"".join(answer.streaming_content)
    assert body.startswith(b"\xef\xbb\xbf")
    assert b"ada@example.org" in body
    assert 'filename="guests-demo-' in answer["Content-Disposition"]
    assert not b"".join(export(office).streaming_content).startswith(b"\xef")
    book = b"".join(export(office, ending="xlsx").streaming_content)
    assert book.startswith(b"PK")
    history = text(office.get("/admin/registration/event/demo/history/"))
    assert "Guests exported as xlsx" in history


def test_many_guests_are_put_into_a_file(
    office: Client, fair: Stores, registered: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE_MAX", 0)
    registered(email="ada@example.org")
    address = export(office)["Location"]
    job_id = address.removeprefix(JOBS).split("/")[0]
    assert office.get(f"{JOBS}{job_id}/download/")["Location"] == address, "not done yet"
    run(fair, job_id, "worker", working(timezone.now()), queue=False)
    assert f"{JOBS}{job_id}/download/" in text(office.get(address))
    link = office.get(f"{JOBS}{job_id}/download/")["Location"]
    assert "X-Amz-Expires=900" in link
    assert "Downloaded." in text(office.get(f"{JOBS}{job_id}/history/"))
    assert "Export guests" in text(office.get(f"{JOBS}?event_id=demo"))


def test_a_job_can_be_cancelled_and_go_on(
    office: Client, fair: Stores, registered: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE_MAX", 0)
    registered(email="ada@example.org")
    job_id = export(office)["Location"].removeprefix(JOBS).split("/")[0]
    office.post(f"{JOBS}{job_id}/cancel/")
    assert fair.jobs.get(job_id).state is JobState.CANCELLED
    office.post(f"{JOBS}{job_id}/go-on/")
    assert fair.jobs.get(job_id).state is JobState.WAITING
