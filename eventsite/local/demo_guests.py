"""The demo's guests: the same invented people every time, of many languages and scripts.

Everything derives from a guest's number by hashing, so that no version of Python and no order
of work makes another guest. Addresses are in example domains; telephone numbers are in the
range that Ofcom keeps free for drama.
"""

# ruff: noqa: RUF001 - names are written as their owners write them
from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from eventsite.core.domain.registrations import ChannelKind, Guest

T = TypeVar("T")

GUESTS = 200
EARLY = 40
"""Guests who took all early-bird places."""

# locale: given names, family names, family name first
_NAMES: dict[str, tuple[Sequence[str], Sequence[str], bool]] = {
    "en": (
        ("Ada", "Rowan", "Imogen", "Caspian", "Tamsin", "Jude", "Marlowe", "Beatrix"),
        ("Thistlewood", "Okonjo", "Fairweather", "Pell", "Ashgrove", "Lock-Hartley"),
        False,
    ),
    "en-IE": (
        ("Caoimhe", "Fiadh", "Oisín", "Tadhg"),
        ("Ó Floinn", "Ní Mhaoil", "MacBrádaigh"),
        False,
    ),
    "de": (
        ("Jörg", "Annegret", "Lüder", "Käthe", "Sönke", "Mareike"),
        ("Grünspecht", "von der Weide", "Müßiggang", "Ährenfeld", "Tannhoff"),
        False,
    ),
    "fr": (
        ("Éloïse", "Gaël", "Zoé", "Anaïs", "François-Xavier"),
        ("Charrondière", "L’Hérault", "Beaupré", "Delaçay"),
        False,
    ),
    "es": (
        ("Íñigo", "Begoña", "Núria", "Ángel"),
        ("Peñaranda Ruiz", "Barázar", "Echeverría Soto"),
        False,
    ),
    "pt-BR": (("João", "Conceição", "Luís"), ("Amoreira", "Gusmão", "d’Ávila"), False),
    "pl": (("Łucja", "Świętosław", "Żaneta"), ("Wronkowska", "Źródlak", "Gęś"), False),
    "tr": (("Işıl", "Çağrı", "Gülşen"), ("Yıldıztaş", "Öğütçü"), False),
    "is": (("Dagný", "Þórður", "Æsa"), ("Hrafnsdóttir", "Eldjárnsson"), False),
    "cs": (("Řehoř", "Zdeňka"), ("Šťastný", "Křížek"), False),
    "vi": (("Thảo Vy", "Đức"), ("Nguyễn", "Phạm"), True),
    "el": (("Σοφία", "Άγγελος"), ("Καρρά", "Θαλασσινός"), False),
    "uk": (("Олена", "Ярослав"), ("Гайдар", "Їжакевич"), False),
    "he": (("נועה", "איתמר"), ("גלבוע", "שקד"), False),
    "ar": (("ليلى", "يوسف"), ("النجار", "الحداد"), False),
    "hi": (("प्रिया", "अर्जुन"), ("सोलंकी", "तिवारी"), False),
    "ja": (("灯", "悠真"), ("佐久間", "高橋"), True),
    "zh-Hans": (("小雨", "子涵"), ("林", "欧阳"), True),
    "ko": (("서연", "하준"), ("한", "남궁"), True),
}
_LOCALES = (*("en",) * 10, *("de",) * 5, *("fr",) * 3, *("es",) * 3, *_NAMES)

_WARES = ("Folding lanterns", "Spoons carved from prunings", "Darned socks", "Weather vanes")

FRIENDS = "LANTERN"
"""The code that friends of the house were given."""

LATE = frozenset({188, 191, 194})
"""Who came for an early bird's ticket when all were gone."""

_CHANNELS = (*(ChannelKind.EMAIL,) * 7, *(ChannelKind.SMS,) * 2, ChannelKind.PUSH)
_TYPES = (*("standard",) * 8, "maker", "maker", "friend")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoGuest:
    """One of them: what they registered for, how long before the event, and what came of it.

    ``sessions`` are numbers to take from the agenda by remainder. Who ``settles`` is approved
    and pays, if that is asked of them; the others still wait.
    """

    number: int
    guest: Guest
    type_id: str
    ahead: timedelta
    cancels: bool
    sessions: tuple[int, ...]
    answers: dict[str, tuple[str, ...]]
    settles: bool

    @property
    def code(self) -> str:
        return FRIENDS if self.type_id == "friend" else ""

    @property
    def key(self) -> str:
        """The idempotency key of the registration, and the correlation id of all they do."""
        return f"demo-guest-{self.number:03}"


def guests(count: int = GUESTS) -> list[DemoGuest]:
    """Return the first ``count`` guests."""
    return [_guest(number) for number in range(1, count + 1)]


def _guest(number: int) -> DemoGuest:
    locale = _pick(_LOCALES, number, "locale")
    given, family, family_first = _NAMES[locale]
    names = [_pick(given, number, "given"), _pick(family, number, "family")]
    if family_first:
        names.reverse()
    channel = _pick(_CHANNELS, number, "channel")
    guest = Guest(
        name=" ".join(names),
        email=_address(names, number),
        phone=f"+447700900{number % 1000:03}" if channel is ChannelKind.SMS else "",
        push_token=f"demo-push-token-{number:03}" if channel is ChannelKind.PUSH else "",
        locale=locale,
        channel=channel,
    )
    early = number <= EARLY
    crew = not early and number % 12 == 0
    kind = _type(number, early=early or number in LATE, crew=crew)
    return DemoGuest(
        number=number,
        guest=guest,
        type_id=kind,
        ahead=_ahead(number, early=early),
        cancels=not early and number % 8 == 3,
        sessions=tuple(_chance(number, f"session {n}") for n in range(_chance(number, "many") % 5)),
        answers=_answers(number, kind),
        settles=number % 7 != 5,
    )


def _type(number: int, *, early: bool, crew: bool) -> str:
    return "early" if early else "crew" if crew else _pick(_TYPES, number, "type")


def _answers(number: int, type_id: str) -> dict[str, tuple[str, ...]]:
    answers: dict[str, tuple[str, ...]] = {
        "diet": (_pick(("Everything", "Everything", "Vegetarian", "Vegan"), number, "diet"),),
        "workshops": (_pick(("Wood", "Wire", "Yarn", "Dough", "Soup"), number, "workshop"),),
        "photos": (_pick(("yes", "yes", "no"), number, "photos"),),
    }
    if type_id == "maker":
        answers["bringing"] = (_pick(_WARES, number, "wares"),)
    return answers


def _ahead(number: int, *, early: bool) -> timedelta:
    """Return how long before the event somebody registers: early birds first, most of all late."""
    share = _chance(number, "ahead") % 1000 / 1000
    days = 17 + 4 * share if early else 17 * share**2
    return timedelta(minutes=1 + int(days * 24 * 60))


def _address(names: Sequence[str], number: int) -> str:
    """Return an address made of a name where that has Latin letters, and unique in any case."""
    bare = unicodedata.normalize("NFKD", ".".join(names)).encode("ascii", "ignore").decode()
    kept = "".join(c for c in bare.lower() if c.isalnum() or c == ".").strip(".")
    domain = "example.net" if number % 3 else "example.org"
    return f"{kept or 'guest'}.{number:03}@{domain}"


def _chance(number: int, what: str) -> int:
    """Return a number that looks random and is always the same."""
    return int.from_bytes(hashlib.sha256(f"demo {number} {what}".encode()).digest()[:4])


def _pick(options: Sequence[T], number: int, what: str) -> T:
    return options[_chance(number, what) % len(options)]
