"""What the steps of the smoke share: addresses, HTTP, the mailbox, waiting."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import boto3
import requests

T = TypeVar("T")

HTTP_SECONDS = 30


class Failed(AssertionError):
    """A step did not find what it should; the text says what it found."""


def expect(fact: Any, found: object = "") -> None:
    """Raise Failed with what was found unless ``fact`` is true."""
    if not fact:
        raise Failed(str(found)[:600])


@dataclass
class World:
    """A running installation and what the steps so far have learnt."""

    running: dict[str, Any]
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    known: dict[str, Any] = field(default_factory=dict)
    http: requests.Session = field(default_factory=requests.Session)

    @property
    def web(self) -> str:
        return str(self.running["web_url"])

    @property
    def api(self) -> str:
        return f"{self.web}/api/v1"

    @property
    def gateway(self) -> str:
        return str(self.running["api_url"]).rstrip("/")

    @property
    def env(self) -> dict[str, str]:
        return dict(self.running["env"])

    def address(self, who: str) -> str:
        return f"{who}.{self.run}@example.org"

    def aws(self, service: str) -> Any:
        env = self.env
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=env["AWS_ENDPOINT_URL"],
            region_name=env["AWS_DEFAULT_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )

    def call(
        self, method: str, url: str, body: Any = None, *, want: int = 200, **headers: str
    ) -> Any:
        """Call an address; fails unless it answers ``want``. Returns JSON, or the response."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes | str) else None
        sent = None if data is not None else body
        if data is not None:
            given.setdefault("Content-Type", "application/json")
        answer = self.http.request(
            method, url, json=sent, data=data, headers=given, timeout=HTTP_SECONDS
        )
        expect(
            answer.status_code == want,
            f"{method} {url} -> {answer.status_code}, not {want}: {answer.text[:400]}",
        )
        self.known["last"] = answer
        if "json" in answer.headers.get("Content-Type", ""):
            return answer.json()
        return answer

    def refused(
        self, method: str, url: str, body: Any, want: int, code: str, **headers: str
    ) -> Any:
        """Call an address that must say no, with a stable code and a field."""
        answer = self.call(method, url, body, want=want, **headers)
        expect(answer.get("code") == code and "field" in answer and "detail" in answer, answer)
        return answer

    def wait(self, what: str, look: Callable[[], T], seconds: float = 30.0) -> T:
        """Return what ``look`` finds as soon as it finds something; fails after ``seconds``."""
        until = time.monotonic() + seconds
        while not (found := look()):
            if time.monotonic() > until:
                raise Failed(f"no {what} within {seconds:.0f} s")
            time.sleep(0.2)
        return found

    def messages(self, to: str = "", kind: str = "") -> list[dict[str, Any]]:
        """Return what was sent, newest first, from the mailbox."""
        parameters = {"to": to, "kind": kind}
        answer = self.http.get(
            f"{self.running['messaging_url']}/messages.json",
            params={k: v for k, v in parameters.items() if v},
            timeout=HTTP_SECONDS,
        )
        answer.raise_for_status()
        body = answer.json()
        found: list[dict[str, Any]] = body["messages"] if isinstance(body, dict) else body
        return found

    def mail(self, to: str, subject: str, seconds: float = 30.0) -> dict[str, Any]:
        """Wait for the mail to ``to`` whose subject has ``subject`` in it."""

        def look() -> dict[str, Any] | None:
            found = self.messages(to=to)
            return next((m for m in found if subject in (m.get("subject") or "")), None)

        return self.wait(f"mail {subject!r} to {to}", look, seconds)


def token_of(mail: dict[str, Any]) -> str:
    """Return the guest token in a mail's link."""
    link = next(word for word in mail["text"].split() if "/g/" in word)
    return str(link.split("/g/")[1].split("/")[0])


def header(message: dict[str, Any], name: str) -> str:
    """Return a header of a message of the mailbox, whatever its case."""
    headers = {k.lower(): v for k, v in (message.get("headers") or {}).items()}
    return str(headers.get(name.lower(), ""))


def dead_letters(world: World, name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (code, body) of the messages in a dead-letter queue, leaving them there."""
    sqs = world.aws("sqs")
    url = sqs.get_queue_url(QueueName=f"eventsite-{name}-dead")["QueueUrl"]
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=1
    )
    return [
        (m.get("MessageAttributes", {}).get("code", {}).get("StringValue", ""), _body(m["Body"]))
        for m in answer.get("Messages", [])
    ]


def _body(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"value": found}


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden inputs of a page's forms, for posting one back."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    return found
