"""The server's rules give every case at the doors its code; the device's do in tests/browser."""

from __future__ import annotations

import pytest

from eventsite.core.domain.scans import VerdictCode
from tests.checkin.door_cases import CASES, NAMES, Case


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_server_gives_the_code_of_the_table(case: Case) -> None:
    assert case.judged() == case.said["code"]


def test_the_table_has_every_code_that_rules_give() -> None:
    not_by_rules = {VerdictCode.CLOCK_SKEW, VerdictCode.ZONE_FULL}
    assert {case.said["code"] for case in CASES} == set(VerdictCode) - not_by_rules
