"""Logs carry ids, never a person and never their credential."""

from __future__ import annotations

import json
import logging

import pytest

from eventsite.core import log


@pytest.fixture
def lines(capsys):
    """Everything logged since the test configured the log, as the objects that were written."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_json_with_the_correlation_id(lines):
    log.configure("test")
    with log.correlated("given-by-a-caller"):
        logging.getLogger("eventsite.x").info("done", extra={"event_id": "demo"})
    (line,) = lines()
    assert (line["message"], line["event_id"]) == ("done", "demo")
    assert (line["correlation_id"], line["service"]) == ("given-by-a-caller", "test")


def test_a_signed_link_that_django_logs_loses_its_token(lines):
    log.configure("test")
    logger = logging.getLogger("django.request")
    path = "/g/9f3ac1d2e4b50617-1-secret/requests/"
    logger.error("Internal Server Error: %s", path, extra={"request": f"<WSGIRequest: {path}>"})
    (line,) = lines()
    assert "secret" not in json.dumps(line)
    assert line["message"] == "Internal Server Error: /g/.../requests/"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "two words here", "new\nline-new-line", "ü" * 12]
)
def test_a_correlation_id_that_is_not_safe_to_log_is_replaced(given):
    with log.correlated(given) as chosen:
        assert chosen != given
        assert log.correlation_id() == chosen
    assert log.correlation_id() == ""


def test_the_level_comes_from_the_environment(lines, monkeypatch):
    from eventsite.core import wiring

    monkeypatch.setenv("EVENTSITE_LOG_LEVEL", "WARNING")
    wiring.forget()
    log.configure("test")
    logging.getLogger("eventsite.x").info("quiet")
    logging.getLogger("eventsite.x").warning("loud")
    assert [line["message"] for line in lines()] == ["loud"]
