"""Who calls the REST API: what a header without a proper credential means, and what a 401 asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import path
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from eventsite.callers import CognitoAuthentication, DeviceAuthentication, GuestLinkAuthentication
from eventsite.core.errors import BadToken


class WhoView(APIView):
    """Says who is calling, with whatever credentials a subclass takes."""

    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response({"caller": "somebody" if request.user else "nobody"})


class PickyView(WhoView):
    """Refuses everybody by an error of our own."""

    def get(self, request: Request) -> Response:
        raise BadToken("Nobody is good enough.")


class FrameworkView(WhoView):
    """Refuses everybody by an error of the framework."""

    def get(self, request: Request) -> Response:
        raise AuthenticationFailed


GUEST = (GuestLinkAuthentication, CognitoAuthentication)
urlpatterns = [
    path("account", WhoView.as_view(authentication_classes=[CognitoAuthentication])),
    path("device", WhoView.as_view(authentication_classes=[DeviceAuthentication])),
    path("guest", PickyView.as_view(authentication_classes=GUEST)),
    path("picky", PickyView.as_view(authentication_classes=[DeviceAuthentication])),
    path("framework", FrameworkView.as_view(authentication_classes=[CognitoAuthentication])),
    path("public", PickyView.as_view(authentication_classes=[])),
]


@pytest.fixture
def call(settings: Any, quick: None) -> Callable[..., Any]:
    settings.ROOT_URLCONF = __name__
    return lambda address, **headers: Client().get(f"/{address}", headers=headers)


@pytest.mark.parametrize("header", ["", "   ", "Basic YTpi", "Basic", "Bearerx y", "x"])
def test_who_names_another_scheme_or_none_is_anonymous(
    call: Callable[..., Any], header: str
) -> None:
    for address in ("account", "device"):
        assert call(address, Authorization=header).json() == {"caller": "nobody"}
    assert call("account", Authorization="Device a.b").json() == {"caller": "nobody"}


@pytest.mark.parametrize("rest", ["", " ", " a b", "  a.b c d"])
@pytest.mark.parametrize(
    ("address", "scheme", "code"),
    [
        ("account", "Bearer", "bad_token"),
        ("account", "bearer", "bad_token"),
        ("device", "Device", "bad_device"),
        ("device", "DEVICE", "bad_device"),
    ],
)
def test_who_names_the_scheme_gives_exactly_one_credential(
    call: Callable[..., Any], address: str, scheme: str, code: str, rest: str
) -> None:
    answer = call(address, Authorization=scheme + rest)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.json()["field"] == "Authorization"


@pytest.mark.parametrize(
    ("address", "challenge"),
    [("guest", "X-Guest-Token"), ("picky", "Device"), ("framework", "Bearer")],
)
def test_a_401_says_how_the_view_wants_to_be_called(
    call: Callable[..., Any], address: str, challenge: str
) -> None:
    answer = call(address)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, challenge)


def test_a_wrong_credential_is_told_how_to_call_as_well(call: Callable[..., Any]) -> None:
    assert call("device", Authorization="Device")["WWW-Authenticate"] == "Device"


def test_a_view_without_credentials_asks_for_none(call: Callable[..., Any]) -> None:
    answer = call("public")
    assert answer.status_code == 401
    assert "WWW-Authenticate" not in answer.headers


def test_format_in_the_query_means_nothing(call: Callable[..., Any]) -> None:
    assert call("account?format=xml").json() == {"caller": "nobody"}
