"""The import_agenda command: what it prints, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from eventsite.core.domain.events import Event
from eventsite.core.wiring import Stores

ENTRY = "<event guid='{}'><start>10:00</start><duration>1:00</duration><title>T</title></event>"


@pytest.fixture
def event(installation: Stores) -> Event:
    return installation.events.add(
        Event(
            event_id="e1",
            number=1,
            title="E",
            starts_at=datetime(2030, 7, 1, tzinfo=UTC),
            ends_at=datetime(2030, 7, 3, tzinfo=UTC),
            zone="Europe/Berlin",
        )
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "schedule.xml"


def write(path: Path, *entries: str) -> None:
    room = f"<room name='R'>{''.join(entries)}</room>"
    path.write_text(f"<schedule><day date='2030-07-01'>{room}</day></schedule>")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_agenda", *arguments, stdout=out, skip_checks=True)
    return out.getvalue().strip()


def test_it_imports_and_reports(installation: Stores, event: Event, path: Path) -> None:
    write(path, ENTRY.format("a"), ENTRY.format("b"))

    assert run("e1", str(path)) == "2 new, 0 changed, 0 same, 0 cancelled, 0 not in the file"
    assert run("e1", str(path)) == "0 new, 0 changed, 2 same, 0 cancelled, 0 not in the file"
    # The file names no zone, so its times are in the event's.
    assert installation.agenda.fresh("e1")[0].starts_at.hour == 8


def test_a_dry_run_writes_nothing(installation: Stores, event: Event, path: Path) -> None:
    write(path, ENTRY.format("a"))

    assert run("e1", str(path), "--dry-run").startswith("1 would be new")
    assert installation.agenda.fresh("e1") == ()


def test_missing_sessions_are_cancelled_when_asked(
    installation: Stores, event: Event, path: Path
) -> None:
    write(path, ENTRY.format("a"), ENTRY.format("b"))
    run("e1", str(path))
    write(path, ENTRY.format("a"))

    assert "1 cancelled" in run("e1", str(path), "--cancel-missing")


def test_unreadable_entries_are_told_and_the_others_imported(
    installation: Stores, event: Event, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(path, ENTRY.format("a"), "<event guid='bad'><title>T</title></event>")
    told = StringIO()

    with pytest.raises(CommandError, match="could not be read: 1") as end:
        call_command(
            "import_agenda", "e1", str(path), stdout=StringIO(), stderr=told, skip_checks=True
        )

    assert end.value.returncode == 2
    assert "entry 2 (bad): The entry has no start. (missing, start)" in told.getvalue()
    assert [s.session_id for s in installation.agenda.fresh("e1")] == ["a"]


def test_refusals_are_one_sentence_with_a_code(event: Event, path: Path, tmp_path: Path) -> None:
    path.write_text("<calendar/>")
    for arguments, sentence in (
        (("e1", str(path)), r"This is no schedule.*\(invalid, file\)"),
        (("e2", str(path)), r"no event 'e2'.*\(not_found, event_id\)"),
        (("e1", str(tmp_path / "absent.xml")), "absent.xml cannot be read: No such file"),
        (("e1", str(tmp_path)), "cannot be read: Is a directory"),
    ):
        with pytest.raises(CommandError, match=sentence) as end:
            run(*arguments)
        assert end.value.returncode == 1
