"""Many at once, patience with a busy table, and a line that loses what is sent over it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.events import TicketType
from eventsite.core.errors import EventSiteError, Unavailable
from eventsite.core.services.organizing import set_up
from eventsite.core.store.agenda import AgendaRepository
from eventsite.core.store.devices import DeviceRepository
from eventsite.core.store.events import EventRepository
from eventsite.core.store.items import Item
from eventsite.core.store.ledger import LedgerRepository
from eventsite.core.store.occupancy import OccupancyRepository
from eventsite.core.store.personal import PersonalRepository
from eventsite.core.store.registrations import RegistrationRepository
from eventsite.core.store.scans import ScanRepository
from eventsite.core.store.stock import StockRepository
from eventsite.core.store.table import Table
from tests.builders import a_guest, a_setup, an_event
from tests.contract.books import Books, read_books
from tests.contract.conftest import THREADS

T = TypeVar("T")

DEADLINE_SECONDS = 60


@dataclass
class Shop:
    """The part of an installation that knows about guests, on one table."""

    table: Table

    def __post_init__(self) -> None:
        self.events = EventRepository(self.table)
        self.registrations = RegistrationRepository(self.table)
        self.stock = StockRepository(self.table)
        self.agenda = AgendaRepository(self.table)
        self.ledger = LedgerRepository(self.table)
        self.personal = PersonalRepository(self.table)
        self.scans = ScanRepository(self.table, self.table)
        self.devices = DeviceRepository(self.table)
        self.occupancy = OccupancyRepository(self.table)

    def books(self) -> Books:
        """Return what is there now, after it was found to add up."""
        books = read_books(self.table)
        books.must_balance()
        return books


def opened(
    table: Table, *, kinds: Sequence[TicketType] = (), codes: Any = (), **event: Any
) -> Shop:
    """Return a shop with the event `demo`; without ``kinds`` it sells `general`, waited for."""
    shop = Shop(table)
    set_up(
        shop.events,
        a_setup(an_event(**event), types=tuple(kinds or (a_kind(),)), gates=(), codes=codes),
    )
    return shop


def a_kind(type_id: str = "general", number: int = 1, **changes: Any) -> TicketType:
    fields = {"event_id": "demo", "type_id": type_id, "number": number, "name": type_id}
    return TicketType(**(fields | {"capacity": 10, "waitlist": False} | changes))


def somebody(number: int | str) -> Any:
    return a_guest(name=f"Guest {number}", email=f"g{number}@example.org")


def a_group(name: str, size: int, type_ids: Iterable[str] = ("general",)) -> tuple[Applicant, ...]:
    kinds = list(type_ids)
    return tuple(
        Applicant(type_id=kinds[n % len(kinds)], guest=somebody(f"{name}.{n}")) for n in range(size)
    )


def patiently(work: Callable[[], T]) -> T:
    """Return what ``work`` does; a busy table is asked again, as a client would."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            return work()
        except Unavailable:
            assert time.monotonic() < end, "busy for too long"


def at_once(
    work: Callable[[int], Any], times: int = THREADS, threads: int = THREADS
) -> Counter[Any]:
    """Do ``work(0)``, ``work(1)`` .. on threads that start together; count answers and refusals."""
    threads = min(times, threads)
    barrier = Barrier(threads)
    ready = threading.local()

    def one(number: int) -> Any:
        if not hasattr(ready, "yes"):
            ready.yes = True
            barrier.wait(timeout=DEADLINE_SECONDS)
        try:
            return patiently(lambda: work(number))
        except EventSiteError as refusal:
            return refusal.code

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(one, range(times)))


class BadLine(Table):
    """A table behind a line that loses requests and answers, and where others are in the way.

    Of all transactions ``share`` are lost before they are done, and as many are done and nobody
    hears of it. The sequence follows from ``seed``.
    """

    def __init__(self, table: Table, seed: int, share: float = 0.1) -> None:
        super().__init__(table.client, table.name)
        self._dice = random.Random(seed)  # noqa: S311 - the same losses every time
        self._share = share
        self.lost = 0

    def transact(self, *writes: Any) -> None:
        dice = self._dice.random()
        if dice < self._share:
            self.lost += 1
            raise Unavailable("The request was lost.")
        super().transact(*writes)
        if dice > 1 - self._share:
            self.lost += 1
            raise Unavailable("The answer was lost.")


class Contended(Table):
    """A table that refuses what AWS refuses and the local engine, one call at a time, never does:
    a transaction on an item that another transaction holds."""

    def __init__(self, table: Table, hold_seconds: float = 0.004) -> None:
        super().__init__(_HoldingClient(table.client, hold_seconds), table.name)


class _HoldingClient:
    """Source of the errors: DynamoDB developer guide, transaction conflict handling."""

    def __init__(self, client: Any, hold_seconds: float) -> None:
        self._client = client
        self._seconds = hold_seconds
        self._held: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self.conflicts = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        wanted = [_target(write) for write in request["TransactItems"]]
        with self._lock:
            busy = [each in self._held for each in wanted]
            if not any(busy):
                self._held.update(wanted)
        if any(busy):
            self.conflicts += 1
            raise _cancelled(busy)
        try:
            time.sleep(self._seconds / 2)
            answer = self._client.transact_write_items(**request)
            time.sleep(self._seconds / 2)
            return answer
        finally:
            with self._lock:
                self._held.difference_update(wanted)

    def transact_get_items(self, **request: Any) -> Any:
        wanted = [_target(read) for read in request["TransactItems"]]
        with self._lock:
            busy = [each in self._held for each in wanted]
        if any(busy):
            self.conflicts += 1
            raise _cancelled(busy)
        return self._client.transact_get_items(**request)

    def put_item(self, **request: Any) -> Any:
        self._alone(request["Item"])
        return self._client.put_item(**request)

    def update_item(self, **request: Any) -> Any:
        self._alone(request["Key"])
        return self._client.update_item(**request)

    def _alone(self, key: Item) -> None:
        with self._lock:
            busy = _key(key) in self._held
        if busy:
            self.conflicts += 1
            code = "TransactionConflictException"
            raise ClientError({"Error": {"Code": code, "Message": code}}, "PutItem")


def _target(operation: Item) -> tuple[str, str]:
    [(_, one)] = operation.items()
    return _key(one.get("Item") or one["Key"])


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _cancelled(busy: Sequence[bool]) -> ClientError:
    reasons = [{"Code": "TransactionConflict" if each else "None"} for each in busy]
    error = {"Error": {"Code": "TransactionCanceledException", "Message": "conflict"}}
    return ClientError({**error, "CancellationReasons": reasons}, "TransactWriteItems")  # type: ignore[arg-type]
