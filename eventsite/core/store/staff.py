"""Staff accounts: one small partition of the office table, read whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from eventsite.core.domain.staff import StaffAccount
from eventsite.core.errors import AlreadyExists, NotAllowed, NotFound, StaleWrite, Unavailable
from eventsite.core.store import office_keys
from eventsite.core.store.items import Item, dump, load, time_text
from eventsite.core.store.pages import Access
from eventsite.core.store.table import ConditionFailed, Table, TransactionRefused

HANDOVER_TRIES = 5
"""Other owners tried as the one who stays, when owners step down at the same moment."""


class StaffRepository:
    """Accounts by username.

    The last active owner cannot be demoted, deactivated or deleted. There is no counter that
    could drift: the write that takes an owner away is one transaction with a check that a named
    other owner still is one. Transactions are serializable, so if two owners remove each other
    at once, the second finds its witness gone and looks for another, or is refused.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, username: str) -> StaffAccount | None:
        """Return an account, strongly consistent: a deactivation holds from the next request."""
        item = self.table.get(office_keys.staff(username), consistent=True)
        return load(StaffAccount, item) if item else None

    def all(self) -> list[StaffAccount]:
        """Return every account by username."""
        return [load(StaffAccount, item) for item in Access(self.table, office_keys.STAFF).stream()]

    def add(self, account: StaffAccount) -> StaffAccount:
        """Write a new account. Raises AlreadyExists."""
        fresh = replace(account, version=1)
        try:
            self.table.put(self._item(fresh), "attribute_not_exists(pk)")
        except ConditionFailed as taken:
            raise AlreadyExists(
                "A staff account with this username exists.", field="username"
            ) from taken
        return fresh

    def update(self, account: StaffAccount) -> StaffAccount:
        """Replace an account read at ``account.version``.

        Raises
        ------
        StaleWrite
            Somebody saved the account in between.
        NotAllowed
            The change would leave no active owner.
        """
        fresh = replace(account, version=account.version + 1)
        seen = {":seen": account.version}
        if _is_owner(account):
            try:
                self.table.put(self._item(fresh), "version = :seen", seen)
            except ConditionFailed as changed:
                raise StaleWrite from changed
            return fresh
        write = self.table.putting(self._item(fresh), "version = :seen", seen)
        self._write_with_witness(write, account.username)
        return fresh

    def touch_login(self, username: str, now: datetime) -> None:
        """Note a sign-in; not an edit, so the version stays. Raises NotFound."""
        try:
            self.table.update(
                office_keys.staff(username),
                "SET last_login = :now",
                {":now": time_text(now)},
                "attribute_exists(pk)",
            )
        except ConditionFailed as gone:
            raise NotFound from gone

    def delete(self, username: str) -> None:
        """Remove an account; one that is gone already is fine. Raises NotAllowed."""
        account = self.get(username)
        if account is None:
            return
        write = self.table.deleting(
            office_keys.staff(username), "version = :seen", {":seen": account.version}
        )
        self._write_with_witness(write, username)

    def _write_with_witness(self, write: Item, username: str) -> None:
        """Run a write that leaves ``username`` no active owner, if another owner remains."""
        for _ in range(HANDOVER_TRIES):
            accounts = self.all()
            if not any(_is_owner(a) for a in accounts if a.username == username):
                return self._transact(write)
            witness = next((a for a in accounts if a.username != username and _is_owner(a)), None)
            if witness is None:
                raise NotAllowed(
                    "This is the last active owner. Make somebody else an owner first.",
                    field="roles",
                )
            if self._transact_checked(write, witness.username):
                return None
        raise Unavailable("The list of owners is changing; try again.")

    def _transact(self, write: Item) -> None:
        try:
            self.table.transact(write)
        except TransactionRefused as refused:
            raise StaleWrite from refused

    def _transact_checked(self, write: Item, witness: str) -> bool:
        """Run the write if ``witness`` is an active owner at that moment; False when not."""
        check = self.table.deleting(
            office_keys.staff(witness), "is_active = :yes AND is_superuser = :yes", {":yes": True}
        )
        try:
            self.table.transact(write, {"ConditionCheck": check["Delete"]})
        except TransactionRefused as refused:
            if refused.reasons[0].refused:
                raise StaleWrite from refused
            return False
        return True

    @staticmethod
    def _item(account: StaffAccount) -> Item:
        return dump("staff_account", account) | office_keys.staff(account.username)


def _is_owner(account: StaffAccount) -> bool:
    return account.is_superuser and account.is_active
