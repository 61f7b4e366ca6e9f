"""``python -m twins.inksoft --port N``: the twin on a socket, until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Sequence

from twins import kit
from twins.inksoft.twin import STORES, InkSoftTwin


def _store(text: str) -> tuple[int, str]:
    number, _, name = text.partition(":")
    if not number.isdecimal() or not name:
        raise argparse.ArgumentTypeError("write it as id:name")
    return int(number), name


def _login(text: str) -> tuple[str, str]:
    email, _, password = text.partition(":")
    if not email or not password:
        raise argparse.ArgumentTypeError("write it as email:password")
    return email, password


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twins.inksoft", description="A stand-in for InkSoft; the API is under /{store}/Api2/."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--store", default="acme", metavar="PATH", help="the store path")
    parser.add_argument("--api-key", default="inksoft-key")
    parser.add_argument("--login", type=_login, default=("shop@example.com", "secret"), metavar="EMAIL:PASSWORD")
    parser.add_argument("--store-id", type=_store, action="append", default=[], metavar="ID:NAME")
    parser.add_argument("--most-results", type=int, default=100, help="of one page")
    parser.add_argument("--package-as", choices=("packages", "orders", "object"), default="packages")
    for flag in ("lists-pending", "demands-email", "pre-salesdoc", "camel-case", "takes-carrier", "no-listing"):
        parser.add_argument(f"--{flag}", action="store_true")
    return parser


def build(arguments: Sequence[str] | None = None) -> tuple[InkSoftTwin, int]:
    """The twin that the command line describes, and its port."""
    asked = _parser().parse_args(arguments)
    twin = InkSoftTwin(
        store=asked.store,
        api_key=asked.api_key,
        email=asked.login[0],
        password=asked.login[1],
        stores=dict(asked.store_id) or STORES,
        most_results=asked.most_results,
        package_as=asked.package_as,
        lists_pending=asked.lists_pending,
        demands_email=asked.demands_email,
        pre_salesdoc=asked.pre_salesdoc,
        camel_case=asked.camel_case,
        takes_carrier=asked.takes_carrier,
    )
    twin.site().may_list = not asked.no_listing
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
