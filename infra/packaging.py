"""The two packages, web and pipeline, made by Zappa and only when something in them changed.

Zappa packs the working directory and the active virtual environment. Ours are staged: a copy of
the sources that the package needs, and a "virtual environment" that holds its pinned requirements
for the target's platform and nothing else. boto3 comes with the runtime and is not packed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import npm, zappa_hooks

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SETTINGS = ROOT / "zappa_settings.json"
RUNTIME = "3.13"
KEPT = 4  # zips of a kind: another command may be deploying an older one

# The stage whose settings make the package, and the sources that go in.
STAGES = {"web": "rest", "pipeline": "take-registrations"}
SOURCES = {
    "web": ("eventsite", "registration", "checkin", "requests_app"),
    "pipeline": ("eventsite/__init__.py", "eventsite/core", "pipeline"),
}
LEFT_OUT = ("__pycache__", "*.pyc", "local", "tests", "node_modules", ".*", "*.md")


class PackagingError(RuntimeError):
    """A package could not be made; says which tool failed and what it said."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a package runs: AWS's runtime, or this machine's embedded AWS."""

    name: str
    pip: tuple[str, ...]
    python: str  # compiles the bytecode; empty when no such version is here
    version: str
    level: int


def aws_target(python: str = "") -> Target:
    """Return AWS's runtime on arm64; ``python`` of its version compiles, else nothing does."""
    compiler = python or shutil.which(f"python{RUNTIME}") or ""
    compiler = compiler if compiler and _version_of(compiler) == RUNTIME else ""
    platform = ("--python-platform", "aarch64-manylinux_2_28", "--python-version", RUNTIME)
    return Target("aws", platform, compiler, RUNTIME, 9)


def local_target(python: Path = ROOT / ".venv-aws/bin/python") -> Target:
    """Return this machine with ``python``, which runs the functions of the embedded AWS."""
    version = _version_of(str(python))
    if not version:
        raise PackagingError(f"{python} does not run: make the embedded AWS's environment first")
    return Target("local", ("--python", str(python)), str(python), version, 6)


def pack(kind: str, target: Target, *, root: Path = ROOT, build: Path = BUILD) -> Path:
    """Return the zip of ``kind`` ("web" or "pipeline"), made now if none has its content."""
    staging = build / "staging" / target.name / kind
    staging.mkdir(parents=True, exist_ok=True)
    with (staging / "lock").open("w") as lock:  # two commands at once would share the staging
        fcntl.flock(lock, fcntl.LOCK_EX)
        while True:
            digest = content_hash(kind, target, root=root)
            package = build / "packages" / target.name / f"{kind}-{digest}.zip"
            if package.exists():
                package.touch()
                return package
            project = _sources(kind, root, staging / "project")
            if content_hash(kind, target, root=root) == digest:  # nobody saved a file meanwhile
                break
        venv = _requirements(kind, target, root, staging)
        if kind == "web":
            _collect_static(project, root)
        made = _zappa(kind, target, project, venv, build)
        package.parent.mkdir(parents=True, exist_ok=True)
        made.replace(package)
    for old in sorted(package.parent.glob(f"{kind}-*.zip"), key=_age)[:-KEPT]:
        old.unlink(missing_ok=True)
    return package


def _age(path: Path) -> float:
    return path.stat().st_mtime


def content_hash(kind: str, target: Target, *, root: Path = ROOT) -> str:
    """Return the digest of all that decides what is in the package of ``kind``."""
    settings = json.loads((root / SETTINGS.name).read_text(encoding="utf-8"))
    shape = {k: settings[k] for k in ("base", kind)}
    # What is packed with: a change there may change the zip. The interpreter's path may not.
    about = [kind, target.name, target.version, bool(target.python), target.pip[::2], shape]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    makers = [Path(__file__), Path(zappa_hooks.__file__), root / f"requirements/{kind}.txt"]
    if kind == "web":
        makers.append(root / "package-lock.json")
    for path in makers:
        digest.update(path.read_bytes())
    for path in _source_files(kind, root):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _source_files(kind: str, root: Path) -> Iterator[Path]:
    for source in SOURCES[kind]:
        path = root / source
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            inside = file.relative_to(root)
            if file.is_file() and not any(Path(p).match(g) for p in inside.parts for g in LEFT_OUT):
                yield file


