"""Calling a webhook: one POST to a public address, over in ten seconds whatever the receiver does.

The name is resolved once, every address it has must be public, and the connection goes to one of
these: a name that means something else a moment later leads nowhere else. Certificates are checked
for the name. Redirects are answers like any other.

The standard library and not urllib3: its time-out begins anew with every byte, so a receiver that
trickles would hold the function as long as it likes.
"""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from eventsite.core.domain.public_hosts import Target, is_public, target_of
from eventsite.core.errors import Invalid

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_SECONDS = 5.0
"""For finding the host and connecting, each."""
TOTAL_SECONDS = 10.0
ADDRESSES_MAX = 4
"""Addresses of a host that are tried."""
ANSWER_MAX = 16 * 1024
"""Bytes of an answer that are read, so that the receiver can finish; nobody keeps them."""


class Answer(NamedTuple):
    """The HTTP status; or 0, and in one word why there is none."""

    status: int
    cause: str = ""


def post(
    url: str, body: bytes, headers: Mapping[str, str], private_hosts: Collection[str] = ()
) -> Answer:
    """POST ``body`` and return what came of it; nothing is raised for what a receiver does.

    Causes: ``not_allowed`` (the address), ``not_public``, ``no_such_host``, ``no_connection``,
    ``bad_certificate``, ``no_tls``, ``timeout``, ``no_answer`` (it is none of HTTP).
    """
    clock = _Clock(TOTAL_SECONDS)
    try:
        target = target_of(url, private_hosts)
        return _called(target, body, headers, clock)
    except Invalid:
        return Answer(0, "not_allowed")
    except _NotPublic:
        return Answer(0, "not_public")
    except TimeoutError:
        return Answer(0, "timeout")
    except (socket.gaierror, UnicodeError):
        return Answer(0, "no_such_host")
    except ssl.SSLCertVerificationError:
        return Answer(0, "bad_certificate")
    except ssl.SSLError:
        return Answer(0, "no_tls")
    except HTTPException:
        return Answer(0, "no_answer")
    except OSError:
        return Answer(0, "no_connection")


class _NotPublic(Exception):
    """One of a host's addresses is not public."""


class _Clock:
    """What is left of a time that began when this was made."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left. Raises TimeoutError when there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def _called(target: Target, body: bytes, headers: Mapping[str, str], clock: _Clock) -> Answer:
    sock = _connected(target, _addresses(target, clock), clock)
    try:
        if target.tls:
            sock.settimeout(clock.left())  # of the whole handshake
            sock = _context().wrap_socket(sock, server_hostname=target.host)
        connection = HTTPConnection(target.host, target.port)
        connection.sock = _Timed(sock, clock)
        connection.request(
            "POST", target.path, body, {**headers, "Host": target.netloc, "Connection": "close"}
        )
        answer = connection.getresponse()
        _let_finish(answer)
        return Answer(answer.status)
    finally:
        sock.close()


def _let_finish(answer: HTTPResponse) -> None:
    try:
        answer.read(ANSWER_MAX)
    except (OSError, HTTPException):
        return  # the status has been said, and that is all we want


def _addresses(target: Target, clock: _Clock) -> list[str]:
    """Return where a host is. Raises _NotPublic when any of it is not on the public Internet."""
    found = _resolved(target.host, target.port, min(CONNECT_SECONDS, clock.left()))
    if not target.private and not all(is_public(ip_address(address)) for address in found):
        raise _NotPublic
    return found[:ADDRESSES_MAX]


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """Return a host's addresses, each once. Raises gaierror, UnicodeError or TimeoutError.

    In a thread of its own: the system's resolver has no time-out that a caller could choose.
    """
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(address[0]) for *_, address in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty as late:
        raise TimeoutError from late
    if isinstance(answer, Exception):
        raise answer
    return answer


def _connected(target: Target, addresses: list[str], clock: _Clock) -> socket.socket:
    """Return a connection to the first address that takes one. Raises OSError."""
    connecting = _Clock(min(CONNECT_SECONDS, clock.left()))
    failed: OSError = ConnectionRefusedError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, target.port), connecting.left())
        except OSError as error:
            failed = error
    raise failed


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    """Return what certificates are checked with; reading the authorities takes a while."""
    return ssl.create_default_context()


class _Timed:
    """A socket as http.client uses one, with the clock in mind at every step."""

    def __init__(self, sock: socket.socket, clock: _Clock) -> None:
        self._sock = sock
        self._clock = clock

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._clock.left())
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._clock))

    def close(self) -> None:
        self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, sock: socket.socket, clock: _Clock) -> None:
        self._sock = sock
        self._clock = clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._sock.settimeout(self._clock.left())
        return self._sock.recv_into(buffer)
