"""The forms of guests. The domain decides what is right; forms carry values and refusals."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms.utils import ErrorDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.addresses import EMAIL_MAX, normal_address, normal_number
from eventsite.core.domain.events import Event, RequestItem
from eventsite.core.domain.names import NAME_MAX, tidy_name
from eventsite.core.domain.registrations import ChannelKind, Guest
from eventsite.core.domain.requests import NOTE_MAX, QUANTITY_MAX
from eventsite.core.errors import EventSiteError, Invalid
from eventsite.refusals import in_words
from registration.pages.zones import zone_choices

KEY = "idempotency_key"
PHONE_MAX = 40

_CHANNELS = {
    ChannelKind.EMAIL: _("E-mail"),
    ChannelKind.SMS: _("Text message (SMS)"),
    ChannelKind.PUSH: _("Push notification"),
}


class RefusableForm(forms.Form):
    """A form that shows a domain error at its field.

    ``unasked`` are fields that nobody has seen yet: they complain about nothing. With ``quiet``
    none does.
    """

    def __init__(self, *args: Any, unasked: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unasked = frozenset(unasked)
        self.quiet = False

    @property
    def errors(self) -> ErrorDict:
        """What is wrong with what was typed."""
        found = super().errors
        if not self.quiet and not self.unasked & found.keys():
            return found
        kept = ErrorDict(renderer=self.renderer)
        if not self.quiet:
            kept.update({name: found[name] for name in found if name not in self.unasked})
        return kept

    @property
    def new_fields(self) -> list[forms.BoundField]:
        """Fields that came with the answer to what was sent before."""
        if not self.is_bound or self.quiet:
            return []
        return [field for field in self.visible_fields() if field.name in self.unasked]

    def tidied(self, name: str, tidy: Callable[[str], str]) -> str:
        """Return a value as the heart tidies it; what the heart refuses is an error here."""
        try:
            return tidy(self.cleaned_data[name])
        except Invalid as error:
            raise forms.ValidationError(in_words(error)) from error

    def refuse(self, error: EventSiteError, words: str = "") -> None:
        """Put an error where it belongs: at its field if that is shown, else on top."""
        field = self.fields.get(error.field)
        shown = field is not None and not field.widget.is_hidden
        self.add_error(error.field if shown else None, words or in_words(error))


def new_key() -> str:
    """Return a key under which a form acts once."""
    return secrets.token_urlsafe(16)


class KeyedForm(RefusableForm):
    """A form that acts once, however often it is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[KEY] = forms.CharField(
            widget=forms.HiddenInput, initial=new_key(), required=False
        )

    @property
    def key(self) -> str:
        """The key that came with the form, or one of our own for a form without."""
        return str(self.cleaned_data.get(KEY) or new_key())

    def refuse(self, error: EventSiteError, words: str = "") -> None:
        """Show an error; where it was the answer to the key, the next try gets another one."""
        super().refuse(error, words)
        if uses_up_key(error):
            self.data = {**self.data.dict(), KEY: new_key()}  # type: ignore[attr-defined]


def uses_up_key(error: EventSiteError) -> bool:
    """Return whether the same call would get the same refusal for ever."""
    return not isinstance(error, Invalid) and not error.retryable


class PersonForm(RefusableForm):
    """A form with name and address, which the heart looks at field by field."""

    def clean_name(self) -> str:
        return self.tidied("name", tidy_name)

    def clean_email(self) -> str:
        return self.tidied("email", lambda text: normal_address(text) if text else "")


class GuestForm(PersonForm):
    """A guest's particulars. ``region`` is the country of numbers without a country code."""

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

    def __init__(self, *args: Any, push: bool = False, region: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region or "ZZ"
        # A browser page cannot get a push token; who has one came by an app.
        offered = [kind for kind in _CHANNELS if push or kind is not ChannelKind.PUSH]
        self.fields["channel"].choices = [  # type: ignore[attr-defined]
            (kind.value, _CHANNELS[kind]) for kind in offered
        ]

    def clean_phone(self) -> str:
        return self.tidied("phone", lambda text: normal_number(text, self.region) if text else "")

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("channel") == ChannelKind.SMS and given.get("phone") == "":
            self.add_error("phone", gettext("Messages by SMS need a phone number."))

    def particulars(self) -> dict[str, Any]:
        """Return what was typed, as fields of Guest."""
        given = {name: self.cleaned_data[name] for name in ("name", "email", "phone")}
        return given | {"channel": ChannelKind(self.cleaned_data["channel"])}


class ParticularsForm(GuestForm):
    """A guest's particulars, with the language and the time zone that messages are written in."""

    locale = forms.ChoiceField(label=_("Language of our messages"))
    zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Times on your page and in messages are shown in this zone."),
    )

    def __init__(self, guest: Guest, event: Event, data: Any = None) -> None:
        super().__init__(
            data, initial=_typed(guest), push=bool(guest.push_token), region=event.region
        )
        spoken = [(code, name) for code, name in settings.LANGUAGES]
        if guest.locale not in dict(spoken):  # such as en-IE: it stays as it is unless changed
            spoken.insert(0, (guest.locale, guest.locale))
        self.fields["locale"].choices = spoken  # type: ignore[attr-defined]
        self.fields["zone"].choices = zone_choices(event.zone, guest.zone)  # type: ignore[attr-defined]
        if not guest.email:
            self.fields["email"].required = False

    def particulars(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in ("locale", "zone")}
        return super().particulars() | given


class AddressForm(RefusableForm):
    """An e-mail address that links are sent to."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=EMAIL_MAX,
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        help_text=_("The one that you registered with."),
    )


class EraseForm(RefusableForm):
    """That a guest really wants their data erased."""

    sure = forms.BooleanField(
        label=_("I understand that this cannot be taken back."),
        error_messages={"required": _("Please tick this if you are sure.")},
    )


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


def _typed(guest: Guest) -> dict[str, str]:
    return {
        "name": guest.name,
        "email": guest.email,
        "phone": guest.phone,
        "channel": guest.channel.value,
        "locale": guest.locale,
        "zone": guest.zone,
    }
