"""Where real things meet: the one place that builds clients and repositories.

Doors call ``stores()`` and ``secrets()`` when they need them, never while importing. Everything
is built on first use and kept while the process is warm, so that a function pays only for what
it touches. Tests build ``Stores`` themselves.
"""

from __future__ import annotations

import threading
from functools import cached_property, lru_cache
from typing import Any

import boto3
from botocore.config import Config as BotoConfig

from eventsite.core.config import Config, config
from eventsite.core.store.agenda import AgendaRepository
from eventsite.core.store.attempts import AttemptRepository
from eventsite.core.store.audit import AuditRepository
from eventsite.core.store.badges import BadgeRepository
from eventsite.core.store.deliveries import DeliveryRepository
from eventsite.core.store.devices import DeviceReportRepository, DeviceRepository
from eventsite.core.store.events import EventRepository
from eventsite.core.store.files import FileStore
from eventsite.core.store.gauges import RateGauge
from eventsite.core.store.hooks import HookRepository
from eventsite.core.store.imports import BeforeRepository, ImportRepository
from eventsite.core.store.jobs import JobRepository
from eventsite.core.store.ledger import LedgerRepository
from eventsite.core.store.occupancy import OccupancyRepository
from eventsite.core.store.personal import PersonalRepository
from eventsite.core.store.queues import DeadLetters, HookQueue, Intake, JobQueue, Outbox, StaffTopic
from eventsite.core.store.registrations import RegistrationRepository
from eventsite.core.store.requests import GuestRequestRepository
from eventsite.core.store.rosters import RosterRepository
from eventsite.core.store.scan_ledger import ScanLedgerRepository
from eventsite.core.store.scans import ScanRepository
from eventsite.core.store.secrets import Secrets
from eventsite.core.store.staff import StaffRepository
from eventsite.core.store.stock import StockRepository
from eventsite.core.store.table import Table
from eventsite.core.store.tallies import TallyRepository
from eventsite.core.store.throttles import ThrottleRepository
from eventsite.core.store.wallet_issuer import WalletIssuer
from eventsite.core.store.web_sessions import WebSessionRepository

SENDERS = frozenset({"sesv2", "pinpoint", "pinpoint-sms-voice-v2"})
"""Services that know no idempotency: never called a second time behind our back."""

_building = threading.Lock()  # boto3 sessions must not build two clients at once


@lru_cache(maxsize=16)
def client(service: str) -> Any:
    """Return this process's client of an AWS service; safe to share between threads."""
    seconds = config().dynamodb_timeout_seconds if service == "dynamodb" else 10.0
    with _building:
        return boto3.client(
            service,  # type: ignore[call-overload]
            config=BotoConfig(
                connect_timeout=seconds,
                read_timeout=seconds,
                retries={"mode": "standard", "total_max_attempts": 1 if service in SENDERS else 3},
                max_pool_connections=32,
                # What goes to DynamoDB is built in one place; checking each call costs 0.3 ms.
                parameter_validation=service != "dynamodb",
                # Ours is one word; botocore makes its own anew for each call, in 0.1 ms.
                user_agent="eventsite",
                # Links to files are signed the way that every region understands.
                signature_version="s3v4" if service == "s3" else None,
            ),
        )


