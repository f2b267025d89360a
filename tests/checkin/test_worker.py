"""The service worker keeps everything that the page of a kiosk needs, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import set_script_prefix

from checkin import worker_pages
from eventsite.static_files import NPM_FILES

ROOT = Path(__file__).resolve().parents[2]
WORKER = "/kiosk/sw.js"

pytestmark = pytest.mark.usefixtures("installation")


def script() -> str:
    answer = Client().get(WORKER)
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    return answer.content.decode()


def files(text: str) -> list[str]:
    found = re.search(r"const FILES = (\[.*?\])\.map", text)
    assert found is not None
    return json.loads(found[1])  # type: ignore[no-any-return]


def version(text: str) -> str:
    found = re.search(r'VERSION = "([0-9a-f]{16})"', text)
    assert found is not None
    return found[1]


def test_every_module_and_style_of_the_page_is_kept() -> None:
    kept = files(script())
    for folder in ("camera", "offline", "words", "printing"):
        for module in (ROOT / "checkin/static/checkin" / folder).glob("*.js"):
            assert f"/static/checkin/{folder}/{module.name}" in kept
    for name in ("kiosk/reader.js", "static/eventsite/device.js", "static/checkin/kiosk.css"):
        assert f"/{name}" in kept
    assert len(kept) == len(set(kept))


def test_nothing_else_is_kept() -> None:
    kinds = {name.rpartition(".")[2] for name in files(script())}
    assert kinds <= {"js", "css", "wasm"}
    assert not any("/api/" in name or "/admin/" in name for name in files(script()))


def test_what_npm_brings_is_kept_where_it_was_brought() -> None:
    there = {name for name, path in NPM_FILES.items() if (ROOT / "node_modules" / path).exists()}
    kept = {name.removeprefix("/static/") for name in files(script())}
    assert {name for name in kept if name.startswith("vendor/")} == there


def test_a_version_is_the_same_until_a_file_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = version(script())
    assert version(script()) == before
    monkeypatch.setattr(worker_pages, "_contents", lambda: iter([b"changed"]))
    assert version(script()) != before


def test_behind_a_prefix_its_own_pages_have_it_too() -> None:
    set_script_prefix("/live/")
    try:
        assert "/live/kiosk/reader.js" in files(script_behind("/live"))
    finally:
        set_script_prefix("/")


def script_behind(prefix: str) -> str:
    answer = Client().get(WORKER, SCRIPT_NAME=prefix)
    return answer.content.decode()


def test_collected_files_are_kept_under_their_hashed_names(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    worker_pages._collected.cache_clear()
    hashed = {"BACKEND": "eventsite.static_files.HashedModules"}
    settings.STATIC_ROOT, settings.COLLECTED = tmp_path, True
    settings.STORAGES = settings.STORAGES | {"staticfiles": hashed}
    call_command("collectstatic", interactive=False, verbosity=0)
    try:
        kept = [name for name in files(script()) if name.startswith("/static/")]
    finally:
        worker_pages._collected.cache_clear()
    assert any(re.fullmatch(r"/static/checkin/offline/door\.[0-9a-f]{12}\.js", n) for n in kept)
    for name in kept:
        path = tmp_path / name.removeprefix("/static/")
        assert path.exists()
        if name.endswith(".js"):
            for wanted in re.findall(r'(?:from|import) ?"(\.[^"]+)"', path.read_text()):
                assert (path.parent / wanted).resolve().exists(), f"{name} imports {wanted}"
                assert f"/static/{(path.parent / wanted).resolve().relative_to(tmp_path)}" in kept
