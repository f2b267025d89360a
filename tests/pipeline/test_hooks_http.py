"""A receiver can answer, refuse, trickle or lie: a call is over in time and goes nowhere else."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline import hooks_http
from pipeline.hooks_http import Answer, post
from tests.receiver import Receiver, unused_port

BODY = b'{"id": "registrations-1"}'
SHORT = 0.4
"""Seconds that stand for the five and ten of a real call."""


def call(receiver, url="", headers=None):
    return post(url or receiver.url, BODY, headers or {}, (receiver.host,))


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(hooks_http, "CONNECT_SECONDS", SHORT)
    monkeypatch.setattr(hooks_http, "TOTAL_SECONDS", SHORT)


def test_a_receiver_gets_the_bytes_and_headers_as_they_are():
    with Receiver(204) as receiver:
        assert call(receiver, headers={"Eventsite-Topic": "requests"}) == Answer(204)
        ((path, headers, body),) = receiver.calls
    assert (path, body) == ("/in?a=b", BODY)
    assert headers["Host"] == receiver.host
    assert headers["Eventsite-Topic"] == "requests"
    assert headers["Content-Length"] == str(len(BODY))


@pytest.mark.parametrize("status", [200, 202, 299, 400, 404, 410, 500, 503])
def test_the_status_is_what_was_answered(status):
    with Receiver(status) as receiver:
        assert call(receiver) == Answer(status)


def test_a_redirect_is_not_followed():
    with Receiver(204) as elsewhere:

        def redirect(handler):
            handler.send_response(307)
            handler.send_header("Location", elsewhere.url)
            handler.end_headers()

        with Receiver(redirect) as receiver:
            hosts = (receiver.host, elsewhere.host)
            assert post(receiver.url, BODY, {}, hosts) == Answer(307)
        assert elsewhere.calls == []


def test_nobody_listening_is_no_connection():
    host = f"127.0.0.1:{unused_port()}"
    assert post(f"http://{host}/", BODY, {}, (host,)) == Answer(0, "no_connection")


def sleeping(handler):
    with contextlib.suppress(OSError):
        time.sleep(SHORT * 3)
        handler.send_response(204)
        handler.end_headers()


def trickling_headers(handler):
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 204 No Content\r\n")
        for _ in range(60):
            handler.wfile.write(b"X-More: 1\r\n")
            handler.wfile.flush()
            time.sleep(SHORT / 8)


def continuing(handler):
    with contextlib.suppress(OSError):
        for _ in range(60):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            handler.wfile.flush()
            time.sleep(SHORT / 8)


@pytest.mark.parametrize("slow", [sleeping, trickling_headers, continuing])
def test_a_call_is_over_in_time_however_slowly_it_is_answered(hurried, slow):
    with Receiver(slow) as receiver:
        began = time.monotonic()
        assert call(receiver) == Answer(0, "timeout")
        assert time.monotonic() - began < SHORT * 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_who_takes_a_connection_and_says_nothing_holds_nobody(hurried, scheme):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        host = f"127.0.0.1:{mute.getsockname()[1]}"
        began = time.monotonic()
        assert post(f"{scheme}://{host}/", BODY, {}, (host,)) == Answer(0, "timeout")
        assert time.monotonic() - began < SHORT * 2


def endless(handler):
    with contextlib.suppress(OSError):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)


def trickling_body(handler):
    with contextlib.suppress(OSError):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(60):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(SHORT / 8)


@pytest.mark.parametrize("long", [endless, trickling_body])
def test_a_long_answer_is_not_waited_for_and_its_status_counts(hurried, long):
    with Receiver(long) as receiver:
        began = time.monotonic()
        assert call(receiver) == Answer(200)
        assert time.monotonic() - began < SHORT * 2


def silent(handler):
    handler.close_connection = True


def garbage(handler):
    handler.wfile.write(b"HELLO THERE\r\n\r\n")


def long_line(handler):
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")


def many_headers(handler):
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 500 + b"\r\n")


@pytest.mark.parametrize("wrong", [silent, garbage, long_line, many_headers])
def test_what_is_no_http_is_no_answer(wrong):
    with Receiver(wrong) as receiver:
        assert call(receiver) == Answer(0, "no_answer")


# -- where a name leads --
@pytest.fixture
def resolving(monkeypatch):
    """Let names mean what a test says; returns the table."""
    meant: dict[str, list[str]] = {}
    original = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host not in meant:
            return original(host, port, *args, **kwargs)
        if not meant[host]:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in meant[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return meant


@pytest.fixture
def connected(monkeypatch):
    """Remember where connections go, and make none."""
    asked: list[tuple[str, int]] = []

    def connect(address, timeout):
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return asked


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["fd00:ec2::254"],
        ["::ffff:127.0.0.1"],
        ["fe80::1%eth0"],
        ["8.8.8.8", "192.168.1.1"],  # one of them is enough
        ["2606:4700::1111", "::ffff:10.0.0.1"],
    ],
)
def test_a_name_that_leads_into_a_private_network_is_not_called(resolving, connected, addresses):
    resolving["hook.example.org"] = addresses
    assert post("https://hook.example.org/", BODY, {}) == Answer(0, "not_public")
    assert connected == []


def test_the_address_that_was_checked_is_the_one_that_is_called(resolving, connected):
    resolving["hook.example.org"] = ["93.184.216.34", "2606:4700::1111"]
    assert post("https://hook.example.org:8443/", BODY, {}) == Answer(0, "no_connection")
    assert connected == [("93.184.216.34", 8443), ("2606:4700::1111", 8443)]


def test_only_so_many_addresses_of_a_name_are_tried(resolving, connected):
    resolving["hook.example.org"] = [f"8.8.8.{n}" for n in range(1, 30)]
    post("https://hook.example.org/", BODY, {})
    assert len(connected) == hooks_http.ADDRESSES_MAX


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://hook.example.org/", "not_allowed"),
        ("https://127.0.0.1/", "not_allowed"),
        ("https://nowhere.example.org/", "no_such_host"),
    ],
)
def test_what_cannot_be_called_says_why(resolving, connected, url, cause):
    resolving["nowhere.example.org"] = []
    assert post(url, BODY, {}) == Answer(0, cause)
    assert connected == []


def test_a_resolver_that_hangs_holds_nobody(hurried, monkeypatch):
    def hang(*_, **__):
        time.sleep(SHORT * 4)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    assert post("https://hook.example.org/", BODY, {}) == Answer(0, "timeout")
    assert time.monotonic() - began < SHORT * 2


# -- certificates --
def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """Return a server's side with a self-signed certificate for ``name``; it is in ``folder``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = signed.public_bytes(serialization.Encoding.PEM)
    (folder / "authority.pem").write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


