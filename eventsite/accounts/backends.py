"""Signing in with a username and password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from eventsite.accounts.models import StaffUser


class StaffBackend(BaseBackend):
    """Passwords against the office table. An account that is not active is as good as absent."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> StaffUser | None:
        if not username or password is None:
            return None
        user = StaffUser.objects.find(username)
        if user is None:
            StaffUser().set_password(password)  # an unknown name takes as long as a wrong password
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: str) -> StaffUser | None:
        user = StaffUser.objects.find(user_id)
        return user if user is not None and user.is_active else None
