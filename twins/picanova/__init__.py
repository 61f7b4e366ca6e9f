"""The Picanova twin: the beta and v1 APIs of two store accounts, told apart by their credentials.

In a test::

    twin = PicanovaTwin(now=clock, webhook_url_eu="https://hub.test/picanova")
    http = WsgiHttp({"api.picanova.twin": twin.app})

On a socket: ``python -m twins.picanova --port 8083 --auto-ship-after 5``.
"""

from twins.picanova.errors import Invalid
from twins.picanova.orders import Item, Order, Shipment, TooLate
from twins.picanova.twin import PicanovaTwin

__all__ = ["Invalid", "Item", "Order", "PicanovaTwin", "Shipment", "TooLate"]
