"""The door to the bucket: under which keys a warehouse finds its files, and each of them written once."""

from __future__ import annotations

from collections.abc import Iterable

from platen.connectors.warehouse_files import Delimiter
from platen.ports import Files


class Client:
    """One connection's part of the bucket."""

    def __init__(self, files: Files, connection_id: str, delimiter: Delimiter) -> None:
        self._files = files
        self._connection_id = connection_id
        self._delimiter = delimiter

    def put_order(self, number: str, lines: Iterable[str]) -> None:
        self._put_once("orders", number, lines)

    def put_cancel(self, number: str, asked: int, lines: Iterable[str]) -> None:
        """``asked``: for the how manieth time; each has a name of its own, and no order number has a dot."""
        self._put_once("cancels", f"{number}.{asked}" if asked > 1 else number, lines)

    def key(self, kind: str, number: str, delimiter: Delimiter) -> str:
        return f"out/{self._connection_id}/{kind}/{number}.{delimiter.ending}"

    def _put_once(self, kind: str, number: str, lines: Iterable[str]) -> None:
        """Never again once it was there, for the warehouse takes away what it has read::

            put ──▶ (cut off here) ... put again: the bucket knows that it was there ──▶ nothing
             └────▶ taken by the warehouse

        Under whichever ending: the setting may have changed between.
        """
        if any(self._files.ever(self.key(kind, number, one)) for one in Delimiter):
            return
        body = "".join(f"{line}\n" for line in lines).encode()
        self._files.put(self.key(kind, number, self._delimiter), body)
