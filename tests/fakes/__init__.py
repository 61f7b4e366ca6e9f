"""Small real implementations of the ports, in memory, each with a failure switch.

They hold to the same conditions as the adapters (``tests/adapters`` runs one contract against both), so a
test that passes here says something about the product and not about a mock.
"""

from tests.fakes.artwork import FakeArtwork
from tests.fakes.clock import FakeClock
from tests.fakes.connections import FakeCache, FakeConnections, FakeProducts, FakeSecrets
from tests.fakes.orders import FakeOrders
from tests.fakes.queues import FakeQueues, FakeSchedules, Received
from tests.fakes.switch import Crash, Lost, Switch

__all__ = [
    "Crash",
    "FakeArtwork",
    "FakeCache",
    "FakeClock",
    "FakeConnections",
    "FakeOrders",
    "FakeProducts",
    "FakeQueues",
    "FakeSchedules",
    "FakeSecrets",
    "Lost",
    "Received",
    "Switch",
]
