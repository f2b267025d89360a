"""Collected static files: under hashed names, which modules use for each other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

MODULES = ("checkin/kiosk.js", "checkin/offline/door.js", "requests_app/board.js")


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """Our own files as a package has them."""
    backend = {"BACKEND": "eventsite.static_files.HashedModules"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": backend}
    settings.STATIC_ROOT = tmp_path
    # What others bring is many files, and takes long to compress.
    ignored = ["admin", "rest_framework", "drf_spectacular*"]
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=ignored)
    return tmp_path


def test_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    for module in MODULES:
        at = collected / names[module]
        imported = re.findall(r'^(?:import .*|\}) from "([^"]+)";$', at.read_text(), re.M)
        assert imported, module
        found = {str((at.parent / name).resolve().relative_to(collected)) for name in imported}
        assert found <= set(names.values()), module
