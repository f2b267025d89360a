"""The claims of tests/core/test_badges.py on the real engine, and fifty who print at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from eventsite.core.errors import EventSiteError
from eventsite.core.services.badges import print_badge
from tests.contract.conftest import THREADS
from tests.core.test_badges import *  # noqa: F403
from tests.core.test_badges import ada, order, setup_of

pytestmark = pytest.mark.engine


def at_once(stores, registration_id, **changes):
    """Ask for one guest's badge from many kiosks; return what each got, a code when refused."""
    setup = setup_of(stores)

    def ask(number):
        asked = order(registration_id, f"p{number}", by=f"device:d{number}", **changes)
        try:
            return print_badge(stores, setup, asked)
        except EventSiteError as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(ask, range(THREADS)))


def test_fifty_kiosks_print_one_first_badge(fair):
    me = ada(fair)
    got = at_once(fair, me)
    refused = [each for each in got if isinstance(each, EventSiteError)]
    assert len(refused) == THREADS - 1
    assert {(each.code, each.field) for each in refused} == {("not_allowed", "reason")}
    assert [each.first for each in got if each not in refused] == [True]
    assert len(fair.badges.of("demo", me, "-").badge.prints) == 1
    assert len(list(fair.badges.page(fair.badges.log("demo"), 100))) == 1


def test_fifty_who_print_again_leave_one_badge_that_is_good(fair):
    me = ada(fair)
    print_badge(fair, setup_of(fair), order(me, "first"))
    got = at_once(fair, me, reason="Lost it")
    done = [each for each in got if not isinstance(each, EventSiteError)]
    badge = fair.badges.of("demo", me, "-").badge
    assert {each.code for each in got if each not in done} <= {"stale_write", "unavailable"}
    assert len(badge.prints) == len(done) + 1
    assert fair.registrations.get(me).reissue == badge.prints[-1].serial == len(done)
    assert sorted(each.made.serial for each in done) == list(range(1, len(done) + 1))


def test_the_same_print_sent_many_times_at_once_is_one_badge(fair):
    me, setup = ada(fair), setup_of(fair)
    with ThreadPoolExecutor(20) as pool:
        got = list(pool.map(lambda _: print_badge(fair, setup, order(me, "one")), range(20)))
    assert {(each.made.serial, each.first) for each in got} == {(0, True)}
    assert [each.replayed for each in got].count(False) == 1
