"""The list page: one Query from a cursor, instead of COUNT and OFFSET.

The only module that knows ChangeList's internals.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.http import HttpRequest

from eventsite.core.errors import BadCursor
from eventsite.core.store.pages import Page
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.query import RepositoryQuerySet
from eventsite.repoadmin.sources import Count


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """Satisfies the template tags; navigation is RepositoryChangeList's URLs."""

    def __init__(self, rows: list[Any], per_page: int, total: int) -> None:
        super().__init__(rows, per_page)
        self.count = total


class RepositoryChangeList(ChangeList):
    """A page of rows and the way to its neighbours.

    The cursor travels in ``?p=``, which the admin already drops from every link that changes
    the filters, the search or the order.
    """

    model: type[RepositoryModel]
    queryset: Any

    def get_results(self, request: HttpRequest) -> None:
        cursor = request.GET.get(PAGE_VAR) or None
        try:
            page = self.queryset.page(self.list_per_page, cursor)
        except BadCursor as error:
            raise IncorrectLookupParameters from error
        total = self._total(page, cursor)
        self.result_list = RepositoryQuerySet(self.model, self.queryset.criteria, page.items)
        self.result_count = self.full_result_count = total.value
        self.count_is_exact = total.exact
        self.exhausted = page.exhausted
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = self.multi_page = False
        self.paginator = CountedPaginator(page.items, self.list_per_page, total.value)
        self.next_url = page.next and self.get_query_string({PAGE_VAR: page.next})
        self.previous_url = page.previous and self.get_query_string({PAGE_VAR: page.previous})
        self.first_url = self.get_query_string() if cursor else None

    def _total(self, page: Page[Any], cursor: str | None) -> Count:
        if not cursor and page.exhausted and not page.next:
            return Count(len(page.items))  # everything is on this page
        total: Count = self.queryset.source.count(self.queryset.criteria)
        return total if total.exact else Count(max(total.value, len(page.items)), exact=False)
