"""Signing in, with a brake; and the forms of staff accounts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import SetPasswordMixin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eventsite.accounts.models import StaffUser
from eventsite.accounts.roles import LABELS, OWNER
from eventsite.core.wiring import stores

WINDOW = 900
"""Seconds in which attempts are counted."""
FROM_ONE_PLACE, FROM_EVERYWHERE, FROM_ONE_ADDRESS = 5, 30, 50
"""Attempts in a window: on one account from one address, on one account, from one address.

The first is small enough to stop guessing. The second is larger, so that a stranger cannot
lock an account with five wrong guesses.
"""
ONE_A_LINE = {"class": "radiolist"}
"""The admin's style for choices; without it their labels are as narrow as a field's."""
_USERNAME = re.compile(r"[a-z0-9@.+_-]{1,150}\Z")


class SignInForm(AdminAuthenticationForm):
    """Counts each attempt before it is made; a good one is given back."""

    def clean(self) -> dict[str, Any]:
        scopes, now = self._scopes(), datetime.now(UTC)
        throttles = stores().throttles
        for scope, limit in scopes:
            if throttles.take(scope, WINDOW, now) > limit:
                raise ValidationError(
                    _("Too many failed attempts. Try again in 15 minutes."), code="throttled"
                )
        cleaned: dict[str, Any] = super().clean()
        throttles.clear(scopes[0][0], WINDOW, now)
        for scope, _limit in scopes[1:]:
            throttles.give_back(scope, WINDOW, now)
        return cleaned

    def _scopes(self) -> list[tuple[str, int]]:
        name = StaffUser.objects.normalize(self.cleaned_data.get("username"))
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        return [
            (f"user:{name}:{address}", FROM_ONE_PLACE),
            (f"user:{name}", FROM_EVERYWHERE),
            (f"address:{address}", FROM_ONE_ADDRESS),
        ]


class StaffChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account and its roles; the owner's is one of them here and a flag in the account."""

    roles = forms.MultipleChoiceField(
        choices=list(LABELS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=ONE_A_LINE),
    )

    class Meta:
        model = StaffUser
        fields = ("username", "name", "email", "roles", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.domain is not None:
            self.initial["roles"] = self.instance.all_roles

    def clean_roles(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["roles"]
        self.instance.is_superuser = OWNER in chosen
        return [role for role in chosen if role != OWNER]


class StaffCreationForm(SetPasswordMixin, StaffChangeForm):  # type: ignore[type-arg]
    """A new account with its first password."""

    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean_username(self) -> str:
        name = StaffUser.objects.normalize(self.cleaned_data["username"])
        if not _USERNAME.match(name):
            raise ValidationError(_("Only letters, digits and @ . + - _ are possible."))
        return name

    def clean(self) -> dict[str, Any] | None:
        self.validate_passwords()
        return super().clean()

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.validate_password_for_user(self.instance)
