"""The slice of the QuerySet API that the admin uses, answered by a Source instead of by SQL.

Deliberately not a subclass of QuerySet: whatever is missing here raises at once, where an
inherited method would compile SQL for a table that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Q

from eventsite.core.errors import Invalid
from eventsite.core.store.pages import Page
from eventsite.repoadmin.sources import Criteria, Source, UnsupportedLookup

if TYPE_CHECKING:
    from eventsite.repoadmin.models import RepositoryModel


def flatten(q: Q) -> Iterator[tuple[str, list[Any]]]:
    """Yield (lookup, values) of an AND of equalities; an OR only between values of one lookup."""
    if q.negated:
        raise UnsupportedLookup("negated lookups are not supported")
    if q.connector not in (Q.AND, Q.OR):
        raise UnsupportedLookup(f"{q.connector} is not supported")
    pairs: list[tuple[str, list[Any]]] = []
    for child in q.children:
        if isinstance(child, Q):
            pairs += flatten(child)
        elif isinstance(child, tuple):
            name, value = child
            many = isinstance(value, list | tuple | set) or hasattr(value, "__next__")
            pairs.append((name, list(value) if many else [value]))
        else:
            raise UnsupportedLookup("expressions are not supported")
    if q.connector == Q.OR and len(pairs) > 1:
        names = {name for name, _ in pairs}
        if len(names) != 1:
            raise UnsupportedLookup(f"OR between different lookups: {sorted(names)}")
        pairs = [(names.pop(), [value for _, values in pairs for value in values])]
    yield from pairs


class RepositoryQuerySet:
    """A question to a source, refined step by step and asked when it is iterated."""

    ordered = totally_ordered = True
    _prefetch_related_lookups = ()

    def __init__(
        self,
        model: type[RepositoryModel],
        criteria: Criteria | None = None,
        items: list[RepositoryModel] | None = None,
        limit: int | None = None,
    ) -> None:
        self.model = model
        self.criteria = criteria or Criteria()
        self.limit = limit
        self._items = items
        self.db = "default"
        # What ChangeList and admin.utils.model_format_dict look at.
        self.query = SimpleNamespace(select_related=True, order_by=(), distinct=False)
        self.verbose_name = model._meta.verbose_name
        self.verbose_name_plural = model._meta.verbose_name_plural

    @property
    def source(self) -> Source[Any]:
        return self.model.source

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnsupportedLookup(f"no {name}() here: ask the repository of {self.model.__name__}")

    # -- refinement: each returns a new query --------------------------------------------------
    def _clone(self, **changes: Any) -> RepositoryQuerySet:
        return RepositoryQuerySet(self.model, replace(self.criteria, **changes), limit=self.limit)

    def all(self) -> RepositoryQuerySet:
        return RepositoryQuerySet(self.model, self.criteria, self._items, self.limit)

    def none(self) -> RepositoryQuerySet:
        return self.filter(pk__in=[])

    def using(self, alias: str | None) -> RepositoryQuerySet:
        return self

    def select_related(self, *fields: str) -> RepositoryQuerySet:
        return self

    def distinct(self, *fields: str) -> RepositoryQuerySet:
        return self

    def filter(self, *args: Q, **lookups: Any) -> RepositoryQuerySet:
        """Narrow by equality. Raises UnsupportedLookup when the source has no such lookup."""
        where = dict(self.criteria.where)
        for lookup, values in flatten(Q(*args, **lookups)):
            name, _, operator = lookup.partition("__")
            if operator not in ("", "exact", "in"):
                raise UnsupportedLookup(f"{lookup} is not supported")
            if name in ("pk", self.model._meta.pk.name):
                chosen = [str(value) for value in values]
                before = where.get("pk")
                where["pk"] = [k for k in before if k in chosen] if before is not None else chosen
            elif name not in self.source.lookups:
                raise UnsupportedLookup(f"no index filters {self.model.__name__} by {name}")
            elif len(values) != 1:
                raise UnsupportedLookup(f"one value at a time for {name}")
            else:
                where[name] = self._typed(name, values[0])
        return self._clone(where=where)

    def _typed(self, name: str, value: Any) -> Any:
        """Return a value from the address bar as the model field's type."""
        try:
            return self.model._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
        except FieldDoesNotExist:
            return value
        except ValidationError as error:
            raise UnsupportedLookup(f"{name} cannot have this value") from error

    def complex_filter(self, given: Q | dict[str, Any]) -> RepositoryQuerySet:
        return self.filter(given) if isinstance(given, Q) else self.filter(**given)

    def order_by(self, *fields: str) -> RepositoryQuerySet:
        """Choose one of the source's orders; the admin's tie-break on the key is dropped."""
        known, key = self.source.orders, ("pk", self.model._meta.pk.name)
        names = [name for name in fields if name in known or name.lstrip("-") not in key]
        if len(names) > 1 or any(name not in known for name in names):
            raise UnsupportedLookup(f"no index orders {self.model.__name__} by {names}")
        return self._clone(order=names[0] if names else "")

    def search(self, text: str) -> RepositoryQuerySet:
        return self._clone(search=text.strip())

    def bounded(self, limit: int) -> RepositoryQuerySet:
        """Refuse to iterate over more than ``limit`` rows, before the first one is handled."""
        return RepositoryQuerySet(self.model, self.criteria, self._items, limit)

    # -- reading -------------------------------------------------------------------------------
    def _rows(self, found: Iterable[Any]) -> Iterator[RepositoryModel]:
        return (self.model.from_domain(obj) for obj in found)

    def page(self, limit: int, cursor: str | None = None) -> Page[RepositoryModel]:
        """Return one page of rows. Raises BadCursor."""
        if self.criteria.keys is not None:
            return Page(list(self)[:limit])
        page: Page[Any] = self.source.page(self.criteria, limit, cursor)
        return page.map(self.model.from_domain)

    def iterator(self, chunk_size: int | None = None) -> Iterator[RepositoryModel]:
        if self._items is not None:
            return iter(self._items)
        if self.criteria.keys is not None:
            return self._rows(self.source.fetch(self.criteria.keys))
        return self._rows(self.source.stream(self.criteria))

    def __iter__(self) -> Iterator[RepositoryModel]:
        if self._items is None:
            items = []
            for row in self.iterator():
                items.append(row)
                if self.limit is not None and len(items) > self.limit:
                    raise Invalid(f"More than {self.limit} rows: narrow the list first.")
            self._items = items
        return iter(self._items)

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __getitem__(self, key: int | slice) -> Any:
        if self._items is not None:
            return self._items[key]
        if isinstance(key, slice) and not key.start and key.stop:
            return self.page(key.stop).items
        raise UnsupportedLookup("DynamoDB has no OFFSET: use a cursor")

    def count(self) -> int:
        if self._items is not None or self.criteria.keys is not None:
            return len(self)
        return self.source.count(self.criteria).value

    def exists(self) -> bool:
        return self.first() is not None

    def first(self) -> RepositoryModel | None:
        known = self._items is not None or self.criteria.keys is not None
        items = list(self) if known else self.page(1).items
        return items[0] if items else None

    def get(self, *args: Q, **lookups: Any) -> RepositoryModel:
        """Return the row of a primary key. Raises the model's DoesNotExist."""
        found = self.filter(*args, **lookups)
        if found.criteria.keys is None:
            raise UnsupportedLookup("get() works by primary key")
        for row in found:
            return row
        raise self.model.DoesNotExist(f"{self.model.__name__} matching query does not exist.")
