"""``python -m twins.picanova --port N``: the twin on a socket, until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Sequence

from twins import kit
from twins.picanova.twin import PicanovaTwin


def _credentials(text: str) -> tuple[str, str]:
    user, _, key = text.partition(":")
    if not user or not key:
        raise argparse.ArgumentTypeError("write it as user:key")
    return user, key


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twins.picanova", description="A stand-in for Picanova's beta and v1 APIs."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--eu", type=_credentials, default=("eu-user", "eu-key"), metavar="USER:KEY")
    parser.add_argument("--us", type=_credentials, default=("us-user", "us-key"), metavar="USER:KEY")
    parser.add_argument("--webhook-url-eu", default="", help="where orders of the EU account send their news")
    parser.add_argument("--webhook-url-us", default="", help="where orders of the US account send their news")
    parser.add_argument(
        "--auto-ship-after", type=float, metavar="SECONDS", help="from DRAFT to FULFILLED in so long"
    )
    parser.add_argument("--rate-per-minute", type=int, default=60, help="calls for each account; 0: no limit")
    parser.add_argument("--search-lag", type=float, default=0.0, metavar="SECONDS", help="of /orders/@id")
    parser.add_argument(
        "--webhook-retry-scale", type=float, default=1.0, help="1.0: retries after 1, 5, 10, … minutes"
    )
    parser.add_argument("--accept-duplicates", action="store_true", help="take an external id a second time")
    for flag in ("sandbox-eu", "sandbox-us", "times-as-objects", "money-as-text", "options-as-list"):
        parser.add_argument(f"--{flag}", action="store_true")
    return parser


def build(arguments: Sequence[str] | None = None) -> tuple[PicanovaTwin, int]:
    """The twin that the command line describes, and its port."""
    asked = _parser().parse_args(arguments)
    twin = PicanovaTwin(
        eu=asked.eu,
        us=asked.us,
        sandbox_eu=asked.sandbox_eu,
        sandbox_us=asked.sandbox_us,
        rate_per_minute=asked.rate_per_minute,
        search_lag_seconds=asked.search_lag,
        refuse_duplicates=not asked.accept_duplicates,
        webhook_url_eu=asked.webhook_url_eu,
        webhook_url_us=asked.webhook_url_us,
        times_as_objects=asked.times_as_objects,
        money_as_text=asked.money_as_text,
        options_as_list=asked.options_as_list,
        auto_ship_after_seconds=asked.auto_ship_after,
        webhook_retry_scale=asked.webhook_retry_scale,
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
