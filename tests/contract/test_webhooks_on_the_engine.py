"""The claims of tests/pipeline/test_webhooks.py, made again on the real engine."""

from __future__ import annotations

import pytest

from tests.pipeline.test_webhooks import *  # noqa: F403

pytestmark = pytest.mark.engine
