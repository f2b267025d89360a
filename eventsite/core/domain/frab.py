"""Reads the schedule XML that frab, pretalx and their relatives publish. Pure.

    schedule > conference > time_zone_name
    schedule > day (date, start, end) > room (name) > event (guid, id) > date, start, duration, ...

Anything else in the file is ignored. An entry that cannot be read becomes a Problem and the
others are read; a file that is no schedule, or is made to do harm, is refused whole.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.agenda_files import (
    SPEAKERS_MAX,
    AgendaFile,
    Problem,
    Unreadable,
    one_line,
    safe_session_id,
    shortened,
)
from eventsite.core.domain.frab_times import Start, duration, known_zone
from eventsite.core.errors import Invalid

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FILE_MAX = 20 * 1024 * 1024
SESSIONS_MAX = 20_000
ELEMENTS_MAX = 1_000_000
"""About 50 elements for each of 20,000 sessions; published schedules have about 25."""
DEPTH_MAX = 32
TITLE_MAX = 300
NAME_MAX = 120

_CONFERENCE = ["schedule", "conference"]
_DAY = ["schedule", "day"]
_ROOM = [*_DAY, "room"]
_EVENT = [*_ROOM, "event"]
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")


def read(content: bytes | str, event_id: str, zone: str = "UTC") -> AgendaFile:
    """Return the sessions of a schedule and the entries that could not be read.

    ``zone`` is the IANA time zone of times for which the file names none.

    Raises
    ------
    Invalid
        Not XML, not a schedule, a DTD or entities in it, more than 20 MB or 20,000 sessions.
    """
    if len(content) > FILE_MAX:
        raise Invalid("An agenda file has at most 20 MB.", field="file")
    reader = _Reader(event_id, zone)
    for opening, path, element in _elements(content):
        if opening:
            reader.opened(path, element)
        else:
            reader.closed(path, element)
    return AgendaFile(tuple(reader.sessions.values()), tuple(reader.problems))


def _elements(content: bytes | str) -> Iterator[tuple[bool, list[str], Element]]:
    """Yield (opening, path, element) as each element opens and when it is complete.

    Complete events, rooms and days are emptied, so that a big file takes little memory. Raises
    Invalid for what is not harmless, well-formed XML.
    """
    # Lazy: only who imports an agenda needs it, and the pipeline's functions do not have it.
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    source = io.StringIO(content) if isinstance(content, str) else io.BytesIO(content)
    path: list[str] = []
    count = 0
    try:
        for happening, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
            opening = happening == "start"
            if opening:
                path.append(element.tag)
                count += 1
                if count > ELEMENTS_MAX or len(path) > DEPTH_MAX:
                    raise Invalid("This is too big or too deep for an agenda.", field="file")
            yield opening, path, element
            if not opening:
                if len(path) == len(_DAY) or path in (_ROOM, _EVENT):
                    element.clear()
                path.pop()
    except DefusedXmlException as error:
        raise Invalid("Files with a DTD or entities are not accepted.", field="file") from error
    except ParseError as error:
        raise Invalid(f"This is not well-formed XML: {error}.", field="file") from error
    except (ValueError, LookupError) as error:
        raise Invalid("The encoding of this file cannot be read.", field="file") from error


class _Reader:
    """Collects sessions and problems while the file goes by."""

    def __init__(self, event_id: str, zone: str) -> None:
        self.sessions: dict[str, AgendaSession] = {}
        self.problems: list[Problem] = []
        self._event_id = event_id
        self._zone: tzinfo | None = known_zone(zone)
        self._day: dict[str, str] = {}
        self._room = ""
        self._position = 0

    def opened(self, path: list[str], element: Element) -> None:
        if len(path) == 1 and element.tag != "schedule":
            raise Invalid("This is no schedule: its root element is another.", field="file")
        if path == _DAY:
            self._day = dict(element.attrib)
        elif path == _ROOM:
            self._room = element.get("name") or ""

    def closed(self, path: list[str], element: Element) -> None:
        if path == _CONFERENCE:
            name = _said(element, "time_zone_name")
            self._zone = known_zone(name) if name else self._zone
        elif path == _EVENT:
            self._position += 1
            if self._position > SESSIONS_MAX:
                raise Invalid(f"An agenda has at most {SESSIONS_MAX} sessions.", field="file")
            self._entry(element)

    def _entry(self, element: Element) -> None:
        given = (element.get("guid") or "").strip() or (element.get("id") or "").strip()
        session_id = safe_session_id(given) if given else ""
        try:
            if not given:
                raise Unreadable("missing", "guid", "The entry has neither guid nor id.")
            if session_id in self.sessions:
                raise Unreadable("duplicate", "guid", "An entry before has the same id.")
            self.sessions[session_id] = self._session(element, session_id)
        except Unreadable as why:
            problem = Problem(
                position=self._position,
                entry=given[:100],
                session_id=session_id,
                code=why.code,
                field=why.field,
                message=why.message,
            )
            self.problems.append(problem)

    def _session(self, element: Element, session_id: str) -> AgendaSession:
        title = one_line(element.findtext("title"), "title", TITLE_MAX)
        if not title:
            raise Unreadable("missing", "title", "The entry has no title.")
        start = Start(_said(element, "date"), _said(element, "start"), self._day, self._zone)
        starts_at = start.utc()
        language = _LANGUAGE.fullmatch(_said(element, "language"))
        return AgendaSession(
            event_id=self._event_id,
            session_id=session_id,
            title=title,
            starts_at=starts_at,
            ends_at=starts_at + duration(_said(element, "duration")),
            room=one_line(_said(element, "room") or self._room, "room", NAME_MAX),
            track=one_line(element.findtext("track"), "track", NAME_MAX),
            language=language[1].lower() if language else "",
            subtitle=one_line(element.findtext("subtitle"), "subtitle", TITLE_MAX),
            abstract=shortened(_said(element, "abstract") or _said(element, "description")),
            speakers=_speakers(element),
        )


def _said(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _speakers(element: Element) -> tuple[str, ...]:
    people = element.findall("persons/person")
    if len(people) > SPEAKERS_MAX:
        raise Unreadable("too_long", "persons", f"There are more than {SPEAKERS_MAX} persons.")
    names = (one_line("".join(person.itertext()), "person", NAME_MAX) for person in people)
    return tuple(name for name in names if name)
