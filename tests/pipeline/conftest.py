"""Every function runs here with the variables that it is deployed with, and with no other."""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from eventsite.core import wiring

ROOT = Path(__file__).parents[2]
STAGES = json.loads((ROOT / "zappa_settings.json").read_text())
FUNCTIONS = {name: stage for name, stage in STAGES.items() if stage.get("extends") == "pipeline"}


@pytest.fixture(autouse=True)
def deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in FUNCTIONS.values():
        module = import_module(stage["lambda_handler"].rpartition(".")[0])
        names = frozenset(stage["aws_environment_variables"])
        monkeypatch.setattr(module, "handler", as_deployed(module.handler, names))


def as_deployed(handler: Any, names: frozenset[str]) -> Any:
    """Return a handler that finds only the variables ``names``, and builds its stores anew."""

    def run(event: dict[str, Any], context: Any) -> Any:
        ours = {name: said for name, said in os.environ.items() if name.startswith("EVENTSITE_")}
        for name in ours.keys() - names:
            del os.environ[name]
        built_anew()
        try:
            return handler(event, context)
        finally:
            os.environ.update(ours)
            built_anew()

    return run


def built_anew() -> None:
    for cached in (wiring.config, wiring.stores, wiring.secrets, wiring.wallet_issuer):
        cached.cache_clear()
