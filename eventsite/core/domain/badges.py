"""Badges: what is printed on them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

NAME, TYPE, EVENT, ANSWER = "name", "type", "event", "answer."
"""Where a line comes from: the guest's name, the ticket type's, the event's title, an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeLayout:
    """What a badge shows, for every ticket type or those in ``type_ids``.

    ``lines`` are sources, the largest first: ``name``, ``type``, ``event``, ``answer.<question>``.
    ``colour`` is the band of the ticket type, such as #075c34. Sizes are in millimetres.
    With ``on_admission`` it is printed as soon as the guest is let in.
    """

    event_id: str
    layout_id: str
    name: str
    type_ids: tuple[str, ...] = ()
    width_mm: int = 86
    height_mm: int = 54
    colour: str = "#1d4ed8"
    lines: tuple[str, ...] = (NAME, TYPE)
    show_code: bool = True
    on_admission: bool = True
    active: bool = True
    version: int = 1
