#!/bin/sh
# Finds a browser for the tests: one that is there, Debian's when we may install it, or Playwright's.
set -eu
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing chromium"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
else
  echo "installing Playwright's chromium"
  .venv/bin/python -m playwright install chromium
fi
