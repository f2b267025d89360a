"""What badges cost: a batch of a thousand as PDF and as labels, and the first one in a process."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from eventsite.core.domain.badges import BadgeLayout, Face
from eventsite.core.domain.tickets import Ticket, sign
from eventsite.core.services.documents.badges_pdf import BATCH, badges_pdf
from eventsite.core.services.documents.badges_zpl import badge_zpl
from eventsite.core.store.secrets import Secrets
from tests.bench.measuring import Measure

BUDGET_S = 5
"""Half of what the first try of this took: 9.9 s, of which most were the codes."""

NAMES = ("Zoë Łukasiewicz", "Wolfgang Amadeus von und zu Hohenlohe", "山田 太郎", "محمد الفهيدي")
LAYOUT = BadgeLayout(
    event_id="bench", layout_id="all", name="Badge", lines=("name", "answer.company", "type")
)


def measure() -> list[Measure]:
    """Sign a thousand tickets, then make their badges; each guest has a name of their own."""
    secrets = Secrets(1, {1: "x" * 64})
    began = time.process_time()
    faces = [_face(number, secrets) for number in range(BATCH)]
    signing = time.process_time() - began
    began = time.process_time()
    badges_pdf(faces[:1])
    first = time.process_time() - began
    began = time.process_time()
    pdf = badges_pdf(faces)
    batch = time.process_time() - began
    began = time.process_time()
    labels = [badge_zpl(face) for face in faces]
    label = (time.process_time() - began) / BATCH * 1000
    longest = max(map(len, labels))
    note = f"{len(pdf) / 1e6:.1f} MB; before it {signing:.1f} s to sign the tickets"
    return [
        Measure("badge.batch_1000_s", round(batch, 2), "s", BUDGET_S, note=note),
        Measure("badge.first_ms", round(first * 1000, 1), "ms", note="loads the fonts"),
        Measure("badge.label_ms", round(label, 2), "ms", note=f"the longest {longest} bytes"),
    ]


def _face(number: int, secrets: Secrets) -> Face:
    ticket = Ticket(
        event_number=4021,
        registration_id=f"{number * 2654435761:016x}",
        type_number=1,
        reissue=0,
        last_valid_day=datetime(2026, 11, 22, tzinfo=UTC).date(),
    )
    return Face(
        layout=LAYOUT,
        lines={
            "name": f"{NAMES[number % len(NAMES)]} {number}",
            "answer.company": f"Ångström & Søn {number % 50} Ltd",
            "type": ("Speaker", "Guest", "VIP")[number % 3],
        },
        code=sign(ticket, 1, secrets.ticket_key),
        serial=f"9F3A-{number:04X}·0",
    )
