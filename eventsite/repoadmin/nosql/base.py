"""A database backend for projects that have no SQL database.

``transaction.atomic()`` and ``on_commit()`` work and mean nothing. Anything that would send SQL
raises NoSQLDatabase, so a forgotten ORM call fails in the first test instead of in production.
``DATABASES = {}`` would not do: the admin opens a transaction around every write.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.dummy import base as dummy


class NoSQLDatabase(ImproperlyConfigured):
    """Something tried to use SQL.

    An ImproperlyConfigured, so that management commands skip their migration checks.
    """


def refuse(*args: Any, **kwargs: Any) -> NoReturn:
    """Stand in for whatever would reach a database."""
    raise NoSQLDatabase("There is no SQL database: go through a repository.")


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Stand in for the moments of a transaction."""


class DatabaseOperations(dummy.DatabaseOperations):
    quote_name = refuse  # the first thing any SQL compiler asks for


class DatabaseWrapper(dummy.DatabaseWrapper):
    """A connection that is never made."""

    vendor = "none"
    display_name = "no SQL database"
    ops_class = DatabaseOperations

    cursor = _cursor = connect = get_new_connection = refuse
    chunked_cursor = temporary_connection = refuse
    ensure_connection = _commit = _rollback = _close = _nothing
    _savepoint = _savepoint_commit = _savepoint_rollback = _set_autocommit = _nothing

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.autocommit = True

    def get_autocommit(self) -> bool:
        return bool(self.autocommit)
