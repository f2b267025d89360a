"""Cold starts, as ratios to what nobody can do without."""

from __future__ import annotations

import os

from tests.bench.measuring import Measure, ratio

BOTO3 = "import boto3; boto3.client('dynamodb', region_name='eu-west-1')"

HANDLERS = (
    "take_registrations",
    "announce_changes",
    "send_notifications",
    "deliver_webhooks",
    "fulfil_schedules",
    "run_jobs",
)

HANDLER = """
import pipeline.handlers.{name}
from eventsite.core.wiring import client
client('dynamodb')
"""

# The secret is given, not fetched: a network call is no import.
WEB = """
from eventsite.core import wiring
from eventsite.core.store.secrets import Secrets
wiring.secrets = lambda: Secrets(1, {1: 'x' * 64})
wiring.client('dynamodb')
from eventsite.wsgi import application
from django.test import RequestFactory
request = RequestFactory().get('/healthz', HTTP_HOST='127.0.0.1')
assert application.get_response(request).status_code == 200
"""

BARE = """
import boto3
boto3.client('dynamodb', region_name='eu-west-1')
from django.conf import settings
settings.configure(
    SECRET_KEY='x', ROOT_URLCONF='__main__', ALLOWED_HOSTS=['127.0.0.1'],
    INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth', 'django.contrib.sessions',
                    'django.contrib.messages', 'django.contrib.staticfiles', 'rest_framework'],
    MIDDLEWARE=['django.middleware.security.SecurityMiddleware',
                'django.middleware.common.CommonMiddleware'],
    REST_FRAMEWORK={'DEFAULT_AUTHENTICATION_CLASSES': [], 'DEFAULT_PERMISSION_CLASSES': [],
                    'UNAUTHENTICATED_USER': None},
)
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView
class Health(APIView):
    def get(self, request):
        return Response({'ok': True})
urlpatterns = [path('healthz', Health.as_view())]
from django.test import RequestFactory
request = RequestFactory().get('/healthz', HTTP_HOST='127.0.0.1')
assert application.get_response(request).status_code == 200
"""


def measure() -> list[Measure]:
    """CPU from a fresh interpreter: a handler with its client over boto3 with a client; our WSGI
    application to its first answer over a bare Django with DRF and a client to its first."""
    env = dict(os.environ) | {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "EVENTSITE_EVENTS_TABLE": "events",
        "EVENTSITE_OFFICE_TABLE": "office",
        "EVENTSITE_SECRETS_ID": "secrets",
        "EVENTSITE_DOORS": "rest",
    }
    handler = max(ratio(HANDLER.format(name=name), BOTO3, env, pairs=5) for name in HANDLERS)
    return [
        Measure("imports.handler_vs_boto3", round(handler, 3), "ratio", 1.35),
        Measure("imports.web_vs_django", round(ratio(WEB, BARE, env), 3), "ratio", 1.3),
    ]
