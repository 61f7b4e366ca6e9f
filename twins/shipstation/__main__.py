"""``python -m twins.shipstation --port N``: the twin on a socket, until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Sequence

from twins import kit
from twins.shipstation.feed_reading import schema_at
from twins.shipstation.notifier import RETRY_AFTER
from twins.shipstation.twin import ShipStationTwin


def _pair(text: str) -> tuple[str, str]:
    key, _, secret = text.partition(":")
    if not key or not secret:
        raise argparse.ArgumentTypeError("write it as key:secret")
    return key, secret


def _store(text: str) -> tuple[str, str, str]:
    parts = text.split(",")
    if len(parts) != 3 or not all(parts):
        raise argparse.ArgumentTypeError("write it as url,user,password")
    return parts[0], parts[1], parts[2]


def _seconds(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part)
    except ValueError:
        raise argparse.ArgumentTypeError("write seconds with commas between, e.g. 60,600,3600") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twins.shipstation",
        description="A stand-in for ShipStation: V1 at the root, V2 under /v2; it fetches Custom Stores.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--v1", type=_pair, default=("v1-key", "v1-secret"), metavar="KEY:SECRET")
    parser.add_argument("--v2", default="v2-key", metavar="KEY")
    parser.add_argument("--v1-per-minute", type=int, default=40, help="calls; 0: no limit")
    parser.add_argument("--v2-per-minute", type=int, default=200, help="calls; 0: no limit")
    parser.add_argument(
        "--store", type=_store, action="append", default=[], metavar="URL,USER,PASSWORD", help="a Custom Store"
    )
    parser.add_argument("--poll-every", type=float, metavar="SECONDS", help="fetch each store so often by itself")
    parser.add_argument(
        "--auto-label-after", type=float, metavar="SECONDS", help="each order that may ship gets a label"
    )
    parser.add_argument(
        "--notice-retry", type=_seconds, default=RETRY_AFTER, metavar="S,S,S", help="until a notice has failed"
    )
    parser.add_argument("--webhook-retry-scale", type=float, default=1.0, help="1.0: after 1, 5, 30 minutes")
    parser.add_argument("--resources-v1", metavar="URL", help="what a V1 webhook's resource_url begins with")
    parser.add_argument("--resources-v2", metavar="URL", help="the same for V2, and for the links of its lists")
    parser.add_argument("--xsd", metavar="PATH", help="check fetched orders by this schema as well")
    return parser


def build(arguments: Sequence[str] | None = None) -> tuple[ShipStationTwin, int]:
    """The twin that the command line describes, and its port."""
    asked = _parser().parse_args(arguments)
    twin = ShipStationTwin(
        v1_key=asked.v1,
        v2_key=asked.v2,
        v1_per_minute=asked.v1_per_minute,
        v2_per_minute=asked.v2_per_minute,
        notice_retry_after=asked.notice_retry,
        webhook_retry_scale=asked.webhook_retry_scale,
        auto_label_after_seconds=asked.auto_label_after,
        schema=schema_at(asked.xsd) if asked.xsd else None,
    )
    twin.hooks.resources_v1 = asked.resources_v1 or twin.hooks.resources_v1
    twin.hooks.resources_v2 = asked.resources_v2 or twin.hooks.resources_v2
    for url, user, password in asked.store:
        twin.add_store(url, user, password, interval_seconds=asked.poll_every)
    return twin, asked.port


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    twin, port = build()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    ticking = threading.Thread(target=_tick, args=(twin, stop), daemon=True)
    server = kit.Server(twin.app, twin.outbox, port).start()
    ticking.start()
    print(server.url, flush=True)  # noqa: T201 - the one line that scripts read
    stop.wait()
    server.stop()


def _tick(twin: ShipStationTwin, stop: threading.Event) -> None:
    """Apart from the webhooks: a store that answers slowly must not hold them up."""
    while not stop.wait(0.05):
        twin.tick()


if __name__ == "__main__":
    main()
