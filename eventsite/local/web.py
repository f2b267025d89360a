"""Serves the Django site on loopback with waitress, as a child of the launcher."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from functools import partial
from typing import Any

from waitress import create_server

from eventsite.local.lifeline import at_the_end_of_input

THREADS = 8


def main() -> None:
    parser = argparse.ArgumentParser(prog="web")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lifeline", action="store_true", help="stop when standard input ends")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsite.settings")
    from eventsite.wsgi import application

    server = create_server(application, host="127.0.0.1", port=options.port, threads=THREADS)

    def stop(*_args: Any) -> None:
        raise SystemExit(0)  # waitress then lets requests under way end, for five seconds

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if options.lifeline:
        end = partial(os.kill, os.getpid(), signal.SIGTERM)
        threading.Thread(target=at_the_end_of_input, args=(end,), daemon=True).start()
    server.run()


if __name__ == "__main__":
    main()
