"""Badges before the event: everybody once, in the order of names, and again after a crash."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.jobs import JobState
from eventsite.core.errors import NotAllowed, NotFound
from eventsite.core.services import printing_badges
from eventsite.core.services.jobs import run
from eventsite.core.services.organizing import set_up
from eventsite.core.store.files import badges_file
from tests.builders import NOON, a_guest, a_setup
from tests.core.test_badges import LAYOUT, printed
from tests.doing import put_cancelled, take_place
from tests.importing import working


@pytest.fixture(autouse=True)
def one_hand(monkeypatch):
    monkeypatch.setattr("eventsite.core.services.printing_badges.AT_ONCE", 1)  # moto has no threads


@pytest.fixture
def fair(installation, monkeypatch):
    crew = BadgeLayout(event_id="demo", layout_id="crew", name="Crew", type_ids=("crew",))
    set_up(installation.events, a_setup(badges=(replace(LAYOUT, type_ids=("general",)), crew)))
    monkeypatch.setattr(printing_badges, "BATCH", 2)
    monkeypatch.setattr(printing_badges, "AT_ONCE", 1)  # moto is for one thread
    return installation


@pytest.fixture
def pages(monkeypatch):
    """What each file shows: the names on its badges."""
    made = []

    def noted(faces, title=""):
        made.append([(face.text("name"), face.serial[-1]) for face in faces])
        return b"%PDF-"

    monkeypatch.setattr(printing_badges, "badges_pdf", noted)
    return made


def guest(stores, name, type_id="general"):
    address = f"{name.casefold()}@example.org"
    person = a_guest(name=name, email=address)
    return take_place(stores, f"key-{name}", guest=person, type_id=type_id).registration_id


def everybody(stores, **options):
    job = printing_badges.ask(stores, "demo", NOON, asked_by="eve", queue=False, **options)
    return run(stores, job.job_id, "worker", working(), queue=False)


def names(pages):
    return [[name for name, _ in page] for page in pages]


def test_everybody_is_printed_by_name_in_files_of_so_many(fair, pages):
    for name in ("Cleo", "Ada", "Eve", "Bob", "Dan"):
        guest(fair, name)
    job = everybody(fair)
    assert names(pages) == [["Ada", "Bob"], ["Cleo", "Dan"], ["Eve"]]
    assert (job.state, job.done) == (JobState.DONE, 5)
    assert job.counts == {"badges": 5, "left_out": 0, "files": 3}
    assert [fair.files.size(badges_file(job.job_id, n)) for n in (1, 2, 3)] == [5, 5, 5]
    assert "badges-003.pdf" in printing_badges.link(fair, job, 3)
    with pytest.raises(NotFound):
        printing_badges.link(fair, job, 4)


def test_handed_out_ones_are_recorded_and_a_proof_is_not(fair, pages):
    me = guest(fair, "Ada")
    everybody(fair, recorded=False)
    assert fair.badges.of("demo", me, "-").badge is None
    everybody(fair)
    (made,) = fair.badges.of("demo", me, "-").badge.prints
    assert (made.by, made.serial) == ("staff:eve", 0)
    with pytest.raises(NotAllowed):
        printed(fair, me, "kiosk")


def test_whoever_has_a_badge_is_left_out_but_not_of_a_proof(fair, pages):
    me = guest(fair, "Ada")
    guest(fair, "Bob")
    printed(fair, me)
    assert everybody(fair).counts == {"badges": 1, "left_out": 1, "files": 1}
    everybody(fair, recorded=False)
    assert names(pages) == [["Bob"], ["Ada", "Bob"]]


def test_only_the_confirmed_of_the_type_that_was_asked_for(fair, pages):
    put_cancelled(fair, guest(fair, "Ada"))
    guest(fair, "Bob")
    guest(fair, "Cleo", "crew")
    everybody(fair, type_id="crew", recorded=False)
    everybody(fair, recorded=False)
    assert names(pages) == [["Cleo"], ["Bob", "Cleo"]]


def test_a_slice_that_is_done_again_prints_the_same(fair, pages, monkeypatch):
    for name in ("Ada", "Bob", "Cleo"):
        guest(fair, name)
    put = fair.files.put

    def dies(*args):
        monkeypatch.setattr(fair.files, "put", put)
        raise OSError("the worker died")

    monkeypatch.setattr(fair.files, "put", dies)
    job = everybody(fair)
    assert job.open
    job = run(fair, job.job_id, "other", working(NOON + timedelta(hours=1)), queue=False)
    assert names(pages) == [["Ada", "Bob"], ["Ada", "Bob"], ["Cleo"]]
    assert job.counts == {"badges": 3, "left_out": 0, "files": 2}
    assert len(list(fair.badges.page(fair.badges.log("demo"), 9))) == 3


def test_a_guest_whose_ticket_was_replaced_gets_the_new_one(fair, pages):
    me = guest(fair, "Ada")
    fair.registrations.save(replace(fair.registrations.get(me), reissue=4))
    everybody(fair)
    assert pages == [[("Ada", "4")]]


def test_nothing_to_print_is_said_at_once(installation):
    set_up(installation.events, a_setup())
    with pytest.raises(NotAllowed):
        printing_badges.ask(installation, "demo", NOON, asked_by="eve")
    with pytest.raises(NotFound):
        printing_badges.ask(installation, "demo", NOON, asked_by="eve", type_id="no")


def test_an_event_without_guests_has_no_file(fair, pages):
    job = everybody(fair)
    assert (job.state, printing_badges.files(job)) == (JobState.DONE, 0)
