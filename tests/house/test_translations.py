"""No sentence for guests is forgotten: each is collected, translated, whole and compiled."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils import translation

from eventsite import refusals
from eventsite.core import errors
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.rest import STATUS
from pipeline.texts import speech
from tests.house import messages
from tests.house.messages import LANGUAGES, PAGES, ROOT, SHELVES, Shelf

EVERY = pytest.mark.parametrize(
    ("shelf", "language"),
    [(shelf, language) for shelf in SHELVES for language in LANGUAGES],
    ids=lambda each: each if isinstance(each, str) else each.domain,
)
HINT = "run `make messages`, then translate what it names"


@EVERY
def test_every_sentence_is_in_the_catalogue_and_no_other(shelf, language):
    assert messages.out_of_date(shelf, language) == [], HINT


@EVERY
def test_every_sentence_is_translated(shelf, language):
    assert messages.unfinished(shelf, language) == [], HINT


@EVERY
def test_a_translation_has_the_placeholders_and_tags_of_its_sentence(shelf, language):
    assert messages.mistaken(shelf, language) == []


@EVERY
def test_what_is_compiled_is_what_is_written(shelf, language):
    assert messages.stale(shelf, language) == [], "run `make messages`"


def test_pages_and_mails_speak_the_same_languages():
    assert settings.LANGUAGES[0][0] == settings.LANGUAGE_CODE == speech.ENGLISH
    assert {code for code, _ in settings.LANGUAGES} == {"en", *LANGUAGES}
    assert speech.languages() == set(LANGUAGES)


# -- what Babel would pass over in silence --------------------------------------------------------
def calls(path: Path, keywords) -> list[ast.Call]:
    """Every call in a module of a function whose sentences are collected."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in keywords
    ]


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.domain)
def test_no_sentence_is_put_together_or_hidden_in_an_f_string(shelf):
    """Of an f-string, and of a call within one, the collector sees nothing."""
    kept = {
        text
        for message in messages.collected(shelf)
        for text in (message.id if isinstance(message.id, tuple) else (message.id,))
    }
    for path in shelf.sources:
        if path.suffix != ".py":
            continue
        for call in calls(path, shelf.keywords):
            where = f"{path.relative_to(ROOT)}:{call.lineno}"
            texts = [n.value for n in call.args if isinstance(n, ast.Constant)]
            assert not any(isinstance(n, ast.JoinedStr | ast.BinOp) for n in call.args), where
            assert kept.issuperset(texts[-1:]), f"{where} is not collected"


UNTRANSLATED = frozenset({"eventsite", "API", "Shapes"})
TRANSLATED_TEMPLATES = [path for path in PAGES.sources if path.suffix == ".html"]
STAFF_TEMPLATES = frozenset({"api_docs.html", "device.html"})


def bare_words(text: str) -> list[str]:
    """Return the words of a template that are neither markup nor handed over for translation."""
    said, within = [], False
    for token in Lexer(text).tokenize():
        if token.token_type is TokenType.BLOCK:
            name = token.split_contents()[0]
            opens = name == "blocktranslate" or token.contents == "block body_class"
            within = (within or opens) and name not in ("endblocktranslate", "endblock")
        elif token.token_type is TokenType.TEXT and not within:
            said.append(token.contents)
        else:
            said.append(" " if token.token_type is not TokenType.VAR else "0")
    markup = re.sub(r"<!doctype[^>]*>|<[^>]*>|&\w+;", " ", "".join(said), flags=re.DOTALL)
    attributes = re.findall(
        r'\b(?:alt|title|aria-label|placeholder)="([^"]*)"', "".join(said), flags=re.DOTALL
    )
    return [word for part in (markup, *attributes) for word in re.findall(r"[^\W\d_]{2,}", part)]


@pytest.mark.parametrize("path", TRANSLATED_TEMPLATES, ids=lambda path: path.name)
def test_no_guest_template_has_words_of_its_own(path):
    if path.name in STAFF_TEMPLATES:
        pytest.skip("for people who build or run this: English")
    words = set(bare_words(path.read_text(encoding="utf-8")))
    assert words - UNTRANSLATED == set()


# -- refusals -------------------------------------------------------------------------------------
def test_every_code_that_a_page_can_show_has_a_sentence():
    codes = {kind.code for kind in STATUS} | {errors.EventSiteError.code}
    assert codes - refusals.BY_CODE.keys() == set()