class Stores:
    """Every repository and queue of one installation, each built when first asked for."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings

    @property
    def secrets(self) -> Secrets:
        return secrets()

    @cached_property
    def _events_table(self) -> Table:
        return Table(client("dynamodb"), self._settings.need("events_table"))

    @cached_property
    def _office_table(self) -> Table:
        return Table(client("dynamodb"), self._settings.need("office_table"))

    @cached_property
    def events(self) -> EventRepository:
        return EventRepository(self._events_table)

    @cached_property
    def registrations(self) -> RegistrationRepository:
        return RegistrationRepository(self._events_table)

    @cached_property
    def stock(self) -> StockRepository:
        return StockRepository(self._events_table)

    @cached_property
    def ledger(self) -> LedgerRepository:
        return LedgerRepository(self._events_table)

    @cached_property
    def personal(self) -> PersonalRepository:
        return PersonalRepository(self._events_table)

    @cached_property
    def attempts(self) -> AttemptRepository:
        return AttemptRepository(self._events_table)

    @cached_property
    def rates(self) -> RateGauge:
        return RateGauge(self._events_table)

    @cached_property
    def intake(self) -> Intake:
        return Intake(client("sqs"), self._settings.need("intake_url"))

    @cached_property
    def agenda(self) -> AgendaRepository:
        return AgendaRepository(self._events_table)

    @cached_property
    def occupancy(self) -> OccupancyRepository:
        return OccupancyRepository(self._events_table)

    @cached_property
    def scans(self) -> ScanRepository:
        return ScanRepository(self._events_table, self._office_table)

    @cached_property
    def scan_ledger(self) -> ScanLedgerRepository:
        return ScanLedgerRepository(self._events_table)

    @cached_property
    def tallies(self) -> TallyRepository:
        return TallyRepository(self._events_table)

    @cached_property
    def badges(self) -> BadgeRepository:
        return BadgeRepository(self._events_table)

    @cached_property
    def rosters(self) -> RosterRepository:
        return RosterRepository(self._events_table)

    @cached_property
    def requests(self) -> GuestRequestRepository:
        return GuestRequestRepository(self._events_table)

    @cached_property
    def deliveries(self) -> DeliveryRepository:
        return DeliveryRepository(self._events_table)

    @cached_property
    def staff(self) -> StaffRepository:
        return StaffRepository(self._office_table)

    @cached_property
    def web_sessions(self) -> WebSessionRepository:
        return WebSessionRepository(self._office_table)

    @cached_property
    def throttles(self) -> ThrottleRepository:
        return ThrottleRepository(self._office_table)

    @cached_property
    def devices(self) -> DeviceRepository:
        return DeviceRepository(self._office_table)

    @cached_property
    def device_reports(self) -> DeviceReportRepository:
        return DeviceReportRepository(self._office_table)

    @cached_property
    def audit(self) -> AuditRepository:
        return AuditRepository(self._office_table)

    @cached_property
    def jobs(self) -> JobRepository:
        return JobRepository(self._office_table)

    @cached_property
    def job_queue(self) -> JobQueue:
        return JobQueue(client("sqs"), self._settings.need("jobs_url"))

    @cached_property
    def imports(self) -> ImportRepository:
        return ImportRepository(self._office_table)

    @cached_property
    def befores(self) -> BeforeRepository:
        return BeforeRepository(self._events_table)

    @cached_property
    def files(self) -> FileStore:
        return FileStore(client("s3"), self._settings.need("files_bucket"))

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(client("sqs"), self._settings.need("outbox_url"))

    @cached_property
    def hooks(self) -> HookRepository:
        return HookRepository(self._office_table)

    @cached_property
    def webhooks(self) -> HookQueue:
        return HookQueue(client("sqs"), self._settings.need("webhooks_url"))

    @cached_property
    def staff_topic(self) -> StaffTopic:
        return StaffTopic(client("sns"), self._settings.need("staff_topic_arn"))

    @cached_property
    def dead_letters(self) -> DeadLetters:
        return DeadLetters(client("sqs"), self._settings.need("dead_letters_url"))


@lru_cache(maxsize=1)
def stores() -> Stores:
    """Return this process's stores."""
    return Stores(config())


@lru_cache(maxsize=1)
def secrets() -> Secrets:
    """Return this installation's keys; one call to Secrets Manager a process."""
    return Secrets.read(client("secretsmanager"), config().need("secrets_id"))


@lru_cache(maxsize=1)
def wallet_issuer() -> WalletIssuer | None:
    """Return who issues wallet passes, None without; one call to Secrets Manager a process."""
    secret_id = config().wallet_secret_id
    return WalletIssuer.read(client("secretsmanager"), secret_id) if secret_id else None


def forget() -> None:
    """Drop everything built; for tests that change the environment."""
    for cached in (config, client, stores, secrets, wallet_issuer):
        cached.cache_clear()
