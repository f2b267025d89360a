"""Wallet passes are off without credentials, and what is issued verifies."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import boto3
import jwt
import png
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
)

from eventsite.core import wiring
from eventsite.core.config import ConfigError, config
from eventsite.core.errors import NotFound, Unavailable
from eventsite.core.services.documents.apple_passes import apple_pass
from eventsite.core.services.documents.google_passes import SAVE, TOKEN_MAX, google_link
from eventsite.core.services.documents.wallet_icons import icon
from eventsite.core.services.documents.wallets import wallets_on
from eventsite.core.services.documents.words import PdfWords
from eventsite.core.store.wallet_issuer import AppleIssuer, GoogleIssuer, WalletIssuer
from tests.builders import NOON, a_registration, a_setup, an_event

CODE = "AF5UOMJ2ZQ" * 13
SETUP = a_setup()
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OWN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey = KEY) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def certificate(subject: str, signer: str, key: rsa.RSAPrivateKey = KEY) -> str:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(signer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
    )
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


APPLE = AppleIssuer(
    pass_type_id="pass.example.fair",
    team_id="AB12CD34EF",
    organization="Example Events",
    certificate=certificate("Pass Type ID: pass.example.fair", "WWDR", OWN_KEY),
    private_key=pem(OWN_KEY),
    wwdr_certificate=certificate("WWDR", "WWDR"),
)
GOOGLE = GoogleIssuer(
    issuer_id="3388000000012345678",
    organization="Example Events",
    client_email="wallet@fair.iam.gserviceaccount.com",
    private_key=pem(),
)


def opened(made: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def about(made: bytes) -> dict:
    return json.loads(opened(made)["pass.json"])


# ---- Apple --------------------------------------------------------------------------------------
def test_a_pass_has_the_ticket_code_and_says_what_where_when_and_who():
    shown = about(apple_pass(a_registration(), SETUP, CODE, APPLE))
    (barcode,) = shown["barcodes"]
    assert (barcode["format"], barcode["message"]) == ("PKBarcodeFormatQR", CODE)
    assert (shown["passTypeIdentifier"], shown["teamIdentifier"]) == (
        "pass.example.fair",
        "AB12CD34EF",
    )
    assert shown["serialNumber"] == "9f3ac1d2e4b50617"
    assert shown["relevantDate"] == "2026-11-21T09:00:00+01:00"
    assert shown["expirationDate"] == "2026-11-24T13:00:00+01:00"
    ticket = shown["eventTicket"]
    values = {field["key"]: field["value"] for fields in ticket.values() for field in fields}
    assert values.items() >= {
        ("event", "Tidal Fair"),
        ("where", "Harbour Hall"),
        ("guest", "Ada Lovelace"),
        ("type", "General"),
        ("reference", "9F3A-C1D2"),
    }


def test_the_manifest_lists_every_other_file_with_its_sha1():
    files = opened(apple_pass(a_registration(), SETUP, CODE, APPLE))
    manifest = json.loads(files.pop("manifest.json"))
    del files["signature"]
    assert {"pass.json", "icon.png", "icon@2x.png", "icon@3x.png"} == set(files)
    assert manifest == {name: hashlib.sha1(body).hexdigest() for name, body in files.items()}  # noqa: S324


def parts(der: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return tag, content and whole of each element of a DER sequence."""
    found, at = [], 0
    while at < len(der):
        length, start = der[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(der[at + 2 : start], "big")
        found.append((der[at], der[start : start + length], der[at : start + length]))
        at = start + length
    return found


def test_the_signature_is_detached_and_of_the_manifest_and_names_the_chain():
    files = opened(apple_pass(a_registration(), SETUP, CODE, APPLE))
    chain = pkcs7.load_der_pkcs7_certificates(files["signature"])
    by_name = {each.subject.rfc4514_string(): each for each in chain}
    assert set(by_name) == {"CN=WWDR", "CN=Pass Type ID: pass.example.fair"}
    own = by_name["CN=Pass Type ID: pass.example.fair"]
    own.verify_directly_issued_by(by_name["CN=WWDR"])
    (content_info,) = parts(files["signature"])
    (signed,) = parts(parts(content_info[1])[1][1])
    pieces = parts(signed[1])
    assert len(parts(pieces[2][1])) == 1  # only the type of the content: detached
    (signer,) = parts(pieces[-1][1])
    attributes = next(piece for piece in parts(signer[1]) if piece[0] == 0xA0)
    signature = next(body for tag, body, _ in parts(signer[1]) if tag == 0x04)
    digest = hashlib.sha256(files["manifest.json"]).digest()
    assert digest in attributes[1]
    assert bytes.fromhex("06092a864886f70d010905") in attributes[1]  # the signing time
    OWN_KEY.public_key().verify(
        signature, b"\x31" + attributes[2][1:], padding.PKCS1v15(), hashes.SHA256()
    )


def test_a_pass_taken_again_is_the_same_but_for_its_signature():
    one, two = (opened(apple_pass(a_registration(), SETUP, CODE, APPLE)) for _ in range(2))
    del one["signature"], two["signature"]
    assert one == two


def test_labels_are_the_callers_words():
    shown = about(apple_pass(a_registration(), SETUP, CODE, APPLE, PdfWords(guest="Gast")))
    assert "Gast" in [field["label"] for field in shown["eventTicket"]["auxiliaryFields"]]


def test_an_event_without_a_venue_has_no_empty_field():
    setup = a_setup(an_event(venue=""))
    ticket = about(apple_pass(a_registration(), setup, CODE, APPLE))["eventTicket"]
    assert [field["key"] for field in ticket["secondaryFields"]] == ["when"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"private_key": "not a key"},
        {"certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
        {"wwdr_certificate": ""},
    ],
)
def test_unreadable_certificates_are_said_and_not_shown(wrong):
    issuer = AppleIssuer(**{name: getattr(APPLE, name) for name in FIELDS} | wrong)
    with pytest.raises(ConfigError, match="'apple'") as refused:
        apple_pass(a_registration(), SETUP, CODE, issuer)
    assert "BEGIN" not in str(refused.value)


