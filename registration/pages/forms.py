"""The forms of guests. The domain decides what is right; forms carry values and refusals."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.events import RequestItem, TicketType
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.domain.registrations import EMAIL_MAX, ChannelKind, Guest
from eventsite.core.domain.requests import NOTE_MAX, QUANTITY_MAX
from eventsite.core.errors import EventSiteError, KeyReused

KEY = "idempotency_key"
PHONE_MAX = 40

_CHANNELS = {
    ChannelKind.EMAIL: _("E-mail"),
    ChannelKind.SMS: _("Text message (SMS)"),
    ChannelKind.PUSH: _("Push notification"),
}


class RefusableForm(forms.Form):
    """A form that shows a domain error at its field."""

    def refuse(self, error: EventSiteError) -> None:
        """Put an error where it belongs: at its field if that is shown, else on top."""
        field = self.fields.get(error.field)
        shown = field is not None and not field.widget.is_hidden
        self.add_error(error.field if shown else None, error.message)


class KeyedForm(RefusableForm):
    """A form that acts once, however often it is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[KEY] = forms.CharField(
            widget=forms.HiddenInput, initial=secrets.token_urlsafe(16), required=False
        )

    @property
    def key(self) -> str:
        """The key that came with the form, or one of our own for a form without."""
        return str(self.cleaned_data.get(KEY) or secrets.token_urlsafe(16))

    def refuse(self, error: EventSiteError) -> None:
        """A key that was used up is replaced: the same form may then be sent again."""
        super().refuse(error)
        if isinstance(error, KeyReused):
            self.data = {**self.data.dict(), KEY: secrets.token_urlsafe(16)}  # type: ignore[attr-defined]


class GuestForm(RefusableForm):
    """A guest's particulars."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_MAX,
        widget=forms.TextInput({"autocomplete": "name"}),
        help_text=_("As it should stand on your badge."),
    )
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=EMAIL_MAX,
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        help_text=_("Your ticket goes here."),
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=PHONE_MAX,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        help_text=_("With country code, such as +353 85 123 4567. Only needed for text messages."),
    )
    channel = forms.ChoiceField(
        label=_("How should we tell you when a session starts or something is ready?"),
        widget=forms.RadioSelect,
        initial=ChannelKind.EMAIL.value,
    )

    def __init__(self, *args: Any, push: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A browser page cannot get a push token; who has one came by an app.
        offered = [kind for kind in _CHANNELS if push or kind is not ChannelKind.PUSH]
        self.fields["channel"].choices = [  # type: ignore[attr-defined]
            (kind.value, _CHANNELS[kind]) for kind in offered
        ]

    def particulars(self) -> dict[str, Any]:
        """Return what was typed, as fields of Guest."""
        given = {name: self.cleaned_data[name] for name in ("name", "email", "phone")}
        return given | {"channel": ChannelKind(self.cleaned_data["channel"])}

    @staticmethod
    def typed(guest: Guest) -> dict[str, str]:
        return {
            "name": guest.name,
            "email": guest.email,
            "phone": guest.phone,
            "channel": guest.channel.value,
        }


class RegistrationForm(KeyedForm, GuestForm):
    """Who wants which place."""

    type_id = forms.ChoiceField(label=_("Ticket"), widget=forms.RadioSelect)
    field_order = ("type_id", "name", "email", "phone", "channel")

    def __init__(self, types: Sequence[TicketType], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind.type_id, kind.name) for kind in types]
        self.fields["type_id"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["type_id"].initial = choices[0][0]


class WishForm(KeyedForm):
    """What a guest asks for."""

    item_id = forms.ChoiceField(label=_("What would you like?"))
    quantity = forms.IntegerField(
        label=_("How many?"), min_value=1, max_value=QUANTITY_MAX, initial=1
    )
    note = forms.CharField(label=_("Anything we should know?"), max_length=NOTE_MAX, required=False)

    def __init__(self, items: Sequence[RequestItem], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item_id"].choices = [  # type: ignore[attr-defined]
            (item.item_id, item.name) for item in items
        ]
