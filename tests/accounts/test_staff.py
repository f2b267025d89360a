"""Staff accounts: made, changed and kept safe; roles allow what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from eventsite.accounts.models import StaffUser
from eventsite.accounts.roles import LABELS, OWNER, ROLES
from eventsite.core.domain.staff import StaffAccount
from eventsite.core.errors import NotAllowed, StaleWrite
from eventsite.core.wiring import Stores
from tests.accounts.conftest import PASSWORD, SignIn, Staff
from tests.repoadmin.pages import column, hidden, text

LIST = "/admin/accounts/staffuser/"


def account_form(**changed: Any) -> dict[str, Any]:
    given = {"name": "N", "email": "n@example.org", "is_active": "on", "version": 1}
    return given | changed


def test_an_owner_makes_an_account_that_can_sign_in(owner: Client, sign_in: SignIn) -> None:
    new = {"username": "NewBie", "name": "N", "roles": ["checkin_lead"]}
    both = {"password1": PASSWORD, "password2": PASSWORD}
    assert "fields didn" in text(owner.post(f"{LIST}add/", new | both | {"password2": "x"}))
    assert "too common" in text(
        owner.post(f"{LIST}add/", new | {"password1": "1234567890", "password2": "1234567890"})
    )
    assert owner.post(f"{LIST}add/", new | both).status_code == 302
    assert sign_in("newbie").get("/admin/").status_code == 200
    again = owner.post(f"{LIST}add/", new | both)
    assert "A staff account with this username exists." in text(again)
    assert hidden(again, "username") == "NewBie"


def test_roles_are_check_boxes_and_the_owners_is_one_of_them(owner: Client, staff: Staff) -> None:
    staff("vera", "viewer")
    page = owner.get(f"{LIST}vera/change/")
    assert text(page).count("Viewer: sees everything") == 1
    chosen = account_form(roles=["fulfilment", OWNER], version=hidden(page, "version"))
    assert owner.post(f"{LIST}vera/change/", chosen).status_code == 302
    vera = StaffUser.objects.find("vera")
    assert vera is not None
    assert (vera.roles, vera.is_superuser) == (["fulfilment"], True)
    assert "Owner, Fulfilment" in text(owner.get(LIST))
    assert "Changed" in text(owner.get(f"{LIST}vera/history/"))


def test_an_owner_sets_a_password_for_somebody(
    owner: Client, staff: Staff, sign_in: SignIn
) -> None:
    staff("vera", "viewer")
    before = sign_in("vera")
    fresh = {"usable_password": "true", "password1": "Br4nd-new-secret"}
    fresh["password2"] = fresh["password1"]
    assert owner.post(f"{LIST}vera/password/", fresh).status_code == 302
    assert before.get("/admin/").status_code == 302
    assert sign_in("vera", "Br4nd-new-secret").get("/admin/").status_code == 200


def test_a_stale_form_does_not_undo_another_owners_change(owner: Client, staff: Staff) -> None:
    staff("vera", "viewer")
    first = account_form(roles=["organizer"], version=1)
    assert owner.post(f"{LIST}vera/change/", first).status_code == 302
    late = owner.post(f"{LIST}vera/change/", account_form(roles=["viewer"], version=1))
    assert "Somebody else saved this after you opened it." in text(late)


@pytest.mark.parametrize("change", [{"roles": ["viewer"]}, {"is_active": "", "roles": [OWNER]}])
def test_the_last_owner_cannot_be_changed_away(owner: Client, change: dict[str, Any]) -> None:
    answer = owner.post(f"{LIST}ada/change/", account_form(**change))
    assert "This is the last active owner." in text(answer)
    ada = StaffUser.objects.find("ada")
    assert ada is not None
    assert ada.is_superuser
    assert ada.is_active


def test_the_last_owner_cannot_be_deleted(owner: Client, staff: Staff) -> None:
    staff("gone", OWNER, is_active=False)
    answer = owner.post(f"{LIST}ada/delete/", {"post": "yes"}, follow=True)
    assert "This is the last active owner." in text(answer)
    staff("eve", OWNER)
    assert owner.post(f"{LIST}ada/delete/", {"post": "yes"}).status_code == 302
    assert StaffUser.objects.find("ada") is None


def owners(count: int) -> list[StaffAccount]:
    return [StaffAccount(username=f"o{n}", password="-", is_superuser=True) for n in range(count)]


def test_two_owners_who_step_down_with_each_other_as_witness(installation: Stores) -> None:
    """The second finds its witness gone: exactly one owner stays."""
    staff = installation.staff
    first, second = (staff.add(account) for account in owners(2))
    staff.update(replace(first, is_superuser=False))
    with pytest.raises(NotAllowed):
        staff.update(replace(second, is_active=False))
    with pytest.raises(NotAllowed):
        staff.delete(second.username)
    staff.delete(first.username)


def test_a_witness_that_steps_down_at_that_moment_is_not_enough(
    installation: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = installation.staff
    first, second, third = (staff.add(account) for account in owners(3))
    seen = staff.all()
    staff.update(replace(second, is_superuser=False))
    stale = iter([seen])  # what the first owner's process read just before
    truth = staff.all
    monkeypatch.setattr(staff, "all", lambda: next(stale, None) or truth())
    staff.update(replace(first, is_superuser=False))
    assert [a.username for a in truth() if a.is_superuser] == [third.username]


def test_stale_accounts_are_refused(installation: Stores) -> None:
    staff = installation.staff
    account = staff.add(StaffAccount(username="vera", password="-"))
    staff.update(replace(account, name="First"))
    with pytest.raises(StaleWrite):
        staff.update(replace(account, name="Second"))
    with pytest.raises(StaleWrite):
        staff.update(replace(account, is_superuser=True))


def test_only_owners_see_staff_accounts(staff: Staff, sign_in: SignIn) -> None:
    for role in ROLES:
        staff(role, role)
        browser = sign_in(role)
        assert browser.get(LIST).status_code == 403, role
        assert browser.get(f"{LIST}{role}/change/").status_code == 403, role
        assert browser.post(f"{LIST}{role}/password/", {}).status_code == 403, role
        assert "Staff accounts" not in text(browser.get("/admin/"))


def test_roles_allow_what_they_say(staff: Staff) -> None:
    assert set(LABELS) == {OWNER, *ROLES}
    viewer, lead = staff("v", "viewer"), staff("l", "checkin_lead", "fulfilment")
    assert viewer.has_perm("registration.view_event")
    seeing = {p for p in ROLES["viewer"] if ".view_" in p} | {"registration.answers_registration"}
    assert ROLES["viewer"] == seeing
    assert lead.has_perms(["accounts.revoke_device", "requests_app.fulfil_guestrequest"])
    assert not lead.has_perm("registration.cancel_registration")
    assert not lead.has_perm("accounts.change_staffuser")
    assert staff("o", OWNER).has_perm("accounts.change_staffuser")
    assert not staff("x", OWNER, is_active=False).has_perm("registration.view_event")
    assert not staff("old", "role-of-yesterday").has_module_perms("registration")


def test_the_list_is_searched_filtered_and_sorted(owner: Client, staff: Staff) -> None:
    staff("vera", "viewer", name="Vera V")
    staff("zoe", "viewer", is_active=False)
    assert "Vera V" in text(owner.get(f"{LIST}?q=ver"))
    assert "zoe" not in text(owner.get(f"{LIST}?is_active__exact=1"))
    assert column(owner.get(f"{LIST}?o=-0"), "username") == ["zoe", "vera", "ada"]
    assert column(owner.get(f"{LIST}?o=1"), "username") == ["zoe", "ada", "vera"], "by name"
    assert "password" not in text(owner.get(f"{LIST}?password__startswith=x")).lower()


def test_the_command_makes_the_first_owner_once(settings: Any, capsys: Any) -> None:
    settings.STAFF_PASSWORD = PASSWORD
    call_command("create_staff", "Ada", email="ada@example.org")
    ada = StaffUser.objects.find("ada")
    assert ada is not None
    assert ada.is_superuser
    assert ada.check_password(PASSWORD)
    call_command("create_staff", "ada", if_missing=True)
    with pytest.raises(CommandError, match="exists"):
        call_command("create_staff", "ada")
    settings.STAFF_PASSWORD = "short"
    with pytest.raises(CommandError, match="too short"):
        call_command("create_staff", "eve", roles=["viewer"])
    call_command("create_staff", "eve", "--role", "viewer", "--password", PASSWORD)
    assert [a.username for a in StaffUser.source.every({})] == ["ada", "eve"]
