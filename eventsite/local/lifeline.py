"""How a child of the launcher learns that the launcher is gone: its standard input ends.

Standard library only: the engine's virtual environment uses it too.
"""

from __future__ import annotations

import os
from collections.abc import Callable


def at_the_end_of_input(stop: Callable[[], object]) -> None:
    """Block until standard input ends, then call `stop`. For a daemon thread."""
    while os.read(0, 1024):
        pass
    stop()
