"""The InkSoft twin: API 2 of one or more store paths, for orders, products and shipments.

In a test::

    twin = InkSoftTwin(now=clock)
    http = WsgiHttp({"inksoft.twin": twin.app})    # https://inksoft.twin/acme/Api2/GetOrderSummaries
    order = twin.place_order(items=[{"sku": "TEE-100", "colour": "Black", "size": "M", "quantity": 2}])
    twin.trouble("cut", "CreateOrderShipments")

On a socket: ``python -m twins.inksoft --port 8091``. InkSoft has no webhooks, so nothing is ever posted from here.
"""

from twins.inksoft.asked import Address, CustomLine, Line, PlaceOrder
from twins.inksoft.model import Mail, Order, Told
from twins.inksoft.twin import InkSoftTwin, Switches

__all__ = ["Address", "CustomLine", "InkSoftTwin", "Line", "Mail", "Order", "PlaceOrder", "Switches", "Told"]
