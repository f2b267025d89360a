"""Saves the embedded AWS every few seconds without stopping it: a forked child writes.

Runs inside the engine's own virtual environment: standard library and ministack only.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
import traceback
from pathlib import Path
from typing import NoReturn

from eventsite.local.snapshots import complete, write

CHILD_SECONDS = 45  # a child that takes longer is taken for stuck and killed


def _child(root: Path, number: int, keep_open: int) -> NoReturn:
    """The forked child: alone with a copy of the memory, it must end by `os._exit`."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(CHILD_SECONDS)  # holds even when the parent is gone
        # Sockets must not stay open here: a restarted engine needs the port at once.
        os.closerange(3, keep_open)
        os.closerange(keep_open + 1, 1 << 20)
        os.setsid()
        write(root, number)
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may return from the child
        # Not by the logging module: another thread may have held a stream's lock at the fork.
        os.write(2, f"snapshot {number} failed\n{traceback.format_exc()}".encode())
    finally:
        os._exit(status)


class Saver:
    """Takes a snapshot every few seconds as long as something changes."""

    SETTLE = 4  # rounds saved after the last write: background work of the engine ends by then

    def __init__(self, root: Path, lock: int, interval: float) -> None:
        self.root = root
        self.lock = lock
        self.interval = interval
        self.writes = 0
        self._saved_writes = -1
        self._quiet = 0
        self._number = int(found[-1].name) if (found := complete(root)) else 0
        self.last_seconds = 0.0

    def due(self) -> bool:
        self._quiet = 0 if self.writes != self._saved_writes else self._quiet + 1
        return self._quiet <= self.SETTLE

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self.interval)
            if self.due():
                try:
                    await self.save()
                except OSError:  # no process or memory to spare just now
                    traceback.print_exc()

    async def save(self) -> bool:
        """Fork on the event loop, so no coroutine is in the middle of a change; wait aside.

        A worker thread may still have been: then the child fails, the previous snapshot stays,
        and the next round tries again.
        """
        began = time.monotonic()
        writes = self.writes
        self._number += 1
        child = os.fork()
        if child == 0:
            _child(self.root, self._number, self.lock)
        try:
            saved = await self._reaped(child, began + CHILD_SECONDS)
        except asyncio.CancelledError:
            _kill(child)
            raise
        self.last_seconds = time.monotonic() - began
        if saved:
            self._saved_writes = writes
        return saved

    async def _reaped(self, child: int, deadline: float) -> bool:
        while True:
            status = _ended(child)
            if status is not None:
                return status == 0
            if time.monotonic() > deadline:
                _kill(child)
                return False
            await asyncio.sleep(0.02)


def _ended(child: int) -> int | None:
    done, status = os.waitpid(child, os.WNOHANG)
    return status if done else None


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
