"""What the services of registration are given: the repositories that decide about places."""

from __future__ import annotations

from typing import Protocol

from eventsite.core.store.events import EventRepository
from eventsite.core.store.registrations import RegistrationRepository
from eventsite.core.store.stock import StockRepository


class Registry(Protocol):
    """The part of an installation's stores that places are counted in."""

    @property
    def events(self) -> EventRepository: ...
    @property
    def registrations(self) -> RegistrationRepository: ...
    @property
    def stock(self) -> StockRepository: ...
