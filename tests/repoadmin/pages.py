"""What a person would read on an admin page."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
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


class _Form(HTMLParser):
    """Collects what a browser would send of the admin's main form, without buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._inside = False
        self._select = self._text = ""
        self._first: str | None = None
        self._several = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("method") == "post" and given.get("id", "") != "logout-form"
        if not self._inside:
            return
        name = given.get("name", "")
        if tag == "input" and given.get("type") not in ("submit", "button", "file"):
            ticked = given.get("type") in ("checkbox", "radio")
            if not ticked or "checked" in given:
                value = given.get("value", "on" if ticked else "")
                self.values.setdefault(name, []).append(value)
        elif tag == "select":
            self._select, self._first = name, None
            self._several = "multiple" in given
        elif tag == "option":
            value = given.get("value", "")
            self._first = value if self._first is None else self._first
            if "selected" in given:
                self.values.setdefault(self._select, []).append(value)
        elif tag == "textarea":
            self._text = name
            self.values[name] = [""]

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.values[self._text][0] = self.values[self._text][0].removeprefix("\n")
            self._text = ""
        elif tag == "select" and self._inside and not self._several:
            self.values.setdefault(self._select, [self._first or ""])
        elif tag == "form":
            self._inside = False


def form_values(response: Any, **changes: Any) -> dict[str, Any]:
    """Return what a browser would send of a page's form, with ``changes``; None leaves one out."""
    assert response.status_code == 200, response
    form = _Form()
    form.feed(response.content.decode())
    found: dict[str, Any] = form.values | changes
    return {name: value for name, value in found.items() if name and value is not None}
