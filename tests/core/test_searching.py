"""Who is found by which words of a name."""

from __future__ import annotations

import pytest

from eventsite.core.errors import BadCursor, Invalid
from eventsite.core.services.changing import change_guest
from eventsite.core.services.deciding import cancel
from eventsite.core.services.organizing import set_up
from eventsite.core.services.searching import search, ticket_number
from tests.builders import NOON, a_guest, a_setup
from tests.doing import apply

GUESTS = (
    "Anna van der Berg",
    "Bergit Nilsson",
    "Berg Bergström",
    "Lars-Åke Bergström",
    "María García Márquez",
    "Madonna",
    "Sun O",
    "李明",
)


@pytest.fixture
def crowd(installation):
    set_up(installation.events, a_setup())
    for n, name in enumerate(GUESTS):
        apply(installation, f"k{n}", NOON, guest=a_guest(name=name, email=f"g{n}@example.org"))
    return installation


def found(installation, query, limit=2):
    names, cursor = [], None
    while True:
        page = search(installation.registrations, "demo", query, limit, cursor)
        names += [each.guest.name for each in page]
        if not (cursor := page.next):
            return names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        # whose name begins so, then whose last name does, nobody twice
        ("berg", ["Berg Bergström", "Bergit Nilsson", "Anna van der Berg", "Lars-Åke Bergström"]),
        ("BERGSTRO", ["Berg Bergström", "Lars-Åke Bergström"]),
        ("van der berg", ["Anna van der Berg"]),
        ("anna berg", ["Anna van der Berg"]),
        ("Berg, Anna", ["Anna van der Berg"]),
        ("anna van", ["Anna van der Berg"]),
        ("marquez", ["María García Márquez"]),
        ("García Márquez", ["María García Márquez"]),
        ("ma", ["Madonna", "María García Márquez"]),
        ("sun o", ["Sun O"]),
        ("李明", ["李明"]),
        ("lars bergström", ["Lars-Åke Bergström"]),
        ("nils bergström", []),
        ("erg", []),
        (",,,", []),
        ("\u0301\u0301", []),  # an accent alone is no letter
    ],
)
def test_a_guest_is_found_by_how_the_first_and_the_last_name_begin(crowd, query, names):
    assert found(crowd, query) == names


def test_a_changed_name_is_found_by_its_new_words_only(crowd):
    guest = search(crowd.registrations, "demo", "nilsson", 2).items[0]
    change_guest(crowd, guest, a_guest(name="Bergit Holm", email=guest.guest.email), NOON)
    assert found(crowd, "nilsson") == []
    assert found(crowd, "holm") == ["Bergit Holm"]


def test_a_cursor_of_one_search_is_none_of_another(crowd):
    page = search(crowd.registrations, "demo", "berg", 3)
    assert page.next
    assert found(crowd, "ma")
    with pytest.raises(BadCursor):
        search(crowd.registrations, "demo", "ma", 3, page.next)


def test_a_list_of_one_status_is_searched_the_same_way(crowd):
    guest = search(crowd.registrations, "demo", "lars", 2).items[0]
    cancel(crowd, guest.registration_id, NOON)
    walk = crowd.registrations.named("demo", "bergström", "cancelled", type_id="general")
    assert [each.guest.name for each in crowd.registrations.page(walk, 9)] == [guest.guest.name]


@pytest.mark.parametrize("query", ["", " b ", "b" * 201])
def test_a_search_has_a_length(crowd, query):
    with pytest.raises(Invalid) as refusal:
        search(crowd.registrations, "demo", query, 2)
    assert refusal.value.field == "query"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9F3A-C1D2-E4B5-0617", "9f3ac1d2e4b50617"),
        (" 9f3ac1d2e4b50617 ", "9f3ac1d2e4b50617"),
        ("9f3a c1d2·e4b5 0617", "9f3ac1d2e4b50617"),
        ("9f3ac1d2e4b5061", ""),
        ("Ada", ""),
    ],
)
def test_a_ticket_number_is_known_however_it_is_written(text, number):
    assert ticket_number(text) == number
