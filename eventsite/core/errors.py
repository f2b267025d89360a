"""Every refusal this system can give, in one page.

Each class carries facts and no HTTP:

``code``
    Stable machine word, shown to API clients and stored with what was refused.
``retryable``
    True when the same call may succeed later without anyone changing anything.
    The pipeline returns retryable failures to the queue and parks the others.
``field``
    The input field that is wrong, or empty.
``replayed``
    True when this is the answer that the same call got before.
"""

from __future__ import annotations


class EventSiteError(Exception):
    """Base of every error we raise on purpose."""

    code = "internal"
    retryable = False

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.message = str(self)
        self.field = field
        self.replayed = False


class Invalid(EventSiteError):
    """The input is malformed or breaks a rule; ``field`` says where."""

    code = "invalid"


class NotFound(EventSiteError):
    """No such event, registration, session, item or device."""

    code = "not_found"


class BadCursor(Invalid):
    """The cursor was not made by us."""

    code = "bad_cursor"


class BadLink(EventSiteError):
    """The signed link or guest token is not ours or has been changed."""

    code = "bad_link"


class BadToken(EventSiteError):
    """The Cognito token is expired, of another pool or client, or not signed by it."""

    code = "bad_token"


class BadDevice(EventSiteError):
    """The device credential is unknown or was revoked."""

    code = "bad_device"


class BadCode(EventSiteError):
    """The code is wrong, was used, or is over."""

    code = "bad_code"


class Throttled(EventSiteError):
    """Too many wrong attempts from this address; try again later."""

    code = "throttled"
    retryable = True
    wait_seconds = 0
    """Until the next attempt is let through."""


class BadSignature(EventSiteError):
    """The signature does not fit, or is too old."""

    code = "bad_signature"


class Forbidden(EventSiteError):
    """The caller is known but may not do this."""

    code = "forbidden"


class KeyReused(EventSiteError):
    """The idempotency key or scan id came back with another payload."""

    code = "key_reused"


class AlreadyRegistered(EventSiteError):
    """This address already has a registration at this event."""

    code = "already_registered"


class AlreadyExists(EventSiteError):
    """An object with this id exists."""

    code = "already_exists"


class SoldOut(EventSiteError):
    """No place, or no piece, is left."""

    code = "sold_out"


class LimitReached(EventSiteError):
    """The guest has had everything they are entitled to."""

    code = "limit_reached"


class NotAllowed(EventSiteError):
    """The object's state or the guest's ticket type does not allow this."""

    code = "not_allowed"


class HoldExpired(NotAllowed):
    """The place was held until a time that has passed."""

    code = "hold_expired"


class NotOnSale(NotAllowed):
    """Places of this type are not sold yet, or no longer."""

    code = "not_on_sale"


class StaleWrite(EventSiteError):
    """Somebody else changed the object after it was read; read it again."""

    code = "stale_write"


class Unavailable(EventSiteError):
    """A service did not answer or is throttling; try again."""

    code = "unavailable"
    retryable = True


class InProgress(EventSiteError):
    """Another worker holds this; try again later."""

    code = "in_progress"
    retryable = True


class ChannelRefused(EventSiteError):
    """The channel will never accept this message (bad number, opted out)."""

    code = "channel_refused"


class ChannelUnavailable(EventSiteError):
    """The channel is throttling or down; try again."""

    code = "channel_unavailable"
    retryable = True


class ChannelSilent(ChannelUnavailable):
    """The channel did not answer: it may have sent the message, or not."""

    code = "channel_silent"


def error_of(code: str, message: str, *, field: str = "", replayed: bool = False) -> EventSiteError:
    """Return the error of a stored code, as it was raised first."""
    kinds = [EventSiteError]
    while kinds:
        kind = kinds.pop()
        if kind.code == code:
            break
        kinds += kind.__subclasses__()
    error = kind(message, field=field)
    error.replayed = replayed
    return error
