"""Events in the back office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from eventsite.admin_site import site
from eventsite.core.domain import events as domain
from eventsite.core.services import exporting
from eventsite.core.services.lining_up import offer_places
from eventsite.core.services.organizing import add_event, new_number, save_event
from eventsite.core.services.pins import DIGITS, hashed_pin
from eventsite.core.wiring import stores
from eventsite.repoadmin.acts import Act, ActsMixin
from eventsite.repoadmin.export import table_response
from eventsite.repoadmin.forms import SpanField
from eventsite.repoadmin.models import fitted
from eventsite.repoadmin.options import RepositoryAdmin
from registration.admin import event_panels as panels
from registration.admin.choices import languages, regions, zones
from registration.models import Event

SOON = timedelta(days=1)
"""Who asks for erasing within this time has to say that it is meant."""


class EventForm(forms.ModelForm):  # type: ignore[type-arg]
    """An event; its zone and country are ones that exist, spans have units."""

    zone = forms.ChoiceField(
        label="Time zone",
        choices=zones,
        initial="UTC",
        help_text="In which guests see times.",
    )
    region = forms.ChoiceField(
        label="Country",
        choices=regions,
        required=False,
        help_text="Of phone numbers that guests write without a country code.",
    )
    hold_minutes = SpanField(
        label="Places are held for",
        initial=domain.DAY_MINUTES,
        help_text="While a guest is to confirm the address or to pay. Then the place goes.",
    )
    offer_minutes = SpanField(
        label="Offers stand for",
        initial=domain.DAY_MINUTES,
        help_text="So long a guest from the waiting list may take the place offered.",
    )
    lease_minutes = SpanField(
        label="Devices work offline for",
        initial=12 * 60,
        help_text="So long without a connection a kiosk goes on, and then no longer.",
    )
    erase_at_once = forms.BooleanField(
        label="Erase at once",
        required=False,
        help_text="Tick it when that time has come already, and you mean it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "locale" in self.fields:
            self.fields["locale"] = forms.ChoiceField(
                label="Language",
                choices=languages(self.instance.locale),
                initial="en",
                help_text="Of guests who have chosen none of ours.",
            )

    def clean(self) -> dict[str, Any]:
        """Ask again before everybody is erased."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        days, end = cleaned.get("retention_days"), cleaned.get("ends_at")
        changed = {"retention_days", "ends_at"} & set(self.changed_data)
        if days and end and changed and not cleaned.get("erase_at_once"):
            due = end + timedelta(days=days)
            if due <= timezone.now() + SOON:
                why = "Then everybody is erased at once: that time is %s. Tick the box below."
                self.add_error("retention_days", why % f"{due:%Y-%m-%d %H:%M} UTC")
        return cleaned


class PinForm(forms.Form):
    """The digits that open a kiosk's settings."""

    kiosk_pin = forms.CharField(
        label="PIN",
        required=False,
        max_length=DIGITS.stop - 1,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text=f"{DIGITS.start} to {DIGITS.stop - 1} digits. Empty is none.",
    )


