"""Make a staff account from the command line: the first owner, for one."""

from __future__ import annotations

import getpass
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eventsite.accounts.forms import StaffCreationForm
from eventsite.accounts.models import StaffUser
from eventsite.accounts.roles import LABELS, OWNER
from eventsite.core.errors import EventSiteError


class Command(BaseCommand):
    help = "Makes a staff account. The password comes from EVENTSITE_STAFF_PASSWORD or is asked."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", action="append", choices=list(LABELS), dest="roles")
        parser.add_argument("--name", default="")
        parser.add_argument("--email", default="")
        parser.add_argument("--password", help="other users of this machine can see it")
        parser.add_argument("--if-missing", action="store_true", help="succeed if it exists")

    def handle(self, *args: Any, **options: Any) -> None:
        username = StaffUser.objects.normalize(options["username"])
        if options["if_missing"] and StaffUser.objects.find(username):
            self.stdout.write(f"{username} is there already.")
            return
        password = self._password(options["password"], username)
        roles = options["roles"] or [OWNER]
        form = StaffCreationForm(
            {
                "username": username,
                "name": options["name"],
                "email": options["email"],
                "roles": roles,
                "is_active": True,
                "password1": password,
                "password2": password,
            }
        )
        if not form.is_valid():
            raise CommandError("; ".join(f"{k}: {v[0]}" for k, v in form.errors.items()))
        user = form.instance
        user.set_password(password)
        try:
            user.save(force_insert=True)
        except EventSiteError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{username} can sign in as {user.role_names}.")

    @staticmethod
    def _password(given: str | None, username: str) -> str:
        password = given or settings.STAFF_PASSWORD or getpass.getpass(f"Password of {username}: ")
        try:
            validate_password(password, StaffUser(username=username))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password
