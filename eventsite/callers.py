"""Who calls the REST API: a guest by signed link, an account by Cognito token, a device.

Each is a DRF authentication class. None reads a password, none needs a session, and none of
them touches SQL. Staff use the admin, which has its own sign-in.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from eventsite.core.config import config
from eventsite.core.domain.links import registration_behind
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.staff import Device, DeviceRight
from eventsite.core.errors import BadDevice, BadToken, Forbidden, Unavailable
from eventsite.core.services.devices import authenticate
from eventsite.core.wiring import secrets, stores

GUEST_HEADER = "X-Guest-Token"
KEYS_SECONDS = 600
"""How long the pool's public keys are kept."""
REFRESH_SECONDS = 30
"""At most this often are keys fetched again for a token with an unknown key id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever is behind a request; exactly one of the three is set."""

    registration_id: str = ""
    account_id: str = ""
    email: str = ""
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
        credential = _credential(request, b"bearer")
        if credential is None:
            return None
        claims = verified_claims(credential)
        return Caller(account_id=claims["sub"], email=claims.get("email", "")), None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class DeviceAuthentication(BaseAuthentication):
    """``Authorization: Device <device_id>.<secret>``."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        credential = _credential(request, b"device")
        if credential is None:
            return None
        return Caller(device=authenticate(stores().devices, credential, timezone.now())), None

    def authenticate_header(self, request: Request) -> str:
        return "Device"


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


class DeviceMayScan(DeviceMay):
    right = DeviceRight.SCAN


class DeviceMayFulfil(DeviceMay):
    right = DeviceRight.FULFIL


def device_of(request: Request) -> Device:
    """Return the device behind a request. Raises BadDevice."""
    device: Device | None = getattr(request.user, "device", None)
    if device is None:
        raise BadDevice("A device credential is needed.", field="Authorization")
    return device


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


def verified_claims(token: str) -> dict[str, Any]:
    """Return the claims of an ID token whose signature, issuer, audience and expiry are right.

    Raises
    ------
    BadToken
        Anything about the token is wrong.
    Unavailable
        The pool's keys cannot be fetched.
    """
    settings = config()
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _signing_key(token),
            algorithms=["RS256"],
            audience=settings.need("cognito_client_id"),
            issuer=settings.need("cognito_issuer"),
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWKClientConnectionError as error:
        raise Unavailable("The user pool's keys cannot be fetched.") from error
    except (jwt.PyJWTError, KeyError) as error:
        raise BadToken(f"The token is not valid: {error}.", field="Authorization") from error
    if claims.get("token_use") != "id":
        raise BadToken("An ID token is needed.", field="Authorization")
    return claims


class _PoolKeys:
    """The pool's public keys, fetched again for an unknown key id, but not for every one."""

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, cache_jwk_set=True, lifespan=KEYS_SECONDS, timeout=5)
        self._refreshed = 0.0

    def get(self, key_id: str) -> Any:
        key = self._match(key_id, refresh=False)
        if key is None and time.monotonic() - self._refreshed > REFRESH_SECONDS:
            self._refreshed = time.monotonic()
            key = self._match(key_id, refresh=True)
        if key is None:
            raise BadToken("The token was signed by another pool.", field="Authorization")
        return key

    def _match(self, key_id: str, *, refresh: bool) -> Any:
        keys = self._client.get_jwk_set(refresh=refresh).keys
        return next((key.key for key in keys if key.key_id == key_id), None)


@lru_cache(maxsize=4)
def _pool_keys(url: str) -> _PoolKeys:
    return _PoolKeys(url)


def _signing_key(token: str) -> Any:
    key_id = jwt.get_unverified_header(token).get("kid")
    return _pool_keys(config().need("cognito_jwks_url")).get(str(key_id))


def _credential(request: Request, scheme: bytes) -> str | None:
    parts = get_authorization_header(request).split()
    if len(parts) != 2 or parts[0].lower() != scheme:
        return None
    return parts[1].decode("latin-1")
