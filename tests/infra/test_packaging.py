"""What is in a package, and that the same content is the same package."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra import packaging, zappa_hooks

HERE = packaging.Target("here", ("--python", sys.executable), "", "3.11", 1)


def small_checkout(root: Path) -> Path:
    """A checkout with one tiny module of each room, and no requirements to fetch."""
    for name in (
        "eventsite/__init__.py",
        "eventsite/core/__init__.py",
        "eventsite/settings_.py",
        "eventsite/local/__init__.py",
        "pipeline/__init__.py",
        "pipeline/handlers/__init__.py",
        "pipeline/tests/test_x.py",
        "registration/__init__.py",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("VALUE = 1\n", encoding="utf-8")
    (root / "requirements").mkdir()
    for kind in packaging.STAGES:
        (root / f"requirements/{kind}.txt").write_text("", encoding="utf-8")
    (root / "package-lock.json").write_text("{}", encoding="utf-8")
    shutil.copyfile(packaging.SETTINGS, root / "zappa_settings.json")
    return root


def names(package: Path) -> set[str]:
    with zipfile.ZipFile(package) as archive:
        return set(archive.namelist())


def test_the_pipeline_package_holds_the_heart_and_the_pipeline_only(tmp_path: Path) -> None:
    root = small_checkout(tmp_path / "checkout")
    package = packaging.pack("pipeline", HERE, root=root, build=tmp_path / "build")
    assert names(package) == {
        "eventsite/__init__.py",
        "eventsite/core/__init__.py",
        "pipeline/__init__.py",
        "pipeline/handlers/__init__.py",
    }


@pytest.mark.parametrize(
    ("kind", "catalogue"),
    [("pipeline", "pipeline/locale/de/mails"), ("web", "eventsite/locale/de/x")],
)
def test_compiled_translations_are_packed_and_their_sources_are_not(
    tmp_path: Path, kind: str, catalogue: str
) -> None:
    root = small_checkout(tmp_path / "checkout")
    for suffix in (".po", ".mo"):
        file = root / f"{catalogue}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    packed = names(packaging.pack(kind, HERE, root=root, build=tmp_path / "build"))
    assert f"{catalogue}.mo" in packed
    assert f"{catalogue}.po" not in packed


def test_an_unchanged_checkout_is_not_packed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, build = small_checkout(tmp_path / "checkout"), tmp_path / "build"
    first = packaging.pack("pipeline", HERE, root=root, build=build)
    monkeypatch.setattr(packaging, "_zappa", lambda *given: pytest.fail("packed again"))
    assert packaging.pack("pipeline", HERE, root=root, build=build) == first


def test_what_is_packed_decides_the_hash_and_nothing_else(tmp_path: Path) -> None:
    root = small_checkout(tmp_path)
    before = packaging.content_hash("pipeline", HERE, root=root)
    (root / "registration/__init__.py").write_text("VALUE = 2\n", encoding="utf-8")
    (root / "eventsite/core/__pycache__").mkdir()
    (root / "eventsite/core/__pycache__/x.pyc").write_bytes(b"")
    assert packaging.content_hash("pipeline", HERE, root=root) == before
    (root / "pipeline/__init__.py").write_text("VALUE = 2\n", encoding="utf-8")
    assert packaging.content_hash("pipeline", HERE, root=root) != before


def test_another_target_is_another_package(tmp_path: Path) -> None:
    root = small_checkout(tmp_path)
    other = packaging.Target("here", HERE.pip, "", "3.13", 1)
    hashes = {packaging.content_hash("web", target, root=root) for target in (HERE, other)}
    assert len(hashes) == 2


def test_the_requirements_of_the_pipeline_have_no_django_and_no_boto3() -> None:
    text = (packaging.ROOT / "requirements/pipeline.txt").read_text("utf-8").casefold()
    pinned = {line.split("==")[0] for line in text.splitlines() if "==" in line}
    assert not pinned & {"django", "zappa", "boto3", "botocore", "djangorestframework"}


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def hooked(path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path, python: str) -> bytes:
    monkeypatch.setenv(zappa_hooks.PYTHON_VARIABLE, python)
    monkeypatch.setenv(zappa_hooks.CACHE_VARIABLE, str(cache))
    zappa_hooks.after_zip(SimpleNamespace(zip_path=str(path)))
    return path.read_bytes()


def test_the_same_files_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = zipped(tmp_path / "one.zip", {"a.py": "A = 1", "b/c.py": "C = 1", "handler.py": "1"})
    two = zipped(
        tmp_path / "two.zip", {"b/c.py": "C = 1", "package_info.json": "2", "a.py": "A = 1"}
    )
    made = [hooked(p, monkeypatch, tmp_path / "cache", sys.executable) for p in (one, two)]
    assert made[0] == made[1]


def test_bytecode_is_used_without_looking_at_dates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "one.zip", {"room/thing.py": "VALUE = 41\n"})
    hooked(path, monkeypatch, tmp_path / "cache", sys.executable)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    (tmp_path / "out/room/thing.py").write_text("raise RuntimeError\n", encoding="utf-8")
    code = "from room.thing import VALUE; print(VALUE)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "out", capture_output=True, check=True
    )
    assert ran.stdout.strip() == b"41"


def test_no_bytecode_without_an_interpreter_of_the_runtimes_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "one.zip", {"a.py": "A = 1", "__pycache__/a.cpython-39.pyc": "old"})
    hooked(path, monkeypatch, tmp_path / "cache", "")
    assert names(path) == {"a.py"}
