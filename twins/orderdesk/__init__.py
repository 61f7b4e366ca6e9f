"""The Order Desk twin: one store behind the reading half of its API v2.

In a test::

    twin = OrderDeskTwin(now=clock)
    twin.add_order(source_id="1001", folder="Closed")
    http = WsgiHttp({"app.orderdesk.me": twin.app})

On a socket: ``python -m twins.orderdesk --port 8084 --orders 40``.
"""

from twins.orderdesk.twin import OrderDeskTwin

__all__ = ["OrderDeskTwin"]
