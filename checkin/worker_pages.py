"""The service worker's script: what a kiosk keeps of its page, so that a reload needs no server."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse

from checkin import pages

PARTS = ("checkin/", "vendor/", "eventsite/device.")
"""Where the static files of the page are."""
KINDS = (".js", ".css", ".wasm")


def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer the script; its scope is the folder that it lies in, which is the kiosk's."""
    context = {"files": json.dumps([reverse("kiosk-reader"), *map(static, _names())])}
    context["version"] = _version(request)
    response = render(request, "checkin/sw.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def _version(request: HttpRequest) -> str:
    """Return a name for the page and its files as they are now."""
    said = hashlib.sha256(pages.kiosk(request).content + pages.reader(request).content)
    for content in _contents():
        said.update(content)
    return said.hexdigest()[:16]


def _names() -> list[str]:
    """Return the static files of the page, by the names that templates give them."""
    if settings.COLLECTED:
        return _chosen(getattr(staticfiles_storage, "hashed_files", ()))
    found = (
        name
        for finder in finders.get_finders()
        for name, storage in finder.list([])
        if storage.exists(name)
    )
    return _chosen(found)


def _chosen(names: Iterable[str]) -> list[str]:
    wanted = {name for name in names if name.startswith(PARTS) and name.endswith(KINDS)}
    return sorted(wanted)


def _contents() -> Iterator[bytes]:
    """Yield what tells one version of the files from another."""
    if settings.COLLECTED:
        yield _collected()
        return
    for name in _names():  # somebody is working on them
        path = finders.find(name)
        if path:
            with open(path, "rb") as file:
                yield hashlib.sha256(file.read()).digest()


@lru_cache(maxsize=1)
def _collected() -> bytes:
    """Return the hashed names: they change with what the files say."""
    return "\n".join(map(static, _names())).encode()
