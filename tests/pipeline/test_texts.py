"""Mails say the right thing, in the reader's language, by the reader's clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from eventsite.core.domain.money import decimals
from eventsite.core.domain.notifications import ABOUT_THE_PLACE, Kind
from eventsite.core.domain.registrations import Awaited, Cause, RegistrationStatus
from eventsite.core.errors import Invalid
from pipeline.texts import Reader, write
from pipeline.texts.layout import GSM, GSM_MAX, OTHER_MAX
from pipeline.texts.reasons import CAUSES, REFUSED
from pipeline.texts.speech import Speech, language_for
from tests.builders import NOON, a_guest, a_registration, a_setup, an_event

LANGUAGES = ("en", "de", "fr", "es")
LINK = "https://events.example.org/g/9f3ac1d2e4b50617-1-abc/"
EVENT_LINK = "https://events.example.org/e/demo/"

PENDING, WAITLISTED = RegistrationStatus.PENDING, RegistrationStatus.WAITLISTED
STATES: dict[Kind, dict[str, Any]] = {
    Kind.CONFIRM_EMAIL: {"status": PENDING, "awaiting": (Awaited.EMAIL,)},
    Kind.APPROVAL_AWAITED: {"status": PENDING, "awaiting": (Awaited.APPROVAL,)},
    Kind.PAYMENT_DUE: {
        "status": PENDING,
        "awaiting": (Awaited.PAYMENT,),
        "price": 2500,
        "currency": "EUR",
        "held_until": NOON,
    },
    Kind.WAITLISTED: {"status": WAITLISTED},
    Kind.OFFER: {"status": WAITLISTED, "held_until": NOON},
    Kind.CANCELLED: {"status": RegistrationStatus.CANCELLED, "cause": Cause.GUEST},
}
FACTS: dict[Kind, dict[str, str]] = {
    Kind.CANCELLED: {"cause": "guest"},
    Kind.LINK: {"reason": "again"},
    Kind.REFUSED: {"code": "sold_out", "field": "type_id"},
    Kind.REQUEST_FULFILLED: {"quantity": "2", "item": "Tea"},
    Kind.SESSION_STARTS: {
        "session": "Knots",
        "room": "Dock A",
        "time": "13:10",
        "starts_at": "2026-11-21T12:10:00+00:00",
    },
}


def written(kind: Kind, *, facts=None, setup=None, picture="", guest=None, **changes: Any):
    """What a guest gets, of a registration as it then is."""
    guest = a_guest(**(guest or {}))
    about = (
        Reader(guest.name, guest.locale, guest.zone)
        if kind is Kind.REFUSED
        else a_registration(guest=guest, **(STATES.get(kind, {}) | changes))
    )
    facts = FACTS.get(kind, {}) if facts is None else facts
    return write(
        kind, setup or a_setup(), about, facts, LINK, event_link=EVENT_LINK, picture=picture
    )


class Page(HTMLParser):
    """What a mail is made of; raises when a tag is not closed by its own."""

    EMPTY = frozenset({"meta", "img", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open[-1:] != ["style"]:
            self.said += data

    def values(self, name: str) -> list[str]:
        return [str(attrs[name]) for _, attrs in self.tags if name in attrs]


# -- every kind, in every language ----------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_whole_in_every_language(kind, language):
    text = written(kind, guest={"locale": language}, picture="ticket")
    page = Page(text.html)
    address = EVENT_LINK if kind in (Kind.REFUSED, Kind.CANCELLED) else LINK
    assert text.language == language
    assert page.values("lang") == [language]
    for said in (text.subject, text.short, text.text, page.said):
        assert said.strip()
        assert not re.search(r"\{\w*\}|%\(", said)
    for said in (text.short, text.text, page.said):
        assert address in said
    assert "\n" not in text.subject


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("kind", Kind)
def test_no_sentence_stays_english(kind, language):
    texts = [written(kind, guest={"locale": tag}).text for tag in ("en", language)]
    english, other = (
        {line for line in text.splitlines() if line and not line.startswith("https:")}
        for text in texts
    )
    assert {line for line in english & other if "Harbour" not in line} <= {"Ticket: General"}


@pytest.mark.parametrize("kind", Kind)
def test_html_loads_nothing_from_elsewhere_and_has_no_tables(kind):
    page = Page(written(kind, picture="ticket").html)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"table", "script", "link", "iframe", "form"}
    assert set(page.values("src")) <= {"cid:ticket"}
    assert "url(" not in written(kind).html
    assert all(attrs.get("alt") for tag, attrs in page.tags if tag == "img")
    assert "prefers-color-scheme:dark" in written(kind).html


@pytest.mark.parametrize("kind", Kind)
def test_names_and_titles_cannot_write_html_or_headers(kind):
    wild = "<b>Tidal</b>\r\nBcc: x {name} %(x)s & Co"
    setup = a_setup(an_event(title=wild, venue=wild))
    text = written(kind, setup=setup, guest={"name": wild})
    assert "<b>" not in text.html
    assert len(text.subject.splitlines()) == 1
    assert "{name} %(x)s & Co" in Page(text.html).said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_a_text_message_has_at_most_three_segments(kind, language):
    facts = {"session": "Knots " * 60, "item": "Tea " * 90, "quantity": "2", "time": "13:10"}
    setup = a_setup(an_event(title="Tidal Fair " * 40))
    for given in (FACTS.get(kind, {}), FACTS.get(kind, {}) | facts):
        short = written(kind, facts=given, setup=setup, guest={"locale": language}).short
        assert len(short) <= (GSM_MAX if set(short) <= GSM else OTHER_MAX)
        assert short.endswith("/")


# -- which language -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("locales", "language"),
    [
        (("de", "fr"), "de"),
        (("de-AT", "fr"), "de"),
        (("pt-BR", "fr"), "fr"),
        (("pt-BR", "pt"), "en"),
        (("en-GB", "de"), "en"),
        (("", "es-MX"), "es"),
        (("zh-Hant", "xx"), "en"),
        (("../../de", ""), "en"),
    ],
)
def test_the_language_is_the_readers_else_the_events_else_english(locales, language):
    assert language_for(*locales) == language


def test_a_guest_whose_language_we_lack_reads_the_events():
    text = written(Kind.TICKET, setup=a_setup(an_event(locale="fr")), guest={"locale": "pt-BR"})
    assert text.language == "fr"
    assert "billet" in text.subject


# -- clocks and calendars -------------------------------------------------------------------------
AT = datetime(2026, 8, 1, 11, 5, tzinfo=UTC)


def speech(locale: str, zone: str = "Europe/Berlin", event_locale: str = "en") -> Speech:
    return Speech((locale, event_locale), (zone, "UTC"))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Saturday, 1 August 2026, 1:05 pm (Europe/Berlin)"),
        ("en-US", "Saturday, 1 August 2026, 1:05 pm (Europe/Berlin)"),
        ("en-GB", "Saturday, 1 August 2026, 13:05 (Europe/Berlin)"),
        ("de", "Samstag, 1. August 2026, 13:05 Uhr (Europe/Berlin)"),
        ("fr", "samedi 1er août 2026 à 13 h 05 (Europe/Berlin)"),
        ("es", "sábado 1 de agosto de 2026, 13:05 h (Europe/Berlin)"),
    ],
)
def test_a_moment_is_written_as_the_language_writes_it_with_the_zone(locale, said):
    assert plain(speech(locale).moment(AT)) == said


@pytest.mark.parametrize(
    ("hour", "said"), [(0, "12:05 am"), (1, "1:05 am"), (12, "12:05 pm"), (23, "11:05 pm")]
)
def test_the_english_clock_has_twelve_hours(hour, said):
    assert plain(speech("en", "UTC").clock(AT.replace(hour=hour))) == said


def test_all_days_and_months_have_names():
    for language in LANGUAGES:
        speaker = speech(language)
        days = {speaker.day(AT + timedelta(days=31 * n)) for n in range(12)}
        assert len(days) == 12


def test_the_events_time_is_by_its_own_clock_and_by_the_guests_where_that_differs():
    there = plain(written(Kind.TICKET, guest={"zone": "Europe/Paris"}).text)
    away = plain(written(Kind.TICKET, guest={"zone": "America/New_York"}).text)
    assert "9:00 am (Europe/Berlin)" in there
    assert "In your time zone" not in there
    assert "9:00 am (Europe/Berlin)" in away
    assert "In your time zone: Saturday, 21 November 2026, 3:00 am (America/New York)" in away


def test_an_event_of_one_day_says_its_day_once():
    event = an_event(ends_at=NOON + timedelta(hours=4))
    text = plain(written(Kind.TICKET, setup=a_setup(event)).text)
    assert "When: Saturday, 21 November 2026, 9:00 am \u2013 5:00 pm (Europe/Berlin)" in text


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/New_York", "7:00 am (America/New York)"),
        ("", "1:00 pm (Europe/Berlin)"),
        ("Mars/Crater", "1:00 pm (Europe/Berlin)"),
    ],
)
def test_a_deadline_is_by_the_guests_clock_named(zone, said):
    text = plain(written(Kind.OFFER, guest={"zone": zone}).text)
    assert f"Saturday, 21 November 2026, {said}" in text


def test_a_zone_that_nobody_knows_is_utc():
    setup = a_setup(an_event(zone="Mars/Crater"))
    assert "8:00 am (UTC)" in plain(written(Kind.TICKET, setup=setup).text)


def test_a_session_starts_by_the_clock_on_the_wall():
    here = plain(written(Kind.SESSION_STARTS).text)
    away = plain(written(Kind.SESSION_STARTS, guest={"zone": "Asia/Tokyo"}).text)
    assert "“Knots” starts at 1:10 pm in Dock A." in here
    assert "“Knots” starts at 1:10 pm (Europe/Berlin) in Dock A." in away
    assert "9:10 pm (Asia/Tokyo)" in away


def test_a_session_that_was_queued_without_its_moment_says_the_time_it_came_with():
    facts = {"session": "Knots", "room": "", "time": "13:10"}
    assert "“Knots” starts at 13:10." in written(Kind.SESSION_STARTS, facts=facts).text


# -- money ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("locale", "amount", "currency", "said"),
    [
        ("en", 2500, "EUR", "€25.00"),
        ("de", 2500, "EUR", "25,00 €"),
        ("fr", 125050, "EUR", "1 250,50 €"),
        ("es", 125050, "EUR", "1 250,50 €"),
        ("de", 125050, "CHF", "1.250,50 CHF"),
        ("en", 2500, "USD", "25.00 USD"),
        ("en", 2500, "JPY", "2,500 JPY"),
        ("de", 2500, "KWD", "2,500 KWD"),
        ("en", 5, "GBP", "£0.05"),
        ("en", 1, "CLF", "0.0001 CLF"),
    ],
)
def test_a_price_has_the_decimals_of_its_currency_and_the_marks_of_the_language(
    locale, amount, currency, said
):
    assert plain(speech(locale).price(amount, currency)) == said


def test_decimals_are_those_of_iso_4217():
    assert [decimals(c) for c in ("EUR", "JPY", "BHD", "UYW")] == [2, 0, 3, 4]


# -- each kind ------------------------------------------------------------------------------------
def test_the_ticket_shows_its_code_where_there_is_one():
    with_code, without = (written(Kind.TICKET, picture=cid).html for cid in ("ticket", ""))
    assert Page(with_code).values("alt") == ["QR code of your ticket"]
    assert Page(without).values("src") == []


def test_confirming_has_an_address_of_its_own_and_says_what_comes_after():
    due = {"awaiting": (Awaited.EMAIL, Awaited.PAYMENT), "price": 2500, "currency": "EUR"}
    text = written(Kind.CONFIRM_EMAIL, held_until=NOON, **due)
    assert f"{LINK}confirm/" in text.text
    assert "held until Saturday" in text.text
    assert "€25.00 is due" in text.text
    judged = written(Kind.CONFIRM_EMAIL, awaiting=(Awaited.EMAIL, Awaited.APPROVAL))
    assert "the organizers decide" in judged.text
    assert "held until" not in judged.text


def test_a_payment_names_what_until_when_and_under_which_reference():
    text = plain(written(Kind.PAYMENT_DUE, payment_reference="INV-7").text)
    for said in ("€25.00", "INV-7", "by Saturday, 21 November 2026, 1:00 pm (Europe/Berlin)"):
        assert said in text
    assert "Payment reference: 9f3ac1d2e4b50617" in written(Kind.PAYMENT_DUE).text


def test_an_offer_to_a_group_is_for_all_of_it():
    party = ("9f3ac1d2e4b50617", "0000000000000002", "0000000000000003")
    text = written(Kind.OFFER, party=party).text
    assert "whole group" in text
    assert "Group: 3 people" in text
    assert "group" not in written(Kind.OFFER).text.casefold()


def test_who_registers_again_is_told_what_they_have_and_that_nothing_changed():
    again = written(Kind.LINK).text
    asked = written(Kind.LINK, facts={"reason": "asked"}).text
    assert "nothing has changed" in again
    assert "nothing has changed" not in asked
    assert "You asked for the link" in asked
    assert "Status: Confirmed" in again


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        (STATES[Kind.CONFIRM_EMAIL], "Waiting until you confirm your address"),
        (STATES[Kind.APPROVAL_AWAITED], "Waiting for the organizers"),
        (STATES[Kind.PAYMENT_DUE], "Waiting for your payment"),
        (STATES[Kind.WAITLISTED], "On the waiting list"),
        (STATES[Kind.OFFER], "A place is offered to you"),
        (STATES[Kind.CANCELLED], "Cancelled"),
    ],
)
def test_the_link_says_how_the_registration_stands(changes, state):
    assert f"Status: {state}" in written(Kind.LINK, **changes).text


def test_every_cause_is_told_in_words_of_its_own():
    said = {cause: written(Kind.CANCELLED, facts={"cause": cause.value}).text for cause in Cause}
    assert len(set(said.values())) == len(Cause)
    assert set(CAUSES) == set(Cause)
    assert "is cancelled" in written(Kind.CANCELLED, facts={"cause": "comet"}).text


@pytest.mark.parametrize(
    ("cause", "address"), [("offer_expired", EVENT_LINK), ("guest", EVENT_LINK), ("staff", LINK)]
)
def test_who_may_come_back_is_led_to_the_event(cause, address):
    assert address in written(Kind.CANCELLED, facts={"cause": cause}).short


@pytest.mark.parametrize("cause", ["guest", "staff", "hold_expired", "offer_expired"])
def test_only_who_may_have_a_ticket_hears_that_it_ended(cause):
    text = written(Kind.CANCELLED, facts={"cause": cause}).text
    assert ("no longer valid" in text) == (cause in ("guest", "staff"))


def test_a_refusal_gives_its_reason_in_words():
    texts = {code: written(Kind.REFUSED, facts={"code": code}).text for code in REFUSED}
    assert len(set(texts.values())) == len(REFUSED)
    assert "could not be accepted" in written(Kind.REFUSED, facts={"code": "comet"}).text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"code": "limit_reached", "field": "code"}, "has been used up"),
        ({"code": "limit_reached", "field": "guests"}, "Somebody in your group"),
        ({"code": "limit_reached", "field": "email"}, "as many registrations"),
        ({"code": "invalid", "field": "guests.2.guest.phone"}, "mobile number"),
        ({"code": "invalid", "field": "answers.diet"}, "One of the answers"),
        ({"code": "invalid", "field": "guests.1.answers.diet"}, "One of the answers"),
    ],
)
def test_a_refusal_names_what_was_wrong(facts, said):
    assert said in written(Kind.REFUSED, facts=facts).text


@pytest.mark.parametrize("kind", sorted(ABOUT_THE_PLACE - {Kind.REFUSED}))
def test_only_a_refusal_does_without_a_registration(kind):
    with pytest.raises(Invalid):
        write(kind, a_setup(), Reader("Ada"), {}, LINK)


def test_a_guest_without_a_name_is_greeted_all_the_same():
    text = write(Kind.REFUSED, a_setup(), Reader(""), {"code": "sold_out"}, "", event_link=LINK)
    assert text.text.startswith("Hello,\n")
