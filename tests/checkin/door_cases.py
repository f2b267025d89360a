"""The table of cases at the doors, as things of ours: for the server's rules and the device's."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from eventsite.core.domain import tickets
from eventsite.core.domain.attendance import Attendance, Block, Passage
from eventsite.core.domain.events import EventSetup, Gate, GateDirection, TicketType
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.rosters import RosterRecord, record_of
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.scans import Direction, Scan, VerdictCode
from eventsite.core.domain.verdicts import Arrival, decide
from eventsite.core.domain.zones import Zone, session_zone
from eventsite.core.services.ticketing import ticket_of
from eventsite.core.store.secrets import Secrets
from tests.builders import a_registration, an_event

TABLE = json.loads((Path(__file__).parent / "door_cases.json").read_text())
NOW = "2026-11-21T12:00:00Z"
EVENT = "demo"
SECRETS = Secrets.parse(json.dumps({"current": "1", "1": "s" * 64}))
STRANGERS = Secrets.parse(json.dumps({"current": "2", "2": "t" * 64}))


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    said: dict[str, Any]

    @property
    def setup(self) -> EventSetup:
        world = TABLE["world"]
        times = {"starts_at": _time, "ends_at": _time}
        emptied = self.said.get("emptied", {})
        zones = [
            zone | {"emptied_at": emptied.get(zone["zone_id"])} if emptied else zone
            for zone in world["zones"]
        ]
        return EventSetup(
            event=an_event(**_read(world["event"], times)),
            types=tuple(_built(TicketType, each, valid_from=_time) for each in world["types"]),
            zones=tuple(_built(Zone, each, emptied_at=_time) for each in zones),
            gates=tuple(
                _built(Gate, each, direction=GateDirection, type_ids=tuple)
                for each in world["gates"]
            ),
            questions=tuple(
                _built(Question, each, kind=QuestionKind, type_ids=tuple, when_answers=tuple)
                for each in world["questions"]
            ),
            rules=tuple(
                _built(
                    Rule,
                    {"rule_id": f"rule{n}", "name": f"Rule {n}"} | each,
                    opens_at=_time,
                    closes_at=_time,
                    gate_ids=tuple,
                    type_ids=tuple,
                )
                for n, each in enumerate(self.said.get("rules", ()))
            ),
        )

    @property
    def now(self) -> datetime:
        return _time(self.said.get("at", NOW))

    @property
    def registration(self) -> Registration | None:
        """The registration with what it answered before."""
        fields = self.said.get("registration", {})
        if fields is None:
            return None
        read = {"status": RegistrationStatus, "answers": _answers}
        return a_registration(**_read(fields, read))

    @property
    def attendance(self) -> Attendance:
        named = {"event_id": EVENT, "registration_id": a_registration().registration_id}
        found = Attendance(**named)
        gates = {gate.gate_id: gate for gate in self.setup.gates}
        for number, (at, gate_id, direction) in enumerate(self.said.get("passages", ())):
            gate = gates[gate_id]
            passage = Passage(
                device_id="other",
                scan_id=f"{number:08}-passage",
                gate_id=gate_id,
                zone_id=session_zone("talk") if gate.sessions else gate.zone_id,
                within=gate.zone_id if gate.sessions else "",
                direction=Direction(direction),
                at=_time(at),
            )
            found = found.passing(passage)
        block = Block(by="staff:eve", at=self.now, reason="no")
        return replace(found, block=block) if self.said.get("blocked") else found

    @property
    def code(self) -> str:
        """What is read; empty for a guest who was searched for."""
        given = self.said.get("ticket", {})
        if given is None:
            return ""
        spoiled = self.said.get("spoiled")
        secrets = STRANGERS if spoiled == "slot" else SECRETS
        bare = self.registration or a_registration()
        ticket = ticket_of(replace(bare, reissue=0), self.setup)
        ticket = replace(ticket, **_read(given, {"last_valid_day": date.fromisoformat}))
        code = tickets.sign(ticket, secrets.current, secrets.ticket_key)
        match spoiled:
            case "text":
                return "9783161484100"
            case "signature":
                return code[:60] + ("A" if code[60] != "A" else "B") + code[61:]
            case "case":
                return f" {code[:40].lower()} {code[40:]}\n"
            case _:
                return code

    @property
    def scan(self) -> Scan:
        return Scan(
            device_id="kiosk",
            scan_id="5c1e0000-0000-4000-8000-000000000001",
            event_id=EVENT,
            gate_id=self.said.get("gate", "main"),
            ticket_code=self.code,
            registration_id="" if self.code else a_registration().registration_id,
            scanned_at=self.now,
            direction=Direction(self.said.get("direction", "entry")),
            session_id=self.said.get("session", ""),
            forced=self.said.get("forced", ""),
            answers=_answers(self.said.get("answers", {})),
        )

    @property
    def record(self) -> RosterRecord | None:
        """What the roster has of the guest."""
        if self.registration is None:
            return None
        ticket = ticket_of(self.registration, self.setup)
        code = tickets.sign(ticket, SECRETS.current, SECRETS.ticket_key)
        return record_of(self.registration, self.attendance, self.setup, ("name",), code)

    def judged(self) -> str:
        """Return the code that the server gives."""
        scan, keys = self.scan, SECRETS.ticket_public_keys
        try:
            ticket = tickets.verify(scan.ticket_code, keys) if scan.ticket_code else None
        except tickets.NotATicket:
            return VerdictCode.UNKNOWN.value
        except tickets.BadSignature:
            return VerdictCode.BAD_SIGNATURE.value
        known = self.registration
        arrival = Arrival(
            scan=scan,
            ticket=ticket,
            setup=self.setup,
            gate=self.setup.gate(scan.gate_id),
            registration=known and replace(known, answers={**known.answers, **scan.answers}),
            attendance=self.attendance,
            signed_up=self.said.get("signed_up", False),
            now=self.now,
        )
        return decide(arrival).code.value


CASES = [Case(said) for said in TABLE["cases"]]
NAMES = [case.said["name"] for case in CASES]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _answers(given: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {question_id: tuple(texts) for question_id, texts in given.items()}


def _read(fields: dict[str, Any], how: dict[str, Any]) -> dict[str, Any]:
    return {name: how[name](value) if name in how else value for name, value in fields.items()}


def _built(part: Any, fields: dict[str, Any], **how: Any) -> Any:
    return part(event_id=EVENT, **_read(fields, how))
