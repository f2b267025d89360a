"""Each function's process starts with its own doors only, and answers what it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json
from eventsite.core import wiring
from eventsite.core.store.secrets import Secrets
wiring.secrets = lambda: Secrets(1, {1: "x" * 64})
from eventsite.wsgi import application
from django.core.management import call_command
from django.test import Client
call_command("check", verbosity=0)
client = Client(raise_request_exception=False)
paths = ["/healthz", "/kiosk/", "/staff/", "/api/docs/", "/admin/login/", "/api/v1/device"]
print(json.dumps({path: client.get(path).status_code for path in paths}))
"""


@pytest.mark.parametrize(
    ("doors", "guests", "staff"), [("all", 200, 200), ("rest", 200, 404), ("office", 404, 200)]
)
def test_a_process_opens_its_own_doors(doors, guests, staff):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ | {"EVENTSITE_DOORS": doors, "DJANGO_SETTINGS_MODULE": "eventsite.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    assert answers == {
        "/healthz": 200,
        "/kiosk/": guests,
        "/staff/": guests,
        "/api/docs/": guests,
        "/api/v1/device": 401 if guests == 200 else 404,
        "/admin/login/": staff,
    }
