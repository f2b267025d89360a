"""The form that enrols a device."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eventsite.accounts.forms import ONE_A_LINE
from eventsite.accounts.models import Device
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import ID_MAX
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import event_choices
from eventsite.repoadmin.forms import ListField

RIGHTS = {
    DeviceRight.SCAN: _("Scan tickets and check guests in"),
    DeviceRight.SEARCH: _("Search guests by name"),
    DeviceRight.WALK_IN: _("Register guests who come without a ticket"),
    DeviceRight.BADGE: _("Print badges"),
    DeviceRight.FORCE: _("Let guests in against a refusal, and undo scans, with a reason"),
    DeviceRight.FULFIL: _("Fulfil guest requests"),
}


class DeviceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Enrols a device."""

    event_id = forms.ChoiceField(label=_("Event"), choices=event_choices)
    gates = ListField(
        required=False, help_text=_("Ids of gates, with commas. Empty means every gate.")
    )
    rights = forms.MultipleChoiceField(
        choices=[(right.value, words) for right, words in RIGHTS.items()],
        initial=[DeviceRight.SCAN.value],
        widget=forms.CheckboxSelectMultiple(attrs=ONE_A_LINE),
    )
    client_id = forms.CharField(
        label=_("App client"),
        required=False,
        max_length=ID_MAX,
        help_text=_(
            "Only for a program that signs in at the user pool: the id of its app client. "
            "Kiosks and phones get a one-time code instead."
        ),
    )

    class Meta:
        model = Device
        fields = ("event_id", "name", "gates", "rights")

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        event_id, gates = given.get("event_id"), given.get("gates")
        if event_id and gates:
            known = [gate.gate_id for gate in stores().events.setup(event_id).gates]
            unknown = [gate for gate in gates if gate not in known]
            if unknown:
                self.add_error("gates", self._no_gate(unknown[0], known))
        return given

    @staticmethod
    def _no_gate(gate_id: str, known: list[str]) -> ValidationError:
        return ValidationError(
            _("This event has no gate %(gate)s. Its gates: %(known)s."),
            params={"gate": gate_id, "known": ", ".join(known) or _("none")},
        )