FIELDS = (
    *("pass_type_id", "team_id", "organization", "certificate", "private_key"),
    "wwdr_certificate",
)


@pytest.mark.parametrize("side", [29, 58, 87])
def test_icons_are_square_pictures_of_two_colours(side):
    width, height, rows, _ = png.Reader(bytes=icon(side)).read_flat()
    assert (width, height) == (side, side)
    pixels = set(zip(*[iter(rows)] * 3, strict=True))
    assert {(13, 84, 140), (255, 255, 255)} <= pixels


# ---- Google -------------------------------------------------------------------------------------
def claims(link: str) -> dict:
    assert link.startswith(SAVE)
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return jwt.decode(link.removeprefix(SAVE), public, ["RS256"], audience="google")


def test_a_link_is_signed_and_carries_the_ticket_code():
    told = claims(google_link(a_registration(), SETUP, CODE, GOOGLE, datetime.now(UTC)))
    assert (told["iss"], told["typ"]) == (GOOGLE.client_email, "savetowallet")
    (event,) = told["payload"]["eventTicketClasses"]
    (ticket,) = told["payload"]["eventTicketObjects"]
    assert event["id"] == ticket["classId"] == "3388000000012345678.demo"
    assert ticket["id"] == "3388000000012345678.demo.9f3ac1d2e4b50617"
    assert ticket["barcode"] == {
        "type": "QR_CODE",
        "value": CODE,
        "alternateText": "9F3A-C1D2",
    }
    assert event["dateTime"]["start"] == "2026-11-21T09:00:00+01:00"
    assert event["venue"]["name"]["defaultValue"]["value"] == "Harbour Hall"
    assert event["reviewStatus"] == "UNDER_REVIEW"


def test_another_key_does_not_verify():
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    issuer = GoogleIssuer(
        issuer_id="1", organization="X", client_email="x@example.org", private_key=pem(other)
    )
    with pytest.raises(jwt.InvalidSignatureError):
        claims(google_link(a_registration(), SETUP, CODE, issuer, datetime.now(UTC)))


