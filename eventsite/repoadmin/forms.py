"""Form pieces: the hidden version, named inputs, lists, reasons, spans; a refusal as an error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from eventsite.core.domain.reasons import REASON
from eventsite.core.errors import EventSiteError, StaleWrite

VERSION = "version"
STALE = (
    "Somebody else saved this after you opened it. Your values are below: open the page again "
    "in another tab, compare, and repeat your change there."
)


def version_field() -> forms.IntegerField:
    """Return the hidden field that carries the version which the user saw."""
    return forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)


def refusing(form: type[Any], error: EventSiteError) -> type[Any]:
    """Return a form class that does not validate because of ``error``; typed values stay."""

    class Refused(form):  # type: ignore[misc]
        def _post_clean(self) -> None:
            super()._post_clean()
            shown = error.field in self.fields and not self.fields[error.field].widget.is_hidden
            message = STALE if isinstance(error, StaleWrite) else error.message
            self.add_error(
                None, ValidationError({error.field if shown else NON_FIELD_ERRORS: message})
            )

    return Refused


class NamedDateTime(AdminSplitDateTime):
    """A date and a time that each say of what: the field's own label is tied to neither."""

    def __init__(self, label: Any, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.label = label

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        day, time = context["widget"]["subwidgets"]
        day["attrs"]["aria-label"] = f"{capfirst(self.label)}: {_('date')}"
        time["attrs"]["aria-label"] = f"{capfirst(self.label)}: {_('time')}"
        return context


class ListField(forms.CharField):
    """A tuple of words, written with commas."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(value)
        return [word for part in str(value or "").split(",") if (word := part.strip())]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        for word in value:
            super().run_validators(word)


class LinesField(ListField):
    """A tuple of texts, one a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(value)
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class ReasonField(forms.CharField):
    """Why somebody does what the form is for."""

    def __init__(self, **options: Any) -> None:
        bounds = {"min_length": REASON.start, "max_length": REASON.stop - 1}
        super().__init__(**(bounds | options))


_UNITS = ((24 * 60, _lazy("days")), (60, _lazy("hours")), (1, _lazy("minutes")))


class SpanWidget(forms.MultiWidget):
    """A number and its unit; each says of what."""

    template_name = "repoadmin/span.html"

    def __init__(self, label: Any) -> None:
        self.label = label
        units = [(minutes, name) for minutes, name in reversed(_UNITS)]
        super().__init__(
            [forms.NumberInput({"class": "vSpanNumber", "min": 1}), forms.Select(choices=units)]
        )

    def decompress(self, value: Any) -> list[Any]:
        if value in (None, ""):
            return [None, 60]
        unit = next(minutes for minutes, _name in _UNITS if int(value) % minutes == 0)
        return [int(value) // unit, unit]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        number, unit = context["widget"]["subwidgets"]
        number["attrs"]["aria-label"] = f"{capfirst(self.label)}: {_('number')}"
        unit["attrs"]["aria-label"] = f"{capfirst(self.label)}: {_('unit')}"
        return context


class SpanField(forms.MultiValueField):
    """A span of time in minutes, written as a number and a unit."""

    def __init__(self, *, label: Any, **options: Any) -> None:
        units = [(minutes, name) for minutes, name in _UNITS]
        fields = (
            forms.IntegerField(min_value=1, max_value=10**6),
            forms.TypedChoiceField(choices=units, coerce=int),
        )
        super().__init__(fields, label=label, widget=SpanWidget(label), **options)

    def compress(self, data_list: list[Any]) -> int | None:
        return int(data_list[0]) * int(data_list[1]) if data_list else None
