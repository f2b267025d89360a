"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from eventsite.core.store import (
    agenda,
    attempts,
    audit,
    badges,
    deliveries,
    devices,
    events,
    gauges,
    hooks,
    imports,
    jobs,
    ledger,
    occupancy,
    personal,
    registrations,
    requests,
    rosters,
    scan_ledger,
    scans,
    staff,
    stock,
    tallies,
    throttles,
    web_sessions,
)
from eventsite.core.store.patterns import OFFICE_PATTERNS, PATTERNS
from eventsite.core.store.tables import EVENTS_TABLE, OFFICE_TABLE
from tests.house import generated

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("eventsite", "registration", "checkin", "requests_app", "pipeline", "infra")
MODULES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.stat().st_size
)
LONGEST = 320
"""Lines of the longest module; aim at 250."""

TOP_LEVEL = {
    "manage.py", "eventsite", "registration", "checkin", "requests_app", "pipeline",
    "zappa_settings.json", "tests",
    # support
    ".ci", ".gitignore", ".npmrc", "package.json", "package-lock.json",
    "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "README.md", "docs",
    "infra",
    "pyproject.toml", "requirements",
}  # fmt: skip


def tracked() -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_the_top_level_is_fixed():
    assert {name.split("/")[0] for name in tracked()} <= TOP_LEVEL


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_it_is_for_and_is_not_too_long(path):
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "the first line says what the module is for"
    assert len(text.splitlines()) <= LONGEST


def test_there_is_no_drawer_for_odds_and_ends():
    names = {Path(name).stem for name in tracked()}
    assert not names & {"utils", "util", "helpers", "misc", "common"}


def test_nothing_committed_knows_a_machine_or_a_registry():
    told = re.compile(
        rb"/(home|root|work|Users)/[a-z]|files\.pythonhosted|registry\.npmjs|pypi\.org"
    )
    guilty = [
        name
        for name in tracked()
        if (ROOT / name).is_file()
        and name != "tests/house/test_rooms.py"
        and told.search((ROOT / name).read_bytes())
    ]
    assert guilty == []


def test_the_generated_pages_are_what_the_code_says(environment):
    assert generated.stale() == []


REPOSITORIES = {
    "events": (
        events.EventRepository,
        registrations.RegistrationRepository,
        scans.ScanRepository,
        occupancy.OccupancyRepository,
        agenda.AgendaRepository,
        requests.GuestRequestRepository,
        deliveries.DeliveryRepository,
        imports.BeforeRepository,
        stock.StockRepository,
        ledger.LedgerRepository,
        scan_ledger.ScanLedgerRepository,
        tallies.TallyRepository,
        rosters.RosterRepository,
        attempts.AttemptRepository,
        badges.BadgeRepository,
        gauges.RateGauge,
        personal.PersonalRepository,
    ),
    "office": (
        staff.StaffRepository,
        web_sessions.WebSessionRepository,
        throttles.ThrottleRepository,
        audit.AuditRepository,
        devices.DeviceRepository,
        devices.DeviceReportRepository,
        hooks.HookRepository,
        imports.ImportRepository,
        jobs.JobRepository,
    ),
}


@pytest.mark.parametrize(("table", "patterns"), [("events", PATTERNS), ("office", OFFICE_PATTERNS)])
def test_every_access_pattern_is_documented_and_none_is_invented(table, patterns):
    methods = {
        f"{repository.__name__}.{name}"
        for repository in REPOSITORIES[table]
        for name, _ in inspect.getmembers(repository, inspect.isfunction)
        if not name.startswith("_")
    }
    assert sorted(p.method for p in patterns) == sorted(methods)


def test_every_key_is_in_the_access_patterns():
    found = (ROOT / "eventsite/core/store").glob("*keys.py")
    source = "".join(path.read_text() for path in found)
    prefixes = set(re.findall(r'f?"([A-Z]{3,})#', source)) | {"EVENTS", "STAFF"}
    documented = " ".join(p.where for p in (*PATTERNS, *OFFICE_PATTERNS))
    assert {p for p in prefixes if p not in documented} == set()


class CloudFormation(yaml.SafeLoader):
    """Reads !Sub, !Ref and friends as plain values."""


CloudFormation.add_multi_constructor("!", lambda _loader, tag, node: f"{tag}:{node.value}")


@pytest.mark.parametrize(
    ("resource", "definition"), [("EventsTable", EVENTS_TABLE), ("OfficeTable", OFFICE_TABLE)]
)
@pytest.mark.parametrize("part", ["KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes"])
def test_the_table_of_the_tests_is_the_table_of_the_template(resource, definition, part):
    template = yaml.load((ROOT / "infra/foundation.yaml").read_text(), CloudFormation)  # noqa: S506
    properties = template["Resources"][resource]["Properties"]

    def sorted_part(value):
        return sorted(value, key=str) if part == "AttributeDefinitions" else value

    assert sorted_part(properties[part]) == sorted_part(definition[part])


def test_only_the_events_table_has_a_stream():
    template = yaml.load((ROOT / "infra/foundation.yaml").read_text(), CloudFormation)  # noqa: S506
    resources = template["Resources"]
    stream = resources["EventsTable"]["Properties"]["StreamSpecification"]
    assert stream["StreamViewType"] == EVENTS_TABLE["StreamSpecification"]["StreamViewType"]
    assert "StreamSpecification" not in resources["OfficeTable"]["Properties"]


@pytest.fixture(scope="session")
def bare_packages(tmp_path_factory):
    """What a pipeline function has: its locked requirements and nothing of Django."""
    target = tmp_path_factory.mktemp("pipeline-packages")
    uv, python = ROOT / ".venv/bin/uv", ROOT / ".venv-aws/bin/python"
    subprocess.run(
        [
            *(uv, "pip", "install", "--quiet", "--require-hashes", "--target", target),
            *("--python", python, "-r", ROOT / "requirements/pipeline.txt"),
        ],
        check=True,
        timeout=240,
    )
    return target


def test_heart_and_pipeline_run_where_django_is_not_installed(bare_packages):
    names = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for room in ("eventsite/core", "pipeline")
        for path in (ROOT / room).rglob("*.py")
    )
    program = "\n".join(
        [
            "import importlib, importlib.util",
            "assert importlib.util.find_spec('django') is None, 'Django is here'",
            *(f"importlib.import_module({name!r})" for name in names),
        ]
    )
    done = subprocess.run(
        [ROOT / ".venv-aws/bin/python", "-c", program],
        env={"PYTHONPATH": f"{bare_packages}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=bare_packages,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
