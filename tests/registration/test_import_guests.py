"""The commands import, undo and export guests, and say what they did."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from eventsite.core.domain.guest_imports import ImportState
from eventsite.core.services import import_writes
from eventsite.core.store.stock import type_stock
from eventsite.core.wiring import Stores
from tests.doing import left
from tests.importing import csv_of, guests
from tests.registration.conftest import Register


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_writes, "WORKERS", 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "guests.csv"
    path.write_bytes(csv_of(guests(3)))
    return path


class Said:
    """What a command said, and how it ended."""

    def __init__(self, name: str, *arguments: Any, **options: Any) -> None:
        out, err, self.status = StringIO(), StringIO(), 0
        try:
            call_command(name, *arguments, stdout=out, stderr=err, **options)
        except CommandError as error:
            self.status = error.returncode
            err.write(str(error))
        self.out, self.err = out.getvalue(), err.getvalue()

    @property
    def import_id(self) -> str:
        return self.out.split("Import ", 1)[1].split(":", 1)[0]


def test_a_file_is_planned_and_applied(fair: Stores, file: Path) -> None:
    said = Said("import_guests", file, "--event", "demo")
    assert said.status == 0, said.err
    assert "3 new" in said.out
    assert "3 created" in said.out
    assert "  email: email" in said.out
    assert left(fair, type_stock("general")) == 97


def test_a_plan_can_be_applied_and_undone_later(fair: Stores, file: Path) -> None:
    planned = Said("import_guests", file, "--event", "demo", "--plan-only")
    assert left(fair, type_stock("general")) == 100
    assert "3 created" in Said("import_guests", "--apply", planned.import_id).out
    undone = Said("import_guests", "--undo", planned.import_id)
    assert (undone.status, "3 removed" in undone.out) == (0, True)
    assert fair.imports.get(planned.import_id).state is ImportState.UNDONE


def test_rows_that_were_left_are_told_and_seen_in_the_status(
    fair: Stores, file: Path, registered: Register
) -> None:
    registered(email="guest2@example.org")
    said = Said("import_guests", file, "--event", "demo")
    assert "line 3: conflict" in said.err
    assert "2 created" in said.out
    again = Said("import_guests", "--undo", said.import_id)
    assert again.status == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "Give a file"),
        (["--undo", "nothing"], "There is no such import"),
        (["--apply", "nothing"], "There is no such import"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], why: str) -> None:
    said = Said("import_guests", *arguments)
    assert (said.status, why in said.err) == (1, True)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, file: Path) -> None:
    assert "cannot be read" in Said("import_guests", tmp_path / "none", "--event", "demo").err
    assert "--event" in Said("import_guests", file).err
    assert "no event" in Said("import_guests", file, "--event", "other").err
    file.write_bytes(b"who\nAda\n")
    said = Said("import_guests", file, "--event", "demo")
    assert (said.status, "names" in said.err) == (1, True)
    file.write_bytes(b"")
    assert "is empty" in Said("import_guests", file, "--event", "demo").err


def test_guests_are_exported_into_a_new_file(tmp_path: Path, registered: Register) -> None:
    registered(name="=Ada", email="ada@example.org")
    path = tmp_path / "out.csv"
    assert "1 guests" in Said("export_guests", "demo", path).out
    (row,) = csv.DictReader(StringIO(path.read_text("utf-8-sig")))
    assert (row["name"], row["email"]) == ("'=Ada", "ada@example.org")
    assert "cannot be written" in Said("export_guests", "demo", path).err
    book = tmp_path / "out.xlsx"
    assert "0 guests" in Said("export_guests", "demo", book, "--status", "cancelled").out
    assert book.read_bytes().startswith(b"PK")
    assert ".csv or .xlsx" in Said("export_guests", "demo", tmp_path / "out.pdf").err


def test_what_was_exported_can_be_read_again(
    tmp_path: Path, fair: Stores, registered: Register
) -> None:
    registered(name="Ada", email="ada@example.org", phone="+353851234567")
    path = tmp_path / "out.csv"
    Said("export_guests", "demo", path)
    said = Said("import_guests", path, "--event", "demo", "--plan-only")
    assert "1 conflict" in said.out, "they registered here themselves"
    assert "phone: phone" in said.out
