"""Around every request: correlation, content policy, refusals, the Lambda handler, the checks."""

from __future__ import annotations

import base64
import logging
from typing import Any

import pytest
from django.core.checks import run_checks
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from eventsite import checks, error_pages, lambda_entry
from eventsite.core.errors import Invalid, NotFound, Unavailable
from eventsite.core.log import correlation_id
from eventsite.middleware import POLICY

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{correlation_id()} {request.META['REMOTE_ADDR']}")


def picture(request: HttpRequest, name: str) -> HttpResponse:
    response = HttpResponse(PNG, content_type="image/png")
    response["Content-Security-Policy"] = "default-src 'self'"
    return response


def refuse(request: HttpRequest, how: str) -> HttpResponse:
    refusals = {
        "absent": NotFound("No such event.", field="event_id"),
        "wrong": Invalid("Too short.", field="name"),
        "busy": Unavailable("DynamoDB said so"),
    }
    raise refusals[how]


urlpatterns = [
    path("show", show),
    path("picture/<str:name>", picture),
    path("refuse/<str:how>", refuse),
    path("api/refuse/<str:how>", refuse),
]
handler404 = error_pages.not_found
handler500 = error_pages.server_error


@pytest.fixture(autouse=True)
def addresses(settings: Any, quick: None) -> None:
    settings.ROOT_URLCONF = __name__


def gateway(address: str, **changed: Any) -> dict[str, Any]:
    """A REST API proxy request, as API Gateway sends it."""
    event = {
        "httpMethod": "GET",
        "path": address,
        "headers": {"Host": "testserver", "X-Forwarded-For": "6.6.6.6, 192.0.2.9"},
        "multiValueHeaders": {"Host": ["testserver"], "X-Forwarded-For": ["6.6.6.6, 192.0.2.9"]},
        "requestContext": {
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "192.0.2.9"},
        },
        "body": None,
        "isBase64Encoded": False,
    }
    return event | changed


def test_the_callers_correlation_id_is_used_and_comes_back() -> None:
    answer = Client().get("/show", headers={"X-Correlation-Id": "till-0042-abcdef"})
    assert answer.content.startswith(b"till-0042-abcdef ")
    assert answer["X-Correlation-Id"] == "till-0042-abcdef"


@pytest.mark.parametrize("given", ["", "short", "x" * 500, "a b c d e f g", "line\nbreak-in-it"])
def test_an_unsafe_correlation_id_is_replaced(given: str) -> None:
    answer = Client().get("/show", headers={"X-Correlation-Id": given})
    assert len(answer["X-Correlation-Id"]) == 24


def test_a_request_is_one_log_line_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "eventsite.access")
    Client().get("/picture/zoe?email=zoe@example.org")
    (line,) = [each for each in caplog.records if each.name == "eventsite.access"]
    told = {name: line.__dict__[name] for name in ("method", "route", "status")}
    assert told == {"method": "GET", "route": "/picture/<str:name>", "status": 200}
    assert "zoe" not in str(line.__dict__)


def test_the_policy_is_strict_unless_a_view_says_otherwise() -> None:
    assert Client().get("/show")["Content-Security-Policy"] == POLICY
    assert Client().get("/picture/x")["Content-Security-Policy"] == "default-src 'self'"


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [("absent", 404, "not_found"), ("wrong", 400, "invalid"), ("busy", 503, "unavailable")],
)
def test_a_refusal_that_reaches_the_top_keeps_its_code(how: str, status: int, code: str) -> None:
    page, answer = Client().get(f"/refuse/{how}"), Client().get(f"/api/refuse/{how}")
    assert (page.status_code, answer.status_code) == (status, status)
    assert code in page.content.decode()
    assert answer.json()["code"] == code
    assert ("Retry-After" in answer.headers) == (how == "busy")


def test_the_unknown_is_json_for_the_api_and_a_page_for_people() -> None:
    assert Client().get("/api/nothing").json()["code"] == "not_found"
    assert "There is nothing at this address." in Client().get("/nothing").content.decode()


def test_a_crash_tells_nothing() -> None:
    answer = Client(raise_request_exception=False).get("/api/refuse/KeyError")
    assert answer.status_code == 500
    assert answer.json() == {
        "code": "internal",
        "field": "",
        "detail": "Something went wrong on our side.",
    }


def test_lambda_answers_under_the_gateways_request_id_and_address() -> None:
    answer = lambda_entry.handler(gateway("/show"), None)
    assert answer["statusCode"] == 200
    assert answer["body"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef 192.0.2.9", "not X-Forwarded-For"


def test_lambda_sends_pictures_whole() -> None:
    answer = lambda_entry.handler(gateway("/picture/x"), None)
    assert answer["isBase64Encoded"]
    assert base64.b64decode(answer["body"]) == PNG


@pytest.mark.parametrize("event", [None, [], {}, {"Records": []}, {"httpMethod": "GET"}])
def test_lambda_refuses_what_is_no_request(event: Any) -> None:
    with pytest.raises(lambda_entry.UnknownEvent):
        lambda_entry.handler(event, None)


def test_the_checks_pass_here_and_see_what_is_wrong(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.accounts.urls"
    assert run_checks() == []
    settings.DOORS = "window"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    settings.INSTALLED_APPS = settings.INSTALLED_APPS[1:]
    found = [error.id for error in checks.check_settings(None)]
    assert found == ["eventsite.E001", "eventsite.E003", "eventsite.E004"]
