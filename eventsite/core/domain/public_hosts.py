"""Which addresses webhooks may go to: https on the public Internet, and nothing else. Pure.

Whoever sets a webhook up makes our functions call an address of their choice. So only public
addresses are called: not our own network, not the machine itself, not the metadata service of the
cloud. Names are resolved when something is sent (``pipeline.hooks_http``), not here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from eventsite.core.errors import Invalid

URL_MAX = 1000
PORTS = {"https": 443, "http": 80}

_TEXT = re.compile(r"[!-~]+")  # printable ASCII: no spaces, no line ends
_LABEL = r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z)({_LABEL}\.)*{_LABEL}", re.IGNORECASE)

_INTERNET = IPv6Network("2000::/3")
"""All that is assigned on the public Internet. Source: IANA IPv6 Global Unicast Assignments."""
_NO_HOSTS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"), IPv6Network("3fff::/20"))
"""6to4 and Teredo carry IPv4 addresses inside, private ones as well; the last is for documents."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook's address leads. ``private`` is one that the installation's settings name."""

    host: str
    port: int
    tls: bool
    path: str
    private: bool

    @property
    def netloc(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = PORTS["https" if self.tls else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def target_of(url: str, private_hosts: Collection[str] = ()) -> Target:
    """Return where ``url`` leads.

    ``private_hosts`` are names or addresses, each with or without ``:port``, that may be private
    and may be called by http.

    Raises
    ------
    Invalid
        It is not https, has a user name or a fragment, or names an address that is not public.
    """
    if len(url) > URL_MAX or not _TEXT.fullmatch(url):
        raise _wrong(f"An address has up to {URL_MAX} characters of ASCII.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
        address = _literal(host, bracketed="[" in parts.netloc)
    except ValueError as error:
        raise _wrong("This is not an address.") from error
    port = PORTS.get(parts.scheme, 0) if port is None else port
    shown = f"[{host}]" if ":" in host else host
    private = bool({shown, f"{shown}:{port}"} & {entry.lower() for entry in private_hosts})
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise _wrong("An address begins with https://.")
    if not port or "@" in parts.netloc or "#" in url:
        raise _wrong("An address has no user name, no # and no port 0.")
    if address is None and (not _NAME.fullmatch(host) or _number_like(host)):
        raise _wrong("This is not the name of a host.")
    if address is not None and not private and not is_public(address):
        raise _wrong("Only public addresses can be called.")
    return Target(host, port, parts.scheme == "https", _path(parts), private)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is one of the public Internet and of a single machine."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _INTERNET or any(address in net for net in _NO_HOSTS):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str, *, bracketed: bool) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is, None for a name. Raises ValueError for half of one."""
    if bracketed:
        return IPv6Address(host)
    try:
        return ip_address(host)
    except ValueError:
        return None


def _number_like(host: str) -> bool:
    """Return whether a resolver may read a name as an IPv4 address: 127.1, 0x7f.1, 2130706433."""
    last = host.rsplit(".", 1)[-1]
    return last.isdigit() or last.startswith("0x")


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _wrong(why: str) -> Invalid:
    return Invalid(why, field="url")
