"""``python -m twins.pov --port N``: the twin on a socket, until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Sequence

from twins import kit
from twins.pov.checks import SKUS
from twins.pov.twin import PovTwin


def _customer(text: str) -> tuple[str, str]:
    customer_id, _, key = text.partition(":")
    if not customer_id:
        raise argparse.ArgumentTypeError("write it as customer-id or customer-id:key")
    return customer_id, key


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twins.pov", description="A stand-in for POV, by the contract pov-v0; the API is under /v0."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--test", type=_customer, default=("test-customer", ""), metavar="ID[:KEY]")
    parser.add_argument("--live", type=_customer, default=("live-customer", ""), metavar="ID[:KEY]")
    parser.add_argument("--sku", action="append", default=[], metavar="SKU", help="one more product that is known")
    parser.add_argument("--any-sku", action="store_true", help="every product is known")
    parser.add_argument(
        "--auto-ship-after", type=float, metavar="SECONDS", help="from received to shipped in so long"
    )
    parser.add_argument(
        "--test-minutes", type=float, default=5.0, help="the same for test orders, which always walk"
    )
    parser.add_argument("--rate-per-minute", type=int, default=60, help="calls for each customer; 0: no limit")
    parser.add_argument(
        "--search-lag", type=float, default=0.0, metavar="SECONDS", help="of the look-up by reference"
    )
    parser.add_argument("--webhook-url", default="", help="where news are posted; nowhere by default")
    parser.add_argument("--webhook-secret", default="", help="what they are signed with; unsigned by default")
    parser.add_argument(
        "--webhook-retry-scale", type=float, default=1.0, help="1.0: retries after 1, 5, 30 minutes"
    )
    parser.add_argument(
        "--accept-duplicates", action="store_true", help="make a second order of a repeated reference"
    )
    parser.add_argument("--can-cancel", action="store_true", help="DELETE works")
    return parser


def build(arguments: Sequence[str] | None = None) -> tuple[PovTwin, int]:
    """The twin that the command line describes, and its port."""
    asked = _parser().parse_args(arguments)
    twin = PovTwin(
        test=asked.test,
        live=asked.live,
        skus=None if asked.any_sku else SKUS | set(asked.sku),
        auto_ship_after_seconds=asked.auto_ship_after,
        test_minutes=asked.test_minutes,
        rate_per_minute=asked.rate_per_minute,
        search_lag_seconds=asked.search_lag,
        webhook_url=asked.webhook_url,
        webhook_secret=asked.webhook_secret,
        webhook_retry_scale=asked.webhook_retry_scale,
        unique_references=not asked.accept_duplicates,
        can_cancel=asked.can_cancel,
    )
    return twin, asked.port


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
