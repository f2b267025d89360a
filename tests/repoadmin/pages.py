"""What a person would read on an admin page."""

from __future__ import annotations

import html
import re
from typing import Any


def text(response: Any) -> str:
    """Return a page's words with single spaces."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(bare).split())


def column(response: Any, name: str) -> list[str]:
    """Return a list column's cells."""
    cells = re.findall(rf'class="field-{name}[^"]*">(.*?)</t[dh]>', response.content.decode(), re.S)
    return [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]


def link(response: Any, rel: str) -> str | None:
    """Return where the page's ``rel`` link leads."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', response.content.decode())
    return html.unescape(found[1]) if found else None


def hidden(response: Any, name: str) -> str:
    """Return the value of a form's field, as the browser would send it back."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())
    assert found, f"no field {name}"
    value = re.search(r'value="([^"]*)"', found[0])
    return html.unescape(value[1]) if value else ""
