"""The ShipStation twin: fetches a Custom Store and posts ship notices to it, and serves the APIs V1 and V2.

In a test::

    twin = ShipStationTwin(now=clock, send=send)          # send(method, url, headers, body) -> Answer
    store = twin.add_store("https://hub.example/feeds/c1/k1", "user", "password")
    twin.refresh(store)
    twin.packing.label(twin.numbered("1001").order_id)
    twin.tick()                                            # posts the ship notice
    http = WsgiHttp({"ssapi.twin": twin.app})              # V1 at the root, V2 under /v2

On a socket: ``python -m twins.shipstation --port 8086 --store https://…,user,password --auto-label-after 2``.
"""

from twins.shipstation.model import Address, Content, Item, Order, Parcel
from twins.shipstation.packing import Packing
from twins.shipstation.store import Poll, Store
from twins.shipstation.twin import ShipStationTwin
from twins.shipstation.wire import Answer

__all__ = ["Address", "Answer", "Content", "Item", "Order", "Packing", "Parcel", "Poll", "ShipStationTwin", "Store"]
