"""Forms: adding, changing, refusals, versions, deleting, history, actions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from eventsite.core.errors import Unavailable
from eventsite.core.store.audit import AuditRepository
from eventsite.core.wiring import Stores
from tests.repoadmin import booths
from tests.repoadmin.pages import hidden, text

LIST = "/admin/repoadmin/booth/"
TEA = f"{LIST}north.b1/change/"


def form(**changed: Any) -> dict[str, Any]:
    return {"zone": "north", "title": "Tea", "places": 1, "open": "on", "version": 1} | changed


def trail(stores: Stores) -> list[tuple[int, str]]:
    entries = stores.audit.for_object("repoadmin.booth", "north.b1")
    return [(entry.action, entry.actor) for entry in entries]


def test_adding_writes_once_and_is_in_the_history(office: Client, installation: Stores) -> None:
    response = office.post(f"{LIST}add/", form(title="B1", places=7))
    assert response.status_code == 302, text(response)
    assert booths.BoothSource().fetch(["north.b1"])[0].places == 7
    assert trail(installation) == [(1, "ada")]
    assert "Added." in text(office.get(f"{LIST}north.b1/history/"))
    assert "B1" in text(office.get("/admin/")), "recent actions"


def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    office: Client, booth: booths.BoothFact, installation: Stores
) -> None:
    response = office.post(TEA, form(title="Coffee", places=100))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors == {"places": ["The hall has 99 places."]}
    assert hidden(response, "title") == "Coffee"
    assert hidden(response, "places") == "100"
    assert booths.BoothSource().fetch(["north.b1"]) == [booth]
    assert trail(installation) == []


def test_a_refusal_about_no_field_stands_above_the_form(
    office: Client, booth: booths.BoothFact
) -> None:
    response = office.post(TEA, form(title="Nowhere"))
    assert response.context["adminform"].form.errors == {"__all__": ["No such thing."]}


def test_the_form_carries_the_version_and_a_stale_one_is_refused(
    office: Client, booth: booths.BoothFact
) -> None:
    seen = hidden(office.get(TEA), "version")
    assert office.post(TEA, form(title="First", version=seen)).status_code == 302
    late = office.post(TEA, form(title="Second", version=seen))
    assert "Somebody else saved this after you opened it." in text(late)
    assert hidden(late, "title") == "Second"
    assert booths.BoothSource().fetch(["north.b1"])[0].title == "First"


def test_a_form_without_its_version_is_refused(office: Client, booth: booths.BoothFact) -> None:
    without = form(title="First")
    del without["version"]
    assert office.post(TEA, without).status_code == 200
    assert booths.BoothSource().fetch(["north.b1"]) == [booth]


def test_an_ordinary_mistake_is_djangos_own_error(office: Client, booth: booths.BoothFact) -> None:
    assert "whole number" in text(office.post(TEA, form(places="many")))


def test_deleting_asks_deletes_and_says_so(
    office: Client, booth: booths.BoothFact, installation: Stores
) -> None:
    assert "Booth: Tea" in text(office.get(f"{LIST}north.b1/delete/"))
    response = office.post(f"{LIST}north.b1/delete/", {"post": "yes"}, follow=True)
    assert "was deleted successfully" in text(response)
    assert booths.BoothSource().fetch(["north.b1"]) == []
    assert trail(installation) == [(3, "ada")]
    assert office.get(TEA).status_code == 302, "gone"


def test_a_refused_delete_is_a_message_and_not_in_the_history(
    office: Client, installation: Stores
) -> None:
    booths.add(booths.BoothFact(zone="north", booth_id="b1", title="Info"))
    response = office.post(f"{LIST}north.b1/delete/", {"post": "yes"}, follow=True)
    assert "The info booth stays." in text(response)
    assert "successfully" not in text(response)
    assert trail(installation) == []


def test_an_action_does_what_it_can_and_says_what_it_could_not(
    office: Client, booth: booths.BoothFact, installation: Stores
) -> None:
    booths.add(booths.BoothFact(zone="north", booth_id="b2", title="Shut", open=False))
    chosen = {"action": "close", "index": 0, "_selected_action": ["north.b1", "north.b2"]}
    said = text(office.post(LIST, chosen, follow=True))
    assert "1 closed." in said
    assert "Shut: It is closed already." in said
    assert trail(installation) == [(2, "ada")]


def test_deleting_chosen_rows_asks_first(office: Client, booth: booths.BoothFact) -> None:
    chosen = {"action": "delete_selected", "_selected_action": ["north.b1"]}
    assert "Are you sure" in text(office.post(LIST, chosen))
    response = office.post(LIST, chosen | {"post": "yes"}, follow=True)
    assert "Successfully deleted 1 booth" in text(response)
    assert booths.BoothSource().fetch(["north.b1"]) == []


def test_a_lost_history_entry_is_told_and_the_change_stays(
    office: Client, booth: booths.BoothFact, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(self: AuditRepository, entry: object) -> None:
        raise Unavailable

    monkeypatch.setattr(AuditRepository, "record", lose)
    response = office.post(TEA, form(title="First"), follow=True)
    assert "the history could not be written" in text(response)
    assert booths.BoothSource().fetch(["north.b1"])[0].title == "First"


@pytest.mark.parametrize("key", ["nope", "north.nope", "a.b.c", "%00", "x" * 3000])
def test_an_unknown_object_is_a_message(office: Client, key: str) -> None:
    response = office.get(f"{LIST}{key}/change/", follow=True)
    assert response.status_code == 200
    assert "Perhaps it was deleted?" in text(response)
