"""A bare engine and a messaging server for the tests of the local stack."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config

from eventsite.local.messaging import Server
from eventsite.local.processes import REGION, Engine, free_port


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The messaging server in a thread of this process."""
    served = Server(free_port(), tmp_path)
    thread = threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture
def base(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture
def fake(base: str) -> Callable[[str], Any]:
    """A real boto3 client of one of the two missing services; no retries, no checks of its own."""

    def client(service: str, validate: bool = True) -> Any:
        config = Config(retries={"total_max_attempts": 1}, parameter_validation=validate)
        return cast("Any", boto3).client(
            service,
            endpoint_url=base,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )

    return client


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "aws"


@pytest.fixture
def engine(state: Path) -> Iterator[Engine]:
    with Engine(state, interval=0.5) as running:
        yield running


def read_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)
