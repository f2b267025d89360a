"""Django settings: what differs between places comes from the environment, and only here.

Nothing in this module calls AWS: the secret key is fetched when it is first used.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.functional import lazy

from eventsite.core.config import config

BASE_DIR = Path(__file__).resolve().parent.parent

# -- from the environment -------------------------------------------------------------------------
DOORS = os.environ.get("EVENTSITE_DOORS", "all")
"""What this process serves: ``rest`` (guests and devices), ``office`` (the admin) or ``all``."""
DEBUG = os.environ.get("EVENTSITE_DEBUG", "") == "1"
FORCE_SCRIPT_NAME = os.environ.get("EVENTSITE_SCRIPT_NAME", "").rstrip("/") or None
"""The API Gateway stage, such as /live, which is in the address and not in the path we get."""
STAFF_PASSWORD = os.environ.get("EVENTSITE_STAFF_PASSWORD", "")
"""For ``manage.py create_staff`` only."""
COLLECTED = os.environ.get("EVENTSITE_STATIC", "finders") == "collected"
"""``collected``: static files come hashed and compressed from STATIC_ROOT, after collectstatic."""

_public = urlsplit(config().public_url)
_https = _public.scheme == "https"
_hosts = os.environ.get("EVENTSITE_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
ALLOWED_HOSTS = [host.strip() for host in _hosts.split(",") if host.strip()]
if _public.hostname:
    ALLOWED_HOSTS.append(_public.hostname)
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:  # the name that API Gateway gives itself
    ALLOWED_HOSTS.append(f".execute-api.{os.environ.get('AWS_REGION', 'eu-west-1')}.amazonaws.com")
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public.netloc else []


def _secret_key() -> str:
    from eventsite.core.wiring import secrets

    return secrets().django_key


SECRET_KEY = lazy(_secret_key, str)()

# -- the application ------------------------------------------------------------------------------
ROOT_URLCONF = "eventsite.urls"
WSGI_APPLICATION = "eventsite.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
# Only languages whose translations are here: any other would get pages half in Django's own words.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "eventsite" / "locale"]
LANGUAGE_COOKIE_NAME = "eventsite_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_PATH = FORCE_SCRIPT_NAME or "/"
LANGUAGE_COOKIE_SECURE = _https
FORMAT_MODULE_PATH = "eventsite.formats"
LOGGING_CONFIG = None  # eventsite.core.log does it, the same way in every process

OFFICE = DOORS != "rest"
"""Whether staff sign in here. The guests' process has neither admin nor sessions: it starts
faster, and its role could not read a session anyway."""

INSTALLED_APPS = [
    *(
        [
            "eventsite.repoadmin",  # first: its templates win
            "django.contrib.admin.apps.SimpleAdminConfig",
            "django.contrib.sessions",
            "django.contrib.messages",
        ]
        if OFFICE
        else []
    ),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "eventsite.accounts",
    "registration",
    "checkin",
    "requests_app",
]
MIDDLEWARE = [
    "eventsite.middleware.CorrelationMiddleware",
    "eventsite.middleware.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *(["django.contrib.sessions.middleware.SessionMiddleware"] if OFFICE else []),
    "eventsite.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    *(
        [
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ]
        if OFFICE
        else []
    ),
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "eventsite.middleware.RefusalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "eventsite" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"languages": "eventsite.language_tags"},
            "context_processors": [
                "django.template.context_processors.request",
                *(
                    [
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                    if OFFICE
                    else []
                ),
            ],
        },
    }
]

# -- no SQL: rows are windows onto DynamoDB -------------------------------------------------------
DATABASES = {"default": {"ENGINE": "eventsite.repoadmin.nosql"}}
MIGRATION_MODULES = dict.fromkeys(
    (
        *("admin", "auth", "contenttypes", "sessions", "accounts"),
        *("registration", "checkin", "requests_app"),
    )
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- staff ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.StaffUser"
AUTHENTICATION_BACKENDS = ["eventsite.accounts.backends.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_ENGINE = "eventsite.accounts.sessions"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_NAME = "eventsite_session"
SESSION_COOKIE_SECURE = _https
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# -- browsers -------------------------------------------------------------------------------------
CSRF_COOKIE_NAME = "eventsite_csrf"
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "eventsite.error_pages.forged"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# API Gateway has no plain HTTP to redirect from, and the domain above ours may be somebody else's.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

# -- static files ---------------------------------------------------------------------------------
STATIC_URL = f"{FORCE_SCRIPT_NAME or ''}/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "eventsite" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "eventsite.static_files.NpmFinder",
]
WHITENOISE_STATIC_PREFIX = "/static/"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "eventsite.static_files.HashedModules"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# -- REST -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "eventsite.rest.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["eventsite.bodies.StrictParser"],
    # Each view says who may call it (eventsite.callers); one that says nothing is closed.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # all is JSON: ?format= means nothing
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "eventsite",
    "DESCRIPTION": "Registration, check-in, guest requests and session notifications.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "RegistrationStatus": "registration.api.serializers.STATUSES",
        "PaymentState": "registration.api.serializers.PAYMENTS",
        "SettledPayment": "registration.api.bodies.SETTLED",
        "RequestStatus": "requests_app.serializers.STATUSES",
        "Direction": "checkin.verdict_answers.DIRECTIONS",
        "GateDirection": "checkin.serializers.GATE_DIRECTIONS",
        "VerdictCode": "checkin.verdict_answers.VERDICT_CODES",
    },
}
