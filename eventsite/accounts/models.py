"""Staff accounts and devices as Django sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from eventsite.accounts.roles import LABELS, OWNER, permissions
from eventsite.accounts.sources import DeviceSource
from eventsite.core.domain.staff import DeviceReport, StaffAccount
from eventsite.core.wiring import stores
from eventsite.repoadmin.models import RepositoryManager, RepositoryModel
from eventsite.repoadmin.sources import SmallSource, fetch_each


class StaffSource(SmallSource[StaffAccount]):
    """A team is small: one partition, read whole."""

    lookups = frozenset({"is_active", "is_superuser"})
    orders = ("username", "-username", "name", "-name")
    searched = ("username", "name", "email")

    def every(self, where: Mapping[str, Any]) -> Iterable[StaffAccount]:
        return stores().staff.all()

    def key(self, obj: StaffAccount) -> str:
        return obj.username

    def fetch(self, keys: Sequence[str]) -> list[StaffAccount]:
        return fetch_each(stores().staff.get, keys)


class StaffManager(BaseUserManager["StaffUser"], RepositoryManager):
    """Accounts by username, which is kept in lower case."""

    @staticmethod
    def normalize(username: str | None) -> str:
        return StaffUser.normalize_username(username or "").strip().casefold()

    def find(self, username: str | None) -> StaffUser | None:
        """Return the account of a username, written in any case."""
        name = self.normalize(username)
        account = stores().staff.get(name) if 0 < len(name) <= NAME_MAX else None
        return StaffUser.from_domain(account) if account else None

    def get_by_natural_key(self, username: str | None) -> StaffUser:
        user = self.find(username)
        if user is None:
            raise StaffUser.DoesNotExist
        return user

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> StaffUser:
        """Write a new account. Raises AlreadyExists."""
        user = StaffUser(username=self.normalize(username), **fields)
        user.set_password(password)
        user.save(force_insert=True)
        return user


NAME_MAX = 150
"""Characters of a username, as in Django."""


class StaffUser(RepositoryModel, AbstractBaseUser):
    """Somebody who signs in to the admin."""

    source: ClassVar[StaffSource] = StaffSource()
    objects: ClassVar[StaffManager] = StaffManager()

    username = models.CharField(
        max_length=NAME_MAX,
        primary_key=True,
        help_text="Letters, digits and @ . + - _ only; it cannot be changed later.",
    )
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=NAME_MAX, blank=True)
    roles = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Clear this instead of deleting somebody who left."
    )
    is_superuser = models.BooleanField("owner", default=False)
    version = models.PositiveIntegerField(default=0)

    USERNAME_FIELD, EMAIL_FIELD = "username", "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "accounts"
        verbose_name, verbose_name_plural = "staff account", "staff accounts"

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_staff(self) -> bool:
        return self.is_active

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.username

    @property
    def all_roles(self) -> list[str]:
        """The roles with the owner's, as the form shows them."""
        return [*([OWNER] if self.is_superuser else []), *self.roles]

    @property
    def role_names(self) -> str:
        return ", ".join(LABELS.get(role, role).partition(":")[0] for role in self.all_roles)

    # What Django asks of a user. There are no groups and no rows of permissions.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and (self.is_superuser or perm in permissions(self.roles))

    def has_perms(self, perm_list: Iterable[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and (
            self.is_superuser
            or any(perm.startswith(f"{app_label}.") for perm in permissions(self.roles))
        )

    def to_domain(self) -> StaffAccount:
        read = self.domain or StaffAccount(username=self.username, password=self.password)
        account: StaffAccount = replace(
            read,
            username=self.username,
            email=self.email,
            name=self.name,
            password=self.password,
            roles=tuple(self.roles),
            is_active=self.is_active,
            is_superuser=self.is_superuser,
            version=self.version,
        )
        return account

    def save(
        self, *args: Any, force_insert: Any = False, update_fields: Any = None, **kwargs: Any
    ) -> None:
        """Write the account: the one repository row that Django itself saves (sign-in, password).

        Raises AlreadyExists, StaleWrite or NotAllowed.
        """
        staff = stores().staff
        if update_fields is not None and set(update_fields) == {"last_login"}:
            staff.touch_login(self.username, self.last_login or timezone.now())
            return
        write = staff.add if force_insert or self._state.adding else staff.update
        self.domain = write(self.to_domain())
        self.version, self._state.adding = self.domain.version, False
        self._tell_validators()

    def _tell_validators(self) -> None:
        password: str | None = self.__dict__.pop("_password", None)
        if password is not None:
            from django.contrib.auth.password_validation import password_changed

            password_changed(password, self)


class Device(RepositoryModel):
    """A kiosk, a staff phone or a program. ``report`` is what it last said, read for lists."""

    source: ClassVar[DeviceSource] = DeviceSource()

    device_id = models.CharField("id", primary_key=True, max_length=40, editable=False)
    event_id = models.CharField("event", max_length=40)
    name = models.CharField(max_length=80, help_text="What staff call it, such as North gate 2.")
    gates = models.JSONField(default=list, blank=True)
    rights = models.JSONField(default=list)
    enrolled_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    report: DeviceReport | None = None

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "accounts"
        verbose_name, verbose_name_plural = "device", "devices"

    def __str__(self) -> str:
        return self.name
