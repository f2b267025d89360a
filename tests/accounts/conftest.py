"""Staff of every role, and their browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from eventsite.accounts.models import StaffUser
from eventsite.accounts.roles import OWNER
from eventsite.core.services.organizing import set_up
from eventsite.core.wiring import Stores
from tests.builders import a_setup, an_event

PASSWORD = "Corr3ct-horse-battery"

Staff = Callable[..., StaffUser]
SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def quick(settings: Any, installation: Stores) -> None:
    settings.ROOT_URLCONF = "tests.accounts.urls"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def staff(quick: None) -> Staff:
    """Makes an account; ``owner`` is a role here as it is in the form."""

    def make(username: str, *roles: str, **fields: Any) -> StaffUser:
        given = [role for role in roles if role != OWNER]
        return StaffUser.objects.create_user(
            username, PASSWORD, roles=given, is_superuser=OWNER in roles, **fields
        )

    return make


@pytest.fixture
def sign_in(quick: None) -> SignIn:
    """Signs in through the form and returns the browser."""

    def through_the_form(username: str, password: str = PASSWORD, **meta: Any) -> Client:
        client = Client(**meta)
        answer = client.post("/admin/login/", {"username": username, "password": password})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return through_the_form


@pytest.fixture
def owner(staff: Staff, sign_in: SignIn) -> Client:
    """The browser of the only owner, ada."""
    staff("ada", OWNER, name="Ada")
    return sign_in("ada")


@pytest.fixture
def event(installation: Stores) -> str:
    set_up(installation.events, a_setup(an_event()))
    return "demo"
