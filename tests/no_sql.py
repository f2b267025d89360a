"""Proof that nothing reaches for SQL, not even where the error is swallowed."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from eventsite.repoadmin.nosql import base

_DOORS_TO_SQL = ("cursor", "_cursor", "connect", "get_new_connection", "chunked_cursor")


@pytest.fixture
def sql_attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stack of each attempt to use SQL."""
    attempts: list[str] = []

    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        attempts.append("".join(traceback.format_stack(limit=12)))
        base.refuse()

    for name in (*_DOORS_TO_SQL, "temporary_connection"):
        monkeypatch.setattr(base.DatabaseWrapper, name, refuse)
    monkeypatch.setattr(base.DatabaseOperations, "quote_name", refuse)
    return attempts


@pytest.fixture(autouse=True)
def no_sql(sql_attempts: list[str]) -> Iterator[None]:
    """Fails a test in which anything tried to use SQL."""
    yield
    assert sql_attempts == [], sql_attempts[0]
