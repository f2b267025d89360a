"""A guest is given everything that is kept about them; erasing takes all of it and counts stay."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import count

import boto3
import pytest

from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.attempts import Attempt
from eventsite.core.domain.events import Gate, TicketType
from eventsite.core.domain.ledger import fact_of, taken
from eventsite.core.domain.personal_data import ERASED_GUEST
from eventsite.core.domain.personal_sections import sections
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Cause, Guest, Payment, RegistrationStatus
from eventsite.core.domain.scans import Scan
from eventsite.core.domain.staff import Device
from eventsite.core.errors import NotAllowed, NotFound, StaleWrite, Unavailable
from eventsite.core.services.changing import change_guest
from eventsite.core.services.checking_in import check_in
from eventsite.core.services.deciding import cancel, record_payment
from eventsite.core.services.doorways import Post
from eventsite.core.services.drafting import Clearance
from eventsite.core.services.mailing_links import send_again, send_links
from eventsite.core.services.organizing import set_up
from eventsite.core.services.overseeing import Reasoned, block, undo_scan
from eventsite.core.services.personal_data import erase, export
from eventsite.core.services.registering import register
from eventsite.core.services.requesting import Wish, ask, fulfil
from eventsite.core.services.signing_up import sign_up
from eventsite.core.store.imports import Before
from eventsite.core.store.stock import EVENT, type_stock
from eventsite.core.wiring import secrets
from tests.builders import NOON, a_session, a_setup, an_event
from tests.conftest import everything
from tests.doing import an_application, an_entry, apply, left

MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(hours=1)

QUESTIONS = (
    Question(event_id="demo", question_id="diet", name="What do you eat?", kind=QuestionKind.TEXT),
    Question(
        event_id="demo",
        question_id="photos",
        name="You may publish pictures of me.",
        kind=QuestionKind.CONSENT,
        order=1,
    ),
)
TYPES = (
    TicketType(event_id="demo", type_id="general", number=1, name="General", capacity=9, price=500,
               currency="EUR", per_guest=2),
    TicketType(event_id="demo", type_id="crew", number=2, name="Crew", waitlist=True, capacity=1),
)  # fmt: skip
_people = count()

GATES = (Gate(event_id="demo", gate_id="main", name="Main gate"),)


def somebody():
    """Return a guest whose every value is found again by searching for it."""
    n = f"{next(_people)}z"
    return Guest(
        name=f"Wilhelmina Quux{n}",
        email=f"Wilhelmina.Quux{n}@Example.org",
        phone=f"+3538512345{n[:-1]:0>2}",
        push_token=f"pushtoken{n}",
        zone="Europe/Dublin",
        locale="de",
    )


def typed(guest):
    """Return the texts that must not be found any more, in small letters."""
    given = (guest.name, guest.email, guest.phone, guest.push_token)
    told = (
        f"allergic to {guest.name}",
        f"for {guest.name}",
        f"forced for {guest.name}",
        f"undone for {guest.name}",
        f"blocked for {guest.name}",
        f"account-of-{guest.email}",
    )
    return [text.casefold() for text in (*given, *told, f"ref-{guest.phone}")]


@pytest.fixture
def fair(installation):
    times = {"starts_at": NOON - MINUTE, "ends_at": NOON + timedelta(days=2)}
    event = an_event(capacity=20, hold_minutes=60, **times)
    set_up(installation.events, a_setup(event, types=TYPES, questions=QUESTIONS, gates=GATES))
    installation.agenda.add(a_session())
    return installation


def arrive(stores, guest, type_id="general", key="", **changes):
    """Register somebody who answers everything, and who is known elsewhere and has an account."""
    answers = {"diet": (f"Allergic to {guest.name}",), "photos": ("yes",)}
    applicant = Applicant(type_id=type_id, guest=guest, answers=answers)
    entry = replace(
        an_entry(key or f"key-{guest.name}", **changes),
        external_ids=(f"REF-{guest.phone}",),
    )
    account = f"account-of-{guest.email}"
    application = an_application(applicants=(applicant,), account_id=account)
    return register(stores, application, entry).registration


def live_a_little(stores, guest):
    """Do everything a guest can do, and have everything done to them; return the registration."""
    mine = arrive(stores, guest)
    mine = record_payment(stores, mine.registration_id, Payment.PAID, "INV-7", NOON, "staff:eve")
    me = mine.registration_id
    sign_up(stores.agenda, mine, "s1", NOON)
    known = (stores.events, stores.registrations, stores.requests)
    wish = Wish(registration_id=me, item_id="tea", note=f"For {guest.name}")
    done = ask(*known, wish, idempotency_key=f"open-{me}", now=NOON)
    fulfil(stores.requests, done.request.request_id, by="eve", now=NOON)
    ask(*known, wish, idempotency_key=f"waits-{me}", now=NOON)
    scan(stores, mine)
    stores.deliveries.claim(
        f"ticket.{me}.1", now=NOON, at_most_once=False, registration_id=me, kind="ticket"
    )
    stores.deliveries.finish(
        f"ticket.{me}.1", outcome="sent", detail="ses-1", channel="email", now=NOON
    )
    send_again(stores, mine, NOON)
    stores.attempts.answer(
        Attempt(
            attempt_id=f"lost-{me}",
            event_id="demo",
            answered_at=NOON,
            code="sold_out",
            message="No place is left.",
            guest=mine.guest,
        )
    )
    earlier = Before(registration=mine, import_id="i1", changed_to=mine.version + 1)
    return stores.registrations.save(mine, extra=[stores.befores.keeping(earlier, NOON)])


def scan(stores, mine, number="1"):
    """Let somebody in, refuse them the second time, let them in with a reason, and undo that."""
    post = Post(
        books=stores,
        setup=stores.events.setup("demo"),
        device=Device(device_id="d1", event_id="demo", name="K", secret_hash="", enrolled_at=NOON),
        secrets=secrets(),
        now=NOON,
    )
    me = mine.registration_id
    for each, forced in (("", ""), ("again", ""), ("forced", f"Forced for {mine.guest.name}")):
        check_in(
            post,
            Scan(
                device_id="d1",
                scan_id=f"s{number}{me}{each}",
                event_id="demo",
                gate_id="main",
                registration_id=me,
                scanned_at=NOON,
                forced=forced,
            ),
        )
    said = Reasoned(by="staff:eve", at=NOON, reason=f"Undone for {mine.guest.name}")
    undo_scan(stores, post.setup, f"u{number}{me}", ("d1", f"s{number}{me}forced"), said)
    block(stores, post.setup, mine, replace(said, reason=f"Blocked for {mine.guest.name}"))


def found(texts):
    """Return the items of both tables that hold one of the texts, in whatever case."""
    items = [*everything("eventsite-events"), *everything("eventsite-office")]
    words = [json.dumps(item, default=sorted, ensure_ascii=False).casefold() for item in items]
    return [word for word in words if any(text in word for text in texts)]


# -- what a guest is given ----------------------------------------------------------------------
def test_a_guest_is_given_everything_that_is_kept(fair):
    guest = somebody()
    mine = live_a_little(fair, guest)
    fair.ledger.append(fact_of(None, mine))
    data = export(fair, mine, LATER)
    assert json.loads(json.dumps(data)) == data
    assert data["guest"]["name"] == guest.name
    assert (
        data["registration"]
        | {
            "status": "confirmed",
            "type": "General",
            "price": {"amount": "5.00", "currency": "EUR"},
            "payment": "paid",
            "payment_reference": "INV-7",
            "external_id": f"REF-{guest.phone}",
            "account_id": f"account-of-{guest.email}",
            "party_size": 1,
            "changed_by": "staff",
        }
        == data["registration"]
    )
    assert data["answers"][0]["question"] == "What do you eat?"
    assert data["answers"][0]["answers"] == [f"Allergic to {guest.name}"]
    assert data["consents"] == [
        {
            "question_id": "photos",
            "text": "You may publish pictures of me.",
            "given": True,
            "at": NOON.isoformat(),
        }
    ]
    assert [each["session"] for each in data["sign_ups"]] == ["Knots for beginners"]
    assert {each["note"] for each in data["requests"]} == {f"For {guest.name}"}
    assert [each["gate_id"] for each in data["admissions"]] == ["main", "main"]
    assert [each["verdict"] for each in data["scans"]] == ["already_admitted", "ok"]
    assert [(m["kind"], m["outcome"], m["channel"]) for m in data["messages"]] == [
        ("ticket", "sent", "email")
    ]
    assert [each["code"] for each in data["attempts"]] == ["sold_out"]
    assert [each["guest"]["email"] for each in data["earlier"]] == [mine.guest.email]
    assert [(each["before"], each["after"]) for each in data["history"]] == [("none", "confirmed")]


def test_everything_typed_is_in_what_a_guest_is_given(fair):
    guest = somebody()
    text = json.dumps(export(fair, live_a_little(fair, guest), LATER)).casefold()
    assert [value for value in typed(guest) if value not in text] == []


def test_no_member_of_staff_is_named_to_a_guest(fair):
    mine = live_a_little(fair, somebody())
    fair.ledger.append(fact_of(None, mine))
    assert "eve" not in json.dumps(export(fair, mine, LATER)).split('"')


def test_what_is_given_can_be_read(fair):
    guest = somebody()
    read = sections(export(fair, live_a_little(fair, guest), LATER))
    keys = [section.key for section in read]
    assert keys[:4] == ["event", "guest", "registration", "answers"]
    assert "history" not in keys  # it is empty, and left out
    rows = dict(read[keys.index("registration")].entries[0])
    assert rows["price"] == "5.00 EUR"
    assert rows["registered_at"] == NOON
    assert "cause" not in rows
    consent = dict(read[keys.index("consents")].entries[0])
    assert consent["given"] is True
    assert dict(read[keys.index("attempts")].entries[0])["guest.name"] == guest.name


# -- what stays ---------------------------------------------------------------------------------
def test_nothing_personal_stays(fair):
    guest = somebody()
    mine = live_a_little(fair, guest)
    assert len(found(typed(guest))) > 5, "or the test would prove nothing"
    gone = erase(fair, mine.registration_id, LATER, "guest")
    assert found(typed(guest)) == []
    assert fair.registrations.get(mine.registration_id) == gone
    assert (gone.guest, gone.answers, gone.consents) == (ERASED_GUEST, {}, ())
    assert (gone.external_id, gone.account_id, gone.erased_at) == ("", "", LATER)


def test_what_counts_stays(fair):
    mine = live_a_little(fair, somebody())
    gone = erase(fair, mine.registration_id, LATER, "guest")
    assert gone.status is RegistrationStatus.CANCELLED
    assert gone.cause is Cause.ERASED
    assert (gone.type_id, gone.registered_at, gone.price) == ("general", NOON, 500)
    assert (gone.payment, gone.payment_reference) == (Payment.PAID, "INV-7")
    page = fair.registrations.guest_page(mine.registration_id)
    assert page.attendance is not None
    assert (len(page.attendance.valid), page.attendance.reasons) == (1, ())
    assert len(page.sign_ups) == 1
    assert sorted(each.status.value for each in page.requests) == ["fulfilled", "open"]
    scans = fair.personal.belongings(mine.registration_id).scans
    assert [each.verdict.code.value for each in scans] == ["already_admitted", "ok"]


def test_the_place_is_free_and_the_ledger_explains_it(fair):
    mine = arrive(fair, somebody())
    facts = [fact_of(None, mine)]
    assert left(fair, type_stock("general")) == 8
    erase(fair, mine.registration_id, LATER, "guest")
    after = fair.registrations.get(mine.registration_id)
    cancelled = replace(mine, status=after.status, cause=after.cause, places={}, awaiting=())
    facts += [fact_of(mine, cancelled), fact_of(cancelled, after)]
    assert (left(fair, type_stock("general")), left(fair, EVENT)) == (9, 20)
    assert taken(facts) == {}
    assert facts[-1].after == "erased"


def test_whoever_waits_gets_the_place(fair):
    first = arrive(fair, somebody(), "crew", source="api")
    waits = arrive(fair, somebody(), "crew", source="api")
    assert waits.status is RegistrationStatus.WAITLISTED
    erase(fair, first.registration_id, LATER, "guest")
    assert fair.registrations.get(waits.registration_id).offered


def test_a_cancelled_guest_is_erased_and_the_cause_stays(fair):
    mine = arrive(fair, somebody())
    cancel(fair, mine.registration_id, NOON)
    gone = erase(fair, mine.registration_id, LATER, "staff:eve")
    assert (gone.cause, gone.changed_by) == (Cause.GUEST, "staff:eve")


def test_an_unconfirmed_party_goes_with_who_is_erased_and_only_one_is_erased(fair):
    people = [somebody(), somebody()]
    party = tuple(Applicant(type_id="general", guest=each) for each in people)
    lead, other = apply(fair, applicants=party).registrations
    assert lead.status is RegistrationStatus.PENDING
    erase(fair, other.registration_id, LATER, "guest")
    kept = fair.registrations.get(lead.registration_id)
    assert (kept.live, kept.cause, kept.guest.name) == (False, Cause.ERASED, people[0].name)
    assert left(fair, type_stock("general")) == 9
    assert found(typed(people[1])) == []


def test_nobody_is_erased_twice_or_without_being_there(fair):
    mine = live_a_little(fair, somebody())
    once = erase(fair, mine.registration_id, LATER, "guest")
    before = everything()
    assert erase(fair, mine.registration_id, LATER + MINUTE, "staff:eve") == once
    assert everything() == before
    with pytest.raises(NotFound):
        erase(fair, "0" * 16, LATER, "guest")


# -- names that led there -----------------------------------------------------------------------
def test_the_address_leads_nowhere_and_may_register_again(fair):
    guest = somebody()
    mine = arrive(fair, guest)
    erase(fair, mine.registration_id, LATER, "guest")
    assert fair.registrations.of_address("demo", guest.email) == ()
    assert fair.registrations.externals("demo", [f"REF-{guest.phone}"]) == {}
    send_links(fair, "demo", guest.email, LATER)
    again = arrive(fair, guest, key="again")
    assert again.status is RegistrationStatus.PENDING


@pytest.mark.parametrize("first", [True, False])
def test_another_registration_of_the_address_is_still_found(fair, first):
    guest = somebody()
    one = apply(fair, "one", guest=guest).registration
    two = apply(fair, "two", guest=guest).registration
    gone, stays = (one, two) if first else (two, one)
    erase(fair, gone.registration_id, LATER, "guest")
    assert [
        each.registration_id for each in fair.registrations.of_address("demo", guest.email)
    ] == [stays.registration_id]
    apply(fair, "three", guest=guest)
    assert apply(fair, "four", guest=guest).registrations == ()


def test_erased_guests_are_listed_without_a_name_and_apart(fair):
    arrive(fair, replace(somebody(), name="Zoe"))
    mine = arrive(fair, replace(somebody(), name="Ada"))
    erase(fair, mine.registration_id, LATER, "guest")
    page = fair.registrations.page(fair.registrations.by_name("demo"), 9)
    assert [each.guest.name for each in page] == ["Zoe", "Erased guest"]
    for query in ("erased", "guest"):
        assert fair.registrations.page(fair.registrations.named("demo", query), 9).items == []
    newest = fair.registrations.page(fair.registrations.newest("demo"), 9)
    assert len(newest.items) == 2


def test_money_that_comes_back_is_still_recorded(fair):
    mine = live_a_little(fair, somebody())
    erase(fair, mine.registration_id, LATER, "guest")
    done = record_payment(fair, mine.registration_id, Payment.REFUNDED, "INV-7", LATER, "staff:eve")
    assert (done.payment, done.guest) == (Payment.REFUNDED, ERASED_GUEST)
    page = fair.registrations.page(fair.registrations.by_name("demo"), 9)
    assert len(page.items) == 1


# -- when things go wrong -----------------------------------------------------------------------
def dying(stores, monkeypatch, after):
    """Let the ``after``-th write from now on fail as if the process had died; return the count."""
    client, done = stores.events._table.client, count()

    def guard(method):
        def call(**request):
            if next(done) == after:
                raise KeyboardInterrupt
            return method(**request)

        return call

    for name in ("put_item", "update_item", "delete_item", "transact_write_items"):
        monkeypatch.setattr(client, name, guard(getattr(client, name)))


def test_a_crash_at_every_other_write_is_made_up_for(fair):
    for after in count(step=2):
        guest = somebody()
        mine = live_a_little(fair, guest)
        with pytest.MonkeyPatch.context() as patch:
            dying(fair, patch, after)
            try:
                erase(fair, mine.registration_id, LATER, "guest")
            except KeyboardInterrupt:
                died = True
            else:
                died = False
        erase(fair, mine.registration_id, LATER + MINUTE, "guest")
        assert found(typed(guest)) == [], f"after write {after}"
        assert left(fair, type_stock("general")) == 9
        if not died:
            assert after > 8
            return


def test_a_crash_after_the_name_went_leaves_nothing(fair):
    """What is found by the registration only afterwards was taken away before as well."""
    guest = somebody()
    mine = live_a_little(fair, guest)
    with pytest.MonkeyPatch.context() as patch:
        forget = fair.personal.forget_traces
        calls = count()

        def once(registration_id):
            if next(calls):
                raise KeyboardInterrupt
            forget(registration_id)

        patch.setattr(fair.personal, "forget_traces", once)
        with pytest.raises(KeyboardInterrupt):
            erase(fair, mine.registration_id, LATER, "guest")
    assert found(typed(guest)) == []


def test_who_changes_a_guest_meanwhile_changes_nothing_that_stays(fair):
    guest, wrote = somebody(), []
    mine = arrive(fair, guest)
    with pytest.MonkeyPatch.context() as patch:
        real = fair.personal.erase

        def late(before, after):
            if not wrote:
                now = fair.registrations.get(mine.registration_id)
                wrote.append(fair.registrations.save(replace(now, payment_reference="late")))
            return real(before, after)

        patch.setattr(fair.personal, "erase", late)
        gone = erase(fair, mine.registration_id, LATER, "guest")
    assert gone.payment_reference == "late"
    assert found(typed(guest)) == []


def test_a_registration_of_the_address_at_that_moment_stays_found(fair):
    guest, made = somebody(), []
    mine = arrive(fair, guest)
    with pytest.MonkeyPatch.context() as patch:
        real = fair.personal.forget_traces

        def late(registration_id):
            real(registration_id)
            if not made:
                made.append(apply(fair, "late", guest=guest).registration)

        patch.setattr(fair.personal, "forget_traces", late)
        erase(fair, mine.registration_id, LATER, "guest")
    assert fair.registrations.of_address("demo", guest.email) == tuple(made)


def test_it_gives_up_when_others_do_not_stop(fair, monkeypatch):
    mine = arrive(fair, somebody())

    def always(before, after):
        raise StaleWrite

    monkeypatch.setattr(fair.personal, "erase", always)
    with pytest.raises(Unavailable):
        erase(fair, mine.registration_id, LATER, "guest")


def test_a_change_of_an_erased_guest_is_refused(fair):
    mine = arrive(fair, somebody())
    gone = erase(fair, mine.registration_id, LATER, "guest")
    with pytest.raises(NotAllowed):
        change_guest(fair, gone, somebody(), LATER)
    with pytest.raises(NotAllowed):
        send_again(fair, gone, LATER)


def test_a_message_that_was_on_its_way_leaves_no_trace(fair):
    mine = arrive(fair, somebody())
    me = mine.registration_id
    fair.deliveries.claim("ticket.1", now=NOON, at_most_once=False, registration_id=me, kind="t")
    erase(fair, me, LATER, "guest")
    fair.deliveries.finish("ticket.1", outcome="sent", detail="1", channel="email", now=LATER)
    assert fair.deliveries.outcome("ticket.1") == ""
    assert fair.personal.deliveries(me) == []


def test_a_guest_without_an_address_is_erased(fair):
    guest = replace(somebody(), email="")
    applicant = Applicant(type_id="general", guest=guest)
    done = apply(fair, applicants=(applicant,), clearance=Clearance.STAFF).registration
    erase(fair, done.registration_id, LATER, "staff:eve")
    assert found([guest.name.casefold()]) == []


def test_scans_and_mails_are_listed_by_the_index_of_the_guest_only(fair):
    one, two = live_a_little(fair, somebody()), live_a_little(fair, somebody())
    assert {each.scan.scan_id for each in fair.personal.belongings(one.registration_id).scans} & {
        each.scan.scan_id for each in fair.personal.belongings(two.registration_id).scans
    } == set()
    table = boto3.client("dynamodb").scan(TableName="eventsite-events")["Items"]
    assert all("@" not in item["pk"]["S"] for item in table)
