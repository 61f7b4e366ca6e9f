"""``python -m twins.orderdesk --port N``: the twin on a socket, until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Sequence
from datetime import timedelta

from twins import kit
from twins.orderdesk.twin import OrderDeskTwin


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twins.orderdesk", description="A stand-in for the reading half of Order Desk's API."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--store-id", default="113247")
    parser.add_argument("--api-key", default="orderdesk-key")
    parser.add_argument("--bucket", type=int, default=20, help="tokens of its rate; 0: no limit")
    parser.add_argument("--folders-as", choices=("list", "map"), default="list")
    parser.add_argument(
        "--orders", type=int, default=0, help="so many are there from the start, a third of them open"
    )
    parser.add_argument("--items", type=int, default=0, help="so many inventory items with print fields")
    return parser


def build(arguments: Sequence[str] | None = None) -> tuple[OrderDeskTwin, int]:
    """The twin that the command line describes, and its port."""
    asked = _parser().parse_args(arguments)
    twin = OrderDeskTwin(
        store_id=asked.store_id, api_key=asked.api_key, bucket=asked.bucket, folders_as=asked.folders_as
    )
    for number in range(asked.orders):
        _add_order(twin, number, asked.orders)
    for number in range(asked.items):
        art = {"print_sku": f"DIGI-{number}", "print_url": f"https://art.example/{number}.png"}
        twin.add_item(name=f"Canvas {number}", code=f"CANVAS-{number}", location="Shed", metadata=art)
    return twin, asked.port


def _add_order(twin: OrderDeskTwin, number: int, of: int) -> None:
    is_open = number % 3 == 2
    twin.add_order(
        source_id=str(1001 + number),
        folder="New" if is_open else "Closed",
        tracking=[] if is_open else [f"1Z{number:08}"],
        date_added=twin.now() - timedelta(hours=of - number),
        shipping={"last_name": "Family", "address1": "Long Street 1", "city": "Town", "country": "DE"},
    )


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    twin, port = build()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = kit.Server(twin.app, twin.outbox, port).start()
    print(server.url, flush=True)  # noqa: T201 - the one line that scripts read
    stop.wait()
    server.stop()


if __name__ == "__main__":
    main()
