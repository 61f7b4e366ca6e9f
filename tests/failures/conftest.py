"""The world, connected; and how long the machines search: ``HYPOTHESIS_PROFILE=deep`` for a long look."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from platen.observability import logger
from tests.support.world import World

_CALM = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}
_DEEP = int(os.environ.get("HYPOTHESIS_EXAMPLES", "5000"))
settings.register_profile("quick", max_examples=250, stateful_step_count=25, derandomize=True, **_CALM)
settings.register_profile("deep", max_examples=_DEEP, stateful_step_count=50, **_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
logger.setLevel("ERROR")


@pytest.fixture
def world() -> World:
    """Both twins, connected and linked by the operator."""
    return World().connect()
