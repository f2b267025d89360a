"""What is left out of the functions' package is nothing that a document needs."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(sysconfig.get_paths()["purelib"])

PROGRAM = """
import sys
from importlib.machinery import PathFinder
from pathlib import Path

left_out = {Path(line) for line in sys.stdin.read().splitlines()}

def missing(path):
    return bool(left_out & {path, *path.parents})

class Packed:
    @staticmethod
    def find_spec(name, path=None, target=None):
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.origin and missing(Path(spec.origin)):
            raise ModuleNotFoundError(f"{name} is not packed", name=name)
        return spec

sys.meta_path.insert(0, Packed)

from tests.builders import NOON, a_guest, a_registration, a_session, a_setup
from eventsite.core.domain.badges import BadgeLayout, Face
from eventsite.core.services.documents import fonts
from eventsite.core.services.documents.badges_pdf import badges_pdf
from eventsite.core.services.documents.badges_zpl import badge_zpl
from eventsite.core.services.documents.calendars import event_calendar
from eventsite.core.services.documents.tickets_pdf import ticket_pdf
from eventsite.core.services.documents.wallet_icons import icon

registration = a_registration(guest=a_guest(name="Ada \\u4f50\\u85e4"))
assert ticket_pdf(registration, a_setup(), "AF5UOMJ2ZQ" * 13)
assert event_calendar(registration, a_setup(), [a_session()], NOON)
assert icon(29)
layout = BadgeLayout(event_id="demo", layout_id="all", name="All")
face = Face(layout=layout, lines={"name": "\\u4f50\\u85e4"}, code="AF5UOMJ2ZQ" * 13, serial="A")
assert badges_pdf([face]).startswith(b"%PDF-")
assert "^GFA" in badge_zpl(face)
import jwt, cryptography.hazmat.primitives.serialization.pkcs7

assert not missing(Path(fonts._source("WenQuanYi")))
maps = Path("/proc/self/maps")
loaded = maps.read_text().splitlines() if maps.exists() else []
libraries = {Path(line.split(maxsplit=5)[5]) for line in loaded if ".so" in line}
assert not {each for each in libraries if missing(each)}
"""


@pytest.mark.parametrize("kind", ["web", "pipeline"])
def test_documents_are_made_without_what_the_package_leaves_out(kind):
    settings = json.loads((ROOT / "zappa_settings.json").read_text("utf-8"))
    left_out = {path for glob in settings[kind]["exclude_glob"] for path in SITE.glob(glob)}
    assert {SITE / "reportlab/fonts", SITE / "pymupdf_fonts/NotoSans_Bold.py"} <= left_out
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        input="\n".join(map(str, left_out)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