@admin.register(Event, site=site)
class EventAdmin(ActsMixin, RepositoryAdmin):
    """An event is changed here; its number in tickets is drawn once."""

    form = EventForm
    list_display = ("title", "event_id", "starts_at", "ends_at", "venue")
    search_fields = ("title",)
    search_help_text = "A part of the title, venue or id"
    actions = ()
    sections: ClassVar[Any] = (
        (
            "The event",
            ("title", ("starts_at", "ends_at"), "zone", "venue", "description", "locale"),
        ),
        ("Registration", ("capacity", "confirm_email", "region")),
        ("Deadlines", ("hold_minutes", "offer_minutes")),
        ("When everybody comes at once", ("rush", "rush_per_minute")),
        ("During the event", ("reminder_minutes", "day_start", "lease_minutes")),
        ("Personal data", ("retention_days", "erase_at_once")),
    )
    told: ClassVar[Any] = ("filling", "rushing", "erasing")
    kept: ClassVar[Any] = ("number", "event_id", "stock_shards")

    def get_sections(self, request: HttpRequest, obj: Any = None) -> Any:
        found = {name: list(fields) for name, fields in self.sections}
        names = list(found)
        if obj is None:
            found[names[0]].insert(0, "event_id")
            found[names[1]].insert(1, "stock_shards")
            return [(name, {"fields": fields}) for name, fields in found.items()]
        found[names[0]] += [("event_id", "number")]
        found[names[1]].insert(1, "stock_shards")
        found[names[5]].insert(0, "erasing")
        now = ("Now", {"fields": ("filling", "rushing")})
        return [now, *((name, {"fields": fields}) for name, fields in found.items())]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.told, *self.kept) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what guests hold in their hand names this event

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("registration.decide_registration"))

    def has_consents_permission(self, request: HttpRequest) -> bool:
        needed = ("registration.export_registration", "registration.answers_registration")
        return bool(request.user.has_perms(needed))

    # -- what is shown ---------------------------------------------------------------------------
    @admin.display(description="places")
    def filling(self, row: Any) -> str:
        return panels.filling(row.domain)

    @admin.display(description="rush")
    def rushing(self, row: Any) -> str:
        return panels.rushing(row.domain)

    @admin.display(description="erasing")
    def erasing(self, row: Any) -> str:
        return panels.erasing(row.domain)

    # -- writes ----------------------------------------------------------------------------------
    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        values = fitted(domain.Event, row.values()) | {"version": 1, "number": new_number()}
        return add_event(stores().events, domain.Event(**values))

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_event(stores().events, row.to_domain(), row.domain)

    # -- acts ------------------------------------------------------------------------------------
    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="offer",
                label="Offer free places",
                question=(
                    "Free places are offered to who waits, in order, every minute. This does it"
                    " now. Whoever gets an offer is told by mail."
                ),
                log="Free places offered.",
                run=self._offer,
                permission="decide",
            ),
            Act(
                name="consents",
                label="Consent log",
                question=(
                    "Everything that guests agreed to or took back, with the words of that day, as"
                    " CSV. Guests stand in it by the ids of their registrations."
                ),
                log="Consent log exported.",
                run=self._consents,
                permission="consents",
            ),
            Act(
                name="pin",
                label="Kiosk PIN",
                question=(
                    "Which digits open the settings of kiosks? They are not shown again; devices"
                    " learn of new ones within a minute, when they are online."
                ),
                log="Kiosk PIN changed.",
                run=self._pin,
                form=PinForm,
            ),
        )

    @staticmethod
    def _pin(request: HttpRequest, row: Any, said: Any) -> str:
        digits = said["kiosk_pin"]
        kept = hashed_pin(digits) if digits else ""
        save_event(stores().events, replace(row.domain, kiosk_pin=kept), row.domain)
        return "Set." if kept else "Kiosks have no PIN any more."

    @staticmethod
    def _offer(request: HttpRequest, row: Any, said: Any) -> str:
        count = offer_places(stores(), row.pk, timezone.now())
        if not count:
            return "Nobody who waits fits into what is free."
        return f"{count} {'offer' if count == 1 else 'offers'} made."

    @staticmethod
    def _consents(request: HttpRequest, row: Any, said: Any) -> str | HttpResponseBase:
        """Answer what the event's guests agreed to, or have a job write it when they are many."""
        known, by = stores(), request.user.get_username()
        if exporting.few_enough(known, row.pk):
            rows = exporting.rows(known, row.pk, sheet="consents")
            return table_response(f"consents-{row.pk}", exporting.ConsentTable.headings, rows)
        job = exporting.ask(known, row.pk, timezone.now(), asked_by=by, sheet="consents")
        address = reverse("admin:registration_job_change", args=[quote(job.job_id)])
        text = 'These are many guests: the file is made in the background. <a href="{}">Look</a>.'
        return format_html(text, address)

    def links(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        listed = reverse("admin:registration_registration_changelist")
        found = [("Registrations", f"{listed}?event_id={row.pk}")]
        if request.user.has_perm("checkin.view_board"):
            found.append(("Live board", reverse("admin:checkin_board_change", args=[row.pk])))
        return found
