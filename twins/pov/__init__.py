"""The POV twin: serves ``pov-v0``, the contract of Platen's own making, for a test and a live customer.

POV publishes no API, so this shows that Platen keeps its promises against such a vendor, and not how POV behaves.

In a test::

    twin = PovTwin(now=clock)
    http = WsgiHttp({"pov.twin": twin.app})    # base URL https://pov.twin/v0

On a socket: ``python -m twins.pov --port 8085 --auto-ship-after 5``.
"""

from twins.pov.checks import Invalid
from twins.pov.orders import Item, Order, Shipment, TooLate
from twins.pov.twin import PovTwin

__all__ = ["Invalid", "Item", "Order", "PovTwin", "Shipment", "TooLate"]
