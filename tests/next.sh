#!/bin/sh
# Runs the tests on the next Django in a virtual environment of its own, if Python allows.
set -eu
for candidate in python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python; do
  path=$(command -v "$candidate" 2>/dev/null) || continue
  "$path" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && found=$path && break
done
if [ -z "${found:-}" ]; then
  echo "test-next: skipped, no Python 3.12 or later is installed here"
  exit 0
fi
make --no-print-directory .venv/ready .venv-aws/ready .venv/browser
.venv/bin/uv venv --quiet --allow-existing --python "$found" .venv-next
.venv/bin/uv pip install --quiet --require-hashes --python .venv-next/bin/python -r requirements/dev.txt
.venv/bin/uv pip install --quiet --require-hashes --python .venv-next/bin/python -r requirements/next.txt
.venv-next/bin/python -c 'import django, sys; print("Django", django.__version__, "on Python", sys.version.split()[0])'
exec .venv-next/bin/python -m pytest -n 2 --dist loadfile -q ${TEST:-}
