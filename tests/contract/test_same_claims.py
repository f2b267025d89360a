"""The claims about the store and the services, made again on the real engine.

The tests are those of tests/core; here their ``installation`` is the engine instead of moto, so
what moto forgives (foreign cursors, bad keys) is caught.
"""

from __future__ import annotations

import pytest

from tests.core.test_checking_in import *  # noqa: F403
from tests.core.test_notifying import *  # noqa: F403
from tests.core.test_registering import *  # noqa: F403
from tests.core.test_requesting import *  # noqa: F403

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("contract")]
