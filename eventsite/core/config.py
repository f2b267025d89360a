"""The only module of the heart that reads the environment.

Web and pipeline share it. Each function sets only the variables that it needs; one that is
missing fails with its name when it is first needed, never as a puzzle further down.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache


class ConfigError(RuntimeError):
    """A setting is missing or malformed; names the variable and what it wants."""


def _setting(env: str, doc: str, default: str = "") -> str:
    """Declare a text setting; ``doc`` becomes its row in docs/configuration.md."""
    value: str = field(default=default, metadata={"env": env, "doc": doc})
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Process settings, parsed once. See docs/configuration.md, generated from here."""

    events_table: str = _setting("EVENTSITE_EVENTS_TABLE", "DynamoDB table of everything guests.")
    office_table: str = _setting("EVENTSITE_OFFICE_TABLE", "DynamoDB table of staff and devices.")
    outbox_url: str = _setting("EVENTSITE_OUTBOX_URL", "SQS queue of waiting notifications.")
    intake_url: str = _setting("EVENTSITE_INTAKE_URL", "SQS queue of registrations in a rush.")
    jobs_url: str = _setting("EVENTSITE_JOBS_URL", "SQS queue of long jobs.")
    files_bucket: str = _setting(
        "EVENTSITE_FILES_BUCKET", "S3 bucket of imports and exports; forgets after 30 days."
    )
    dead_letters_url: str = _setting(
        "EVENTSITE_DEAD_LETTERS_URL", "SQS queue where this function parks what can never succeed."
    )
    webhooks_url: str = _setting(
        "EVENTSITE_WEBHOOKS_URL", "SQS queue of facts on their way to webhooks."
    )
    webhook_private_hosts: str = _setting(
        "EVENTSITE_WEBHOOK_PRIVATE_HOSTS",
        "host[:port], with commas: webhooks may call them by http, and in a private network.",
    )
    staff_topic_arn: str = _setting("EVENTSITE_STAFF_TOPIC_ARN", "SNS topic that tells staff.")
    secrets_id: str = _setting("EVENTSITE_SECRETS_ID", "Secrets Manager id; every key derives.")
    cognito_issuer: str = _setting("EVENTSITE_COGNITO_ISSUER", "`iss` that guest tokens must have.")
    cognito_jwks_url: str = _setting("EVENTSITE_COGNITO_JWKS_URL", "Where the pool's keys are.")
    cognito_client_id: str = _setting("EVENTSITE_COGNITO_CLIENT_ID", "`aud` of guest tokens.")
    wallet_secret_id: str = _setting(
        "EVENTSITE_WALLET_SECRET_ID", "Secrets Manager id of wallet credentials; none: no passes."
    )
    public_url: str = _setting(
        "EVENTSITE_PUBLIC_URL", "Base of the links in messages.", "http://127.0.0.1:8000"
    )
    mail_from: str = _setting("EVENTSITE_MAIL_FROM", "Verified SES sender.")
    sms_from: str = _setting("EVENTSITE_SMS_FROM", "Phone number, pool or sender id for SMS.")
    push_app_id: str = _setting("EVENTSITE_PUSH_APP_ID", "Pinpoint project id for push.")
    log_level: str = _setting("EVENTSITE_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.", "INFO")
    dynamodb_timeout: str = _setting(
        "EVENTSITE_DYNAMODB_TIMEOUT", "Seconds for connecting and reading, 0.1 to 10.", "2.0"
    )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """Parse ``env``; raises ConfigError for a malformed value."""
        given = {f.name: env[f.metadata["env"]] for f in fields(cls) if env.get(f.metadata["env"])}
        settings = cls(**given)
        _ = settings.dynamodb_timeout_seconds
        if settings.log_level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ConfigError(f"EVENTSITE_LOG_LEVEL={settings.log_level!r} is not a log level")
        return settings

    def need(self, name: str) -> str:
        """Return the setting ``name``; raises ConfigError with its variable when it is empty."""
        value: str = getattr(self, name)
        if value:
            return value
        variable = next(f.metadata["env"] for f in fields(self) if f.name == name)
        raise ConfigError(f"{variable} is not set; see docs/configuration.md")

    @property
    def private_hosts(self) -> frozenset[str]:
        """``webhook_private_hosts``, one by one."""
        entries = (entry.strip() for entry in self.webhook_private_hosts.split(","))
        return frozenset(entry for entry in entries if entry)

    @property
    def dynamodb_timeout_seconds(self) -> float:
        try:
            seconds = float(self.dynamodb_timeout)
        except ValueError:
            seconds = 0.0
        if not 0.1 <= seconds <= 10:
            raise ConfigError(
                f"EVENTSITE_DYNAMODB_TIMEOUT={self.dynamodb_timeout!r} must be 0.1 to 10 seconds"
            )
        return seconds


def trace_id() -> str:
    """Return the X-Ray trace of the invocation under way, or an empty string."""
    parts = os.environ.get("_X_AMZN_TRACE_ID", "").split(";")
    return next((part.removeprefix("Root=") for part in parts if part.startswith("Root=")), "")


@lru_cache(maxsize=1)
def config() -> Config:
    """Return the process's settings, reading the environment on first use."""
    return Config.from_env(os.environ)
