"""Texts about a guest's place: from confirming the address to the ticket, or to the end."""

from __future__ import annotations

from eventsite.core.domain.registrations import Awaited, RegistrationStatus
from pipeline.texts.layout import Letter
from pipeline.texts.matter import Matter
from pipeline.texts.reasons import (
    WELCOME_AGAIN,
    WITHOUT_TICKET,
    cancelled_because,
    refused_because,
    state_of,
)


def ticket(matter: Matter) -> Letter:
    say = matter.speech.say
    return Letter(
        subject=say("Your ticket for {event}", event=matter.title),
        headline=say("Your ticket"),
        lines=(
            say("You are registered for {event}.", event=matter.title),
            say("Show the QR code at the door, on your phone or on paper."),
        ),
        short=say("You are registered for {event}. Your ticket:", event=matter.title),
        action=(say("Open your ticket"), matter.link),
        rows=matter.when_and_where + matter.what,
        notes=(
            say("On that page you can also choose sessions, change your details or cancel."),
            _keep_the_link(matter),
        ),
    )


def confirm_email(matter: Matter) -> Letter:
    say, awaiting = matter.speech.say, matter.registered.awaiting
    lines = [
        say("Somebody registered for {event} with this e-mail address.", event=matter.title),
        say("If it was you, please confirm the address so that your registration can go ahead."),
    ]
    if matter.deadline:
        lines.append(say("Your place is held until {deadline}.", deadline=matter.deadline))
    if Awaited.APPROVAL in awaiting:
        lines.append(say("After that, the organizers decide about your registration."))
    elif Awaited.PAYMENT in awaiting and matter.price:
        lines.append(say("After that, {price} is due.", price=matter.price))
    return Letter(
        subject=say("Please confirm your e-mail address: {event}", event=matter.title),
        headline=say("Please confirm your e-mail address"),
        lines=tuple(lines),
        short=say("{event}: please confirm your e-mail address:", event=matter.title),
        action=(say("Confirm my address"), f"{matter.link}confirm/"),
        rows=matter.when_and_where + matter.what,
        notes=(say("If it was not you, do nothing. The registration then ends by itself."),),
    )


def approval_awaited(matter: Matter) -> Letter:
    say = matter.speech.say
    return Letter(
        subject=say("We have your registration for {event}", event=matter.title),
        headline=say("Your registration is being reviewed"),
        lines=(
            say("Thank you for registering for {event}.", event=matter.title),
            say(
                "The organizers review each registration of this kind. We will write to you as"
                " soon as they have decided. You need not do anything until then."
            ),
        ),
        short=say("{event}: your registration is being reviewed.", event=matter.title),
        action=(say("See your registration"), matter.link),
        rows=matter.when_and_where + matter.what,
        notes=(_keep_the_link(matter),),
    )


def payment_due(matter: Matter) -> Letter:
    say, registration = matter.speech.say, matter.registered
    lines = [say("A place at {event} is held for you.", event=matter.title)]
    alone = registration.party_size == 1
    due = say("To be paid") if alone else say("To be paid for this ticket")
    rows = [(due, matter.price)] if matter.price else []
    reference = registration.payment_reference or registration.registration_id
    rows.append((say("Payment reference"), reference))
    if matter.deadline:
        lines.append(
            say(
                "It is yours as soon as your payment has arrived, by {deadline} at the latest.",
                deadline=matter.deadline,
            )
        )
    else:
        lines.append(say("It is yours as soon as your payment has arrived."))
    return Letter(
        subject=say("Payment due: {event}", event=matter.title),
        headline=say("One step left: your payment"),
        lines=tuple(lines),
        short=say("{event}: your payment is due.", event=matter.title),
        action=(say("See how to pay"), matter.link),
        rows=(*rows, *matter.when_and_where, *matter.what),
        notes=(
            say("If you have paid already, you need not do anything. Your ticket comes by e-mail."),
            _keep_the_link(matter),
        ),
    )


