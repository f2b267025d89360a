"""Lists: pages by cursor, filters, search, order, export."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client

from eventsite.repoadmin.options import RepositoryAdminMixin
from tests.repoadmin import booths
from tests.repoadmin.pages import column, link, text

LIST = "/admin/repoadmin/booth/"


@pytest.fixture
def many() -> None:
    for n in range(25):
        booths.add(
            booths.BoothFact(zone="north", booth_id=f"b{n:02}", title=f"Booth {n}", open=n % 2 == 0)
        )
    booths.add(booths.BoothFact(zone="south", booth_id="b00", title="Southern"))


def test_pages_follow_each_other_and_lead_back(office: Client, many: None) -> None:
    first = office.get(LIST)
    second = office.get(LIST + str(link(first, "next")))
    third = office.get(LIST + str(link(second, "next")))

    seen = [*column(first, "title"), *column(second, "title"), *column(third, "title")]
    assert seen == [f"Booth {n}" for n in range(25)]
    assert link(third, "next") is None
    assert column(office.get(LIST + str(link(third, "prev"))), "title") == column(second, "title")
    assert column(office.get(LIST + str(link(third, "first"))), "title") == column(first, "title")
    assert "25 booths" in text(first)


def test_a_filter_keeps_to_its_partition_and_its_values(office: Client, many: None) -> None:
    assert column(office.get(LIST + "?zone=south"), "title") == ["Southern"]
    closed = office.get(LIST + "?open__exact=0")
    assert column(closed, "title") == [f"Booth {n}" for n in range(1, 21, 2)]
    more = office.get(LIST + str(link(closed, "next")))
    assert column(more, "title") == ["Booth 21", "Booth 23"]


def test_search_and_order(office: Client, many: None) -> None:
    assert column(office.get(LIST + "?q=b1"), "title") == [f"Booth {n}" for n in range(10, 20)]
    downwards = office.get(LIST + "?o=-2")
    assert column(downwards, "title")[0] == "Booth 24"
    assert "Sorting priority" not in text(office.get(LIST))
    assert downwards.context["cl"].sortable_by == ["number"], "no index orders by the rest"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?title__exact=Tea", 400),
        ("?places__gte=3", 400),
        ("?open__exact=maybe", 400),
        ("?open__exact=1&open__exact=0", 400),
        ("?o=1", 400),
        ("?no_such_field=1", 400),
        ("?p=nonsense", 302),
        ("?p=" + "9" * 5000, 302),
    ],
)
def test_what_no_index_answers_is_refused_not_an_error(
    office: Client, many: None, query: str, status: int
) -> None:
    assert office.get(LIST + query).status_code == status


def test_a_forged_cursor_stays_in_its_partition(office: Client, many: None) -> None:
    forged = base64.urlsafe_b64encode(json.dumps([0, "b98", "BOOTH#south", "a"]).encode()).decode()
    assert "Southern" not in text(office.get(LIST + "?p=" + forged.rstrip("=")))


def test_export_is_what_was_filtered_and_no_spreadsheet_runs_it(office: Client) -> None:
    booths.add(booths.BoothFact(zone="north", booth_id="x", title="=HYPERLINK(1)", places=3))
    booths.add(booths.BoothFact(zone="south", booth_id="y", title="Other"))
    chosen = {"action": "export_csv", "index": 0, "_selected_action": ["north.x"]}
    response = office.post(LIST, chosen | {"select_across": 1})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.decode("utf-8-sig").split() == ["title,places", "'=HYPERLINK(1),3"]


def test_an_action_on_too_many_rows_does_nothing(
    office: Client, many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RepositoryAdminMixin, "row_limit", 20)
    chosen = {"action": "close", "index": 0, "_selected_action": ["north.b00"], "select_across": 1}
    response = office.post(LIST, chosen, follow=True)
    assert "More than 20 rows" in text(response)
    assert column(office.get(LIST + "?open__exact=1"), "title")[0] == "Booth 0"
