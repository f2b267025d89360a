"""Importing an agenda: new, changed, same, missing; twice writes nothing; stopped goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from eventsite.core import wiring
from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.errors import Invalid, Unavailable
from eventsite.core.services.importing_agenda import import_agenda, plan
from eventsite.core.store.agenda import AgendaRepository
from eventsite.core.wiring import Stores

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("EVENTSITE_TEST_SHARED_DATA") or ROOT.parent / "shared" / "data")
REAL = SHARED / "31c3-schedule.xml"

START = datetime(2030, 5, 10, 8, tzinfo=UTC)
A = AgendaSession(
    event_id="e1",
    session_id="a",
    title="Alpha",
    starts_at=START,
    ends_at=START + timedelta(hours=1),
    room="Attic",
)
B = replace(A, session_id="b", title="Beta")
C = replace(A, session_id="c", title="Gamma")


def file(*sessions: AgendaSession, more: str = "") -> bytes:
    events = "".join(
        f"<event guid='{s.session_id}'><date>{s.starts_at.isoformat()}</date>"
        f"<duration>1:00</duration><title>{s.title}</title></event>"
        for s in sessions
    )
    room = f"<room name='Attic'>{events}{more}</room>"
    return f"<schedule><day date='2030-05-10'>{room}</day></schedule>".encode()


@pytest.fixture
def agenda(installation: Stores) -> AgendaRepository:
    return installation.agenda


@pytest.fixture
def writes(installation: Stores) -> Iterator[list[str]]:
    """The names of the DynamoDB calls that write, as they are made."""
    assert installation.agenda  # the client is the installation's
    made: list[str] = []

    def note(model: Any, **_: Any) -> None:
        if model.name not in ("Query", "GetItem"):
            made.append(model.name)

    events = wiring.client("dynamodb").meta.events
    events.register("before-call.dynamodb", note)
    yield made
    events.unregister("before-call.dynamodb", note)


def stored(agenda: AgendaRepository) -> dict[str, AgendaSession]:
    found = agenda.fresh("e1")
    assert len({s.session_id for s in found}) == len(found)
    return {s.session_id: s for s in found}


def test_a_plan_tells_new_changed_same_and_missing_apart() -> None:
    moved = replace(B, starts_at=START + timedelta(hours=2), ends_at=START + timedelta(hours=3))

    found = plan([replace(A, version=4), B, C], [A, moved, replace(A, session_id="d")])

    assert [s.session_id for s in found.new] == ["d"]
    assert found.changed == ((B, moved),)
    assert [s.session_id for s in found.same] == ["a"]
    assert found.missing == (C,)


def test_the_same_moment_in_another_zone_is_no_change() -> None:
    stored_start = replace(A, starts_at=START.astimezone(UTC))

    assert plan([stored_start], [A]).same == (stored_start,)


def test_importing_a_file_twice_writes_it_once(agenda: AgendaRepository, writes: list[str]) -> None:
    first = import_agenda(agenda, "e1", file(A, B, C))
    assert (first.new, first.same, len(writes)) == (3, 0, 3)

    writes.clear()
    again = import_agenda(agenda, "e1", file(A, B, C))

    assert (again.new, again.changed, again.same, again.cancelled) == (0, 0, 3, 0)
    assert writes == []


def test_a_new_start_moves_the_session(agenda: AgendaRepository) -> None:
    import_agenda(agenda, "e1", file(A, B))
    later = START + timedelta(hours=5)

    report = import_agenda(agenda, "e1", file(replace(A, starts_at=later), B))

    assert (report.changed, report.same) == (1, 1)
    assert stored(agenda)["a"].starts_at == later
    assert stored(agenda)["a"].version == 2
    assert len(stored(agenda)) == 2


def test_a_missing_session_stays_unless_it_is_to_be_cancelled(agenda: AgendaRepository) -> None:
    import_agenda(agenda, "e1", file(A, B))

    kept = import_agenda(agenda, "e1", file(A))
    assert (kept.missing, kept.cancelled) == (1, 0)
    assert not stored(agenda)["b"].cancelled

    gone = import_agenda(agenda, "e1", file(A), cancel_missing=True)
    assert (gone.missing, gone.cancelled) == (1, 1)
    assert stored(agenda)["b"].cancelled


def test_cancelling_again_writes_nothing(agenda: AgendaRepository, writes: list[str]) -> None:
    import_agenda(agenda, "e1", file(A, B))
    import_agenda(agenda, "e1", file(A), cancel_missing=True)
    writes.clear()

    again = import_agenda(agenda, "e1", file(A), cancel_missing=True)

    assert (again.missing, again.cancelled, writes) == (0, 0, [])


def test_a_session_that_comes_back_takes_place(agenda: AgendaRepository) -> None:
    import_agenda(agenda, "e1", file(A, B))
    import_agenda(agenda, "e1", file(A), cancel_missing=True)

    assert import_agenda(agenda, "e1", file(A, B)).changed == 1
    assert not stored(agenda)["b"].cancelled


def test_an_entry_that_became_unreadable_is_not_missing(agenda: AgendaRepository) -> None:
    import_agenda(agenda, "e1", file(A, B))
    broken = "<event guid='b'><title>Beta</title></event>"

    report = import_agenda(agenda, "e1", file(A, more=broken), cancel_missing=True)

    assert (report.missing, [p.entry for p in report.problems]) == (0, ["b"])
    assert not stored(agenda)["b"].cancelled


@pytest.mark.parametrize(
    "content", [file(), file(A, more="<event><title>Who?</title></event>")], ids=["empty", "no id"]
)
def test_nothing_is_cancelled_by_a_file_that_says_too_little(
    agenda: AgendaRepository, writes: list[str], content: bytes
) -> None:
    import_agenda(agenda, "e1", file(A, B))
    writes.clear()

    with pytest.raises(Invalid):
        import_agenda(agenda, "e1", content, cancel_missing=True)

    assert writes == []


def test_a_refused_file_writes_nothing(agenda: AgendaRepository, writes: list[str]) -> None:
    with pytest.raises(Invalid):
        import_agenda(agenda, "e1", file(A, B)[:-5])

    assert writes == []


def test_a_dry_run_reports_and_writes_nothing(agenda: AgendaRepository, writes: list[str]) -> None:
    report = import_agenda(agenda, "e1", file(A, B), dry_run=True)

    assert (report.new, writes) == (2, [])


def test_an_import_that_was_stopped_is_finished_by_the_next(
    agenda: AgendaRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = agenda.add

    def tired(session: AgendaSession) -> None:
        if session.session_id == "b":
            raise Unavailable
        add(session)

    monkeypatch.setattr(agenda, "add", tired)
    with pytest.raises(Unavailable):
        import_agenda(agenda, "e1", file(A, B, C))
    assert set(stored(agenda)) == {"a"}
    monkeypatch.undo()

    report = import_agenda(agenda, "e1", file(A, B, C))

    assert (report.new, report.same) == (2, 1)
    assert set(stored(agenda)) == {"a", "b", "c"}


@pytest.mark.skipif(not REAL.exists(), reason=f"no shared data at {SHARED}")
def test_a_real_congress_is_imported_once(agenda: AgendaRepository, writes: list[str]) -> None:
    first = import_agenda(agenda, "e1", REAL.read_bytes())
    assert (first.new, first.problems) == (138, ())

    writes.clear()
    again = import_agenda(agenda, "e1", REAL.read_bytes())

    assert (again.same, writes) == (138, [])