def test_the_heart_still_says_what_pages_translate():
    said = {
        node.value
        for path in (ROOT / "eventsite/core").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert refusals.BY_WORDS - said == set()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.Invalid("This is not an e-mail address.", field="email"), "keine E-Mail-Adresse"),
        (errors.Invalid("Something new.", field="guests.2.guest.name"), "Name hat 1 bis 120"),
        (errors.NotFound("No ticket type 'vip'.", field="type_id"), "dieses ticket gibt es nicht"),
        (errors.LimitReached("Odd.", field="elsewhere"), "was Ihnen zusteht"),
    ],
)
def test_a_refusal_is_said_by_its_words_else_its_field_else_its_code(error, said):
    with translation.override("de"):
        assert said.casefold() in refusals.in_words(error).casefold()


@pytest.mark.parametrize(
    ("kind", "bounds", "said"),
    [
        (QuestionKind.NUMBER, (1, 5), "Zahl von 1 bis 5"),
        (QuestionKind.NUMBER, (1, None), "Zahl ab 1"),
        (QuestionKind.SEVERAL, (None, 2), "höchstens 2"),
        (QuestionKind.TEXT, (None, None), "bis zu 1000"),
        (QuestionKind.NUMBER, (None, None), "nicht möglich"),
    ],
)
def test_an_answer_that_is_out_of_bounds_is_told_the_bounds(kind, bounds, said):
    low, high = bounds
    question = Question(
        event_id="demo", question_id="q", name="?", kind=kind, minimum=low, maximum=high
    )
    with translation.override("de"):
        error = errors.Invalid("This is 1 to 5.", field="answers.q")
        assert said in refusals.in_words(error, question)


# -- the checks themselves ------------------------------------------------------------------------
TEMPLATE = """{% load i18n %}
    <p title="{% translate "Above" %}">{% blocktranslate count n=n %}one thing{% plural %}
  {{ n }} things{% endblocktranslate %}</p>
      {% translate "Below" context "place" %} {{ _("Inside") }}
"""


def test_sentences_of_a_template_are_found_however_it_is_indented(tmp_path, monkeypatch):
    (tmp_path / "a.html").write_text(TEMPLATE, encoding="utf-8")
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    shelf = Shelf(domain="x", folder="x", keywords=PAGES.keywords, within=("*.html",))
    found = {(m.context, m.id) for m in messages.collected(shelf) if m.id}
    assert (None, "Above") in found
    assert (None, "Inside") in found
    assert ("place", "Below") in found
    assert any("one thing" in id_[0] for _, id_ in found if isinstance(id_, tuple))


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A shelf with one sentence of each fault."""
    (tmp_path / "a.py").write_text(
        '_("Fine")\n_("Lost")\n_("To %(whom)s")\n_("Unsure")\n_("New")\n', encoding="utf-8"
    )
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    shelf = Shelf(domain="x", folder="x", keywords=PAGES.keywords, within=("a.py",))
    catalog = Catalog(locale="de")
    catalog.add("Fine", "Gut")
    catalog.add("Lost", "")
    catalog.add("To %(whom)s", "An %(wen)s")
    catalog.add("Unsure", "Unsicher", flags=("fuzzy",))
    catalog.add("Gone", "Weg")
    shelf.po("de").parent.mkdir(parents=True)
    shelf.po("de").write_bytes(messages._po(catalog, "de"))
    return shelf


def test_each_fault_is_found(broken):
    assert messages.out_of_date(broken, "de") == [
        "not collected: New",
        "not in the code any more: Gone",
    ]
    assert sorted(messages.unfinished(broken, "de")) == ["fuzzy: Unsure", "missing: Lost"]
    assert len(messages.mistaken(broken, "de")) == 1
    assert messages.stale(broken, "de") == ["not compiled: x de"]


def test_collecting_keeps_translations_drops_what_is_gone_and_guesses_nothing(broken):
    messages.write(broken, "de")
    assert messages.out_of_date(broken, "de") == []
    assert messages.stale(broken, "de") == []
    assert messages.stored(broken, "de").get("Fine").string == "Gut"
    assert not messages.stored(broken, "de").get("New").string


def test_collecting_again_changes_no_byte():
    for shelf in SHELVES:
        kept = messages.stored(shelf, "fr")
        kept.update(messages.collected(shelf), no_fuzzy_matching=True)
        assert messages._po(kept, "fr") == shelf.po("fr").read_bytes()


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<img alt="A picture" src="x">', ["picture"]),
        ("{% blocktranslate %}Hello{% endblocktranslate %}<b>{% translate 'x' %}</b>", []),
    ],
)
def test_bare_words_are_seen(template, words):
    assert bare_words(template) == words
