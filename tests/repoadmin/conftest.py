"""A fair with booths, and an owner who is signed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from eventsite.accounts.models import StaffUser
from eventsite.core.wiring import Stores
from eventsite.repoadmin.content_types import prime
from tests.repoadmin import booths

PASSWORD = "Corr3ct-horse-battery"


@pytest.fixture(autouse=True)
def fair(settings: Any, installation: Stores) -> None:
    settings.ROOT_URLCONF = "tests.repoadmin.booths"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    prime()


@pytest.fixture
def owner() -> StaffUser:
    return StaffUser.objects.create_user("ada", PASSWORD, name="Ada", is_superuser=True)


@pytest.fixture
def office(owner: StaffUser) -> Client:
    """A signed-in owner's browser."""
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def booth() -> booths.BoothFact:
    return booths.add(booths.BoothFact(zone="north", booth_id="b1", title="Tea"))
