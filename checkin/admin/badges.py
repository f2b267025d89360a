"""Badge layouts in the back office, each with a picture of what it makes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html

from checkin.admin.badge_files import BadgeFilesMixin
from checkin.models import BadgeLayout
from eventsite.admin_site import site
from eventsite.core.domain.badges import ANSWER, EVENT, NAME, TYPE, Face
from eventsite.core.domain.badges import BadgeLayout as LayoutFact
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.tickets import TICKET_CHARACTERS
from eventsite.core.services.documents.badges_pdf import badges_pdf
from eventsite.core.services.documents.badges_svg import badge_svg
from eventsite.core.services.organizing import save_door_part
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import chosen_event
from eventsite.repoadmin.forms import LinesField
from eventsite.repoadmin.part_admin import PartAdmin
from eventsite.repoadmin.parts import setup_of

EXAMPLES = {
    "short": "Ada Lovelace",
    "long": "Maximiliane-Alexandra von Wolfeschlegelsteinhausen",
    "arabic": "محمد بن عبد الله الفهيدي",
    "chinese": "山田 太郎",
}
"""Names that show what a layout does with them."""

EXAMPLE_CODE = "EVENTSITE2" * (TICKET_CHARACTERS // 10)
"""As dense as a ticket, and none: it opens no gate."""


class LayoutForm(forms.ModelForm):  # type: ignore[type-arg]
    """A layout; its lines are written one below the other."""

    lines = LinesField(
        label="Lines",
        widget=forms.Textarea({"rows": 5, "class": "vLargeTextField"}),
    )
    colour = forms.CharField(
        label="Colour", widget=forms.ColorInput, help_text="Of the band at the top."
    )


@admin.register(BadgeLayout, site=site)
class BadgeLayoutAdmin(BadgeFilesMixin, PartAdmin):
    """The badges of one event."""

    form = LayoutForm
    list_display = ("name", "size", "for_types", "on_admission", "active")
    sections: Any = (
        (None, ("name", "active")),
        ("Whose it is", ("type_ids",)),
        ("What stands on it", ("lines", "colour", "show_code")),
        ("Paper", (("width_mm", "height_mm"),)),
        ("When it is printed", ("on_admission",)),
    )

    def get_sections(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_sections(request, obj)
        if obj:
            found.insert(0, ("What it looks like", {"fields": ("preview",)}))
        return found

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        more = ("preview",) if obj else ()
        return (*super().get_readonly_fields(request, obj), *more)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "lines" in form.base_fields:
            setup = setup_of(obj.event_id if obj else chosen_event(request))
            field = form.base_fields["lines"]
            field.help_text = _sources(setup)
            field.initial = [NAME, TYPE]
        return form

    # -- what is shown -------------------------------------------------------------------------
    @admin.display(description="size")
    def size(self, row: Any) -> str:
        return f"{row.width_mm} x {row.height_mm} mm"

    @admin.display(description="preview")
    def preview(self, row: Any) -> str:
        address = reverse("admin:checkin_badgelayout_preview", args=[quote(row.pk), "short.svg"])
        longer = reverse("admin:checkin_badgelayout_preview", args=[quote(row.pk), "long.svg"])
        paper = reverse("admin:checkin_badgelayout_preview", args=[quote(row.pk), "all.pdf"])
        return format_html(
            '<img class="badge-preview" src="{}" alt="Badge of somebody with a short name">'
            ' <img class="badge-preview" src="{}" alt="Badge of somebody with a long name">'
            '<div><a href="{}">As it is printed, also with names in other scripts (PDF)</a></div>',
            address,
            longer,
            paper,
        )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.preview_view)
        return [
            path(
                "<str:object_id>/preview/<str:name>",
                view,
                name="checkin_badgelayout_preview",
            ),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Answer a picture with the name of somebody who is not there."""
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        which, _, ending = name.partition(".")
        setup = setup_of(row.event_id) if row else None
        if row is None or setup is None:
            raise Http404
        if name == "all.pdf":
            pages = [_example(row.domain, setup, each) for each in EXAMPLES.values()]
            content: bytes | str = badges_pdf(pages, row.name)
            kind = "application/pdf"
        elif which in EXAMPLES and ending == "svg":
            content, kind = badge_svg(_example(row.domain, setup, EXAMPLES[which])), "image/svg+xml"
        else:
            raise Http404
        return HttpResponse(content, content_type=kind, headers={"Cache-Control": "no-store"})

    # -- writes --------------------------------------------------------------------------------
    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_door_part(stores().events, row.new_part())

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_door_part(stores().events, row.to_domain(), row.domain)


def _sources(setup: EventSetup | None) -> str:
    """Return in a sentence what can stand on a badge of an event."""
    asked = [
        f"{ANSWER}{question.question_id} ({question.name})"
        for question in (setup.questions if setup else ())
        if not question.retired
    ]
    known = f"{NAME}, {TYPE}, {EVENT}" + "".join(f", {each}" for each in asked)
    return f"One a line, the largest first, up to five of: {known}."


def _example(layout: LayoutFact, setup: EventSetup, name: str) -> Face:
    """Return a badge with that name, of the first ticket type that it is for."""
    answers = {f"{ANSWER}{each.question_id}": each.name for each in setup.questions}
    kinds = [
        kind.name for kind in setup.types if not layout.type_ids or kind.type_id in layout.type_ids
    ]
    known = {NAME: name, TYPE: next(iter(kinds), ""), EVENT: setup.event.title} | answers
    return Face(layout=layout, lines=known, code=EXAMPLE_CODE, serial="0000-0000·0")
