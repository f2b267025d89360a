"""CloudFormation stacks: applied when their template or parameters changed, else left alone.

What was applied is written on the stack itself, as a tag with a hash, so nothing has to be
remembered on this machine and two machines agree.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

TAG = "eventsite-applied"
STAMP = "Stamp"  # in a template: replaced by the template's hash, which renames the resource
GOOD_ENDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class StackError(RuntimeError):
    """A stack ended in another state than asked; says which and why."""


def apply(
    client: CloudFormationClient,
    name: str,
    template: Path,
    parameters: Mapping[str, str],
    *,
    poll_seconds: float = 0.2,
) -> tuple[bool, dict[str, str]]:
    """Make stack ``name`` equal to ``template``; returns whether anything changed, and its outputs.

    Raises StackError when CloudFormation refuses or rolls back.
    """
    body, digest = render(template, parameters)
    existing = _describe(client, name)
    if existing and _tag(existing) == digest and existing["StackStatus"] in GOOD_ENDS:
        return False, _outputs(existing)
    call = client.update_stack if existing else client.create_stack
    try:
        call(
            StackName=name,
            TemplateBody=body,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": TAG, "Value": digest}],
        )
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise StackError(f"stack {name}: {error}") from error
    return True, _outputs(_settled(client, name, poll_seconds))


def render(template: Path, parameters: Mapping[str, str]) -> tuple[str, str]:
    """Return the template with its own hash as stamp, and the hash of it and the parameters."""
    text = template.read_text(encoding="utf-8")
    stamp = hashlib.sha256(text.encode()).hexdigest()[:10]
    body = text.replace(f"Deployment{STAMP}", f"Deployment{stamp}")
    whole = body + json.dumps(dict(parameters), sort_keys=True)
    return body, hashlib.sha256(whole.encode()).hexdigest()[:32]


def output_names(template: Path) -> list[str]:
    """Return the names of a template's outputs, read from its text (one line each)."""
    _, _, outputs = template.read_text(encoding="utf-8").partition("\nOutputs:\n")
    return [line.split(":")[0].strip() for line in outputs.splitlines() if line.strip()]


def _describe(client: CloudFormationClient, name: str) -> StackTypeDef | None:
    try:
        return client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _settled(client: CloudFormationClient, name: str, poll_seconds: float) -> StackTypeDef:
    while True:
        stack = _describe(client, name)
        if stack is None:
            raise StackError(f"stack {name} is gone")
        status = stack["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            break
        time.sleep(poll_seconds)
    if status not in GOOD_ENDS:
        raise StackError(f"stack {name} is {status}: {_reasons(client, name)}")
    return stack


def _reasons(client: CloudFormationClient, name: str) -> str:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    failed = [e for e in events if e.get("ResourceStatus", "").endswith("_FAILED")]
    return "; ".join(
        f"{e.get('LogicalResourceId')}: {e.get('ResourceStatusReason', '')}" for e in failed[:5]
    )


def _tag(stack: StackTypeDef) -> str:
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == TAG), "")


def _outputs(stack: StackTypeDef) -> dict[str, str]:
    return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
