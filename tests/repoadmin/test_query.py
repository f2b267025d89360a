"""The query: what is missing fails at once, and SQL is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Q

from eventsite.core.errors import BadCursor
from eventsite.repoadmin.nosql.base import NoSQLDatabase
from eventsite.repoadmin.sources import Criteria, SmallSource, UnsupportedLookup
from tests.repoadmin.booths import Booth, BoothFact


@pytest.mark.parametrize(
    "ask",
    [
        lambda rows: rows.exclude(zone="north"),
        lambda rows: rows.values_list("title"),
        lambda rows: rows.filter(~Q(zone="north")),
        lambda rows: rows.filter(Q(zone="north") | Q(open=True)),
        lambda rows: rows.filter(Q(zone="north") ^ Q(zone="south")),
        lambda rows: rows.filter(title="Tea"),
        lambda rows: rows.get(zone="north"),
        lambda rows: rows.order_by("title"),
        lambda rows: rows.filter(zone="north")[10:20],
    ],
)
def test_a_question_without_an_index_is_refused(ask: Any) -> None:
    with pytest.raises(UnsupportedLookup):
        ask(Booth.objects.all())


def test_one_value_may_be_written_as_an_or() -> None:
    rows: Any = Booth.objects.filter(Q(pk="a") | Q(pk="b"))
    assert rows.criteria.keys == ["a", "b"]


def test_a_row_cannot_be_saved_behind_the_repositorys_back() -> None:
    with pytest.raises(NotImplementedError):
        Booth(title="Tea").save()
    with pytest.raises(NotImplementedError):
        Booth(title="Tea").delete()


def test_sql_is_refused_and_transactions_mean_nothing(sql_attempts: list[str]) -> None:
    done = []
    with transaction.atomic(), transaction.atomic():
        transaction.on_commit(lambda: done.append(1))
    assert done == [1]
    with pytest.raises(NoSQLDatabase):
        list(LogEntry.objects.all())
    assert len(sql_attempts) == 1, "the fixture sees every attempt"
    sql_attempts.clear()


class Shelf(SmallSource[BoothFact]):
    orders = ("-places", "places")
    searched = ("title",)

    def every(self, where: Any) -> list[BoothFact]:
        return [BoothFact(zone="n", booth_id=str(n), title=f"T{n}", places=n) for n in range(5)]

    def key(self, obj: BoothFact) -> str:
        return obj.booth_id


def test_a_small_source_orders_searches_and_pages() -> None:
    shelf = Shelf()
    first = shelf.page(Criteria(), 2, None)
    second = shelf.page(Criteria(), 2, first.next)
    assert [b.places for b in (*first, *second)] == [4, 3, 2, 1]
    assert [b.title for b in shelf.page(Criteria(search="t3"), 9, None)] == ["T3"]
    assert [b.booth_id for b in shelf.fetch(["3", "x", "1"])] == ["3", "1"]
    with pytest.raises(BadCursor):
        shelf.page(Criteria(), 2, "-1")
