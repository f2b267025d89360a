"""The catalogues of sentences: made from the code, and what can be wrong with them.

`python -m tests.house.messages` fails and says what is wrong; `--write` collects the sentences
anew, keeps the translations that there are, compiles, and says what is left to translate. The
.mo files are committed: the packages and `make run` need no build step for them, and this says
when one is not what its .po says.
"""

from __future__ import annotations

import gettext
import io
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("de", "es", "fr")
"""Beside English, which is the language of the sentences themselves."""

DJANGO = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
OURS = {"say": None, "marked": None, "count": (1, 2), "form": ((1, "c"), 2)}


@dataclass(frozen=True)
class Shelf:
    """The catalogues of one room. ``within`` are globs of what is read, ``but`` what is not."""

    domain: str
    folder: str
    keywords: Mapping[str, Any]
    within: tuple[str, ...]
    but: frozenset[str] = frozenset()

    def po(self, language: str) -> Path:
        return ROOT / self.folder / language / "LC_MESSAGES" / f"{self.domain}.po"

    def mo(self, language: str) -> Path:
        return self.po(language).with_suffix(".mo")

    @property
    def sources(self) -> list[Path]:
        found = {path for glob in self.within for path in ROOT.glob(glob) if path.is_file()}
        return sorted(path for path in found if str(path.relative_to(ROOT)) not in self.but)


PAGES = Shelf(
    domain="django",
    folder="eventsite/locale",
    keywords=DJANGO,
    within=(
        "eventsite/*.py",
        "eventsite/templates/eventsite/*.html",
        "registration/pages/**/*.py",
        "registration/templates/guest/**/*.html",
    ),
    but=frozenset({"eventsite/admin_site.py", "eventsite/settings.py"}),  # what staff see
)
MAILS = Shelf(
    domain="mails", folder="pipeline/locale", keywords=OURS, within=("pipeline/texts/*.py",)
)
SHELVES = (PAGES, MAILS)


def template_messages(text: str, origin: str) -> str:
    """Return a Django template as Python that calls gettext for each of its sentences.

    Django's templatize does so for xgettext, with anything in between. Python's tokenizer, which
    Babel uses, must not see the indents.
    """
    from django.utils.translation.template import templatize

    made = templatize(text, origin=origin)
    return "".join(line.lstrip(" \t") for line in made.splitlines(keepends=True))


def collected(shelf: Shelf) -> Catalog:
    """Return all sentences in the sources of a shelf."""
    catalog = Catalog(charset="utf-8")
    for path in shelf.sources:
        name, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = template_messages(text, name)
        file = io.BytesIO(text.encode())
        for _, message, comments, context in extract(
            extract_python, file, shelf.keywords, ("Translators:",), {"encoding": "utf-8"}
        ):
            catalog.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalog


def stored(shelf: Shelf, language: str) -> Catalog:
    """Return the catalogue that is committed, or an empty one."""
    path = shelf.po(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def write(shelf: Shelf, language: str) -> None:
    """Bring a catalogue up to date with the code, and compile it."""
    kept, fresh = stored(shelf, language), collected(shelf)
    kept.update(fresh, no_fuzzy_matching=True)
    kept.obsolete.clear()
    shelf.po(language).parent.mkdir(parents=True, exist_ok=True)
    shelf.po(language).write_bytes(_po(kept, language))
    shelf.mo(language).write_bytes(_mo(stored(shelf, language)))


def _po(catalog: Catalog, language: str) -> bytes:
    """Return the .po: without dates, names of tools and line numbers, which only make noise."""
    out = io.BytesIO()
    write_po(out, catalog, omit_header=True, sort_by_file=True, include_lineno=False, width=100)
    plural = get_plural(language)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Language: {language}\\n"\n'
        f'"Plural-Forms: {plural.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def _mo(catalog: Catalog) -> bytes:
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


# -- what can be wrong ----------------------------------------------------------------------------
def out_of_date(shelf: Shelf, language: str) -> list[str]:
    """Return the sentences that are in the code and not in the catalogue, or the other way."""
    code, kept = _keys(collected(shelf)), _keys(stored(shelf, language))
    return [f"not collected: {key}" for key in sorted(code - kept)] + [
        f"not in the code any more: {key}" for key in sorted(kept - code)
    ]


def unfinished(shelf: Shelf, language: str) -> list[str]:
    """Return the sentences that are not translated, or that nobody has looked at."""
    return [
        f"{'fuzzy' if message.fuzzy else 'missing'}: {_key(message)}"
        for message in _messages(stored(shelf, language))
        if message.fuzzy or not all(_translations(message))
    ]


def mistaken(shelf: Shelf, language: str) -> list[str]:
    """Return the translations whose placeholders, tags or outer spaces are not the sentence's."""
    wrong = []
    for message in _messages(stored(shelf, language)):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        for number, said in enumerate(_translations(message)):
            original = originals[min(number, len(originals) - 1)]
            if said and _marks(original) != _marks(said):
                wrong.append(f"{_marks(original)} became {_marks(said)}: {_key(message)}")
    return wrong


def stale(shelf: Shelf, language: str) -> list[str]:
    """Return what the compiled catalogue says otherwise than its source."""
    if not shelf.mo(language).exists():
        return [f"not compiled: {shelf.domain} {language}"]
    with shelf.mo(language).open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    fresh = gettext.GNUTranslations(io.BytesIO(_mo(stored(shelf, language))))._catalog  # type: ignore[attr-defined]
    return [
        f"not compiled: {key}"
        for key in sorted(compiled.keys() | fresh.keys(), key=str)
        if key and compiled.get(key) != fresh.get(key)
    ]


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _keys(catalog: Catalog) -> set[str]:
    return {_key(message) for message in _messages(catalog)}


def _key(message: Message) -> str:
    said = " / ".join(message.id) if isinstance(message.id, tuple) else message.id
    return f"[{message.context}] {said}" if message.context else said


def _translations(message: Message) -> tuple[str, ...]:
    if isinstance(message.id, tuple):
        return tuple(message.string) if message.string else ("",)
    return (str(message.string or ""),)


_MARK = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+|&\w+;|^[ \n]+|[ \n]+$")


def _marks(text: str) -> list[str]:
    """Return what a translation must keep: placeholders, tags, entities, spaces around it."""
    return sorted(_MARK.findall(text))


def problems() -> list[str]:
    """Return everything that is wrong with any catalogue."""
    checks = (out_of_date, unfinished, mistaken, stale)
    return [
        f"{shelf.domain} {language}: {problem}"
        for shelf in SHELVES
        for language in LANGUAGES
        for check in checks
        for problem in check(shelf, language)
    ]


def main() -> int:
    writing = "--write" in sys.argv[1:]
    if writing:
        for shelf in SHELVES:
            for language in LANGUAGES:
                write(shelf, language)
    found = problems()
    print("\n".join(found) or "every sentence is translated")
    return 1 if found and not writing else 0


if __name__ == "__main__":
    sys.exit(main())
