"""Webhooks in the back office: who is told of an event's changes, and with which secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from eventsite.admin_site import site
from eventsite.core.config import config
from eventsite.core.domain import webhooks as domain
from eventsite.core.domain.webhooks import Topic
from eventsite.core.services.telling_hooks import (
    new_secret,
    replay_failed,
    save_webhook,
    secret_of,
    try_out,
)
from eventsite.core.wiring import secrets, stores
from eventsite.repoadmin import audit
from eventsite.repoadmin.acts import Act, ActsMixin
from eventsite.repoadmin.part_admin import PartAdmin
from eventsite.repoadmin.parts import setup_of
from registration.hook_models import Webhook
from registration.models import Event

TOPICS = {
    Topic.REGISTRATIONS: "Registrations",
    Topic.CHECK_INS: "Check-ins",
    Topic.REQUESTS: "Guest requests",
}


@admin.register(Webhook, site=site)
class WebhookAdmin(ActsMixin, PartAdmin):
    """The webhooks of one event. None is deleted: it is switched off, and its log stays."""

    list_display = ("name", "webhook_id", "told_of", "url", "active", "log")
    fields = ("webhook_id", "name", "url", "topics", "active")
    kept = ("generation", "log")
    change_list_template = "hooks/change_list.html"

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "topics" in form.base_fields:
            form.base_fields["topics"] = forms.MultipleChoiceField(
                choices=[(topic.value, words) for topic, words in TOPICS.items()],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text="None means all.",
            )
            form.base_fields["url"].widget.attrs["class"] = "vLargeTextField"
        return form

    @admin.display(description="told of")
    def told_of(self, row: Any) -> str:
        return ", ".join(Topic(topic).value.replace("_", "-") for topic in row.topics) or "all"

    @admin.display(description="log")
    def log(self, row: Any) -> str:
        chosen = urlencode({"event_id": row.event_id, "webhook_id": row.webhook_id})
        address = reverse("admin:registration_hookdelivery_changelist")
        return format_html('<a href="{}?{}">Deliveries</a>', address, chosen)

    # -- writes --------------------------------------------------------------------------------
    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        made = domain.Webhook(**row.values())
        return save_webhook(stores().events, made, private_hosts=config().private_hosts)

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        hosts = config().private_hosts
        return save_webhook(stores().events, row.to_domain(), row.domain, private_hosts=hosts)

    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="test",
                label="Send a test",
                question=(
                    "A test is sent to the address, signed as everything else, once. "
                    "What comes of it is in the log within seconds."
                ),
                log="Test sent.",
                run=self._test,
            ),
            Act(
                name="secret",
                label="Show the secret",
                question=(
                    "Whoever knows the secret can sign messages that the receiver takes for ours. "
                    "The history will say that you have seen it."
                ),
                log="Secret shown.",
                run=self._show,
            ),
            Act(
                name="new-secret",
                label="New secret",
                question=(
                    "From then on everything is signed with a new secret, also what is sent again. "
                    "The receiver refuses it until it has the new one; nothing is lost, as long as "
                    "that takes less than a day."
                ),
                log="New secret.",
                run=self._change,
                grave=True,
            ),
            Act(
                name="replay",
                label="Send all failed ones again",
                question=(
                    "Everything that this webhook did not take is sent again, with the same ids."
                ),
                log="Failed deliveries sent again.",
                run=self._replay,
            ),
        )

    def _test(self, request: HttpRequest, row: Any, said: Any) -> str:
        return f"A test is on its way: {try_out(stores().webhooks, row.domain, timezone.now())}."

    def _show(self, request: HttpRequest, row: Any, said: Any) -> HttpResponse:
        return self._secret_page(request, row, secret_of(row.domain, secrets()))

    def _change(self, request: HttpRequest, row: Any, said: Any) -> HttpResponse:
        changed = new_secret(stores().events, row.domain)
        return self._secret_page(request, row, secret_of(changed, secrets()))

    def _replay(self, request: HttpRequest, row: Any, said: Any) -> str:
        known = stores()
        number = replay_failed(known.hooks, known.webhooks, row.domain, timezone.now())
        return f"{number} sent again." if number else "Nothing has failed."

    def _secret_page(self, request: HttpRequest, row: Any, secret: str) -> HttpResponse:
        return self.shown(request, row, "Secret", "hooks/secret.html", secret=secret)

    # -- the other direction: the key that an event's payment system signs with ------------------
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.payment_key_view)
        name = "registration_webhook_payment_key"
        return [path("payment-key/", view, name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        offered = {"may_see_keys": self.has_change_permission(request)}
        return super().changelist_view(request, offered | (extra_context or {}))

    def payment_key_view(self, request: HttpRequest) -> HttpResponse:
        """Ask, and then show, the key of the payment system of the event in the address."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        setup = setup_of(request.GET.get("event_id", ""))
        if setup is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined,no-any-return]
                request, Event._meta, request.GET.get("event_id", "")
            )
        row, title = Event.from_domain(setup.event), "Key of the payment system"
        event = urlencode({"event_id": setup.event.event_id})
        back = f"{reverse('admin:registration_webhook_changelist')}?{event}"
        if request.method != "POST":
            question = (
                "The payment system signs with it what it tells us. Whoever knows it can "
                "confirm places that nobody paid for."
            )
            asked = {"act": {"label": "Show the key"}, "question": question, "object_url": back}
            return self.shown(request, row, title, "repoadmin/act.html", **asked)
        audit.record(request, row, CHANGE, "Payment key shown.")
        secret = secrets().payment_key(setup.event.event_id).decode()
        return self.shown(request, row, title, "hooks/secret.html", secret=secret, object_url=back)
