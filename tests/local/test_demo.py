"""The demo: loaded once, finished after a crash, left alone ever after."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from eventsite.core import wiring
from eventsite.core.domain import frab
from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import ChannelKind, RegistrationStatus, checked_guest
from eventsite.core.domain.staff import StaffAccount
from eventsite.core.errors import Unavailable
from eventsite.core.services import registering
from eventsite.core.services.devices import authenticate
from eventsite.core.wiring import Stores
from eventsite.local import demo as demo_module
from eventsite.local import demo_event, demo_guests, demo_logins
from eventsite.local.demo import Demo
from eventsite.local.demo_event import agenda_xml
from eventsite.local.demo_logins import LoginFile
from tests.conftest import everything

NOW = datetime(2030, 1, 15, 12, 30, tzinfo=UTC)
GUESTS = 6
SESSIONS = 10


def few_sessions(event: Event) -> bytes:
    """The demo's agenda without the days and rooms that take most of the time."""
    whole = agenda_xml(event).decode()
    return re.sub(r'(?s)\n    <room name="(?!Attic).*?\n    </room>', "", whole).encode()


def hashed(password: str) -> str:
    return f"hash of {password}"


@pytest.fixture
def file(tmp_path: Path) -> LoginFile:
    return LoginFile(tmp_path / "state" / demo_logins.FILE)


@pytest.fixture
def demo(installation: Stores, file: LoginFile, monkeypatch: pytest.MonkeyPatch) -> Demo:
    """A small one: each of moto's transactions copies every table, and it has one thread."""
    monkeypatch.setattr(demo_guests, "EARLY", 2)
    monkeypatch.setattr(demo_module, "ASKS", demo_module.ASKS[2:5])
    monkeypatch.setattr(demo_event, "agenda_xml", few_sessions)
    return Demo(installation, wiring.secrets(), file, NOW, count=GUESTS, hands=1)


def registrations(stores: Stores) -> list[Any]:
    walk = stores.registrations.newest("demo")
    return stores.registrations.page(walk, 500).items


def test_it_loads_an_event_with_everything(demo: Demo, file: LoginFile) -> None:
    assert demo.load("", hashed) is True

    stores = demo.stores
    setup = stores.events.fresh_setup("demo")
    assert setup.event.starts_at < NOW < setup.event.ends_at
    assert (len(setup.types), len(setup.gates), len(setup.items)) == (5, 5, 9)
    assert len(stores.agenda.fresh("demo")) == SESSIONS
    assert len(registrations(stores)) == GUESTS
    pages = [stores.registrations.guest_page(r.registration_id) for r in registrations(stores)]
    assert any(page.sign_ups for page in pages)
    assert any(page.admission for page in pages)
    assert {request.status.value for page in pages for request in page.requests} == {
        "open",
        "fulfilled",
    }
    account = stores.staff.get("organizer")
    assert account is not None
    assert account.is_superuser
    assert account.password == hashed(file.read()["password"])


def test_a_second_start_changes_nothing(demo: Demo, file: LoginFile) -> None:
    demo.load("", hashed)
    tables, logins = (everything(), everything("eventsite-office")), file.read()

    for days in (0, 1, 400):
        again = replace(demo, now=NOW + timedelta(days=days))
        assert again.load("", hashed) is False

    assert (everything(), everything("eventsite-office")) == tables
    assert file.read() == logins


def test_an_organizers_changes_stay(demo: Demo) -> None:
    demo.load("", hashed)
    event = demo.stores.events.get("demo")
    demo.stores.events.save(replace(event, title="Ours", description="Ours as well"), event)

    assert demo.load("", hashed) is False
    assert demo.stores.events.get("demo").title == "Ours"


@pytest.mark.parametrize("steps", [3, 31, 54, 86])
def test_a_loading_that_crashed_is_finished_days_later(demo: Demo, steps: int) -> None:
    events = wiring.client("dynamodb").meta.events
    made: list[str] = []

    def crash(model: Any, **_: Any) -> None:
        made.append(model.name)
        if len(made) > steps:
            raise KeyboardInterrupt

    events.register("before-call.dynamodb", crash)
    with pytest.raises(KeyboardInterrupt):
        demo.load("", hashed)
    events.unregister("before-call.dynamodb", crash)
    forget_keys()

    assert replace(demo, now=NOW + timedelta(days=3)).load("", hashed) is True
    found = registrations(demo.stores)
    assert len({r.guest.email for r in found}) == len(found) == GUESTS
    assert sum(r.status is RegistrationStatus.CANCELLED for r in found) == 1
    assert len(demo.stores.agenda.fresh("demo")) == SESSIONS


