"""The web application of a WSGI server."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from eventsite.core.log import configure

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsite.settings")
configure("web" if settings.DOORS == "all" else settings.DOORS)
application = get_wsgi_application()
