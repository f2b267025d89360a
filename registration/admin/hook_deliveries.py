"""What webhooks were told, in the back office: the log, one delivery, and telling it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from eventsite.admin_site import site
from eventsite.core.domain.events import EventSetup
from eventsite.core.errors import NotFound
from eventsite.core.services.telling_hooks import replay, webhook_of
from eventsite.core.wiring import stores
from eventsite.repoadmin.acts import Act, ActsMixin
from eventsite.repoadmin.filters import EventFilter, PartFilter
from eventsite.repoadmin.options import ReadOnlyMixin, RepositoryAdmin
from registration.hook_models import HookDelivery


class WebhookFilter(PartFilter):
    """One webhook of the chosen event at a time: each has a log of its own."""

    title = "webhook"
    parameter_name = "webhook_id"

    def of_setup(self, setup: EventSetup) -> Iterable[tuple[str, str]]:
        return [(hook.webhook_id, hook.name) for hook in setup.webhooks]


@admin.register(HookDelivery, site=site)
class HookDeliveryAdmin(ActsMixin, ReadOnlyMixin, RepositoryAdmin):
    """One webhook's deliveries at a time, newest first. Nothing of them is edited."""

    list_display = ("first_at", "hook_event_id", "outcome", "said", "tries")
    list_display_links = ("hook_event_id",)
    list_filter = (EventFilter, WebhookFilter, "outcome")
    search_fields = ("hook_event_id",)
    search_help_text = "A whole delivery id, as the receiver got it in Eventsite-Delivery"
    actions = ()
    fields = (
        *("hook_event_id", "outcome", "topic", "webhook_id", "event_id", "first_at"),
        *("next_at", "round", "every_attempt", "payload"),
    )
    readonly_fields = ("every_attempt", "payload")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("registration.replay_hookdelivery"))

    # -- what is shown ---------------------------------------------------------------------------
    @admin.display(description="last answer")
    def said(self, row: Any) -> str:
        return str(row.domain.attempts[-1].says)

    @admin.display(description="attempts")
    def every_attempt(self, row: Any) -> str:
        """Return the attempts of all rounds, the newest first."""
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{} ms</td><td>{}</td></tr>",
            (
                (_when(each.at), each.says, each.took_ms, _when(each.next_at))
                for each in reversed(row.domain.attempts)
            ),
        )
        return format_html(
            "<table><thead><tr><th>Time (UTC)</th><th>Answer</th><th>Took</th><th>Next</th></tr>"
            "</thead><tbody>{}</tbody></table>",
            rows,
        )

    def payload(self, row: Any) -> str:
        return format_html("<pre>{}</pre>", json.dumps(json.loads(row.domain.payload), indent=2))

    # -- again -----------------------------------------------------------------------------------
    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="replay",
                label="Send again",
                question=(
                    "The receiver gets it once more, with the same id and content. "
                    "What comes of it is in the log within seconds."
                ),
                log="Sent again.",
                run=_replay,
                permission="replay",
                many="Send selected deliveries again",
                done="%d on their way again.",
                rows_max=1000,
            ),
        )


def _replay(request: HttpRequest, row: Any, said: Any) -> str:
    """Queue a delivery again. Raises NotFound, NotAllowed or Unavailable."""
    hook = webhook_of(stores().events.setup(row.event_id), row.webhook_id)
    if hook is None:
        raise NotFound("This webhook is gone.")
    replay(stores().webhooks, hook, row.domain)
    return "It is on its way again."


def _when(moment: Any) -> str:
    """Return a time as the lists write it, in UTC, with seconds."""
    return str(date_format(moment, "j M Y, H:i:s")) if moment else "-"
