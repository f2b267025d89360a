"""Names and titles are broken, ordered and joined as their languages want."""

# ruff: noqa: RUF001 - the characters that look like others are meant

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsite.core.services.documents.writing import clusters, tidy, visual, wrapped

any_text = st.text(max_size=60)


def upto(length: int):
    return lambda line: len(line) <= length


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Ada Lovelace", ["Ada", "Lovelace"]),
        ("Jean-Baptiste", ["Jean-", "Baptiste"]),
        ("港と潮の芸術フェスティバル", ["港と潮の芸術フェ", "スティバル"]),
        ("第三届国际港口节，上海", ["第三届国际港口", "节，上海"]),
        ("부산 국제 여객 터미널", ["부산 국제 여객", "터미널"]),
    ],
)
def test_lines_break_where_the_language_allows(text, lines):
    assert wrapped(text, upto(8)) == (lines, True)


def test_a_word_longer_than_a_line_is_broken_and_it_is_said():
    assert wrapped("a Donaudampf", upto(5)) == (["a", "Donau", "dampf"], False)


def test_a_mark_stays_with_its_letter():
    assert clusters("q̈a") == ["q̈", "a"]
    assert wrapped("q̈" * 4, upto(4))[0] == ["q̈q̈", "q̈q̈"]


@given(any_text, st.integers(1, 12))
def test_wrapping_loses_nothing_but_spaces(text, room):
    lines, _ = wrapped(tidy(text), upto(room))
    assert "".join("".join(lines).split()) == "".join(tidy(text).split())
    assert all(len(line) <= room or len(clusters(line)) == 1 for line in lines)


def test_tidy_text_is_composed_and_on_one_line():
    assert tidy(" Zoe\u0308\n\tN\u200bguye\u0302\u0303n\ufe0f\x00 ") == "Zoë Nguyễn"


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("Ada", "Ada"),
        ("שלום", "םולש"),
        ("נועה (Noa) כהן", "ןהכ (Noa) העונ"),
        ("Noa (נועה) 12", "Noa (העונ) 12"),
        ("נועה 3.5 50%", "50% 3.5 העונ"),
        ("Gate נועה כהן today", "Gate ןהכ העונ today"),
        ("(כהן)", "(ןהכ)"),
    ],
)
def test_right_to_left_text_is_drawn_in_the_order_it_is_seen(said, seen):
    assert visual(said) == seen


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("محمد", "\ufeaa\ufee4\ufea4\ufee3"),
        ("نور", "\u0631\ufeee\ufee7"),  # reh stands alone: waw joins nothing after it
        ("لا", "\ufefb"),  # lam and alef are one letter
        ("سَلَام", "\u0645\ufefc\u064e\ufeb3\u064e"),  # also with marks between them
    ],
)
def test_arabic_letters_are_joined(said, seen):
    assert visual(said) == seen


@given(any_text)
def test_any_text_can_be_ordered_and_keeps_its_letters(text):
    said = tidy(text)
    plain = Counter(unicodedata.normalize("NFKD", said).translate(BRACKETS))
    assert Counter(unicodedata.normalize("NFKD", visual(said)).translate(BRACKETS)) == plain


BRACKETS = str.maketrans(")]}>»›", "([{<«‹")
