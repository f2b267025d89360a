"""What an event is set up with (ticket types, gates, items) as rows, one event at a time.

Apart from the admin over them (``part_admin``): guests' processes load models and no admin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.db import models

from eventsite.core.domain.events import EventSetup, Part, id_of
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.errors import NotFound
from eventsite.core.wiring import stores
from eventsite.repoadmin.models import RepositoryModel, fitted
from eventsite.repoadmin.sources import SmallSource, UnsupportedLookup

EVENT = "event_id"
_EVENT_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def setup_of(event_id: str) -> EventSetup | None:
    """Return an event's setup as it is now; None for what cannot be, or is not, an event."""
    if not _EVENT_ID.fullmatch(event_id):
        return None
    try:
        return stores().events.fresh_setup(event_id)
    except NotFound:
        return None


class PartSource(SmallSource[Part]):
    """The parts of one kind of one event: one Query. A key is ``<event>~<part>``."""

    lookups = frozenset({EVENT})
    orders: tuple[str, ...] = ("name", "-name")
    searched: tuple[str, ...] = ("name",)

    def __init__(self, kind: type[Part], id_name: str) -> None:
        self.kind = kind
        self.id_name = id_name

    def every(self, where: Mapping[str, Any]) -> Iterable[Part]:
        if EVENT not in where:
            raise UnsupportedLookup("parts are listed one event at a time")
        return self._of(str(where[EVENT]))

    def key(self, obj: Part) -> str:
        return f"{obj.event_id}~{id_of(obj)[1]}"

    def fetch(self, keys: Sequence[str]) -> list[Part]:
        found: dict[str, Part] = {}
        for event_id in dict.fromkeys(key.partition("~")[0] for key in keys):
            found |= {self.key(part): part for part in self._of(event_id)}
        return [found[key] for key in keys if key in found]

    def _of(self, event_id: str) -> list[Part]:
        setup = setup_of(event_id)
        return [part for part in setup.parts if isinstance(part, self.kind)] if setup else []


class PartModel(RepositoryModel):
    """What all parts have. Subclasses give a PartSource and the field that it names as the id."""

    source: ClassVar[PartSource]

    key = models.CharField(primary_key=True, max_length=130, editable=False)
    event_id = models.CharField("event", max_length=64)
    name = models.CharField(max_length=NAME_MAX)
    version = models.PositiveIntegerField(default=1)

    class Meta(RepositoryModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self.name)

    @classmethod
    def key_of(cls, obj: Any) -> str:
        return cls.source.key(obj)

    def new_part(self, **more: Any) -> Any:
        """Return a new part of the domain with the form's values."""
        kind = self.source.kind
        return kind(**(fitted(kind, self.values()) | more))
