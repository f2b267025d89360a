"""Bring an account, or the embedded AWS, to what this checkout says. Safe to run again and again.

Order: foundation stack (tables, queues, roles), the functions (Zappa), wiring stack (event sources,
schedule, APIs, alarms), then what CloudFormation cannot do.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import afterwards, functions, packaging, stacks
from infra.plan import Plan, parameters, result_of, settings_of, values_of

HERE = Path(__file__).resolve().parent
FAILURES = (
    packaging.PackagingError,
    stacks.StackError,
    functions.FunctionError,
    afterwards.SecretError,
    BotoCoreError,
    ClientError,
)
UNTRIED = """
`aws` has not been run on a real account: it is the code that `local` runs, with another package and
without an endpoint. Try it with --dry-run (no call is made), then in an account made for trying.
"""


def run(plan: Plan, out: Path) -> dict[str, Any]:
    """Deploy ``plan`` and return what was written to ``out``: env, outputs, api_url, rush_url."""
    os.environ.update(plan.credentials)  # for boto3 here and for Zappa below
    session = boto3.Session(region_name=plan.region)
    formation = session.client("cloudformation")
    packages = {kind: packaging.pack(kind, plan.target) for kind in packaging.STAGES}
    _say("packages", ", ".join(path.name for path in packages.values()))
    foundation = parameters(plan)
    changed, outputs = stacks.apply(
        formation, f"{plan.project}-foundation", HERE / "foundation.yaml", foundation
    )
    _say("foundation", "applied" if changed else "unchanged")
    values = values_of(plan, outputs)
    settings = settings_of(plan, values)
    brought = functions.deploy(
        session,
        settings,
        packages,
        folder=out.parent / f"{out.stem}-zappa",
        env=plan.credentials,
    )
    _say("functions", ", ".join(brought) or "unchanged")
    wiring = {
        "Project": plan.project,
        "StreamRecordAge": str(plan.stream_record_age),
        "AlarmMail": plan.alarm_mail,
    }
    changed, wired = stacks.apply(formation, f"{plan.project}-wiring", HERE / "wiring.yaml", wiring)
    _say("wiring", "applied" if changed else "unchanged")
    outputs |= wired
    for line in afterwards.settle(session, outputs, plan.mail_from):
        _say("afterwards", line)
    result = result_of(plan, values, outputs)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return result


def _say(what: str, how: str) -> None:
    print(f"{what:<11} {how}", flush=True)


def local_plan(chosen: argparse.Namespace) -> Plan:
    """Return the plan for the embedded AWS at ``chosen.endpoint``."""
    endpoint = chosen.endpoint.rstrip("/")
    return Plan(
        project=chosen.project,
        region=chosen.region,
        target=packaging.local_target(),
        mail_from=chosen.mail_from or "eventsite@example.org",
        public_url=chosen.public_url,
        sms_from=chosen.sms_from or "+15550100",
        push_app_id=chosen.push_app_id or "eventsite-local",
        webhook_private_hosts=chosen.webhook_private_hosts,
        wallet_secret=chosen.wallet_secret,
        log_level=chosen.log_level,
        allowed_hosts=("127.0.0.1", "localhost", ".localhost"),
        endpoint=endpoint,
        messaging_endpoint=chosen.messaging_endpoint.rstrip("/"),
        stream_record_age=60,
        credentials={
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": chosen.region,
            "AWS_REGION": chosen.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        },
    )


def aws_plan(chosen: argparse.Namespace) -> Plan:
    """Return the plan for the account of the ambient credentials."""
    return Plan(
        project=chosen.project,
        region=chosen.region,
        target=packaging.aws_target(chosen.python),
        mail_from=chosen.mail_from,
        public_url=chosen.public_url,
        sms_from=chosen.sms_from,
        push_app_id=chosen.push_app_id,
        webhook_private_hosts=chosen.webhook_private_hosts,
        wallet_secret=chosen.wallet_secret,
        log_level=chosen.log_level,
        alarm_mail=chosen.alarm_mail,
        script_name=chosen.script_name,
        credentials={"AWS_DEFAULT_REGION": chosen.region},
    )


def arguments_parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy",
        description=__doc__,
        epilog=UNTRIED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_subparsers(dest="where", required=True)
    local = where.add_parser("local", help="the embedded AWS on this machine")
    local.add_argument("--endpoint", required=True, help="of the embedded AWS")
    local.add_argument("--messaging-endpoint", required=True, help="of the text and push fake")
    aws = where.add_parser("aws", help="an AWS account", description=UNTRIED)
    aws.add_argument("--dry-run", action="store_true", help="pack, fill the settings, call nobody")
    aws.add_argument("--alarm-mail", default="", help="told when something fails")
    aws.add_argument("--script-name", default="/live", help='path of the API; "" with a domain')
    aws.add_argument(
        "--python", default="", help=f"a Python {packaging.RUNTIME}, for faster cold starts"
    )
    for one in (local, aws):
        one.add_argument("--public-url", required=True, help="base of the links in messages")
        one.add_argument("--mail-from", required=one is aws, default="", help="verified sender")
        one.add_argument("--sms-from", default="", help="number, pool or sender id")
        one.add_argument("--push-app-id", default="", help="Pinpoint project for push")
        one.add_argument(
            "--webhook-private-hosts", default="", help="host[:port],..: webhooks may call them"
        )
        one.add_argument("--wallet-secret", default="", help="name of the wallet credentials")
        one.add_argument("--project", default="eventsite", help="prefix of every name")
        one.add_argument("--region", default="eu-west-1")
        one.add_argument("--log-level", default="INFO")
        one.add_argument("--out", type=Path, default=packaging.BUILD / "deployed.json")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when all is as it should be, 1 with the reason when not."""
    chosen = arguments_parser().parse_args(arguments)
    start = time.monotonic()
    try:
        plan = local_plan(chosen) if chosen.where == "local" else aws_plan(chosen)
        if chosen.where == "aws" and chosen.dry_run:
            return dry_run(plan)
        if chosen.where == "aws" and boto3.Session().get_credentials() is None:
            print(
                "No AWS credentials: sign in first (aws sso login, or set AWS_PROFILE).",
                file=sys.stderr,
            )
            return 1
        result = run(plan, chosen.out)
    except FAILURES as error:
        print(error, file=sys.stderr)
        return 1
    _say("site", result["api_url"])
    _say("rush", result["rush_url"])
    _say("done", f"{time.monotonic() - start:.1f} s, see {chosen.out}")
    return 0


def dry_run(plan: Plan) -> int:
    """Make the packages and the settings, print what would be called, call nobody."""
    for kind in packaging.STAGES:
        package = packaging.pack(kind, plan.target)
        _say("package", f"{package.name} {package.stat().st_size / 1e6:.1f} MB")
    for name, given in (("foundation", parameters(plan)), ("wiring", {})):
        _, digest = stacks.render(HERE / f"{name}.yaml", given)
        _say("stack", f"{plan.project}-{name} {digest[:10]} {given}")
    outputs = stacks.output_names(HERE / "foundation.yaml")
    account = {"IntakeArn": f"arn:aws:sqs:{plan.region}:123456789012:{plan.project}-intake"}
    settings = settings_of(plan, values_of(plan, {n: f"<{n}>" for n in outputs} | account))
    for stage in functions.PACKAGE_OF:
        _say("function", f"{plan.project}-{stage}: {functions.resolved(settings, stage)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
