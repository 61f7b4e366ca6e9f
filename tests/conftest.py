"""What holds for every test: no sockets, no real account, the same pace on every machine.

The properties are tried with the same examples everywhere, so that no change lands or fails by luck;
``HYPOTHESIS_PROFILE=deep`` looks much longer, each time elsewhere, for a way to break them.
"""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import HealthCheck, settings

# A stub that was forgotten must find no account, no profile and no metadata service to talk to.
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_METRICS_DISABLED": "true",
}

# What is printed does not hang on the terminal that the tests were started from, nor a date on where on earth.
for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TTY_COMPATIBLE"):
    os.environ.pop(name, None)
os.environ["TZ"] = "UTC"
time.tzset()
# What listens on this computer is spoken to directly, wherever the way to the package index leads.
for name in ("NO_PROXY", "no_proxy"):
    os.environ[name] = ",".join(filter(None, ("127.0.0.1", "localhost", os.environ.get(name))))

# No deadline: how long an example takes says something about the machine, not about the code.
_PACE = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("fast", max_examples=60, derandomize=True, **_PACE)  # type: ignore[arg-type]
settings.register_profile("deep", max_examples=3000, derandomize=False, **_PACE)  # type: ignore[arg-type]
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

_SPOKEN_FOR = ("enable_socket", "disable_socket", "allow_hosts")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only what runs on the embedded AWS, or says so itself, may open a socket."""
    for item in items:
        if item.get_closest_marker("stack"):
            item.add_marker(pytest.mark.enable_socket)
        elif not any(item.get_closest_marker(marker) for marker in _SPOKEN_FOR):
            item.add_marker(pytest.mark.disable_socket)
