"""Schedule XML: what is read, what is left out with a reason, what is refused whole."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsite.core.domain import frab
from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.agenda_files import (
    ABSTRACT_MAX,
    AgendaFile,
    Problem,
    Unreadable,
    safe_session_id,
)
from eventsite.core.domain.frab_times import Start, duration
from eventsite.core.errors import Invalid

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("EVENTSITE_TEST_SHARED_DATA") or ROOT.parent / "shared" / "data")
REAL = SHARED / "31c3-schedule.xml"

DATE = "<date>2030-05-10T10:00:00+02:00</date>"
ON_A_DAY = "<start>10:00</start>"


def entry(inside: str = "", *, attributes: str = "guid='a'", when: str = DATE, **said: str) -> str:
    """An event element; what is not said is as in a plain one."""
    fields = {"duration": "0:30", "title": "A talk", **said}
    body = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    return f"<event {attributes}>{when}{body}{inside}</event>"


def schedule(*entries: str, day: str = "date='2030-05-10'", zone: str = "") -> bytes:
    conference = f"<conference><time_zone_name>{zone}</time_zone_name></conference>" if zone else ""
    rooms = f"<room name='Attic'>{''.join(entries)}</room>"
    return f"<schedule>{conference}<day {day}>{rooms}</day></schedule>".encode()


def read(content: bytes | str) -> AgendaFile:
    return frab.read(content, "e1")


def only(content: bytes | str) -> AgendaSession:
    file = read(content)
    assert not file.problems
    (session,) = file.sessions
    return session


def problem(content: bytes) -> Problem:
    (found,) = read(content).problems
    return found


def test_a_complete_entry_becomes_a_session() -> None:
    people = "<persons><person id='1'>佐久間 灯</person><person> Íñigo  B. </person></persons>"
    more = {"subtitle": "Part\n one", "track": "Radio", "language": "DE", "room": "Hall"}
    session = only(schedule(entry(people, title="Löten & mehr", abstract="Why.", **more)))

    assert session == AgendaSession(
        event_id="e1",
        session_id="a",
        title="Löten & mehr",
        starts_at=datetime(2030, 5, 10, 8, tzinfo=UTC),
        ends_at=datetime(2030, 5, 10, 8, 30, tzinfo=UTC),
        room="Hall",
        track="Radio",
        language="de",
        subtitle="Part one",
        abstract="Why.",
        speakers=("佐久間 灯", "Íñigo B."),
    )


def test_empty_and_absent_fields_are_empty() -> None:
    session = only(schedule(entry("<persons/><links/>", subtitle="", language="", abstract=" ")))

    assert (session.subtitle, session.language, session.abstract) == ("", "", "")
    assert session.speakers == ()
    assert session.room == "Attic"  # the room around it


def test_the_description_stands_in_for_an_absent_abstract() -> None:
    assert only(schedule(entry(abstract="", description="Long"))).abstract == "Long"


def test_an_abstract_that_nobody_reads_to_the_end_is_cut() -> None:
    session = only(schedule(entry(abstract="x" * (ABSTRACT_MAX + 5))))

    assert len(session.abstract) == ABSTRACT_MAX
    assert session.abstract.endswith("…")


@pytest.mark.parametrize(
    ("said", "language"),
    [("en", "en"), ("pt-BR", "pt"), ("zh_Hans", "zh"), ("English", ""), ("en/de", ""), ("1", "")],
)
def test_a_language_is_an_iso_code_or_nothing(said: str, language: str) -> None:
    assert only(schedule(entry(language=said))).language == language


def test_sessions_may_overlap() -> None:
    file = read(schedule(entry(), entry(attributes="guid='b'")))

    assert [s.session_id for s in file.sessions] == ["a", "b"]


def test_unknown_elements_and_events_elsewhere_are_ignored() -> None:
    inner = "<extras><event guid='inner'/></extras>"
    content = schedule(entry(inner)).replace(b"<day", b"<colours><event guid='x'/></colours><day")

    assert only(content).session_id == "a"


def test_text_with_an_xml_declaration_is_read_like_bytes() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?>' + schedule(entry(title="Łódź")).decode()

    assert only(text).title == "Łódź"


def test_other_encodings_are_read() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>' + schedule(entry(title="Ünïcode")).decode()

    assert only(text.encode("utf-16")).title == "Ünïcode"


# -- times --
def test_a_clock_time_is_in_the_conference_time_zone() -> None:
    session = only(schedule(entry(when=ON_A_DAY), zone="Europe/Berlin"))

    assert session.starts_at == datetime(2030, 5, 10, 8, tzinfo=UTC)


def test_a_date_without_an_offset_is_in_the_conference_time_zone() -> None:
    when = "<date>2030-12-10T10:00</date>"

    assert only(schedule(entry(when=when), zone="Europe/Berlin")).starts_at.hour == 9


def test_without_a_zone_in_the_file_the_caller_names_one() -> None:
    (session,) = frab.read(schedule(entry(when=ON_A_DAY)), "e1", "America/New_York").sessions

    assert session.starts_at == datetime(2030, 5, 10, 14, tzinfo=UTC)


def test_the_small_hours_belong_to_the_day_before() -> None:
    day = "date='2030-05-10' start='2030-05-10T09:00:00' end='2030-05-11T04:00:00'"
    session = only(schedule(entry(when="<start>01:15</start>"), day=day))

    assert session.starts_at == datetime(2030, 5, 11, 1, 15, tzinfo=UTC)


def test_a_duration_counts_hours_of_the_world_not_of_the_wall() -> None:
    """Clocks in Berlin went from 3 back to 2 that night: two hours after 1:30 it is 2:30."""
    when = "<date>2030-10-27T01:30:00+02:00</date>"
    session = only(schedule(entry(when=when, duration="2:00")))

    assert session.ends_at - session.starts_at == timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("0:05", 5), ("00:30", 30), ("1:00", 60), ("24:00", 1440), ("1:30:00", 90)],
)
def test_durations(text: str, minutes: int) -> None:
    assert duration(text) == timedelta(minutes=minutes)


@given(st.integers(1, 7 * 24 * 60))
def test_every_duration_up_to_a_week_is_read_as_written(minutes: int) -> None:
    text = f"{minutes // 60}:{minutes % 60:02}"

    assert duration(text) == timedelta(minutes=minutes)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 30), timezones=st.timezones())  # noqa: DTZ001
)
def test_every_moment_with_an_offset_is_read_as_written(moment: datetime) -> None:
    when = f"<date>{moment.isoformat()}</date>"
    session = only(schedule(entry(when=when)))

    assert session.starts_at.astimezone(UTC) == moment.astimezone(UTC)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_no_text_for_a_time_breaks_the_reader(on: str, clock: str, span: str) -> None:
    try:
        duration(span)
        Start(on, clock, {"date": span, "start": on, "end": clock}, UTC).utc()
    except Unreadable:
        return


# -- entries that are left out --
@pytest.mark.parametrize(
    ("broken", "code", "field"),
    [
        (entry(title=" "), "missing", "title"),
        (entry(title="x" * 301), "too_long", "title"),
        (entry(room="x" * 121), "too_long", "room"),
        (entry("<persons>" + "<person>A</person>" * 51 + "</persons>"), "too_long", "persons"),
        (entry(duration=""), "missing", "duration"),
        (entry(duration="30"), "malformed", "duration"),
        (entry(duration="0:00"), "malformed", "duration"),
        (entry(duration="-1:00"), "malformed", "duration"),
        (entry(duration="0:75"), "malformed", "duration"),
        (entry(duration="\u0661:\u0663\u0660"), "malformed", "duration"),
        (entry(duration="999:00"), "malformed", "duration"),
        (entry(when="<date>2030-13-45T10:00:00Z</date>"), "malformed", "date"),
        (entry(when="<date>tomorrow at ten</date>"), "malformed", "date"),
        (entry(when="<date>0001-01-01T00:00:00+14:00</date>"), "malformed", "date"),
        (entry(when="<date>9999-12-31T23:59:59-14:00</date>"), "malformed", "date"),
        (entry(when="<date>9999-12-31</date>" + ON_A_DAY), "malformed", "date"),
        (entry(when="<date>2030-02-30</date>" + ON_A_DAY), "malformed", "start"),
        (entry(when="<start>25:00</start>"), "malformed", "start"),
        (entry(when="<start>ten</start>"), "malformed", "start"),
        (entry(when=""), "missing", "start"),
    ],
)
def test_an_unreadable_entry_is_named_and_the_others_are_read(
    broken: str, code: str, field: str
) -> None:
    file = read(schedule(broken, entry(attributes="guid='good'")))

    assert [s.session_id for s in file.sessions] == ["good"]
    (found,) = file.problems
    assert (found.code, found.field) == (code, field)
    assert (found.position, found.entry, found.session_id) == (1, "a", "a")
    assert found.message


def test_an_entry_without_any_id_is_a_problem() -> None:
    found = problem(schedule(entry(attributes="guid=' '")))

    assert (found.code, found.field, found.entry, found.session_id) == ("missing", "guid", "", "")


def test_the_first_of_two_entries_with_one_id_stays() -> None:
    file = read(schedule(entry(title="First"), entry(title="Second")))

    assert [s.title for s in file.sessions] == ["First"]
    assert [(p.code, p.position) for p in file.problems] == [("duplicate", 2)]


def test_a_day_without_a_date_is_a_problem_of_entries_that_need_it() -> None:
    file = read(schedule(entry(when=ON_A_DAY), entry(attributes="guid='b'"), day=""))

    assert [s.session_id for s in file.sessions] == ["b"]
    assert [(p.code, p.field) for p in file.problems] == [("missing", "date")]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Europe", "\u00fc"])
def test_an_unknown_zone_is_a_problem_of_entries_that_need_it(zone: str) -> None:
    file = read(schedule(entry(when=ON_A_DAY), entry(attributes="guid='b'"), zone=zone))

    assert [s.session_id for s in file.sessions] == ["b"]
    assert [p.field for p in file.problems] == ["time_zone_name"]


# -- ids --
@pytest.mark.parametrize("good", ["6561", "a-b", "29aecfd7-2e44-4f49-ab86-29b5e0877325"])
def test_a_safe_id_stays(good: str) -> None:
    assert safe_session_id(good) == good


def test_ids_that_differ_in_case_stay_different() -> None:
    assert safe_session_id("HOqeNIb6") != safe_session_id("hOqeNIb6")


@given(st.text(min_size=1).filter(str.strip))
def test_every_id_becomes_safe_for_keys_and_addresses_and_stays_so(given_id: str) -> None:
    session_id = safe_session_id(given_id.encode("utf-8", "replace").decode())

    assert 1 <= len(session_id) <= 40
    assert set(session_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert safe_session_id(session_id) == session_id


def test_the_guid_is_preferred_to_the_id() -> None:
    assert only(schedule(entry(attributes="id='7' guid='g'"))).session_id == "g"
    assert only(schedule(entry(attributes="id='7'"))).session_id == "7"
    assert only(schedule(entry(attributes="id='7' guid=''"))).session_id == "7"


# -- files that are refused --
LAUGHS = (
    "<!DOCTYPE schedule [<!ENTITY a 'ha'>"
    + "".join(
        f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><schedule>&i;</schedule>"
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not xml", id="no XML"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", id="a picture"),
        pytest.param(b"<calendar/>", id="another root"),
        pytest.param(b"<html><schedule/></html>", id="a page around it"),
        pytest.param(schedule(entry())[:-20], id="truncated"),
        pytest.param(schedule(entry()) + b"<more/>", id="two roots"),
        pytest.param(LAUGHS.encode(), id="billion laughs"),
        pytest.param(b"<!DOCTYPE schedule><schedule/>", id="DTD"),
        pytest.param(
            b"<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><schedule>&x;</schedule>",
            id="external entity",
        ),
        pytest.param(b"<!DOCTYPE s SYSTEM 'http://127.0.0.1:9/'><schedule/>", id="external DTD"),
        pytest.param(b"<?xml version='1.0' encoding='nope'?><schedule/>", id="no such encoding"),
        pytest.param(b"<?xml version='1.0' encoding='shift_jis'?><schedule/>", id="odd encoding"),
        pytest.param(b"<schedule>\xff\xfe</schedule>", id="broken UTF-8"),
        pytest.param(b"<schedule>" + b"<a>" * 50_000, id="deep"),
        pytest.param(b" " * (frab.FILE_MAX + 1), id="more than 20 MB"),
        pytest.param("<schedule>\ud800</schedule>", id="lone surrogate"),
    ],
)
def test_a_file_that_is_no_harmless_schedule_is_refused(content: bytes | str) -> None:
    with pytest.raises(Invalid) as refused:
        read(content)

    assert refused.value.field == "file"


def test_too_many_sessions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frab, "SESSIONS_MAX", 2)
    three = [entry(attributes=f"guid='{n}'") for n in range(3)]

    assert len(read(schedule(*three[:2])).sessions) == 2
    with pytest.raises(Invalid):
        read(schedule(*three))


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frab, "ELEMENTS_MAX", 100)

    with pytest.raises(Invalid):
        read(schedule(entry("<x/>" * 100)))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    with pytest.raises(Invalid):
        read(content)


TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@given(TEXT, TEXT)
def test_no_text_in_a_schedule_breaks_the_reader(title: str, on: str) -> None:
    content = schedule(entry(title=title, when=f"<date>{escape(on)}</date>"))
    try:
        file = read(content)
    except Invalid:
        return
    assert len(file.sessions) + len(file.problems) == 1


def test_importing_the_reader_needs_no_xml_library() -> None:
    """The pipeline's functions have the heart, and no defusedxml."""
    said = "import sys; sys.modules['defusedxml'] = None; import eventsite.core.domain.frab"

    subprocess.run([sys.executable, "-c", said], check=True, cwd=ROOT)


# -- the real thing --
@pytest.mark.skipif(not REAL.exists(), reason=f"no shared data at {SHARED}")
def test_a_real_congress_is_read_without_a_problem() -> None:
    file = read(REAL.read_bytes())

    assert (len(file.sessions), file.problems) == (138, ())
    assert {s.language for s in file.sessions} == {"en", "de"}
    assert len({s.room for s in file.sessions}) == 4
    assert min(s.starts_at for s in file.sessions) == datetime(2014, 12, 27, 10, tzinfo=UTC)
    assert any(not s.subtitle for s in file.sessions)
    assert all(s.speakers for s in file.sessions)
