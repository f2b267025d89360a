"""The form that enrols a device."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from eventsite.accounts.forms import ONE_A_LINE
from eventsite.accounts.models import Device
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import ID_MAX
from eventsite.repoadmin.filters import event_choices

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


def gates_field(setup: EventSetup | None) -> forms.MultipleChoiceField:
    """Return the field for where a device of an event may stand."""
    return forms.MultipleChoiceField(
        required=False,
        choices=[(gate.gate_id, gate.name) for gate in setup.gates] if setup else [],
        widget=forms.CheckboxSelectMultiple(attrs=ONE_A_LINE),
        help_text=_("Of %(event)s; none means every gate.") % {"event": setup.event.title}
        if setup
        else "",
    )
