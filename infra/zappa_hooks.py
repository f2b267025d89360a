"""What Zappa calls once a zip is made: rewrite it lean, reproducible and with bytecode that counts.

Zappa dates every entry 1980, so timestamped bytecode is stale and a cold start compiles it all
again; it also adds its own WSGI handler with a build time and a random id, which we never run.
Zappa loads this file by itself from the staging folder: it imports nothing of the project.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Protocol

# Set by infra.packaging: the interpreter of the target's minor version (empty: no bytecode),
# where compiled files are kept between packs, and how hard to compress.
PYTHON_VARIABLE = "EVENTSITE_PACK_PYTHON"
CACHE_VARIABLE = "EVENTSITE_PACK_CACHE"
LEVEL_VARIABLE = "EVENTSITE_PACK_LEVEL"

ZAPPAS_OWN = {
    "__init__.py",
    "handler.py",
    "zappa_settings.py",
    "django_zappa_app.py",
    "package_info.json",
}
INSTALLERS_OWN = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"}
EPOCH = (1980, 1, 1, 0, 0, 0)


class Cli(Protocol):
    """The part of Zappa's command that a callback may use."""

    zip_path: str


def after_zip(cli: Cli) -> None:
    """Replace the zip at ``cli.zip_path`` by ours."""
    files = _wanted(cli.zip_path)
    python, cache = os.environ.get(PYTHON_VARIABLE, ""), os.environ.get(CACHE_VARIABLE, "")
    if python and cache:
        files |= _bytecode(
            {n: b for n, b in files.items() if n.endswith(".py")}, python, Path(cache)
        )
    write_zip(Path(cli.zip_path), files, level=int(os.environ.get(LEVEL_VARIABLE, "9")))


def write_zip(path: Path, files: dict[str, bytes], *, level: int) -> None:
    """Write ``files`` so that the same content gives the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as target:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, files[name], compresslevel=level)


def _wanted(path: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as source:
        for entry in source.infolist():
            name = entry.filename
            if entry.is_dir() or name in ZAPPAS_OWN or name.endswith((".pyc", ".pyo", ".pyi")):
                continue
            folder, _, file = name.rpartition("/")
            if folder.endswith(".dist-info") and file in INSTALLERS_OWN:
                continue
            files[name] = source.read(entry)
    return files


def _bytecode(sources: dict[str, bytes], python: str, cache: Path) -> dict[str, bytes]:
    """Return the compiled file of each source; compiles only what ``cache`` does not hold yet."""
    tag = subprocess.run(
        [python, "-c", "import sys; print(sys.implementation.cache_tag)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    cache = cache / tag
    cache.mkdir(parents=True, exist_ok=True)
    keys = {
        name: hashlib.sha256(f"{name}\0".encode() + sources[name]).hexdigest() for name in sources
    }
    _compile(
        {n: sources[n] for n in sources if not (cache / keys[n]).exists()}, python, keys, cache
    )
    compiled: dict[str, bytes] = {}
    for name, key in keys.items():
        if (cache / key).exists():  # a file that does not compile (a template, say) has none
            folder, _, file = name.rpartition("/")
            target = f"{folder}/__pycache__/" if folder else "__pycache__/"
            compiled[f"{target}{file.removesuffix('.py')}.{tag}.pyc"] = (cache / key).read_bytes()
    return compiled


def _compile(sources: dict[str, bytes], python: str, keys: dict[str, str], cache: Path) -> None:
    if not sources:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, body in sources.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        # unchecked-hash: never compared with the source. -s: no path of this machine in tracebacks.
        mode = ["--invalidation-mode", "unchecked-hash", "-s", folder]
        subprocess.run([python, "-m", "compileall", "-qq", *mode, folder], check=False)
        for name in sources:
            path = Path(folder, name)
            for made in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
                part = cache / f"{keys[name]}.part"
                part.write_bytes(made.read_bytes())
                part.replace(cache / keys[name])