def waitlisted(matter: Matter) -> Letter:
    say = matter.speech.say
    return Letter(
        subject=say("You are on the waiting list: {event}", event=matter.title),
        headline=say("You are on the waiting list"),
        lines=(
            say("There is no place left at {event} at the moment.", event=matter.title),
            say(
                "As soon as one is free and it is your turn, we will offer it to you by e-mail."
                " You need not do anything until then."
            ),
        ),
        short=say("You are on the waiting list: {event}.", event=matter.title),
        action=(say("See your registration"), matter.link),
        rows=matter.when_and_where + matter.what,
        notes=(say("On that page you can also leave the waiting list."), _keep_the_link(matter)),
    )


def offer(matter: Matter) -> Letter:
    say = matter.speech.say
    lines = [say("Good news: there is a place for you at {event}.", event=matter.title)]
    if matter.registered.party_size > 1:
        lines.append(say("The offer is for your whole group: all places or none."))
    if matter.deadline:
        lines.append(
            say(
                "Please accept or decline it by {deadline}. After that it goes to the next in"
                " line.",
                deadline=matter.deadline,
            )
        )
    return Letter(
        subject=say("A place for you: {event}", event=matter.title),
        headline=say("There is a place for you"),
        lines=tuple(lines),
        short=say("{event}: there is a place for you. Accept or decline:", event=matter.title),
        action=(say("Accept or decline"), matter.link),
        rows=matter.when_and_where + matter.what,
        notes=(_keep_the_link(matter),),
    )


def cancelled(matter: Matter) -> Letter:
    say = matter.speech.say
    cause = matter.facts.get("cause", "")
    action = (say("See your registration"), matter.link)
    if cause in WELCOME_AGAIN:
        action = (say("Register again"), matter.event_link)
    no_ticket = say("Any ticket you received before is no longer valid.")
    return Letter(
        subject=say("Cancelled: {event}", event=matter.title),
        headline=say("Your registration is cancelled"),
        lines=(cancelled_because(matter.speech, cause, matter.title),),
        short=say("Your registration is cancelled: {event}.", event=matter.title),
        action=action,
        rows=matter.when_and_where + matter.what,
        notes=() if cause in WITHOUT_TICKET else (no_ticket,),
    )


def link(matter: Matter) -> Letter:
    say, registration = matter.speech.say, matter.registered
    lines: tuple[str, ...]
    if matter.facts.get("reason") == "again":
        lines = (
            say(
                "You, or somebody else, registered for {event} with this e-mail address again.",
                event=matter.title,
            ),
            say("You have a registration already, so nothing has changed. Here it is."),
        )
    else:
        lines = (say("You asked for the link to your registration. Here it is."),)
    confirmed = registration.status is RegistrationStatus.CONFIRMED
    label = say("Open your ticket") if confirmed else say("See your registration")
    state = (say("Status"), state_of(matter.speech, registration))
    return Letter(
        subject=say("Your registration for {event}", event=matter.title),
        headline=say("Your registration"),
        lines=lines,
        short=say("Your registration for {event}:", event=matter.title),
        action=(label, matter.link),
        rows=(state, *matter.when_and_where, *matter.what),
        notes=(_keep_the_link(matter),),
    )


def refused(matter: Matter) -> Letter:
    say = matter.speech.say
    lines = (
        say("We could not register you for {event}.", event=matter.title),
        refused_because(matter.speech, matter.facts),
    )
    return Letter(
        subject=say("No place: {event}", event=matter.title),
        headline=say("Sorry, you did not get a place"),
        lines=lines,
        short=say("We could not register you for {event}.", event=matter.title),
        action=(say("Back to the event"), matter.event_link),
        rows=matter.when_and_where,
        notes=(say("Nothing was booked, and you have nothing to pay."),),
    )


def _keep_the_link(matter: Matter) -> str:
    return matter.speech.say(
        "The link is yours alone: whoever has it can see and change your registration."
    )
