"""Pages speak the guest's language, and say so to browsers and caches."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from eventsite.core import wiring
from eventsite.core.errors import NotFound
from eventsite.core.services.organizing import set_up
from eventsite.core.store.secrets import Secrets
from eventsite.core.wiring import Stores
from eventsite.error_pages import refused
from eventsite.language_tags import money
from eventsite.languages import LanguageMiddleware, choices, known, speak
from pipeline.texts.speech import Speech
from tests.builders import a_setup

PAGE = "/nothing/here"
"""A page that asks nothing of AWS."""

SAID = {
    "en": "There is nothing at this address.",
    "de": "Unter dieser Adresse gibt es nichts.",
    "fr": "rien à cette adresse.",
    "es": "No hay nada en esta dirección.",
}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the admin's messages are signed with."""
    monkeypatch.setattr(wiring, "secrets", cache(lambda: Secrets(1, {1: "x" * 64})))


@pytest.fixture
def event_page(installation: Stores) -> str:
    """The address of a page that everybody may keep."""
    set_up(installation.events, a_setup())
    return "/e/demo/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def opened(address: str = PAGE, cookie: str = "", **headers: str) -> Any:
    client = Client(headers=headers)
    if cookie:
        client.cookies["eventsite_language"] = cookie
    return client.get(address)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("it, fr-CA;q=0.8, en;q=0.5", "fr"),
        ("it", "en"),
        ("es-419;q=0.3, en-GB", "en"),
        ("*", "en"),
        ("\x00, ../../de, " + "x" * 600, "en"),
    ],
)
def test_a_page_speaks_the_first_language_of_the_browser_that_we_have(accepted, language):
    answer = opened(accept_language=accepted)
    assert f'<html lang="{language}"' in text(answer)
    assert answer["Content-Language"] == language
    assert SAID[language] in text(answer)


def test_what_everybody_may_keep_says_what_it_depends_on(event_page):
    answer = opened(event_page, accept_language="de")
    assert '<html lang="de"' in text(answer)
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies


