"""Pages that are made from the code, and the check that they are what the code says.

`python -m tests.house.generated` fails when a page is out of date; `--write` writes them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import grimp

from eventsite.core.config import Config
from eventsite.core.store.patterns import OFFICE_PATTERNS, PATTERNS, Pattern

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGES = ("eventsite", "registration", "checkin", "requests_app", "pipeline", "infra")
ROOMS = (
    "registration",
    "checkin",
    "requests_app",
    "pipeline",
    "infra",
    "eventsite.local",
    "eventsite.schema",
    "eventsite.callers",
    "eventsite.accounts",
    "eventsite.repoadmin",
    "eventsite.rest",
    "eventsite.bodies",
    "eventsite.names",
    "eventsite.languages",
    "eventsite.refusals",
    "eventsite.core.wiring",
    "eventsite.core.services",
    "eventsite.core.store",
    "eventsite.core.domain",
    "eventsite.core.log",
    "eventsite.core.config",
    "eventsite.core.errors",
    "eventsite",
)


def room_of(module: str) -> str:
    """Return the room a module is in; what is in none of the inner rooms is `eventsite`."""
    return next(room for room in ROOMS if f"{module}.".startswith(f"{room}."))


def arrows() -> list[tuple[str, str]]:
    """Return every import from one room to another, once."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True)
    found = {
        (room_of(importer), room_of(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }
    return sorted((a, b) for a, b in found if a != b)


def picture() -> str:
    lines = [f"  {a} --> {b}" for a, b in arrows()]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def patterns_table(patterns: Iterable[Pattern]) -> str:
    rows = [f"| {p.asks} | `{p.method}` | `{p.where}` | {p.cost} |" for p in patterns]
    head = ["| asks | method | partition / sort | cost |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


def settings_table() -> str:
    rows = [
        f"| `{f.metadata['env']}` | {f.metadata['doc']} |"
        f" {'`' + str(f.default) + '`' if f.default else ''} |"
        for f in fields(Config)
    ]
    return "\n".join(["| variable | meaning | default |", "|---|---|---|", *rows])


def openapi() -> str:
    """Return the API description as drf-spectacular makes it from the views."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsite.settings")
    os.environ.setdefault("EVENTSITE_SECRETS_ID", "unused")
    import django

    django.setup()
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiYamlRenderer
    from drf_spectacular.validation import validate_schema

    schema = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(schema)
    return OpenApiYamlRenderer().render(schema, renderer_context={}).decode()


def filled(text: str, name: str, content: str) -> str:
    """Return a page's text with ``content`` between its ``name`` markers."""
    start, end = f"<!-- {name}: made by `make docs` -->", f"<!-- end of {name} -->"
    if start not in text or end not in text:
        raise SystemExit(f"a page has no place for {name}")
    pattern = re.escape(start) + ".*?" + re.escape(end)
    return re.sub(pattern, lambda _: f"{start}\n{content}\n{end}", text, flags=re.DOTALL)


def pages() -> dict[Path, str]:
    """Return every generated file as it should be."""
    model, found = DOCS / "data-model.md", {}
    drawn, settings = DOCS / "architecture.md", DOCS / "configuration.md"
    found[drawn] = filled(drawn.read_text(), "imports", picture())
    found[settings] = filled(settings.read_text(), "settings", settings_table())
    both = filled(model.read_text(), "events table", patterns_table(PATTERNS))
    found[model] = filled(both, "office table", patterns_table(OFFICE_PATTERNS))
    found[DOCS / "openapi.yaml"] = openapi()
    return found


def stale() -> list[str]:
    """Return the names of generated files that are not what the code says."""
    return [
        str(path.relative_to(ROOT))
        for path, text in pages().items()
        if not path.exists() or path.read_text() != text
    ]


def main() -> int:
    if "--write" in sys.argv[1:]:
        for path, text in pages().items():
            path.write_text(text)
        return 0
    if late := stale():
        print(f"out of date: {', '.join(late)}; run `make docs`")
        return 1
    print("generated pages are what the code says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
