"""What a deployment fills in, says, and refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra import deploy, functions, packaging, stacks
from infra.plan import Plan, result_of, settings_of, values_of

TARGET = packaging.Target("aws", (), "", packaging.RUNTIME, 9)
OUTPUTS = {name: f"<{name}>" for name in stacks.output_names(deploy.HERE / "foundation.yaml")}
OUTPUTS["IntakeArn"] = "arn:aws:sqs:eu-west-1:123456789012:eventsite-intake"
WIRED = {n: f"<{n}>" for n in stacks.output_names(deploy.HERE / "wiring.yaml")}
ENGINE = "http://127.0.0.1:4566"


def plan(**changes: Any) -> Plan:
    given: dict[str, Any] = {
        "project": "eventsite",
        "region": "eu-west-1",
        "target": TARGET,
        "mail_from": "events@example.org",
        "public_url": "https://events.example.org/",
    }
    return Plan(**(given | changes))


def test_every_placeholder_is_an_output_or_a_value_of_the_plan() -> None:
    filled = settings_of(plan(), values_of(plan(), OUTPUTS))
    assert "${" not in json.dumps(filled)


def test_an_unknown_placeholder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "zappa_settings.json"
    path.write_text('{"base": {"role_name": "${Nobody}"}}', encoding="utf-8")
    with pytest.raises(functions.FunctionError, match="Nobody"):
        functions.fill({}, path)


def test_every_variable_of_a_function_is_one_the_code_reads() -> None:
    read = "".join(
        (packaging.ROOT / "eventsite" / name).read_text("utf-8")
        for name in ("core/config.py", "settings.py")
    )
    settings = json.loads(packaging.SETTINGS.read_text("utf-8"))
    for stage in functions.PACKAGE_OF:
        for variable in functions.resolved(settings, stage)["aws_environment_variables"]:
            assert re.search(rf'"{variable}"', read), f"{stage}: {variable}"


def test_the_pool_is_the_issuer_and_has_the_keys_on_aws() -> None:
    values = values_of(plan(), OUTPUTS)
    assert values["CognitoJwksUrl"] == f"{values['CognitoIssuer']}/.well-known/jwks.json"


def test_the_embedded_pool_keeps_its_keys_at_the_engine() -> None:
    values = values_of(plan(endpoint=ENGINE), OUTPUTS)
    assert values["CognitoJwksUrl"] == f"{ENGINE}/<GuestPoolId>/.well-known/jwks.json"


def test_only_the_sender_is_told_where_the_missing_services_are() -> None:
    local = plan(endpoint=ENGINE, messaging_endpoint="http://127.0.0.1:9")
    settings = settings_of(local, values_of(local, OUTPUTS))
    told = [s for s in functions.PACKAGE_OF if "ENDPOINT_URL_PINPOINT" in json.dumps(settings[s])]
    assert told == ["send-notifications"]


def test_no_credentials_are_written_for_an_account() -> None:
    result = result_of(plan(), values_of(plan(), OUTPUTS), OUTPUTS | WIRED)
    assert result["env"] == {}
    assert result["api_url"] == "<SiteUrl>"


def test_the_local_web_process_gets_all_it_reads() -> None:
    local = plan(endpoint=ENGINE, credentials={"AWS_ENDPOINT_URL": ENGINE})
    result = result_of(local, values_of(local, OUTPUTS), OUTPUTS | WIRED)
    assert result["api_url"] == f"{ENGINE}/_aws/execute-api/<SiteApiId>/live"
    assert result["rush_url"] == f"{ENGINE}/_aws/execute-api/<RushApiId>/live"
    assert result["env"]["AWS_ENDPOINT_URL"] == ENGINE
    assert result["env"]["EVENTSITE_DOORS"] == "all"


def test_an_account_without_credentials_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    ran = deploy.main(
        ["aws", "--mail-from", "a@example.org", "--public-url", "https://example.org"]
    )
    assert ran == 1
    assert "No AWS credentials" in capsys.readouterr().err


def test_the_help_says_what_was_not_tried(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        deploy.main(["aws", "--help"])
    assert "not been run on a real account" in " ".join(capsys.readouterr().out.split())


def test_private_hosts_of_webhooks_are_none_unless_somebody_names_them() -> None:
    for named in ("", "127.0.0.1:9000"):
        local = plan(endpoint=ENGINE, webhook_private_hosts=named)
        values = values_of(local, OUTPUTS)
        settings = settings_of(local, values)
        for stage in ("deliver-webhooks", "office"):
            told = settings[stage]["aws_environment_variables"]
            assert told["EVENTSITE_WEBHOOK_PRIVATE_HOSTS"] == named
        env = result_of(local, values, OUTPUTS | WIRED)["env"]
        assert env["EVENTSITE_WEBHOOK_PRIVATE_HOSTS"] == named
    arguments = ["local", "--endpoint", ENGINE, "--messaging-endpoint", ENGINE]
    chosen = deploy.arguments_parser().parse_args([*arguments, "--public-url", ENGINE])
    assert chosen.webhook_private_hosts == ""
