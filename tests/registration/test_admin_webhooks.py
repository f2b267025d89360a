"""Webhooks in the back office: set up, tried out, watched, told again; by organizers only."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.accounts.models import StaffUser
from eventsite.core import wiring
from eventsite.core.domain.hook_deliveries import (
    ATTEMPTS_MAX,
    HookAttempt,
    HookDelivery,
    HookMessage,
    tried,
)
from eventsite.core.domain.webhooks import Topic, Webhook
from eventsite.core.services.telling_hooks import save_webhook, webhook_of
from eventsite.core.wiring import Stores, secrets
from tests.conftest import everything
from tests.repoadmin.pages import column, hidden, text

HOOKS = "/admin/registration/webhook/"
CRM = f"{HOOKS}demo~crm/"
LOG = "/admin/registration/hookdelivery/"
ADDRESS = "https://crm.example.org/in"
NEW = {"event_id": "demo", "webhook_id": "mail", "name": "Mailing list", "url": ADDRESS}


def signed_in(role: str) -> Client:
    browser = Client()
    owner = {"is_superuser": True} if role == "owner" else {"roles": [role]}
    browser.force_login(StaffUser.objects.create_user(role, "Corr3ct-horse-battery", **owner))
    return browser


@pytest.fixture
def office(settings: Any, fair: Stores) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return signed_in("organizer")


@pytest.fixture
def hook(fair: Stores) -> Webhook:
    made = Webhook(event_id="demo", webhook_id="crm", name="CRM", url=ADDRESS)
    return save_webhook(fair.events, made)


def stored(fair: Stores, webhook_id: str = "crm") -> Webhook:
    found = webhook_of(fair.events.fresh_setup("demo"), webhook_id)
    assert found
    return found


def errors(answer: Any) -> Any:
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


def a_delivery(fair: Stores, number: int, status: int, **changes: Any) -> HookDelivery:
    """A delivery that is over: taken, or given up."""
    now = timezone.now() - timedelta(minutes=number)
    fields = {
        "hook_event_id": f"registrations-{number}-1",
        "event_id": "demo",
        "webhook_id": "crm",
        "topic": "registrations",
        "payload": json.dumps({"id": f"registrations-{number}-1", "after": "confirmed"}),
        "attempt": ATTEMPTS_MAX,
    }
    attempt = HookAttempt(at=now, status=status, took_ms=12, cause="" if status else "timeout")
    return fair.hooks.save(tried(None, HookMessage(**(fields | changes)), attempt))


def sent(queued: Any) -> list[dict[str, Any]]:
    return [json.loads(body) for body in queued("eventsite-webhooks")]


# -- webhooks --
def test_a_webhook_is_added_listed_and_told_of(office: Client, fair: Stores) -> None:
    wanted = NEW | {"topics": ["requests", "check_ins"], "active": "on"}
    assert office.post(f"{HOOKS}add/", wanted).status_code == 302
    made = stored(fair, "mail")
    assert made.topics == (Topic.CHECK_INS, Topic.REQUESTS)
    assert (made.active, made.generation, made.version) == (True, 1, 1)
    page = office.get(HOOKS)
    assert column(page, "told_of") == ["check-ins, requests"]
    assert "Added" in text(office.get(f"{HOOKS}demo~mail/history/"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://crm.example.org/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest/"}, "url"),
        ({"url": ""}, "url"),
        ({"webhook_id": "a b"}, "webhook_id"),
        ({"webhook_id": "crm"}, "webhook_id"),
        ({"name": " "}, "name"),
        ({"topics": ["everything"]}, "topics"),
        ({"event_id": "nowhere"}, "event_id"),
    ],
    ids=str,
)
def test_a_wrong_webhook_is_refused_at_its_field(
    office: Client, hook: Webhook, change: dict[str, Any], field: str
) -> None:
    before = everything()
    assert field in errors(office.post(f"{HOOKS}add/", NEW | change))
    assert everything() == before


def test_settings_let_a_webhook_be_on_this_machine(
    office: Client, fair: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTSITE_WEBHOOK_PRIVATE_HOSTS", "127.0.0.1:9000")
    wiring.config.cache_clear()
    local = NEW | {"url": "http://127.0.0.1:9000/in"}
    assert office.post(f"{HOOKS}add/", local).status_code == 302
    assert stored(fair, "mail").url == local["url"]


def test_a_webhook_is_changed_and_switched_off(office: Client, fair: Stores, hook: Webhook) -> None:
    page = f"{CRM}change/"
    version = hidden(office.get(page), "version")
    changed = {"name": "Our CRM", "url": f"{ADDRESS}/2", "version": version}  # no active: off
    assert office.post(page, changed).status_code == 302
    now = stored(fair)
    assert (now.name, now.url, now.active, now.generation) == ("Our CRM", f"{ADDRESS}/2", False, 1)
    assert "Somebody else saved this" in str(errors(office.post(page, changed)))


def test_webhooks_are_not_deleted(office: Client, hook: Webhook) -> None:
    assert office.post(f"{CRM}delete/", {"post": "yes"}).status_code == 403


# -- secrets --
def test_the_secret_is_shown_when_asked_for_and_the_history_says_so(
    office: Client, fair: Stores, hook: Webhook
) -> None:
    secret = secrets().webhook_key("demo", "crm", 1).decode()
    for page in (HOOKS, f"{CRM}change/", f"{CRM}secret/"):
        assert secret not in office.get(page).content.decode()
    shown = office.post(f"{CRM}secret/")
    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    history = text(office.get(f"{CRM}history/"))
    assert "Secret shown." in history
    assert secret not in history


def test_a_new_secret_needs_a_second_click(office: Client, fair: Stores, hook: Webhook) -> None:
    asked = office.get(f"{CRM}new-secret/")
    assert "New secret" in text(asked)
    assert stored(fair).generation == 1
    shown = office.post(f"{CRM}new-secret/")
    assert secrets().webhook_key("demo", "crm", 2).decode() in shown.content.decode()
    assert stored(fair).generation == 2


def test_the_payment_key_is_shown_when_asked_for(office: Client, hook: Webhook) -> None:
    address = f"{HOOKS}payment-key/?event_id=demo"
    assert address in office.get(HOOKS).content.decode()
    key = secrets().payment_key("demo").decode()
    assert key not in office.get(address).content.decode()
    shown = office.post(address)
    assert key in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    history = text(office.get("/admin/registration/event/demo/history/"))
    assert "Payment key shown." in history


@pytest.mark.parametrize("event_id", ["", "nowhere", "\x00", "x" * 3000])
def test_an_event_that_is_not_there_has_no_payment_key(office: Client, event_id: str) -> None:
    answer = office.get(f"{HOOKS}payment-key/", {"event_id": event_id})
    assert answer.status_code == 302


# -- trying it out --
def test_a_test_is_queued_and_the_page_says_which(
    office: Client, hook: Webhook, queued: Any
) -> None:
    answer = office.post(f"{CRM}test/", follow=True)
    (message,) = sent(queued)
    assert (message["topic"], message["webhook_id"]) == ("test", "crm")
    assert message["hook_event_id"] in text(answer)


def test_what_is_off_is_not_tried_out(
    office: Client, fair: Stores, hook: Webhook, queued: Any
) -> None:
    save_webhook(fair.events, replace(hook, active=False), hook)
    for act in ("test", "replay"):
        assert "switched off" in text(office.post(f"{CRM}{act}/", follow=True))
    assert sent(queued) == []


# -- the log --
def test_the_log_is_listed_newest_first_and_by_outcome(
    office: Client, fair: Stores, hook: Webhook
) -> None:
    a_delivery(fair, 1, 204)
    a_delivery(fair, 2, 500)
    a_delivery(fair, 3, 0)
    page = office.get(LOG, {"event_id": "demo", "webhook_id": "crm"})
    assert column(page, "hook_event_id") == [f"registrations-{n}-1" for n in (1, 2, 3)]
    assert column(page, "outcome") == ["Delivered", "Failed", "Failed"]
    assert column(page, "said") == ["HTTP 204", "HTTP 500", "timeout"]
    failed = office.get(LOG, {"outcome__exact": "failed"})
    assert column(failed, "hook_event_id") == ["registrations-2-1", "registrations-3-1"]
    assert column(office.get(LOG, {"outcome__exact": "delivered"}), "said") == ["HTTP 204"]
    assert column(office.get(LOG, {"outcome__exact": "waiting"}), "said") == []
    found = office.get(LOG, {"q": "registrations-2-1"})
    assert column(found, "hook_event_id") == ["registrations-2-1"]
    assert column(office.get(LOG, {"q": "nothing"}), "said") == []


def test_a_long_log_has_pages(office: Client, fair: Stores, hook: Webhook) -> None:
    for number in range(53):
        a_delivery(fair, number, 204)
    page = office.get(LOG)
    assert len(column(page, "said")) == 50
    following = re.search(r'href="([^"]+)" rel="next"', page.content.decode())
    assert following
    rest = office.get(LOG + following[1].replace("&amp;", "&"))
    assert column(rest, "hook_event_id") == [f"registrations-{n}-1" for n in (50, 51, 52)]


def test_an_event_without_webhooks_has_an_empty_log(office: Client) -> None:
    assert column(office.get(LOG), "said") == []
    assert column(office.get(LOG, {"event_id": "nowhere"}), "said") == []
    assert office.get(LOG, {"outcome__exact": "lost"}).status_code in (200, 302, 400)


def test_a_delivery_shows_what_was_sent_and_every_attempt(
    office: Client, fair: Stores, hook: Webhook
) -> None:
    a_delivery(fair, 1, 503)
    page = text(office.get(f"{LOG}demo~crm~registrations-1-1/change/"))
    assert "HTTP 503 12 ms" in page
    assert '"after": "confirmed"' in page
    assert "Send again" in page


@pytest.mark.parametrize(
    "key", ["x", "~", "~~", "demo~crm", "demo~crm~", "demo~crm~nothing", "a~b~c~d", "é~é~é"]
)
def test_a_delivery_that_is_not_there_leads_back(office: Client, hook: Webhook, key: str) -> None:
    assert office.get(f"{LOG}{key}/change/").status_code == 302
    assert office.post(f"{LOG}{key}/replay/").status_code == 302


def test_one_delivery_is_sent_again(
    office: Client, fair: Stores, hook: Webhook, queued: Any
) -> None:
    a_delivery(fair, 1, 204)
    page = f"{LOG}demo~crm~registrations-1-1/"
    assert office.get(f"{page}replay/").status_code == 200
    assert sent(queued) == []
    assert "on its way" in text(office.post(f"{page}replay/", follow=True))
    (message,) = sent(queued)
    assert (message["hook_event_id"], message["round"]) == ("registrations-1-1", 2)
    assert "Sent again." in text(office.get(f"{page}history/"))


def test_chosen_deliveries_are_sent_again(
    office: Client, fair: Stores, hook: Webhook, queued: Any
) -> None:
    for number in (1, 2, 3):
        a_delivery(fair, number, 500)
    chosen = [f"demo~crm~registrations-{n}-1" for n in (1, 3)]
    answer = office.post(LOG, {"action": "replay", "_selected_action": chosen}, follow=True)
    assert "2 on their way again" in text(answer)
    assert {m["hook_event_id"] for m in sent(queued)} == {f"registrations-{n}-1" for n in (1, 3)}


def test_all_that_failed_is_sent_again_and_nothing_else(
    office: Client, fair: Stores, hook: Webhook, queued: Any
) -> None:
    a_delivery(fair, 1, 204)
    a_delivery(fair, 2, 500)
    a_delivery(fair, 3, 500, topic="test")
    assert "1 sent again" in text(office.post(f"{CRM}replay/", follow=True))
    assert [m["hook_event_id"] for m in sent(queued)] == ["registrations-2-1"]


# -- who may --
@pytest.mark.parametrize("role", ["checkin_lead", "fulfilment", "viewer"])
def test_no_other_role_sees_webhooks_or_their_secrets(
    office: Client, fair: Stores, hook: Webhook, queued: Any, role: str
) -> None:
    a_delivery(fair, 1, 500)
    other, before = signed_in(role), everything()
    delivery = f"{LOG}demo~crm~registrations-1-1/"
    pages = [HOOKS, f"{HOOKS}add/", f"{CRM}change/", LOG, f"{delivery}change/"]
    pages += [f"{HOOKS}payment-key/?event_id=demo", f"{delivery}replay/"]
    pages += [f"{CRM}{act}/" for act in ("test", "secret", "new-secret", "replay")]
    for page in pages:
        assert other.get(page).status_code == 403, page
        assert other.post(page, NEW).status_code == 403, page
    assert sent(queued) == []
    assert everything() == before


def test_an_owner_may_do_it_all(office: Client, fair: Stores, hook: Webhook) -> None:
    owner = signed_in("owner")
    assert column(owner.get(HOOKS), "name") == ["CRM"]
    assert owner.post(f"{CRM}secret/").status_code == 200