def test_a_crash_of_a_service_is_told_and_the_demo_is_not_complete(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(registering, "register", down)

    with pytest.raises(Unavailable):
        demo.load("", hashed)
    assert demo.stores.events.get("demo").description == demo_event.PREPARING


def forget_keys() -> None:
    """Delete the idempotency records, as time does."""
    client = wiring.client("dynamodb")
    for item in everything():
        if item["pk"]["S"].startswith("IDEM#"):
            key = {name: item[name] for name in ("pk", "sk")}
            client.delete_item(TableName="eventsite-events", Key=key)


# -- agenda --
@pytest.mark.parametrize("month", [1, 3, 7, 10])
def test_the_agenda_begins_yesterday_at_the_same_clock_time_in_any_season(month: int) -> None:
    now = datetime(2030, month, 31, 0, 30, tzinfo=UTC)
    event = demo_event.setup(now, 1).event
    file = frab.read(demo_event.agenda_xml(event), "demo", event.zone)

    assert (len(file.sessions), file.problems) == (61, ())
    first = min(s.starts_at for s in file.sessions).astimezone(demo_event.ZONE)
    yesterday = now.astimezone(demo_event.ZONE).date() - timedelta(days=1)
    assert (first.date(), first.hour) == (yesterday, 10)
    assert event.starts_at <= first
    assert max(s.ends_at for s in file.sessions) <= event.ends_at


def test_the_agenda_has_what_real_ones_have() -> None:
    event = demo_event.setup(NOW, 1).event
    sessions = frab.read(demo_event.agenda_xml(event), "demo").sessions

    assert {s.language for s in sessions} >= {"en", "de", "fr", "es", ""}
    assert any(not s.abstract for s in sessions)
    assert any(not s.track for s in sessions)
    assert any(not s.speakers for s in sessions)
    assert any(
        a.room != b.room and a.starts_at < b.ends_at and b.starts_at < a.ends_at
        for a in sessions
        for b in sessions
    )


# -- guests --
def test_the_guests_are_always_the_same_two_hundred_and_all_valid() -> None:
    everybody = demo_guests.guests()

    assert everybody == demo_guests.guests()
    assert len({g.guest.email for g in everybody}) == 200
    assert [checked_guest(g.guest) for g in everybody] == [g.guest for g in everybody]
    assert {g.guest.email.partition("@")[2] for g in everybody} == {"example.org", "example.net"}
    assert sum(g.cancels for g in everybody) == 20
    assert {g.guest.channel for g in everybody} == set(ChannelKind)
    assert len({g.guest.locale for g in everybody}) > 12
    assert all(timedelta() < g.ahead < timedelta(days=22) for g in everybody)


def test_there_are_places_for_all_guests() -> None:
    wanted = [g.type_id for g in demo_guests.guests()]

    for kind in demo_event.setup(NOW, 1).types:
        assert kind.type_id in wanted
        fits = kind.capacity is None or wanted.count(kind.type_id) <= kind.capacity
        assert fits or kind.waitlist


# -- logins --
def test_the_login_file_is_private_and_its_devices_work(demo: Demo, file: LoginFile) -> None:
    demo.load("", hashed)

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    for slot, name, rights in demo_logins.DEVICES:
        device = authenticate(demo.stores.devices, file.read()[slot], NOW)
        assert (device.name, device.rights, device.gates) == (name, rights, ())


def logins(stores: Stores, file: LoginFile, password: str = "") -> None:
    demo_logins.owner(stores.staff, file, password, hashed)
    for slot, _, _ in demo_logins.DEVICES:
        demo_logins.device(stores.devices, file, slot, NOW)


def test_a_chosen_password_is_taken(installation: Stores, file: LoginFile) -> None:
    logins(installation, file)
    logins(installation, file, "chosen by somebody")

    account = installation.staff.get("organizer")
    assert account is not None
    assert account.password == hashed("chosen by somebody")
    assert file.read()["password"] == "chosen by somebody"


def test_a_lost_login_file_is_made_again_and_old_devices_end(
    installation: Stores, file: LoginFile
) -> None:
    logins(installation, file)
    lost = file.read()
    file.path.write_text("{ not JSON")

    logins(installation, file)

    account = installation.staff.get("organizer")
    assert account is not None
    assert account.password == hashed(file.read()["password"])
    devices = installation.devices.of_event("demo").items
    assert sum(device.revoked_at is None for device in devices) == 2
    assert file.read()["kiosk"] != lost["kiosk"]


def test_a_persons_own_account_is_left_alone(installation: Stores, file: LoginFile) -> None:
    installation.staff.add(
        StaffAccount(username="organizer", email="me@example.com", password="mine")
    )

    logins(installation, file, "chosen")

    account = installation.staff.get("organizer")
    assert account is not None
    assert account.password == "mine"
    assert "password" not in file.read()
