"""Command line of the local stack: `python -m eventsite.local run` (or `engine`)."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from eventsite.local.launcher import Options, RefusedError, Stack, StartError

REFUSED = 2
DIED = 1


class Stopped(BaseException):
    """Ctrl-C or SIGTERM; not an Exception, so that nothing on the way takes it for an error."""


def options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m eventsite.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    both = argparse.ArgumentParser(add_help=False)
    both.add_argument("--engine-port", type=int, help="embedded AWS (4566)")
    both.add_argument("--messaging-port", type=int, help="messaging server and mailbox (4580)")
    both.add_argument("--web-port", type=int, help="event site (8000)")
    both.add_argument("--port-base", type=int, help="use three ports from this one on")
    both.add_argument("--state-dir", type=Path, default=Options.state_dir)
    both.add_argument("--log-dir", type=Path, help="default: log, beside the state directory")
    both.add_argument("--webhook-private-hosts", default="", help="host[:port],.. they may call")
    commands.add_parser("run", parents=[both], help="the whole local stack")
    commands.add_parser("engine", parents=[both], help="only embedded AWS and messaging server")
    given = parser.parse_args()
    chosen = Options(
        state_dir=given.state_dir,
        log_dir=given.log_dir,
        site=given.command == "run",
        webhook_private_hosts=given.webhook_private_hosts,
    )
    for offset, name in enumerate(("engine_port", "messaging_port", "web_port")):
        if given.port_base is not None:
            setattr(chosen, name, given.port_base + offset)
        if getattr(given, name) is not None:
            setattr(chosen, name, getattr(given, name))
    return chosen


def addresses(stack: Stack) -> str:
    """What a person opens in a browser."""
    site = stack.web_url
    lines = [("mailbox", f"{stack.messaging_url}/"), ("embedded AWS", stack.engine.url)]
    if stack.options.site:
        logins = "".join(f"   ({login})" for login in stack.logins)
        lines = [
            ("guest site", f"{site}/"),
            ("kiosk", f"{site}/kiosk/{_enrolment(stack, 'kiosk')}"),
            ("staff board", f"{site}/staff/{_enrolment(stack, 'phone')}"),
            ("admin", f"{site}/admin/{logins}"),
            ("API documentation", f"{site}/api/docs/"),
            *lines,
        ]
        if stack.settings.get("api_url"):
            lines.append(("API Gateway", str(stack.settings["api_url"])))
    rows = "\n".join(f"  {name:<18} {address}" for name, address in lines)
    return f"\n{rows}\n\nCtrl-C stops everything; the state is kept in {stack.state_dir}\n"


def _enrolment(stack: Stack, device: str) -> str:
    """Return the fragment that enrols a browser as the demo's device; servers never see it."""
    try:
        return f"#device={json.loads((stack.state_dir / 'demo-login.json').read_text())[device]}"
    except (OSError, ValueError, KeyError):
        return ""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise Stopped


def main() -> int:
    stack = Stack(options())
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, _stop)
    started = False
    status = 0
    try:
        stack.start()
        started = True
        print(addresses(stack), flush=True)
        while True:
            time.sleep(0.3)
            stack.watch()
    except Stopped:
        print("stopping", flush=True)
    except StartError as error:
        print(error, file=sys.stderr, flush=True)
        status = REFUSED if isinstance(error, RefusedError) else DIED
    finally:
        began = time.monotonic()
        stack.stop()
        if started:
            print(f"stopped in {time.monotonic() - began:.1f} s", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
