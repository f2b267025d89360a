"""How a device is, in words for organizers."""

from __future__ import annotations

from datetime import datetime

from django.utils.timesince import timesince

from eventsite.core.domain.staff import Device, DeviceReport, Printer

NOTHING = "-"

RIGHT_CLOCK_MS = 2000
"""A clock that is off by less is called right: scans are corrected by what it is off."""

PRINTERS = {
    Printer.NONE: NOTHING,
    Printer.READY: "ready",
    Printer.BUSY: "printing",
    Printer.ERROR: "needs somebody",
}


def linked(device: Device, report: DeviceReport | None, now: datetime) -> str:
    """Return whether a device works."""
    if device.revoked_at is not None:
        return "Revoked"
    if not device.secret_hash and not device.app_client:
        over = device.code_until is None or device.code_until <= now
        return "Not connected: its code is over" if over else "Waits for its code"
    if report is None:
        return "Never heard of"
    if report.online(now):
        return "Online"
    return f"Offline for {timesince(report.seen_at, now, depth=1)}"


def clock(report: DeviceReport | None) -> str:
    """Return how right a device's clock is."""
    if report is None:
        return NOTHING
    behind = report.clock_ahead_ms
    if abs(behind) < RIGHT_CLOCK_MS:
        return "right"
    seconds = abs(behind) / 1000
    off = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    return f"{off} {'behind' if behind > 0 else 'ahead'}"


def scans(report: DeviceReport | None) -> str:
    """Return how many scans a device has yet to send."""
    return str(report.to_sync) if report else NOTHING


def printer(report: DeviceReport | None) -> str:
    return PRINTERS[report.printer] if report else NOTHING
