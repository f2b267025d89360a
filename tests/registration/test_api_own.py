"""A guest's own registration by API: nobody else's."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from django.utils import timezone
from PIL import Image

from eventsite.core.domain import tickets
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.services.deciding import cancel
from eventsite.core.wiring import Stores, secrets
from tests.doing import left
from tests.registration.conftest import Api, Register, facts, refusal, token_of

CALLS = [
    ("GET", ""),
    ("PATCH", ""),
    ("POST", "/cancel"),
    ("POST", "/confirm-email"),
    ("POST", "/accept-offer"),
    ("POST", "/resend"),
    ("GET", "/data"),
    ("POST", "/erase"),
    ("GET", "/ticket.pdf"),
    ("GET", "/event.ics"),
    ("GET", "/ticket.png"),
    ("GET", "/ticket.svg"),
    ("PUT", "/sign-ups/s1"),
    ("DELETE", "/sign-ups/s1"),
]


@pytest.mark.parametrize(("method", "tail"), CALLS)
def test_without_the_right_token_nothing_opens(
    api: Api, registered: Register, method: str, tail: str
) -> None:
    mine, other = registered(), registered(email="eve@example.org")
    path = f"registrations/{mine.registration_id}{tail}"
    token = token_of(mine)
    forged = [token[:-1] + ("a" if token[-1] != "a" else "b"), "x", "é", f"{token}x", "-1-"]
    before = facts()
    assert refusal(api(method, path)) == (401, "bad_token", "Authorization")
    for wrong in forged:
        answer = api(method, path, X_Guest_Token=wrong)
        assert refusal(answer) == (401, "bad_link", "token")
    foreign = api(method, path, X_Guest_Token=token_of(other))
    assert refusal(foreign) == (403, "forbidden", "registration_id")
    assert facts() == before


@pytest.mark.parametrize("wrong", ["0" * 16, "x", "A" * 16, "0" * 3000])
def test_an_id_that_is_none_is_not_found_or_forbidden(
    api: Api, registered: Register, wrong: str
) -> None:
    answer = api("GET", f"registrations/{wrong}", X_Guest_Token=token_of(registered()))
    assert refusal(answer)[0] in (403, 404)


def test_the_particulars_change(api: Api, registered: Register, fair: Stores) -> None:
    mine = registered()
    answer = api(
        "PATCH",
        f"registrations/{mine.registration_id}",
        {"guest": {"phone": "+353851234567", "channel": "sms"}, "version": 1},
        X_Guest_Token=token_of(mine),
    )
    assert answer.status_code == 200
    assert answer.json()["version"] == 2
    stored = fair.registrations.get(mine.registration_id).guest
    assert (stored.name, stored.phone, stored.channel.value) == (
        "Ada Lovelace",
        "+353851234567",
        "sms",
    )


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({}, (400, "required", "guest")),
        ([], (400, "invalid", "")),
        ({"guest": {"name": ""}}, (400, "blank", "guest.name")),
        ({"guest": {"email": "no"}}, (400, "invalid", "guest.email")),
        ({"guest": {"channel": "sms"}}, (400, "invalid", "guest.phone")),
        ({"guest": {"name": "X"}, "version": 9}, (409, "stale_write", "")),
        ({"guest": {"name": "X"}, "version": "1"}, (400, "invalid", "version")),
        ({"guest": {"name": "X"}, "version": 10**40}, (400, "max_value", "version")),
        ({"guest": {"email": "eve@example.org"}}, (409, "already_exists", "guest.email")),
    ],
    ids=str,
)
def test_a_wrong_change_is_refused(
    api: Api, registered: Register, body: object, refused: tuple[int, str, str]
) -> None:
    mine = registered()
    registered(email="eve@example.org")
    path = f"registrations/{mine.registration_id}"
    before = facts()
    assert refusal(api("PATCH", path, body, X_Guest_Token=token_of(mine))) == refused
    assert facts() == before


def test_a_place_is_given_back_once(api: Api, registered: Register, fair: Stores) -> None:
    mine = registered()
    path, token = f"registrations/{mine.registration_id}", token_of(mine)
    assert api("POST", f"{path}/cancel", X_Guest_Token=token).json()["status"] == "cancelled"
    assert left(fair, "TYPE.general") == 100
    again = api("POST", f"{path}/cancel", X_Guest_Token=token)
    assert refusal(again) == (409, "not_allowed", "status")
    assert left(fair, "TYPE.general") == 100
    ticket = api("GET", f"{path}/ticket.png", X_Guest_Token=token)
    assert refusal(ticket) == (409, "not_allowed", "status")


def test_the_ticket_is_signed_and_can_be_read(api: Api, registered: Register) -> None:
    mine = registered()
    path, token = f"registrations/{mine.registration_id}", token_of(mine)
    png = api("GET", f"{path}/ticket.png", X_Guest_Token=token, Accept="image/png")
    svg = api("GET", f"{path}/ticket.svg", X_Guest_Token=token, Accept="image/svg+xml")
    assert (png["Content-Type"], svg["Content-Type"]) == ("image/png", "image/svg+xml")
    assert png["Cache-Control"] == svg["Cache-Control"] == "no-store"
    assert b"<svg" in svg.content
    read = zxingcpp.read_barcodes(Image.open(BytesIO(png.content)).convert("L"))
    ticket = tickets.verify(read[0].text, secrets().ticket_public_keys)
    assert ticket.registration_id == mine.registration_id


def test_signing_up_and_off_may_be_repeated(api: Api, registered: Register) -> None:
    mine = registered()
    path, token = f"registrations/{mine.registration_id}", token_of(mine)
    for _ in range(2):
        answer = api("PUT", f"{path}/sign-ups/s1", X_Guest_Token=token)
        assert answer.status_code == 200
        assert answer.json()["session"]["title"] == "Knots for beginners"
    assert api("GET", path, X_Guest_Token=token).json()["sign_ups"] == ["s1"]
    for _ in range(2):
        assert api("DELETE", f"{path}/sign-ups/s1", X_Guest_Token=token).status_code == 204
    assert api("GET", path, X_Guest_Token=token).json()["sign_ups"] == []


@pytest.mark.parametrize(
    ("session_id", "refused"),
    [
        ("s2", (409, "not_allowed", "session_id")),
        ("s9", (404, "not_found", "session_id")),
        ("s" * 2000, (404, "not_found", "session_id")),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_session_that_is_off_or_unknown_takes_no_sign_up(
    api: Api, registered: Register, session_id: str, refused: tuple[int, str, str]
) -> None:
    mine = registered()
    path = f"registrations/{mine.registration_id}/sign-ups/{session_id}"
    before = facts()
    assert refusal(api("PUT", path, X_Guest_Token=token_of(mine))) == refused
    assert facts() == before


def test_a_cancelled_guest_signs_up_for_nothing(
    api: Api, registered: Register, fair: Stores
) -> None:
    mine = registered()
    cancel(fair, mine.registration_id, timezone.now())
    path = f"registrations/{mine.registration_id}/sign-ups/s1"
    answer = api("PUT", path, X_Guest_Token=token_of(mine))
    assert refusal(answer) == (409, "not_allowed", "registration_id")
    stored = fair.registrations.get(mine.registration_id)
    assert stored.status is RegistrationStatus.CANCELLED
