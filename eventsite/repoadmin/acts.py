"""Acts on objects of the back office that ask first: a page with a question, and a button.

An act is offered on the page of an object that it fits, and where it says so also for many rows
of the list at once. It may want to know something, by a form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from eventsite.core.errors import EventSiteError
from eventsite.core.services.overseeing import Reasoned
from eventsite.repoadmin import audit
from eventsite.repoadmin.forms import refusing
from eventsite.repoadmin.options import RepositoryAdmin

if TYPE_CHECKING:
    _Base = RepositoryAdmin
else:
    _Base = object

_CONFIRMED = "confirmed"
"""Says that the page of an act on many rows was seen."""


def always(row: Any) -> bool:
    return True


def staff(request: HttpRequest) -> str:
    """Return how what is stored names who is signed in."""
    return f"staff:{request.user.get_username()}"


def reasoned(request: HttpRequest, said: Mapping[str, Any]) -> Reasoned:
    """Return who does something now, and the ``reason`` that a form was told."""
    return Reasoned(by=staff(request), at=timezone.now(), reason=said["reason"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What can be done with an object, by whom and when.

    ``name`` stands in the address. ``run(request, row, said)`` does it and returns the sentence
    that says so, or a page; it raises EventSiteError to refuse. ``said`` is what the ``form``
    was told. ``log`` is what the object's history says of it. ``question`` may depend on the row.
    A ``grave`` act asks also before it is done with many.
    ``permission`` is one of the admin's own (``has_<permission>_permission``); ``fits`` says
    whether there is anything to do. ``many`` names it in the list, with ``done`` (``%d``) as the
    sentence afterwards and ``rows_max`` at a time; without it, it is for one.
    """

    name: str
    label: str
    question: str | Callable[[Any], str]
    log: str
    run: Callable[[HttpRequest, Any, Any], str | HttpResponseBase]
    permission: str = "change"
    fits: Callable[[Any], bool] = always
    form: type[forms.Form] | None = None
    many: str = ""
    done: str = ""
    grave: bool = False
    rows_max: int = 500

    def asks(self, row: Any) -> str:
        return self.question if isinstance(self.question, str) else self.question(row)


class ActsMixin(_Base):
    """An admin whose objects have acts, offered beside their history and in their list."""

    change_form_template = "repoadmin/change_form.html"

    def get_acts(self) -> Sequence[Act]:
        raise NotImplementedError

    def links(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Return (label, address) of pages about an object, offered like its acts."""
        return []

    def may(self, request: HttpRequest, act: Act) -> bool:
        return bool(getattr(self, f"has_{act.permission}_permission")(request))

    # -- one object ------------------------------------------------------------------------------
    def get_urls(self) -> list[Any]:
        own = [
            path(
                f"<str:object_id>/{act.name}/",
                self.admin_site.admin_view(partial(self._one, act=act)),
                name=self._url_name(act.name),
            )
            for act in self.get_acts()
        ]
        return [*own, *super().get_urls()]

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def act_address(self, act_name: str, row: Any) -> str:
        return reverse(f"admin:{self._url_name(act_name)}", args=[quote(row.pk)])

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            fitting = (act for act in self.get_acts() if self.may(request, act) and act.fits(row))
            context["acts"] = [(act, self.act_address(act.name, row)) for act in fitting]
            context["links"] = self.links(request, row)
        return super().render_change_form(request, context, *args, **kwargs)

    def _one(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponseBase:
        if not self.may(request, act):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined,no-any-return]
                request, self.opts, object_id
            )
        form = self._form(request, act, sent=request.method == "POST")
        if request.method != "POST" or not form.is_valid():
            return self._asking(request, row, act, form)
        try:
            done = act.run(request, row, form.cleaned_data)
        except EventSiteError as error:
            if error.field in form.fields:
                refused = refusing(type(form), error)(request.POST)
                return self._asking(request, row, act, refused)
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(self.page_of(row))
        audit.record(request, row, CHANGE, act.log)
        if isinstance(done, HttpResponseBase):
            return done
        self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(row))

    @staticmethod
    def _form(request: HttpRequest, act: Act, *, sent: bool) -> forms.Form:
        return (act.form or forms.Form)(request.POST if sent else None)

    def _asking(self, request: HttpRequest, row: Any, act: Act, form: forms.Form) -> HttpResponse:
        more = {"act": act, "question": act.asks(row), "form": form}
        return self.shown(request, row, act.label, "repoadmin/act.html", **more)

    def shown(
        self, request: HttpRequest, row: Any, title: str, template: str, **more: Any
    ) -> HttpResponse:
        """Return a page about an object; nobody keeps it."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(row),
            "opts": self.opts,
            "object": row,
            "object_url": self.page_of(row),
            **more,
        }
        response = TemplateResponse(request, template, context)
        response["Cache-Control"] = "no-store"
        return response

    def page_of(self, row: Any) -> str:
        name = f"{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(f"admin:{name}", args=[quote(row.pk)])

    # -- many rows of the list -------------------------------------------------------------------
    def get_actions(self, request: HttpRequest) -> Any:
        """Add the acts on many, before the actions that the class names."""
        own = {
            act.name: (partial(self._many, act=act), act.name, act.many)
            for act in self.get_acts()
            if act.many and self.may(request, act)
        }
        return own | super().get_actions(request)

    def _many(self, admin: Any, request: HttpRequest, queryset: Any, *, act: Act) -> Any:
        """Ask, where there is a form, and do it with each row; refusals are told row by row."""
        queryset = queryset.bounded(act.rows_max)
        form = self._form(request, act, sent=_CONFIRMED in request.POST)
        asked = _CONFIRMED in request.POST and form.is_valid()
        if (act.form or act.grave) and not asked:
            return self._asking_of_many(request, list(queryset), act, form)
        said = form.cleaned_data if asked else {}
        self.acting(request, queryset, lambda row: act.run(request, row, said), act.done,
                    log=act.log)  # fmt: skip
        return None

    def _asking_of_many(
        self, request: HttpRequest, rows: list[Any], act: Act, form: forms.Form
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.opts,
            "rows": rows,
            "question": act.question if isinstance(act.question, str) else "",
            "act": act,
            "form": form,
            "checkbox": ACTION_CHECKBOX_NAME,
            "confirmed": _CONFIRMED,
        }
        response = TemplateResponse(request, "repoadmin/act_on_many.html", context)
        response["Cache-Control"] = "no-store"
        return response
