"""The kiosk page as it is served: its policies, its words, its files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from eventsite.core.domain.scans import GOODBYE, SAYS, UNFORCEABLE, VerdictCode
from eventsite.static_files import NPM_FILES

pytestmark = pytest.mark.usefixtures("installation")

CHECKIN = Path(__file__).resolve().parents[2] / "checkin"
SCRIPTS = CHECKIN / "static" / "checkin"
ENTRY = re.compile(r'^  (\w+): "(.*)",$', re.MULTILINE)
ENTRY_OF_PRINTING = re.compile(r'^    (\w+): "(.*)",$', re.MULTILINE)
LANGUAGES = ("en", "de", "fr", "es")


def words(language: str) -> dict[str, str]:
    return dict(ENTRY.findall((SCRIPTS / f"words/{language}.js").read_text(encoding="utf-8")))


def policy(path: str) -> dict[str, list[str]]:
    answer = Client().get(path)
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


# -- policies --
def test_only_the_worker_may_compile_webassembly_and_nothing_is_inline() -> None:
    page, worker = policy("/kiosk/"), policy("/kiosk/reader.js")
    assert page["script-src"] == page["style-src"] == ["'self'"]
    assert worker["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert page["default-src"] == worker["default-src"] == ["'none'"]


def test_the_page_may_talk_to_us_and_to_a_label_printer_on_its_machine() -> None:
    assert policy("/kiosk/")["connect-src"] == ["'self'", "http://127.0.0.1:9180"]
    assert policy("/staff/")["connect-src"] == ["'self'"]


def test_only_the_kiosk_may_use_the_camera_and_its_shell_is_never_old() -> None:
    answer = Client().get("/kiosk/")
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_worker_is_a_script_that_names_its_webassembly() -> None:
    answer = Client().get("/kiosk/reader.js")
    assert answer.headers["Content-Type"] == "text/javascript"
    assert b"/static/vendor/zxing-wasm/zxing_reader.wasm" in answer.content


# -- words --
@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_every_word_with_the_same_places(language: str) -> None:
    english, other = words("en"), words(language)
    assert list(other) == list(english)
    for key, text in english.items():
        places = re.findall(r"\{\w+\}", text)
        assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(places), key


def test_every_verdict_is_said_in_the_words_that_the_documents_list() -> None:
    known = words("en")
    assert {code: known.get(f"code_{code.value}") for code in VerdictCode} == SAYS
    assert known["code_goodbye"] == GOODBYE


def test_every_word_that_the_page_asks_for_is_there() -> None:
    known = words("en") | dict(ENTRY_OF_PRINTING.findall(_text("printing/words.js")))
    asked = set(re.findall(r'data-t(?:-label)?="(\w+)"', _template()))
    for script in SCRIPTS.glob("*.js"):
        asked |= set(re.findall(r'\bt\("(\w+)"', script.read_text(encoding="utf-8")))
    assert sorted(asked - set(known)) == []


def test_the_page_offers_to_overrule_what_the_server_lets_overrule() -> None:
    found = re.search(r"const FINAL = \[(.*?)\];", _text("kiosk.js"), re.DOTALL)
    assert found
    final = set(re.findall(r'"(\w+)"', found[1]))
    assert final == {code.value for code in UNFORCEABLE} | {"undecided"}


def _text(script: str) -> str:
    return (SCRIPTS / script).read_text(encoding="utf-8")


def _template() -> str:
    return (CHECKIN / "templates/checkin/kiosk.html").read_text(encoding="utf-8")


# -- files --
def test_of_npm_only_what_the_page_uses_is_collected(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    left_out = ["admin", "rest_framework", "drf_spectacular"]
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=left_out)
    vendor = (tmp_path / "vendor").rglob("*.*")
    assert {file.relative_to(tmp_path).as_posix() for file in vendor} == set(NPM_FILES)
