"""System checks: what must be true of the settings and models for this house to stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

DOORS = ("all", "rest", "office")


@register
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return list(_settings())


def _settings() -> Iterator[CheckMessage]:
    if settings.DOORS not in DOORS:
        hint = f"EVENTSITE_DOORS is one of {', '.join(DOORS)}."
        yield Error(f"There is no door {settings.DOORS!r}.", hint=hint, id="eventsite.E001")
    engines = {name: each["ENGINE"] for name, each in settings.DATABASES.items()}
    if engines != {"default": "eventsite.repoadmin.nosql"}:
        yield Error("There must be no SQL database.", id="eventsite.E002")
    if settings.SESSION_ENGINE != "eventsite.accounts.sessions":
        yield Error("Sessions must be in the office table.", id="eventsite.E003")
    installed = list(settings.INSTALLED_APPS)
    if settings.OFFICE and installed[:1] != ["eventsite.repoadmin"]:
        hint = "Its templates must win over the admin's."
        yield Error("eventsite.repoadmin must come first.", hint=hint, id="eventsite.E004")


@register
def check_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [error for model in apps.get_models() for error in _model(model)]


def _model(model: Any) -> Iterator[CheckMessage]:
    from eventsite.repoadmin.models import RepositoryModel

    if model.__module__.startswith(("django.", "rest_framework.")):
        return  # theirs are never asked for anything; the database backend sees to it
    if not issubclass(model, RepositoryModel):
        hint = "Derive it from RepositoryModel."
        yield Error("A model without a repository.", hint=hint, obj=model, id="eventsite.E005")
        return
    if model._meta.managed:
        hint = "Write `class Meta(RepositoryModel.Meta)`."
        yield Error("A managed model.", hint=hint, obj=model, id="eventsite.E006")
    if not hasattr(model, "source"):
        yield Error("A repository model without `source`.", obj=model, id="eventsite.E007")
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        if field.is_relation:
            hint = "Hold the other object's id in a CharField."
            yield Error("A relation costs a read a row.", hint=hint, obj=field, id="eventsite.E008")


@register
def check_sign_in(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The sign-in form must have its brake; it is put there by the accounts' admin module."""
    if settings.DOORS == "rest":
        return []
    from django.urls import get_resolver

    from eventsite.accounts.forms import SignInForm
    from eventsite.admin_site import site

    _ = get_resolver().url_patterns  # loads the admin modules
    if site.login_form is SignInForm:
        return []
    return [Error("The sign-in form has no throttle.", id="eventsite.E009")]
