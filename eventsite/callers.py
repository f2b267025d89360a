"""Who calls the REST API: a guest by signed link, an account by Cognito token, a device.

A device has a credential of ours; an organizer's own program may come with an access token of
the user pool instead.

Each is a DRF authentication class. None reads a password, none needs a session, and none of
them touches SQL. Staff use the admin, which has its own sign-in.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from eventsite.core.domain.links import registration_behind
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.staff import Device, DeviceRight
from eventsite.core.errors import BadDevice, BadToken, EventSiteError, Forbidden
from eventsite.core.services.devices import let_client_in, let_in
from eventsite.core.wiring import secrets, stores

GUEST_HEADER = "X-Guest-Token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever is behind a request: a registration, an account or a device.

    ``email_verified`` is that the user pool has seen the account's owner read their mail.
    """

    registration_id: str = ""
    account_id: str = ""
    email: str = ""
    email_verified: bool = False
    device: Device | None = None
    is_authenticated: bool = True

    def owns(self, registration: Registration) -> bool:
        if self.registration_id:
            return self.registration_id == registration.registration_id
        return bool(self.account_id) and self.account_id == registration.account_id


class GuestLinkAuthentication(BaseAuthentication):
    """``X-Guest-Token``: the token of the guest's signed link. Opens one registration."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        token = request.headers.get(GUEST_HEADER)
        if not token:
            return None
        registration_id = registration_behind(token, secrets().link_keys())
        return Caller(registration_id=registration_id), None

    def authenticate_header(self, request: Request) -> str:
        return GUEST_HEADER


class CognitoAuthentication(BaseAuthentication):
    """``Authorization: Bearer <ID token>`` of the guests' user pool."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        credential = _credential(request, "Bearer", BadToken)
        if credential is None:
            return None
        from eventsite.cognito import verified_claims  # guests with a link never pay for PyJWT

        claims = verified_claims(credential)
        caller = Caller(
            account_id=claims["sub"],
            email=claims.get("email", ""),
            # A pool writes true; where an attribute was mapped from elsewhere it is a text.
            email_verified=claims.get("email_verified") in (True, "true"),
        )
        return caller, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class DeviceAuthentication(BaseAuthentication):
    """``Authorization: Device <device_id>.<secret>``, or ``Bearer <access token>`` of a client."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        now = timezone.now()
        credential = _credential(request, "Device", BadDevice)
        if credential is not None:
            address, recently = address_of(request), _read_again(request)
            device = let_in(stores(), credential, address, now, recently=recently)
            return Caller(device=device), None
        token = _credential(request, "Bearer", BadToken)
        if token is None:
            return None
        from eventsite.cognito import verified_client  # kiosks never pay for PyJWT

        return Caller(device=let_client_in(stores().devices, verified_client(token), now)), None

    def authenticate_header(self, request: Request) -> str:
        return "Device"


def _read_again(request: Request) -> bool:
    """Return whether the view reads the device again, so that a moment's memory is enough."""
    view = (request.parser_context or {}).get("view")
    return bool(getattr(view, "reads_device_again", False))


class DeviceMay(BasePermission):
    """Lets devices with ``right`` in."""

    right: DeviceRight

    def has_permission(self, request: Request, view: APIView) -> bool:
        device = getattr(request.user, "device", None)
        if device is None:
            raise BadDevice("A device credential is needed.", field="Authorization")
        if self.right not in device.rights:
            raise Forbidden(f"This device has no right to {self.right.value}.")
        return True

    @classmethod
    def to(cls, right: DeviceRight) -> type[DeviceMay]:
        """Return the permission that lets devices with ``right`` in."""
        return type(f"DeviceMay{right.name.title()}", (cls,), {"right": right})


DeviceMayScan = DeviceMay.to(DeviceRight.SCAN)
DeviceMayFulfil = DeviceMay.to(DeviceRight.FULFIL)


def device_of(request: Request) -> Device:
    """Return the device behind a request. Raises BadDevice."""
    device: Device | None = getattr(request.user, "device", None)
    if device is None:
        raise BadDevice("A device credential is needed.", field="Authorization")
    return device


def address_of(request: Request) -> str:
    """Return the network address that a request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def own_registration(request: Request, registration_id: str) -> Registration:
    """Return the caller's registration; anybody else's is as good as absent.

    Raises BadToken without a credential, Forbidden for another guest's registration.
    """
    caller = request.user
    if not isinstance(caller, Caller):
        raise BadToken("A guest token or an ID token is needed.", field="Authorization")
    if caller.registration_id and caller.registration_id != registration_id:
        raise Forbidden("This is another guest's registration.", field="registration_id")
    registration = stores().registrations.get(registration_id)
    if not caller.owns(registration):
        raise Forbidden("This is another guest's registration.", field="registration_id")
    return registration


def _credential(request: Request, scheme: str, refusal: type[EventSiteError]) -> str | None:
    """Return the one credential of ``scheme``, or None when the header is absent or another's.

    Raises ``refusal`` when there is none, or more: whoever names a scheme is not anonymous.
    """
    named, *credentials = get_authorization_header(request).split() or [b""]
    if named.lower() != scheme.lower().encode():
        return None
    if len(credentials) != 1:
        raise refusal(f"After {scheme} comes exactly one credential.", field="Authorization")
    return credentials[0].decode("latin-1")