def test_a_choice_shows_and_is_kept_by_this_browser_only(event_page):
    client = Client(headers={"accept-language": "fr"})
    answer = client.get(f"{event_page}?lang=de")
    assert '<html lang="de"' in text(answer)
    assert answer["Cache-Control"] == "no-store"
    cookie = answer.cookies["eventsite_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("de", True, "Lax")
    later = client.get(event_page)
    assert '<html lang="de"' in text(later)
    assert not later.cookies
    assert "public" in later["Cache-Control"]


def test_choosing_again_chooses_anew():
    answer = opened(f"{PAGE}?lang=es", cookie="de")
    assert '<html lang="es"' in text(answer)
    assert answer.cookies["eventsite_language"].value == "es"


@pytest.mark.parametrize("value", ["xx", "", "../de", "d\x00x", "x" * 600])
def test_what_is_no_language_chooses_nothing(value):
    for answer in (
        Client(headers={"accept-language": "fr"}).get(PAGE, {"lang": value}),
        opened(cookie=value.replace("\x00", "") or "-", accept_language="fr"),
    ):
        assert '<html lang="fr"' in text(answer)
        assert not answer.cookies


def test_the_switch_keeps_the_page_and_names_languages_in_their_own_words():
    shown = text(opened(f"{PAGE}?day=2026-11-21&lang=fr"))
    assert '<nav class="languages" aria-label="Langue">' in shown
    for code, name in (("en", "English"), ("de", "Deutsch"), ("es", "Español")):
        address = f"?day=2026-11-21&amp;lang={code}"
        assert f'<a href="{address}" lang="{code}" hreflang="{code}" rel="nofollow">{name}' in shown
    assert 'lang="fr" hreflang="fr" rel="nofollow" aria-current="true">Français' in shown


def test_a_refusal_is_told_in_the_language_of_the_page():
    error = NotFound("This event has no ticket type 'x'.", field="type_id")

    def answer(address: str) -> Any:
        middleware = LanguageMiddleware(lambda request: refused(request, error))
        return middleware(RequestFactory().get(address, headers={"accept-language": "de"}))

    assert "Dieses Ticket gibt es nicht mehr." in text(answer(PAGE))
    assert "This event has no ticket type" in text(answer("/api/v1/events/x"))


@pytest.mark.parametrize("address", ["/admin/login/", "/kiosk/", "/staff/", "/api/docs/"])
def test_what_staff_and_programs_see_is_english(address, installation):
    answer = opened(f"{address}?lang=de", cookie="fr", accept_language="es")
    assert '<html lang="en' in text(answer)
    assert 'class="languages"' not in text(answer)
    assert "eventsite_language" not in answer.cookies
    assert "Accept-Language" not in answer.get("Vary", "")


def test_programs_are_refused_in_english(event_page):
    answers = [opened("/api/v1/events/nowhere", accept_language=tag).json() for tag in ("", "de")]
    assert answers[0] == answers[1]


# -- whose language -------------------------------------------------------------------------------
def heard(address: str, accepted: str, cookie: str, guest: str, event: str) -> str:
    """Return the language of a page that speaks to this guest of this event."""

    def view(request: Any) -> HttpResponse:
        return HttpResponse(speak(request, guest=guest, event=event))

    request = RequestFactory().get(address, headers={"accept-language": accepted})
    if cookie:
        request.COOKIES["eventsite_language"] = cookie
    answer = LanguageMiddleware(view)(request)
    assert answer["Content-Language"] == text(answer)
    return text(answer)


@pytest.mark.parametrize(
    ("address", "accepted", "cookie", "guest", "event", "language"),
    [
        ("/?lang=es", "fr", "de", "de", "de", "es"),
        ("/", "fr", "es", "de", "de", "es"),
        ("/", "fr", "", "de-AT", "es", "de"),
        ("/", "fr", "", "pt-BR", "es", "fr"),
        ("/", "it", "", "pt-BR", "es", "es"),
        ("/", "", "", "", "de", "de"),
        ("/", "it", "", "", "pt", "en"),
    ],
)
def test_chosen_beats_the_guests_beats_the_browsers_beats_the_events(
    address, accepted, cookie, guest, event, language
):
    assert heard(address, accepted, cookie, guest, event) == language


def test_the_next_request_of_a_process_starts_afresh():
    with translation.override("en"):
        heard("/?lang=de", "", "", "", "")
        assert translation.get_language() == "en"


def test_the_answer_to_a_form_offers_no_switch_that_would_lose_what_was_typed():
    request = RequestFactory().post("/")
    LanguageMiddleware(lambda request: refused(request, NotFound()))(request)
    assert choices(request) == []


@pytest.mark.parametrize(
    ("locale", "language"), [("de_AT", "de"), ("ES", "es"), ("pt-BR", ""), ("", ""), ("%", "")]
)
def test_a_locale_is_a_language_or_nothing(locale, language):
    assert known(locale) == language


# -- dates and prices on pages --------------------------------------------------------------------
AT = datetime(2026, 8, 1, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "short", "long", "clock"),
    [
        ("en", "Sat 1 Aug 2026", "1 Aug", "Saturday, 1 August 2026", "2:10 pm"),
        ("de", "Sa, 1. Aug. 2026", "1. Aug.", "Samstag, 1. August 2026", "14:10"),
        ("fr", "sam. 1 août 2026", "1 août", "samedi 1 août 2026", "14:10"),
        ("es", "sáb, 1 ago 2026", "1 ago", "sábado 1 de agosto de 2026", "14:10"),
    ],
)
def test_a_page_writes_days_and_times_as_its_language_does(language, day, short, long, clock):
    filters = ("day", "short_day", "long_day", "clock", "day_time")
    source = "|".join(f"{{{{ at|{name} }}}}" for name in filters)
    with translation.override(language), timezone.override(ZoneInfo("Europe/Berlin")):
        shown = Template("{% load languages %}" + source).render(Context({"at": AT}))
    assert shown.split("|") == [day, short, long, clock, f"{day}, {clock}"]


@pytest.mark.parametrize(
    ("language", "amount", "currency", "said"),
    [
        ("en", 125050, "EUR", "€1,250.50"),
        ("de", 125050, "EUR", "1.250,50 €"),
        ("fr", 2500, "USD", "25,00 USD"),
        ("es", 2500, "JPY", "2 500 JPY"),
        ("en", 1500, "KWD", "1.500 KWD"),
    ],
)
def test_a_page_writes_prices_as_its_mails_do(language, amount, currency, said):
    with translation.override(language):
        assert money(amount, currency).replace("\u00a0", " ") == said
    mail = Speech((language,), ()).price(amount, currency)
    assert mail.replace("\u00a0", " ") == said
