"""Devices in the admin: enrolled by a code, watched, revoked."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from eventsite.accounts.device_forms import DeviceForm, gates_field
from eventsite.accounts.device_words import clock, linked, printer, scans
from eventsite.accounts.models import Device
from eventsite.admin_site import site
from eventsite.core.config import config
from eventsite.core.domain import staff as domain
from eventsite.core.domain.staff import DeviceReport, DeviceRight
from eventsite.core.errors import NotFound
from eventsite.core.services.devices import NewDevice, enrol_client
from eventsite.core.services.enrolling import CODE_LIFE, another_code, enrol_by_code
from eventsite.core.services.ticketing import ticket_svg
from eventsite.core.wiring import stores
from eventsite.repoadmin.acts import Act, ActsMixin
from eventsite.repoadmin.filters import EventFilter, chosen_event
from eventsite.repoadmin.options import RepositoryAdmin
from eventsite.repoadmin.parts import setup_of

KIOSK, BOARD = "kiosk", "staff"
"""The pages of devices: for the doors, and for the stations of guest requests."""


@admin.register(Device, site=site)
class DeviceAdmin(ActsMixin, RepositoryAdmin):
    """Devices are enrolled and revoked, never edited: a new purpose is a new device."""

    form = DeviceForm
    list_display = ("name", "state", "stands_at", "rights_held", "clock", "to_sync", "printer")
    list_filter = (EventFilter,)
    actions = ()
    fields = ("event_id", "name", "gates", "rights", "client_id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        of_it = ("device_id", "name", "event_id", "gate_names", "rights_held", "enrolled_at")
        said = ("state", "stands_at", "clock", "to_sync", "roster", "printer", "seen_at", "client")
        return (*of_it, "revoked_at", *said)

    # -- what devices said of themselves -------------------------------------------------------
    def prepare(self, rows: list[Any]) -> None:
        """Read what the devices of a page said at once: they are of one event."""
        for event_id in {row.event_id for row in rows}:
            said = {r.device_id: r for r in stores().device_reports.of_event(event_id)}
            for row in rows:
                if row.event_id == event_id:
                    row.report = said.get(row.pk)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.prepare([row])
        return row

    @admin.display(description="state")
    def state(self, row: Any) -> str:
        return linked(row.domain, row.report, timezone.now())

    @admin.display(description="gate")
    def stands_at(self, row: Any) -> str:
        """Where the device says that it stands; else where it may."""
        gate_id = row.report.gate_id if row.report else ""
        return self._gates(row).get(gate_id, gate_id) or self.gate_names(row)

    @admin.display(description="allowed at")
    def gate_names(self, row: Any) -> str:
        names = self._gates(row)
        return ", ".join(names.get(gate, gate) for gate in row.gates) or "every gate"

    @admin.display(description="rights")
    def rights_held(self, row: Any) -> str:
        return ", ".join(right.replace("_", "-") for right in row.rights)

    @admin.display(description="clock")
    def clock(self, row: Any) -> str:
        return clock(row.report)

    @admin.display(description="scans to send")
    def to_sync(self, row: Any) -> str:
        return scans(row.report)

    @admin.display(description="printer")
    def printer(self, row: Any) -> str:
        return printer(row.report)

    @admin.display(description="can decide alone as of")
    def roster(self, row: Any) -> datetime | None:
        return row.report.roster_at if row.report else None

    @admin.display(description="last heard of")
    def seen_at(self, row: Any) -> datetime | None:
        return row.report.seen_at if row.report else None

    @admin.display(description="is")
    def client(self, row: Any) -> str:
        report: DeviceReport | None = row.report
        said = (report.app if report else "", row.domain.client)
        return ", ".join(filter(None, said)) or "-"

    @staticmethod
    def _gates(row: Any) -> dict[str, str]:
        try:
            return {gate.gate_id: gate.name for gate in stores().events.setup(row.event_id).gates}
        except NotFound:  # the event is gone, its devices are not
            return {}

    # -- who may -------------------------------------------------------------------------------
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.revoke_device"))

    # -- enrolling -----------------------------------------------------------------------------
    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"event_id": chosen_event(request)} | initial

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Offer the gates of the event that is chosen."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is None:
            form.base_fields["gates"] = gates_field(setup_of(chosen_event(request)))
        return form

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        given, now = form.cleaned_data, timezone.now()
        new = NewDevice(
            event_id=given["event_id"],
            name=given["name"],
            gates=given["gates"],
            rights=[DeviceRight(right) for right in given["rights"]],
        )
        if given["client_id"]:
            row.code = ""
            return enrol_client(stores().devices, new, given["client_id"].strip(), now)
        device, row.code = enrol_by_code(stores().devices, new, now)
        return device

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, only_save | (extra_context or {}))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        """Show the code in this one answer: it goes into no message, cookie or log."""
        if not obj.code:
            return super().response_add(request, obj, post_url_continue)
        return self._code_page(request, obj.domain, obj.code, "Device added")

    def _code_page(
        self, request: HttpRequest, device: domain.Device, code: str, title: str
    ) -> HttpResponse:
        page = BOARD if set(device.rights) == {DeviceRight.FULFIL} else KIOSK
        address = f"{config().public_url}/{page}/"
        picture = ticket_svg(f"{address}#enrol={code}")
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "device": device,
            "code": code,
            "minutes": int(CODE_LIFE.total_seconds() // 60),
            "address": address,
            "picture": base64.b64encode(picture).decode(),
        }
        response = TemplateResponse(request, "accounts/code.html", context)
        response["Cache-Control"] = "no-store"
        return response

    # -- acts ----------------------------------------------------------------------------------
    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="code",
                label="New code",
                question=(
                    "The device, or another in its place, is connected with a new one-time code. "
                    "Codes shown before end now. A device that is connected goes on working until "
                    "the new code is used."
                ),
                log="New code shown.",
                run=self._new_code,
                permission="add",
                fits=lambda row: row.revoked_at is None and not row.domain.app_client,
            ),
            Act(
                name="revoke",
                label="Revoke",
                question=(
                    "The device is refused from its next call on, and forgets its list of guests. "
                    "Scans that it has not sent yet stay on it and cannot be sent any more. "
                    "This cannot be undone; the device can be added anew."
                ),
                log="Revoked.",
                run=self._revoke,
                permission="revoke",
                fits=lambda row: row.revoked_at is None,
                many="Revoke",
                done="%d revoked.",
                grave=True,
            ),
        )

    def _new_code(self, request: HttpRequest, row: Any, said: Any) -> HttpResponse:
        device, code = another_code(stores().devices, row.pk, timezone.now())
        return self._code_page(request, device, code, "New code")

    def _revoke(self, request: HttpRequest, row: Any, said: Any) -> str:
        stores().devices.revoke(row.pk, timezone.now())
        return f"{row} is revoked."
