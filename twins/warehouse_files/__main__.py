"""``python -m twins.warehouse_files --folder DIR``, or ``--url URL --key KEY``: until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests

from twins import kit
from twins.warehouse_files.doors import CallDoor, Door, FileDoor, Folder
from twins.warehouse_files.twin import WarehouseTwin


def _stock(text: str) -> tuple[str, int]:
    item, _, count = text.rpartition("=")
    if not item or not count.isdecimal():
        raise argparse.ArgumentTypeError("write it as ITEM=20")
    return item, int(count)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m twins.warehouse_files", description="A small warehouse.")
    parser.add_argument("--port", type=int, default=0, help="of the control plane; 0 takes any free one")
    parser.add_argument("--connection", default="depot", help="its name in Platen")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--folder", type=Path, help="files lie here, under out/ and in/")
    way.add_argument("--url", help="Platen's address, to be called")
    parser.add_argument("--key", default="", help="the API key, for --url")
    parser.add_argument("--stock", type=_stock, action="append", default=[], metavar="ITEM=COUNT")
    parser.add_argument("--by-pick", action="store_true", help="the count goes down with the pick")
    parser.add_argument("--auto", action="store_true", help="what comes is picked, shipped and closed at once")
    return parser


def _calling(url: str, connection: str, key: str) -> CallDoor:
    def call(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        where = f"{url.rstrip('/')}/v1/wh/{connection}/{path}"
        reply = requests.request(method, where, headers=dict(headers), data=body, timeout=30, allow_redirects=False)
        return reply.status_code, reply.content

    return CallDoor(call, key)


def build(arguments: Sequence[str] | None = None) -> tuple[WarehouseTwin, int]:
    """The twin that the command line describes, and its port."""
    asked = _parser().parse_args(arguments)
    door: Door = (
        FileDoor(Folder(asked.folder), asked.connection)
        if asked.folder
        else _calling(asked.url, asked.connection, asked.key)
    )
    return WarehouseTwin(door, stock=dict(asked.stock), by_pick=asked.by_pick, auto=asked.auto), asked.port


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    twin, port = build()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = kit.Server(twin.app, twin.outbox, port).start()
    print(server.url, flush=True)  # noqa: T201 - the one line that scripts read
    while not stop.wait(1.0):
        try:
            twin.work()
        except (OSError, ValueError) as trouble:
            logging.getLogger(__name__).warning("not this time: %s", trouble)
    server.stop()


if __name__ == "__main__":
    main()