@pytest.fixture
def trusting(tmp_path, monkeypatch):
    """Trust the certificate in the test's folder as if an authority had made it."""

    def context():
        return ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))

    monkeypatch.setattr(hooks_http, "_context", context)


def by_name(receiver, name="hook.example.org"):
    port = receiver.host.rsplit(":", 1)[1]
    return post(f"https://{name}:{port}/in", BODY, {}, (f"{name}:{port}",))


def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(
    resolving, trusting, tmp_path
):
    resolving["hook.example.org"] = resolving["other.example.org"] = ["127.0.0.1"]
    with Receiver(204, tls=certificate(tmp_path, "hook.example.org")) as receiver:
        assert by_name(receiver) == Answer(204)
        assert receiver.calls[0].headers["Host"].startswith("hook.example.org:")
        assert by_name(receiver, "other.example.org") == Answer(0, "bad_certificate")
        assert len(receiver.calls) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(resolving, tmp_path):
    resolving["hook.example.org"] = ["127.0.0.1"]
    with Receiver(204, tls=certificate(tmp_path, "hook.example.org")) as receiver:
        assert by_name(receiver) == Answer(0, "bad_certificate")
        assert receiver.calls == []


def test_a_receiver_without_tls_is_not_spoken_to(resolving):
    resolving["hook.example.org"] = ["127.0.0.1"]
    with Receiver(204) as receiver:
        assert by_name(receiver).cause in ("no_tls", "no_connection")
        assert receiver.calls == []
