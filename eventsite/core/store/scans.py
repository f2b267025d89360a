"""Scans with their verdicts, and admissions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scans import Admission, Scan, Verdict, already_admitted
from eventsite.core.store import items, keys
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access
from eventsite.core.store.table import ConditionFailed, Table, TransactionRefused


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """A verdict as the table has it; ``replayed`` when it was there before this call."""

    verdict: Verdict
    payload_hash: str
    replayed: bool


class ScanRepository:
    """One method per access pattern; each write is one atomic call."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def at_the_door(self, registration_id: str) -> tuple[Registration | None, Admission | None]:
        """Return a registration and its admission to the event, each None if absent; one Query."""
        access = Access(
            self._table,
            keys.registration_partition(registration_id),
            between=(keys.admission(registration_id)["sk"], "REG"),
            consistent=True,
        )
        registration: Registration | None = None
        admission: Admission | None = None
        for item in access.stream():
            if item["entity"] == "registration":
                registration = items.load(Registration, item)
            elif item["entity"] == "admission":
                admission = items.load(Admission, item)
        return registration, admission

    def admit(self, scan: Scan, verdict: Verdict, admission: Admission) -> KeptVerdict:
        """Store the scan with its verdict and the admission, or neither.

        Returns what the table has afterwards: this verdict; the one that the same scan got
        before; or ``already_admitted``, when another scan came first.

        Source: TransactWriteItems; reasons are in the order of the writes.
        """
        put = self._table.putting
        key = keys.admission(admission.registration_id)
        try:
            self._table.transact(
                put(_scan_item(scan, verdict), "attribute_not_exists(pk)"),
                put(key | items.dump("admission", admission), "attribute_not_exists(pk)"),
            )
        except TransactionRefused as refused:
            seen, spent = refused.reasons
            if seen.refused and seen.item:
                return _kept(seen.item, replayed=True)
            if spent.refused and spent.item:
                first = items.load(Admission, spent.item)
                return self.refuse(scan, already_admitted(verdict, first))
            raise
        return KeptVerdict(verdict, scan.payload_hash, replayed=False)

    def refuse(self, scan: Scan, verdict: Verdict) -> KeptVerdict:
        """Store a scan that was refused; returns the first verdict if the scan was seen before."""
        try:
            self._table.put(_scan_item(scan, verdict), "attribute_not_exists(pk)")
        except ConditionFailed as seen:
            if seen.item is None:
                raise
            return _kept(seen.item, replayed=True)
        return KeptVerdict(verdict, scan.payload_hash, replayed=False)


def _scan_item(scan: Scan, verdict: Verdict) -> Item:
    # The ticket code itself is not kept: it is a credential, and the hash knows it again.
    said = items.dump("scan", replace(scan, ticket_code=""))
    key = keys.scan(scan.device_id, scan.scan_id)
    if verdict.registration_id:
        key |= {
            "queue_pk": keys.scans_of(verdict.registration_id),
            "queue_sk": items.time_text(verdict.decided_at),
        }
    return (
        key | said | {"payload_hash": scan.payload_hash, "verdict": items.dump("verdict", verdict)}
    )


def _kept(item: Item, *, replayed: bool) -> KeptVerdict:
    return KeptVerdict(items.load(Verdict, item["verdict"]), item["payload_hash"], replayed)
