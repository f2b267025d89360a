"""Which language a page speaks: the one chosen, else the guest's own, else the browser's.

A choice is a link to the same page with ``?lang=de``. It is kept in a cookie that nobody has who
has not chosen, so that links need not carry it; without cookies it holds for that page. What
staff and programs see speaks English only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

PARAMETER = "lang"
ENGLISH_ONLY = ("/admin/", "/api/", "/kiosk/", "/staff/", "/healthz")
"""Where these addresses begin there is nothing to choose: half of it would stay English."""

_WISH = "eventsite.languages"

Answer = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request says of languages: chosen by a person, and accepted by the browser."""

    chosen: str
    accepted: str


class LanguageMiddleware:
    """Speaks the language of each request, and says so in the answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(ENGLISH_ONLY):
            with translation.override(settings.LANGUAGE_CODE):
                return self.get_response(request)
        asked = known(request.GET.get(PARAMETER, ""))
        kept = known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
        wish = request.META[_WISH] = Wish(asked or kept, _accepted(request))
        with translation.override(wish.chosen or wish.accepted or settings.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if asked and asked != kept:
            _keep(response, asked)
        return response


def speak(request: HttpRequest, *, guest: str = "", event: str = "") -> str:
    """Speak to a guest from now on in this request, and return the language.

    Chosen on a page, else the ``guest`` locale of their registration, else what the browser
    accepts, else the ``event`` locale.
    """
    wish = request.META.get(_WISH, Wish("", ""))
    wanted = (wish.chosen, known(guest), wish.accepted, known(event))
    language = next(filter(None, wanted), settings.LANGUAGE_CODE)
    translation.activate(language)
    return language


def known(locale: str) -> str:
    """Return the language of a locale (pt-BR, de_AT) that pages have, or an empty string."""
    try:
        return translation.get_supported_language_variant(locale.replace("_", "-").lower())
    except LookupError:
        return ""


def choices(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Return code, own name and address of each language that this page can be read in.

    Empty where there is nothing to choose, and on the answer to a form: its fields would be lost.
    """
    if _WISH not in request.META or request.method not in ("GET", "HEAD"):
        return []
    query = request.GET.copy()
    found = []
    for code, name in settings.LANGUAGES:
        query[PARAMETER] = code
        found.append((code, str(name), f"?{query.urlencode()}"))
    return found


def _accepted(request: HttpRequest) -> str:
    """Return the first language of the browser's that pages have."""
    header = request.headers.get("Accept-Language", "")
    return next(filter(None, (known(tag) for tag, _ in parse_accept_lang_header(header))), "")


def _keep(response: HttpResponseBase, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response.headers["Cache-Control"] = "no-store"  # nobody else may get this cookie