def _sources(kind: str, root: Path, project: Path) -> Path:
    shutil.rmtree(project, ignore_errors=True)
    for file in _source_files(kind, root):
        copy = project / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    hooks = project / "infra" / "zappa_hooks.py"
    hooks.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(zappa_hooks.__file__, hooks)
    settings = (root / SETTINGS.name).read_text(encoding="utf-8")
    # Only packing: no name in the settings reaches the zip, but Zappa checks that they look right.
    settings = settings.replace("${Project}", "eventsite").replace("${Region}", "eu-west-1")
    (project / SETTINGS.name).write_text(settings, encoding="utf-8")
    return project


def _requirements(kind: str, target: Target, root: Path, staging: Path) -> Path:
    lock = root / "requirements" / f"{kind}.txt"
    digest = hashlib.sha256(lock.read_bytes() + repr(target.pip).encode()).hexdigest()[:16]
    venv = staging / f"venv-{digest}"
    if venv.exists():
        return venv
    for old in staging.glob("venv-*"):
        shutil.rmtree(old)
    # Zappa looks below the minor version it runs on, whatever the packages are for.
    part = staging / f"part-{digest}"
    shutil.rmtree(part, ignore_errors=True)
    site = part / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    site.mkdir(parents=True)
    wheels = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(lock)]
    _run([_uv(), "pip", "install", "-q", "--target", str(site), *target.pip, *wheels], cwd=root)
    part.replace(venv)
    return venv


def _collect_static(project: Path, root: Path) -> None:
    """Put the static files, hashed and compressed, beside the sources, where WhiteNoise reads."""
    if not (project / "eventsite" / "settings.py").exists():
        return
    packages = project / "node_modules"
    packages.symlink_to(npm.fetch(root))
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "eventsite.settings",
        "EVENTSITE_STATIC": "collected",
        "PYTHONPATH": str(project),
    }
    # Nothing shows the REST framework's own pages: the API answers JSON only.
    collect = ("collectstatic", "--noinput", "-v0", "--ignore", "rest_framework")
    _run([sys.executable, "-m", "django", *collect], project, env)
    packages.unlink()  # what is served of them was collected
    for made in project.rglob("__pycache__"):
        shutil.rmtree(made)


def _zappa(kind: str, target: Target, project: Path, venv: Path, build: Path) -> Path:
    output = f"{kind}.zip"
    env = {
        **os.environ,
        "VIRTUAL_ENV": str(venv),
        "AWS_DEFAULT_REGION": "eu-west-1",
        zappa_hooks.PYTHON_VARIABLE: target.python,
        zappa_hooks.CACHE_VARIABLE: str(build / "bytecode"),
        zappa_hooks.LEVEL_VARIABLE: str(target.level),
    }
    _run([*zappa_command(), "package", STAGES[kind], "-o", output], project, env)
    return project / output


def zappa_command() -> list[str]:
    """Return the command line of the Zappa that is installed beside this interpreter."""
    return [sys.executable, "-c", "from zappa.cli import handle; handle()"]


def _uv() -> str:
    for candidate in (Path(sys.executable).parent / "uv", shutil.which("uv")):
        if candidate and Path(candidate).exists():
            return str(candidate)
    raise PackagingError("uv is not found: pip install -r requirements/tools.txt")


def _run(command: list[str], cwd: Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise PackagingError(f"{' '.join(command[:4])} ... failed ({done.returncode}):\n{said}")


def _version_of(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def main(arguments: list[str] | None = None) -> int:
    """Make both packages and print where they are, how big, and how long it took."""
    parser = argparse.ArgumentParser(prog="python -m infra.packaging", description=main.__doc__)
    parser.add_argument("target", choices=["local", "aws"])
    parser.add_argument("--python", default="", help=f"a Python {RUNTIME} for the bytecode (aws)")
    chosen: Any = parser.parse_args(arguments)
    target = aws_target(chosen.python) if chosen.target == "aws" else local_target()
    for kind in STAGES:
        start = time.monotonic()
        try:
            package = pack(kind, target)
        except PackagingError as error:
            print(error, file=sys.stderr)
            return 1
        took, size = time.monotonic() - start, package.stat().st_size / 1e6
        print(f"{kind}: {package.relative_to(ROOT)} {size:.1f} MB in {took:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
