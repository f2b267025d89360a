"""The back office lists what waits at a station and marks it as fulfilled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from eventsite.accounts.models import StaffUser
from eventsite.core.services.requesting import fulfil
from eventsite.repoadmin.content_types import prime
from tests.requests_app.conftest import Counter

LIST = "/admin/requests_app/guestrequest/"


@pytest.fixture
def office(counter: Counter, settings: Any) -> Client:
    """The browser of somebody who fulfils."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    prime()
    return signed_in("robin", "fulfilment")


def signed_in(username: str, *roles: str) -> Client:
    user = StaffUser.objects.create_user(username, "Corr3ct-horse-battery", roles=list(roles))
    client = Client()
    client.force_login(user)
    return client


def mark(client: Client, *request_ids: str) -> str:
    data = {"action": "mark_fulfilled", "_selected_action": list(request_ids)}
    answer = client.post(f"{LIST}?event_id=demo&station_id=bar", data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_station_of_one_event_is_listed_oldest_first(counter: Counter, office: Client) -> None:
    first, second = counter.asked(note="no milk"), counter.asked(quantity=2)
    shirt = counter.asked(item_id="shirt")
    page = office.get(LIST).content.decode()
    assert page.index(first["request_id"]) < page.index(second["request_id"])
    assert shirt["request_id"] not in page
    assert "still wait at the chosen station" in page
    merch = office.get(LIST, {"event_id": "demo", "station_id": "merch"}).content.decode()
    assert shirt["request_id"] in merch
    assert first["request_id"] not in merch


def test_a_station_of_another_event_gives_way_to_the_first(
    counter: Counter, office: Client
) -> None:
    asked = counter.asked()
    page = office.get(LIST, {"event_id": "demo", "station_id": "elsewhere"})
    assert asked["request_id"] in page.content.decode()


@pytest.mark.parametrize("event_id", ["nowhere", "x" * 3000, "\x00", "é"])
def test_an_event_that_is_not_there_has_an_empty_list(
    counter: Counter, office: Client, event_id: str
) -> None:
    answer = office.get(LIST, {"event_id": event_id, "station_id": "bar"})
    assert answer.status_code == 200
    assert b"0 guest requests" in answer.content


def test_a_request_is_opened_and_cannot_be_edited(counter: Counter, office: Client) -> None:
    asked = counter.asked(note="no milk")
    page = office.get(f"{LIST}{asked['request_id']}/change/").content.decode()
    assert "no milk" in page
    assert 'name="_save"' not in page


def test_a_whole_id_finds_a_closed_request(counter: Counter, office: Client) -> None:
    request_id = counter.asked()["request_id"]
    counter.fulfil(request_id)
    assert request_id not in office.get(LIST).content.decode()
    assert f"{request_id}/change" in office.get(LIST, {"q": request_id}).content.decode()
    for text in ("nothing", "0" * 24, "x" * 3000):
        assert office.get(LIST, {"q": text}).status_code == 200


def test_the_action_fulfils_in_the_name_of_who_did_it(counter: Counter, office: Client) -> None:
    one, two = counter.asked()["request_id"], counter.asked()["request_id"]
    assert "2 marked as fulfilled." in mark(office, one, two)
    done = counter.stores.requests.get(one)
    assert (done.status, done.fulfilled_by) == ("fulfilled", "robin")
    assert counter.waiting().json()["requests"] == []
    history = office.get(f"{LIST}{one}/history/").content.decode()
    assert "marked as fulfilled" in history
    assert "robin" in history


def test_what_somebody_else_closed_is_refused_and_the_rest_is_done(
    counter: Counter, office: Client
) -> None:
    closed, waiting = counter.asked()["request_id"], counter.asked()["request_id"]
    fulfil(counter.stores.requests, closed, by="somebody", now=datetime.now(UTC))
    page = mark(office, closed, waiting)
    assert "1 marked as fulfilled." in page
    assert "fulfilled already" in page
    assert counter.stores.requests.get(closed).fulfilled_by == "somebody"


def test_a_viewer_sees_and_closes_nothing(counter: Counter, office: Client) -> None:
    request_id = counter.asked()["request_id"]
    viewer = signed_in("vera", "viewer")
    page = viewer.get(LIST).content.decode()
    assert request_id in page
    assert "mark_fulfilled" not in page
    mark(viewer, request_id)
    assert counter.stores.requests.get(request_id).status == "open"


@pytest.mark.parametrize("name", ["x", "0" * 24, "y" * 3000, "_00"])
def test_a_request_that_is_not_there_leads_back_to_the_admin(
    counter: Counter, office: Client, name: str
) -> None:
    assert office.get(f"{LIST}{name}/change/").status_code == 302


def test_an_organizer_exports_the_queue(counter: Counter, office: Client) -> None:
    request_id = counter.asked(note="no milk")["request_id"]
    data = {"action": "export_csv", "_selected_action": [request_id]}
    answer = signed_in("olga", "organizer").post(LIST, data)
    assert answer.status_code == 200
    text = b"".join(answer) if answer.streaming else answer.content
    assert request_id.encode() in text
