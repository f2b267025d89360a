"""The functions: Zappa's settings filled in, and Zappa called for those that changed.

What a function runs is written on the function itself, as a tag with a hash over its package and
its settings. A function that is missing is made again, whatever was there before.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra import artifacts
from infra.packaging import SETTINGS, zappa_command

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_lambda import LambdaClient

TAG = "eventsite-applied"
PACKAGE_OF = {
    "rest": "web",
    "office": "web",
    "take-registrations": "pipeline",
    "announce-changes": "pipeline",
    "send-notifications": "pipeline",
    "deliver-webhooks": "pipeline",
    "run-jobs": "pipeline",
    "fulfil-schedules": "pipeline",
}
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_AT_ONCE = 6  # Zappa mostly waits


class FunctionError(RuntimeError):
    """Zappa failed on a stage, or a placeholder has no value; says which."""


def fill(values: Mapping[str, str], settings: Path = SETTINGS) -> dict[str, Any]:
    """Return Zappa's settings with every ``${Name}`` replaced; FunctionError for one unknown."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in values:
            raise FunctionError(f"{settings.name}: nothing is called ${{{name}}}")
        return json.dumps(values[name])[1:-1]

    filled: dict[str, Any] = json.loads(_PLACEHOLDER.sub(value, settings.read_text("utf-8")))
    return filled


def resolved(settings: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """Return a stage's settings with what it extends, the way Zappa does it (shallow)."""
    own = settings[stage]
    return {**(resolved(settings, own["extends"]) if "extends" in own else {}), **own}


def deploy(
    session: boto3.Session,
    settings: dict[str, Any],
    packages: Mapping[str, Path],
    *,
    folder: Path,
    env: Mapping[str, str],
) -> list[str]:
    """Bring every function to its package and settings; returns the stages that changed.

    ``packages`` are the zips of "web" and "pipeline", with their content's hash in the name;
    ``folder`` is where Zappa runs; ``env`` holds its credentials and endpoint.
    """
    client = session.client("lambda")
    todo: dict[str, str] = {}
    for stage, kind in PACKAGE_OF.items():
        wanted = _digest(resolved(settings, stage), packages[kind])
        settings[stage]["tags"] = {TAG: wanted}
        applied = _applied(client, _name(settings, stage))
        if applied != wanted:
            todo[stage] = "deploy" if applied is None else "update"
    if not todo:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SETTINGS.name).write_text(json.dumps(settings, indent=2), encoding="utf-8")
    needed = {packages[PACKAGE_OF[stage]] for stage in todo}
    with (
        artifacts.uploaded(session, settings["base"]["s3_bucket"], needed) as addresses,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):

        def bring(stage: str) -> None:
            _zappa([todo[stage], stage, "-z", addresses[packages[PACKAGE_OF[stage]]]], folder, env)
            _drop_stale_variables(client, settings, stage)

        list(pool.map(bring, todo))
    return list(todo)


def _zappa(arguments: list[str], folder: Path, env: Mapping[str, str]) -> None:
    done = subprocess.run(
        [*zappa_command(), *arguments, "-s", SETTINGS.name],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise FunctionError(f"zappa {' '.join(arguments[:2])} failed:\n{said}")


def _drop_stale_variables(client: LambdaClient, settings: Mapping[str, Any], stage: str) -> None:
    """Take away the variables a function no longer has; Zappa keeps them for ever."""
    name = _name(settings, stage)
    wanted = resolved(settings, stage)["aws_environment_variables"]
    client.get_waiter("function_updated_v2").wait(FunctionName=name)
    current = client.get_function_configuration(FunctionName=name)
    if current.get("Environment", {}).get("Variables", {}) != wanted:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": wanted})


def _applied(client: LambdaClient, name: str) -> str | None:
    """Return the hash a function was brought to, "" when it has none, None without a function."""
    try:
        return client.get_function(FunctionName=name).get("Tags", {}).get(TAG, "")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise


def _name(settings: Mapping[str, Any], stage: str) -> str:
    return f"{settings['base']['project_name']}-{stage}"


def _digest(stage: Mapping[str, Any], package: Path) -> str:
    about = {key: value for key, value in stage.items() if key not in ("tags", "s3_bucket")}
    whole = json.dumps([package.name, about], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:32]
