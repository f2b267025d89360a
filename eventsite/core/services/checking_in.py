"""Check-in: turn a scan into a verdict, once.

Two DynamoDB calls for a new scan: read the guest's partition, write scan and admission. The
write repeats the two facts that matter (this scan is new, nobody was admitted yet) as
conditions, so two gates at the same moment admit one guest once.
"""

from __future__ import annotations

import logging
from datetime import datetime

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.scans import (
    CLOCK_TOLERANCE,
    Admission,
    Scan,
    Verdict,
    VerdictCode,
    decide,
)
from eventsite.core.domain.staff import Device
from eventsite.core.domain.tickets import BadSignature, NotATicket, verify
from eventsite.core.errors import Forbidden, KeyReused
from eventsite.core.log import correlation_id
from eventsite.core.store.scans import KeptVerdict, ScanRepository
from eventsite.core.store.secrets import Secrets

logger = logging.getLogger(__name__)


def check_in(
    scans: ScanRepository,
    setup: EventSetup,
    device: Device,
    secrets: Secrets,
    scan: Scan,
    now: datetime,
) -> KeptVerdict:
    """Return the verdict on a scan: the first one ever given to this ``(device, scan_id)``.

    Raises
    ------
    Forbidden
        The device may not scan at this gate or event.
    NotFound
        The event has no such gate.
    KeyReused
        The scan id came before with another payload.
    """
    gate = setup.gate(scan.gate_id)
    if device.event_id != scan.event_id or (device.gates and gate.gate_id not in device.gates):
        raise Forbidden("This device does not stand at this gate.", field="gate_id")
    kept = _judged(scans, setup, secrets, scan, now)
    if kept.payload_hash != scan.payload_hash:
        raise KeyReused("This scan_id was used for another scan.", field="scan_id")
    logger.info(
        "scanned",
        extra={
            "event_id": scan.event_id,
            "device_id": scan.device_id,
            "gate_id": scan.gate_id,
            "scan_id": scan.scan_id,
            "registration_id": kept.verdict.registration_id,
            "verdict": kept.verdict.code.value,
            "replayed": kept.replayed,
        },
    )
    return kept


def _judged(
    scans: ScanRepository, setup: EventSetup, secrets: Secrets, scan: Scan, now: datetime
) -> KeptVerdict:
    if scan.scanned_at > now + CLOCK_TOLERANCE:
        return scans.refuse(scan, Verdict(code=VerdictCode.CLOCK_SKEW, decided_at=now))
    try:
        ticket = verify(scan.ticket_code, secrets.ticket_public_keys)
    except NotATicket:
        return scans.refuse(scan, Verdict(code=VerdictCode.UNKNOWN, decided_at=now))
    except BadSignature:
        return scans.refuse(scan, Verdict(code=VerdictCode.BAD_SIGNATURE, decided_at=now))
    registration, admission = scans.at_the_door(ticket.registration_id)
    verdict = decide(ticket, setup, setup.gate(scan.gate_id), registration, admission, now)
    if verdict.code is not VerdictCode.OK:
        return scans.refuse(scan, verdict)
    return scans.admit(
        scan,
        verdict,
        Admission(
            event_id=scan.event_id,
            registration_id=ticket.registration_id,
            gate_id=scan.gate_id,
            device_id=scan.device_id,
            scan_id=scan.scan_id,
            admitted_at=scan.scanned_at,
            correlation_id=correlation_id(),
        ),
    )
