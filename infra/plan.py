"""One deployment: what the caller decides, and every value that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from infra import functions
from infra.packaging import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One deployment: where, what it is called, and the values only the caller knows."""

    project: str
    region: str
    target: Target
    mail_from: str
    public_url: str
    sms_from: str = ""
    push_app_id: str = ""
    webhook_private_hosts: str = ""
    wallet_secret: str = ""
    log_level: str = "INFO"
    alarm_mail: str = ""
    script_name: str = "/live"
    allowed_hosts: tuple[str, ...] = ()
    endpoint: str = ""
    messaging_endpoint: str = ""
    stream_record_age: int = 3600
    credentials: Mapping[str, str] = field(default_factory=dict)

    @property
    def local(self) -> bool:
        return bool(self.endpoint)


def parameters(plan: Plan) -> dict[str, str]:
    return {
        "Project": plan.project,
        "MailFrom": plan.mail_from,
        "PushAppId": plan.push_app_id or "none",
        "WalletSecret": plan.wallet_secret or "none",
    }


def values_of(plan: Plan, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return what zappa_settings.json's placeholders stand for."""
    issuer = outputs["CognitoIssuer"]
    keys = f"{plan.endpoint}/{outputs['GuestPoolId']}" if plan.local else issuer
    hosts = [urlsplit(plan.public_url).hostname or "", *plan.allowed_hosts]
    if not plan.local:
        hosts.append(f".execute-api.{plan.region}.amazonaws.com")
    return {
        **outputs,
        "Project": plan.project,
        "Region": plan.region,
        "ArtifactsBucket": f"{plan.project}-artifacts-{_account(outputs)}-{plan.region}",
        "CognitoJwksUrl": f"{keys}/.well-known/jwks.json",
        "PublicUrl": plan.public_url.rstrip("/"),
        "AllowedHosts": ",".join(dict.fromkeys(hosts)),
        "ScriptName": plan.script_name,
        "MailFrom": plan.mail_from,
        "SmsFrom": plan.sms_from,
        "PushAppId": plan.push_app_id,
        "WebhookPrivateHosts": plan.webhook_private_hosts,
        "WalletSecretId": plan.wallet_secret,
        "LogLevel": plan.log_level,
    }


def settings_of(plan: Plan, values: Mapping[str, str]) -> dict[str, Any]:
    settings = functions.fill(values)
    if plan.messaging_endpoint:
        settings["send-notifications"]["aws_environment_variables"] |= _messaging(plan)
    return settings


def _messaging(plan: Plan) -> dict[str, str]:
    """The two services that the embedded AWS lacks are answered elsewhere."""
    return {
        "AWS_ENDPOINT_URL_PINPOINT": plan.messaging_endpoint,
        "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": plan.messaging_endpoint,
    }


def _account(outputs: Mapping[str, str]) -> str:
    return outputs["IntakeArn"].split(":")[4]


def result_of(plan: Plan, values: Mapping[str, str], outputs: Mapping[str, str]) -> dict[str, Any]:
    site, rush = outputs["SiteUrl"], outputs["RushUrl"]
    if plan.local:
        site = f"{plan.endpoint}/_aws/execute-api/{outputs['SiteApiId']}/live"
        rush = f"{plan.endpoint}/_aws/execute-api/{outputs['RushApiId']}/live"
    port = urlsplit(plan.endpoint).port
    by_host = f"http://{outputs['SiteApiId']}.execute-api.localhost:{port}/live"
    return {
        "api_url": site,
        "rush_url": rush,
        # The form whose path begins with the stage, as on AWS: redirects and links work in it. A
        # browser resolves *.localhost by itself; other callers send the Host header.
        "browser_url": by_host if plan.local else site,
        "outputs": dict(outputs),
        "env": _environment(plan, values) if plan.local else {},
    }


def _environment(plan: Plan, values: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a web process on this machine that serves all the doors."""
    host = urlsplit(plan.public_url).hostname or ""
    return {
        **plan.credentials,
        **_messaging(plan),
        "EVENTSITE_DOORS": "all",
        "EVENTSITE_EVENTS_TABLE": values["EventsTable"],
        "EVENTSITE_OFFICE_TABLE": values["OfficeTable"],
        "EVENTSITE_INTAKE_URL": values["IntakeUrl"],
        "EVENTSITE_OUTBOX_URL": values["OutboxUrl"],
        "EVENTSITE_JOBS_URL": values["JobsUrl"],
        "EVENTSITE_FILES_BUCKET": values["FilesBucket"],
        "EVENTSITE_WEBHOOKS_URL": values["WebhooksUrl"],
        "EVENTSITE_WEBHOOK_PRIVATE_HOSTS": values["WebhookPrivateHosts"],
        "EVENTSITE_STAFF_TOPIC_ARN": values["StaffTopicArn"],
        "EVENTSITE_SECRETS_ID": values["SecretsId"],
        "EVENTSITE_COGNITO_ISSUER": values["CognitoIssuer"],
        "EVENTSITE_COGNITO_JWKS_URL": values["CognitoJwksUrl"],
        "EVENTSITE_COGNITO_CLIENT_ID": values["GuestClientId"],
        "EVENTSITE_PUBLIC_URL": values["PublicUrl"],
        "EVENTSITE_MAIL_FROM": values["MailFrom"],
        "EVENTSITE_SMS_FROM": values["SmsFrom"],
        "EVENTSITE_PUSH_APP_ID": values["PushAppId"],
        "EVENTSITE_WALLET_SECRET_ID": values["WalletSecretId"],
        "EVENTSITE_ALLOWED_HOSTS": ",".join(dict.fromkeys([host, "127.0.0.1", "localhost"])),
        "EVENTSITE_LOG_LEVEL": values["LogLevel"],
    }
