"""How a letter looks: as HTML, as plain text, and short for SMS and push. All say the same.

The HTML is one column without tables or remote content, in the reader's light or dark. What must
look right everywhere is in style attributes, because some mail readers drop the style sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from eventsite.core.domain.events import Event
from pipeline.texts.speech import Reader, Speech

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters that take 7 bits in a text message. Source: 3GPP TS 23.038, 6.2.1."""

GSM_MAX, OTHER_MAX = 306, 201
"""Two segments of 153 characters, or three of 67 where one needs 16 bits. Source: 3GPP TS 23.040,
9.2.3.24.1. Longer texts are cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is to be said: ``action`` and its address, ``rows`` of label and value.

    ``short`` is a sentence that the address is put behind.
    """

    subject: str
    headline: str
    lines: tuple[str, ...]
    short: str
    action: tuple[str, str]
    rows: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message's words: ``short`` for SMS and push, ``text`` and ``html`` for a mail."""

    language: str
    subject: str
    short: str
    text: str
    html: str


def laid_out(letter: Letter, speech: Speech, reader: Reader, event: Event, picture: str) -> Text:
    """Return a letter in all its forms; ``picture`` is a content id or empty."""
    greeting = (
        speech.say("Hello {name},", name=reader.name) if reader.name else speech.say("Hello,")
    )
    closing = speech.say(
        "You get this message because of a registration for {event}.", event=event.title
    )
    return Text(
        language=speech.language.replace("_", "-"),
        subject=" ".join(letter.subject.split()),
        short=_short(letter.short, letter.action[1]),
        text=_plain(letter, speech, greeting, closing),
        html=_html(letter, speech, greeting, closing, event, picture),
    )


def _short(sentence: str, address: str) -> str:
    sentence = " ".join(sentence.split())
    text = f"{sentence} {address}"
    most = GSM_MAX if set(text) <= GSM else OTHER_MAX
    if len(text) <= most:
        return text
    return f"{sentence[: max(most - len(address) - 4, 0)].rstrip()}... {address}"


def _plain(letter: Letter, speech: Speech, greeting: str, closing: str) -> str:
    label, address = letter.action
    rows = "\n".join(
        speech.form("label and value", "{label}: {value}", label=name, value=value)
        for name, value in letter.rows
    )
    act = speech.form("before an address", "{label}:", label=label)
    parts = [greeting, *letter.lines, rows, f"{act}\n{address}", *letter.notes, closing]
    return "\n\n".join(part for part in parts if part) + "\n"


_SHEET = """
:root{color-scheme:light dark}
@media (prefers-color-scheme:dark){
.paper{background:#11181c!important;color:#eaf0f2!important}
.card{background:#1a2328!important;border-color:#34424a!important;border-top-color:#6fd3d8!important}
.quiet,.quiet a{color:#a9b6bd!important}
.line{border-color:#34424a!important}
.act{background:#6fd3d8!important;color:#06282b!important}
}
@media (max-width:30em){.card{padding:24px 20px!important}}
"""
_PAPER = (
    "margin:0;padding:24px 12px;background:#f5f3ee;color:#17222a;"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
    "-webkit-text-size-adjust:100%;overflow-wrap:anywhere"
)
_COLUMN = "max-width:560px;margin:0 auto"
_CARD = (
    "background:#ffffff;border:1px solid #dcd8ce;border-top:6px solid #0a5c63;border-radius:12px;"
    "padding:32px"
)
_ACT = (
    "display:inline-block;padding:13px 26px;border-radius:10px;background:#0a5c63;color:#ffffff;"
    "font-weight:650;text-decoration:none"
)
_TITLE = "margin:0 0 12px;padding:0 4px;font-weight:700"
_HEADLINE = "margin:0 0 16px;font-size:26px;line-height:1.2;letter-spacing:-.01em"
_LINE = "margin:0 0 14px"
_ROWS = (
    "margin:0 0 14px;padding:18px 0 6px;"
    "border-top:1px solid #dcd8ce;border-bottom:1px solid #dcd8ce"
)
_QUIET = "color:#55626b;font-size:14px;margin:0 0 10px"
_UNSEEN = "display:none;max-height:0;overflow:hidden"


def _html(
    letter: Letter, speech: Speech, greeting: str, closing: str, event: Event, picture: str
) -> str:
    label, address = map(escape, letter.action)
    subject, preview = escape(letter.subject), escape(" ".join(letter.lines))
    lines = "".join(f'<p style="{_LINE}">{escape(line)}</p>' for line in (greeting, *letter.lines))
    notes = "".join(f'<p class="quiet" style="{_QUIET}">{escape(n)}</p>' for n in letter.notes)
    instead = escape(speech.say("If the button does not work, open this address:"))
    return f"""<!doctype html>
<html lang="{speech.language.replace("_", "-")}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>{_SHEET}</style>
</head>
<body class="paper" style="{_PAPER}">
<div style="{_UNSEEN}">{preview}</div>
<div role="article" aria-label="{subject}" style="{_COLUMN}">
<p style="{_TITLE}">{escape(event.title)}</p>
<div class="card" style="{_CARD}">
<h1 style="{_HEADLINE}">{escape(letter.headline)}</h1>
{lines}
{_picture(picture, speech)}
<p style="margin:24px 0"><a class="act" href="{address}" style="{_ACT}">{label}</a></p>
{_rows(letter)}{notes}
<p class="quiet" style="{_QUIET};margin-bottom:0">{instead}<br>
<a class="quiet" href="{address}" style="color:#55626b">{address}</a></p>
</div>
<p class="quiet" style="{_QUIET};padding:16px 4px 0">{escape(closing)}</p>
</div>
</body>
</html>
"""


def _picture(content_id: str, speech: Speech) -> str:
    """Return the ticket's code, on white also in the dark: readers need the contrast."""
    if not content_id:
        return ""
    alt = escape(speech.say("QR code of your ticket"))
    return (
        f'<p style="margin:22px 0"><img src="cid:{escape(content_id)}" alt="{alt}" width="264"'
        ' height="264" style="display:block;background:#ffffff;'
        'border:1px solid #dcd8ce;border-radius:8px"></p>'
    )


def _rows(letter: Letter) -> str:
    rows = "".join(
        '<dt class="quiet" style="color:#55626b;font-size:14px">'
        f'{escape(name)}</dt><dd style="margin:0 0 10px;font-weight:600">{escape(value)}</dd>'
        for name, value in letter.rows
    )
    return f'<dl class="line" style="{_ROWS}">{rows}</dl>' if rows else ""
