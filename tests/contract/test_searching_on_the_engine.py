"""The claims of tests/core/test_searching.py, made again on the real engine.

Their ``installation`` is the engine here instead of moto, so what moto forgives is caught.
"""

from __future__ import annotations

import pytest

from tests.core.test_searching import *  # noqa: F403

pytestmark = pytest.mark.engine
