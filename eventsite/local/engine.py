"""The embedded AWS: ministack in this process, on loopback, with snapshots of its state.

Runs inside the engine's own virtual environment: standard library and ministack only.
`eventsite.local.processes.Engine` starts it; the environment it needs is set here, before
ministack is imported.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import importlib
import logging
import os
import resource
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from eventsite.local import outgoing, snapshots
from eventsite.local.lifeline import at_the_end_of_input
from eventsite.local.saver import CHILD_SECONDS, Saver

ACCOUNT = "000000000000"
LOCK_SECONDS = CHILD_SECONDS + 5
READS = (b"Get", b"BatchGet", b"List", b"Describe", b"Query", b"Scan", b"TransactGet", b"Head")

# Everything ministack asks the environment for, so that nothing depends on the caller's shell.
SETTINGS = {
    "AUTH": "true",
    "PERSIST_STATE": "1",
    "S3_PERSIST": "1",
    "BIND_HOST": "127.0.0.1",
    "MINISTACK_ACCOUNT_ID": ACCOUNT,
    "SFTP_ENABLED": "0",
    "IOT_MTLS_ENABLED": "0",
    "LAMBDA_EXECUTOR": "local",
    "DOCKER_HOST": "unix:///nonexistent",  # never look for a Docker daemon
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="engine", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--region", default="eu-west-1")
    parser.add_argument("--interval", type=float, default=3.0, help="seconds between snapshots")
    parser.add_argument("--lifeline", action="store_true", help="stop when standard input ends")
    return parser.parse_args()


def prepare(options: argparse.Namespace) -> None:
    state: Path = options.state_dir
    (state / "keys").mkdir(parents=True, exist_ok=True)
    os.environ.update(SETTINGS)
    os.environ.update(
        GATEWAY_PORT=str(options.port),
        MINISTACK_REGION=options.region,
        STATE_DIR=str(state / "keys"),  # Cognito's signing keys are written here at once
        S3_DATA_DIR=str(state / "objects"),  # and objects here
        TMPDIR=str(state / "tmp"),  # functions are unpacked here; a kill leaves them
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def lock(state: Path) -> int:
    """One engine per state directory. A snapshot of a killed engine may still hold it: wait."""
    held = os.open(state / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return held
        except BlockingIOError:
            if time.monotonic() > deadline:
                sys.exit(f"another engine uses {state}")
            time.sleep(0.05)


def application(saver: Saver) -> Any:
    """ministack's ASGI application, with our ear at the door."""
    served = snapshots.module("app").app

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not reads_only(scope):
            saver.writes += 1
        await served(scope, await outgoing.with_body(scope, receive), send)

    return listening


def reads_only(scope: Any) -> bool:
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return True
    target = dict(scope["headers"]).get(b"x-amz-target", b"")
    return bool(target.rpartition(b".")[2].startswith(READS))


async def serve(options: argparse.Namespace, saver: Saver) -> None:
    config = importlib.import_module("hypercorn.config").Config()
    hypercorn_serve = importlib.import_module("hypercorn.asyncio").serve
    config.bind = [f"127.0.0.1:{options.port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.backlog = 1024
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    if options.lifeline:
        ended = (lambda: loop.call_soon_threadsafe(stop.set),)
        threading.Thread(target=at_the_end_of_input, args=ended, daemon=True).start()

    async def stopping() -> None:
        await stop.wait()
        # ministack would save in place, file by file; ours is one atomic step.
        snapshots.module("app").PERSIST_STATE = False

    saving = asyncio.create_task(saver.run())
    await hypercorn_serve(application(saver), config, shutdown_trigger=stopping)
    saving.cancel()
    await asyncio.wait([saving])
    for _attempt in range(3):
        if await saver.save():
            break


def main() -> None:
    options = arguments()
    options.state_dir = options.state_dir.resolve()
    prepare(options)
    held = lock(options.state_dir)
    shutil.rmtree(options.state_dir / "tmp", ignore_errors=True)
    (options.state_dir / "tmp").mkdir()
    root = options.state_dir / "snapshots"
    snapshots.restore(root, options.port)
    logging.getLogger("hypercorn.access").setLevel(logging.WARNING)
    mail = outgoing.MailFile(options.state_dir / outgoing.FILE)
    outgoing.capture(mail, ACCOUNT, options.region)
    snapshots.module("services.scheduler")._SCHEDULE_TICK_INTERVAL = 2
    saver = Saver(root, held, options.interval)
    asyncio.run(_main(options, saver))


async def _main(options: argparse.Namespace, saver: Saver) -> None:
    status = 0
    try:
        await serve(options, saver)
    except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
        traceback.print_exc()
        status = 1
    _end(status)


def _end(status: int) -> None:
    """Leave at once: worker threads may sit in a function's call, and its processes must go."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    os._exit(status)


if __name__ == "__main__":
    main()