@pytest.mark.parametrize(
    "text", ["Tidal Fair", "A long title " * 20, "潮汐博览会" * 30, "👩‍👩‍👧‍👦" * 40]
)
def test_a_link_is_short_enough_for_every_browser_and_names_nobody(text):
    setup = a_setup(an_event(title=text, venue=text, event_id="a-rather-long-event-id-2026"))
    now = datetime.now(UTC)
    link = google_link(a_registration(), setup, CODE, GOOGLE, now, PdfWords(locale="de"))
    assert len(link.removeprefix(SAVE)) <= TOKEN_MAX
    body = link.split(".")[1]
    assert b"Lovelace" not in base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    claims(link)


def test_ids_have_only_characters_that_google_takes():
    setup = a_setup(an_event(event_id="fair 2026/ö"))
    told = claims(google_link(a_registration(), setup, CODE, GOOGLE, datetime.now(UTC)))
    assert told["payload"]["eventTicketClasses"][0]["id"] == "3388000000012345678.fair_2026__"


def test_a_key_that_is_none_is_said():
    issuer = GoogleIssuer(
        issuer_id="1", organization="X", client_email="x@example.org", private_key="none"
    )
    with pytest.raises(ConfigError, match="'google'"):
        google_link(a_registration(), SETUP, CODE, issuer, NOON)


def test_a_type_that_the_event_does_not_have_is_not_found():
    gone = a_registration(type_id="gone")
    with pytest.raises(NotFound):
        apple_pass(gone, SETUP, CODE, APPLE)
    with pytest.raises(NotFound):
        google_link(gone, SETUP, CODE, GOOGLE, NOON)


# ---- the issuer ---------------------------------------------------------------------------------
def test_without_a_secret_there_are_no_wallets_and_nobody_is_asked():
    assert not wallets_on(config())
    assert wiring.wallet_issuer() is None


def test_the_secret_is_read_once_a_process(installation, monkeypatch):
    given = {name: getattr(GOOGLE, name) for name in ("issuer_id", "organization", "client_email")}
    secret = json.dumps({"google": {**given, "private_key": pem(), "later": "ignored"}})
    client = boto3.client("secretsmanager")
    client.create_secret(Name="fair-wallets", SecretString=secret)
    monkeypatch.setenv("EVENTSITE_WALLET_SECRET_ID", "fair-wallets")
    wiring.forget()
    assert wallets_on(config())
    issuer = wiring.wallet_issuer()
    assert issuer == WalletIssuer(google=GOOGLE)
    client.delete_secret(SecretId="fair-wallets", ForceDeleteWithoutRecovery=True)
    assert wiring.wallet_issuer() is issuer


def test_a_secret_that_is_not_there_is_a_passing_fault(installation, monkeypatch):
    monkeypatch.setenv("EVENTSITE_WALLET_SECRET_ID", "gone")
    wiring.forget()
    with pytest.raises(Unavailable):
        wiring.wallet_issuer()


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("-----BEGIN", "not JSON"),
        ("[]", "is an object"),
        ('{"aple": {}}', "is an object"),
        ('{"apple": {"team_id": "T"}}', "pass_type_id, organization, certificate"),
        ('{"google": {"issuer_id": 12}}', "object of texts"),
    ],
)
def test_a_malformed_secret_says_what_is_missing(secret, said):
    with pytest.raises(ConfigError, match=said):
        WalletIssuer.parse(secret)


def test_keys_do_not_show_when_an_issuer_is_printed():
    assert "PRIVATE KEY" not in repr(WalletIssuer(apple=APPLE, google=GOOGLE))
    assert "CERTIFICATE" not in repr(APPLE)


def test_passes_expire_a_day_after_the_event_like_the_ticket():
    event = SETUP.event
    shown = about(apple_pass(a_registration(), SETUP, CODE, APPLE))
    assert datetime.fromisoformat(shown["expirationDate"]) == event.ends_at + timedelta(days=1)
