"""Signing in and out: sessions end when they should, guessing is slowed down."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from django.test import Client

from eventsite.accounts import forms
from eventsite.accounts.models import StaffUser
from eventsite.core.wiring import Stores
from tests.accounts.conftest import PASSWORD, SignIn, Staff

INDEX = "/admin/"


def attempt(username: str, password: str, address: str = "192.0.2.1") -> str:
    data = {"username": username, "password": password}
    answer = Client(REMOTE_ADDR=address).post("/admin/login/", data)
    return "in" if answer.status_code == 302 else answer.content.decode()


def test_a_wrong_password_and_an_unknown_name_read_the_same(staff: Staff) -> None:
    staff("vera", "viewer")
    wrong, unknown = attempt("vera", "no"), attempt("nobody", "no")
    assert "Please enter the correct username and password" in wrong
    assert "Please enter the correct username and password" in unknown
    assert attempt(" VERA ", PASSWORD) == "in"


@pytest.mark.parametrize("name", ["x" * 4000, "\x00", "😀", "#", "a#b"])
def test_a_strange_name_is_no_error(name: str) -> None:
    assert attempt(name, "no") != "in"


def test_signing_out_ends_the_session_for_every_holder_of_the_cookie(
    staff: Staff, sign_in: SignIn
) -> None:
    staff("vera", "viewer")
    browser, thief = sign_in("vera"), Client()
    thief.cookies["eventsite_session"] = browser.cookies["eventsite_session"].value
    assert thief.get(INDEX).status_code == 200
    browser.post("/admin/logout/")
    assert thief.get(INDEX).status_code == 302


def test_the_table_does_not_hold_what_the_cookie_holds(staff: Staff, sign_in: SignIn) -> None:
    staff("vera", "viewer")
    key = sign_in("vera").cookies["eventsite_session"].value
    assert key not in str(boto3.client("dynamodb").scan(TableName="eventsite-office"))


def test_an_expired_session_is_refused_before_it_is_deleted(installation: Stores) -> None:
    sessions, noon = installation.web_sessions, datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert sessions.create("k", "data", noon)
    assert sessions.get("k", noon.replace(hour=11)) == "data"
    assert sessions.get("k", noon) is None
    sessions.delete("k")
    assert not sessions.replace("k", "data", noon), "an ended session does not come back"


def test_a_deactivated_account_is_out_at_once(staff: Staff, sign_in: SignIn) -> None:
    vera = staff("vera", "viewer")
    browser = sign_in("vera")
    vera.is_active = False
    vera.save()
    assert browser.get(INDEX).status_code == 302
    assert attempt("vera", PASSWORD) != "in"


def test_a_new_password_keeps_this_session_and_ends_the_others(
    staff: Staff, sign_in: SignIn
) -> None:
    staff("vera", "viewer")
    here, there = sign_in("vera"), sign_in("vera")
    fresh = "An0ther-fine-secret"
    data = {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    assert here.post("/admin/password_change/", data).status_code == 302
    assert here.get(INDEX).status_code == 200
    assert there.get(INDEX).status_code == 302


def test_guessing_is_stopped_and_a_good_sign_in_starts_over(staff: Staff) -> None:
    staff("vera", "viewer")
    for _ in range(forms.FROM_ONE_PLACE - 1):
        attempt("vera", "no")
    assert attempt("vera", PASSWORD) == "in"
    for _ in range(forms.FROM_ONE_PLACE):
        attempt("Vera ", "no")
    assert "Too many failed attempts" in attempt("vera", PASSWORD)


def test_a_stranger_cannot_lock_an_account_for_its_owner(staff: Staff) -> None:
    staff("vera", "viewer")
    for _ in range(10):
        attempt("vera", "no", "198.51.100.7")
    assert attempt("vera", PASSWORD, "192.0.2.1") == "in"


def test_one_address_cannot_try_many_names(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "FROM_ONE_ADDRESS", 6)
    staff("vera", "viewer")
    for n in range(6):
        attempt(f"name{n}", "no", "198.51.100.7")
    assert "Too many failed attempts" in attempt("vera", PASSWORD, "198.51.100.7")
    assert attempt("vera", PASSWORD, "192.0.2.1") == "in"


def test_many_good_sign_ins_from_one_office_are_no_attack(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "FROM_ONE_ADDRESS", 3)
    staff("vera", "viewer")
    assert [attempt("vera", PASSWORD) for _ in range(8)] == ["in"] * 8


def test_the_window_passes(installation: Stores) -> None:
    throttles = installation.throttles
    first = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    counts: list[Any] = [throttles.take("s", 900, first.replace(minute=m)) for m in (0, 5, 14, 15)]
    assert counts == [1, 2, 3, 1]


def test_a_sign_in_is_noted_without_a_new_version(staff: Staff, sign_in: SignIn) -> None:
    staff("vera", "viewer")
    sign_in("vera")
    vera = StaffUser.objects.find("vera")
    assert vera is not None
    assert vera.last_login is not None
    assert vera.version == 1
