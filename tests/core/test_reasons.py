"""A reason is a word at least and a line at most; only an optional one may be missing."""

from __future__ import annotations

import pytest

from eventsite.core.domain.reasons import REASON, checked_reason
from eventsite.core.errors import Invalid


def test_reasons_are_tidied():
    assert checked_reason("  lost \n their   coat ") == "lost their coat"
    assert checked_reason(" lost  badge ", optional=True) == "lost badge"


@pytest.mark.parametrize("length", [REASON.start, REASON.stop - 1])
def test_the_shortest_and_the_longest_reason_are_taken(length):
    assert checked_reason("x" * length) == "x" * length


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize("text", ["ab", " ab ", "x" * REASON.stop, "bell\x07 rang", "a\u202ebc"])
def test_what_is_no_reason_is_refused_and_the_field_named(text, optional):
    with pytest.raises(Invalid) as refused:
        checked_reason(text, "force_reason", optional=optional)
    assert refused.value.field == "force_reason"


@pytest.mark.parametrize("nothing", ["", " \n "])
def test_only_an_optional_reason_may_be_missing(nothing):
    assert checked_reason(nothing, optional=True) == ""
    with pytest.raises(Invalid) as refused:
        checked_reason(nothing)
    assert refused.value.field == "reason"
