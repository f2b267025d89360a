"""The key schema of the office table. What both tables share is in ``keys``."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventsite.core.store.items import Item, time_text
from eventsite.core.store.keys import digest, one

STAFF = "STAFF"
"""Partition of staff accounts: a team is small and read whole."""


def staff(username: str) -> Item:
    return one(STAFF, f"USER#{username}")


def web_session(session_key: str) -> Item:
    return one(f"SESSION#{session_key}")


def throttle(scope: str, window: int) -> Item:
    return one(f"THROTTLE#{digest(scope)}", str(window))


def device(device_id: str) -> Item:
    """A device stands alone, so that the guests' function can be let read devices only."""
    return one(f"DEVICE#{device_id}")


def device_directory(event_id: str) -> str:
    """by_actor partition that lists an event's devices."""
    return f"DEVICES#{event_id}"


def device_code(code_hash: str) -> Item:
    return one(f"ENROL#{code_hash}")


def device_report(device_id: str) -> Item:
    """Apart from the device, so that telling its status writes nothing that lets it in."""
    return one(f"SEEN#{device_id}")


def device_reports(event_id: str) -> str:
    """by_actor partition of what an event's devices last said."""
    return f"SEENS#{event_id}"


def job(job_id: str) -> Item:
    return one(f"JOB#{job_id}")


OPEN_JOBS = "JOBS"
"""Partition of the marks of open jobs: a few at a time."""


def open_job(job_id: str) -> Item:
    return one(OPEN_JOBS, job_id)


def jobs_of(event_id: str) -> str:
    """by_actor partition of an event's jobs."""
    return f"JOBS#{event_id}"


def jobs_month(moment: datetime) -> str:
    return f"JOBS#{time_text(moment)[:7]}"


def guest_import(import_id: str) -> Item:
    return one(f"IMPORT#{import_id}")


def imports_of(event_id: str) -> str:
    """by_actor partition of an event's imports of guests."""
    return f"IMPORTS#{event_id}"


def hook_delivery(event_id: str, webhook_id: str, hook_event_id: str) -> Item:
    """A delivery stands alone, so that the function that delivers can be let at these only."""
    return one(f"HOOK#{event_id}#{webhook_id}#{hook_event_id}")


def hook_day(event_id: str, webhook_id: str, moment: datetime) -> str:
    """by_actor partition of the deliveries to a webhook first tried on one day."""
    return f"HOOKS#{event_id}#{webhook_id}#{time_text(moment)[:10]}"


def hook_days(event_id: str, webhook_id: str, since: datetime, until: datetime) -> list[str]:
    """Return the partitions of all days from ``until`` back to ``since``."""
    days = (until.date() - since.date()).days
    return [hook_day(event_id, webhook_id, until - timedelta(days=n)) for n in range(days + 1)]


def hook_state(event_id: str, webhook_id: str, outcome: str) -> str:
    """by_month partition of the deliveries to a webhook that wait, or that failed."""
    return f"HOOKSTATE#{event_id}#{webhook_id}#{outcome}"


def audit_partition(model: str, object_id: str) -> str:
    return f"AUDIT#{model}#{object_id}"


def audit_actor(actor: str) -> str:
    return f"AUDITBY#{actor}"


def audit_month(moment: datetime) -> str:
    return f"AUDIT#{time_text(moment)[:7]}"
