"""How the warehouse is told, and tells: through files in a folder or a bucket, or by calling Platen."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

from twins.warehouse_files import telling
from twins.warehouse_files.telling import COLUMNS, Row


class Drop(Protocol):
    """Where files lie."""

    def names(self, prefix: str) -> list[str]: ...

    def get(self, key: str) -> bytes: ...

    def put(self, key: str, body: bytes) -> None: ...

    def remove(self, key: str) -> None: ...


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, prefix: str) -> list[str]:
        found = (one.relative_to(self._root).as_posix() for one in self._root.rglob("*") if one.is_file())
        return sorted(one for one in found if one.startswith(prefix))

    def get(self, key: str) -> bytes:
        return (self._root / key).read_bytes()

    def put(self, key: str, body: bytes) -> None:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.tmp")
        unfinished.write_bytes(body)
        unfinished.replace(path)

    def remove(self, key: str) -> None:
        (self._root / key).unlink()


class Bucket:
    """``client`` is boto3's for S3."""

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    def names(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", [])]

    def get(self, key: str) -> bytes:
        body: bytes = self._client.get_object(Bucket=self._name, Key=key)["Body"].read()
        return body

    def put(self, key: str, body: bytes) -> None:
        self._client.put_object(Bucket=self._name, Key=key, Body=body)

    def remove(self, key: str) -> None:
        self._client.delete_object(Bucket=self._name, Key=key)


class Door(Protocol):
    def orders(self) -> list[list[dict[str, str]]]:
        """The rows of each order that came; they do not come again."""

    def cancels(self) -> list[str]:
        """The numbers of orders that are to be cancelled."""

    def tell(self, kind: str, rows: Sequence[Row]) -> None: ...

    def tell_snapshot(self, rows: Sequence[Row]) -> None: ...


class FileDoor:
    """Takes away what it has read. ``sent`` keeps every file that was ever sent."""

    def __init__(self, drop: Drop, connection: str, *, delimiter: str = ",") -> None:
        self._drop, self._connection, self._delimiter = drop, connection, delimiter
        self._numbers = itertools.count(1)
        self.sent: dict[str, bytes] = {}

    def orders(self) -> list[list[dict[str, str]]]:
        return [rows for rows in self._taken("orders") if rows]

    def cancels(self) -> list[str]:
        return [row["OrderNumber"] for rows in self._taken("cancels") for row in rows]

    def tell(self, kind: str, rows: Sequence[Row]) -> None:
        if rows:
            self.send(kind, self._text(kind, rows))

    def tell_snapshot(self, rows: Sequence[Row]) -> None:
        self.send("snapshots", self._text("snapshots", rows) + f"#END{self._delimiter}{len(rows)}\r\n")

    def send(self, kind: str, text: str | bytes) -> str:
        """Any text, also one that is no good; gives its key."""
        ending = "txt" if self._delimiter == "\t" else "csv"
        key = f"in/{self._connection}/{kind}/{next(self._numbers):05}.{ending}"
        self.sent[key] = text.encode() if isinstance(text, str) else text
        self._drop.put(key, self.sent[key])
        return key

    def send_again(self, *, other_names: bool = False) -> None:
        """All that was ever sent, once more: the same files, or the same rows in new ones."""
        for key, body in list(self.sent.items()):
            if other_names:
                self.send(key.split("/")[2], body)
            else:
                self._drop.put(key, body)

    def answers(self) -> dict[str, list[dict[str, str]]]:
        """What was answered to each file: its key in ``ack`` -> the rows."""
        keys = self._drop.names(f"ack/{self._connection}/")
        return {key: list(csv.DictReader(StringIO(self._drop.get(key).decode()))) for key in keys}

    def _taken(self, kind: str) -> Iterable[list[dict[str, str]]]:
        for key in self._drop.names(f"out/{self._connection}/{kind}/"):
            text = self._drop.get(key).decode("utf-8-sig")
            yield list(csv.DictReader(StringIO(text), delimiter=self._delimiter))
            self._drop.remove(key)

    def _text(self, kind: str, rows: Sequence[Row]) -> str:
        text = StringIO()
        writer = csv.DictWriter(text, COLUMNS[kind], restval="", delimiter=self._delimiter)
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()


type Call = Callable[[str, str, Mapping[str, str], bytes], tuple[int, bytes]]
"""(method, path behind ``/v1/wh/<connection>/``, headers, body) -> status and body of the answer."""


class CallDoor:
    """Calls Platen, as a program at a warehouse does that has no address to be called at.

    ``rows_in_part``: of a count, 1000 at most are taken in one call.
    """

    def __init__(self, call: Call, key: str, *, rows_in_part: int = 1000) -> None:
        self._call, self._key = call, key
        self._rows_in_part = rows_in_part
        self._numbers = itertools.count(1)
        self._taken: set[str] = set()
        self.said: list[dict[str, Any]] = []
        """What was answered to each POST."""

    def orders(self) -> list[list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = {}
        for row in self._pages("orders"):
            found.setdefault(row["order_number"], []).append(_as_columns(row))
        fresh = {number: rows for number, rows in found.items() if number not in self._taken}
        self._taken |= set(fresh)
        return list(fresh.values())

    def cancels(self) -> list[str]:
        return [row["order_number"] for row in self._pages("cancels")]

    def tell(self, kind: str, rows: Sequence[Row]) -> None:
        if kind == "answers":
            for row in rows:
                self._answer(row)
        elif rows:
            self.post(kind, [_as_names(row) for row in rows])

    def tell_snapshot(self, rows: Sequence[Row]) -> None:
        named = [_as_names(row) for row in rows]
        head = {name: named[0][name] for name in ("snapshot_id", "taken_at", "site")}
        counts = [{name: value for name, value in row.items() if name not in head} for row in named]
        self.post("snapshots", head)
        where = f"snapshots/{head['snapshot_id']}"
        for part, rows_of_it in enumerate(itertools.batched(counts, self._rows_in_part, strict=False), start=1):
            self.post(f"{where}/rows", {"part": part, "rows": rows_of_it})
        self.post(f"{where}/complete", {"rows": len(counts)})

    def post(self, path: str, body: object) -> dict[str, Any]:
        key = f"twin-{next(self._numbers)}"
        headers = self._headers | {"Content-Type": "application/json", "Idempotency-Key": key}
        status, answer = self._call("POST", path, headers, json.dumps(body).encode())
        if status >= 500:
            raise ConnectionError(f"{status} to {path}")
        self.said.append({"path": path, "status": status} | json.loads(answer or b"{}"))
        return self.said[-1]

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}"}

    def _answer(self, row: Row) -> None:
        """A page that was lost comes again, so an answer is what ends it."""
        to_cancel = row["Answer"] in ("cancelled", "cancel_refused")
        yes = row["Answer"] in ("accepted", "cancelled")
        where = "cancels" if to_cancel else "orders"
        body = {"status": "accepted" if yes else "rejected", "code": row["Code"], "message": row["Message"]}
        self.post(f"{where}/{row['OrderNumber']}/ack", body)

    def _pages(self, path: str) -> Iterable[dict[str, Any]]:
        cursor = ""
        while True:
            query = f"?cursor={cursor}" if cursor else ""
            status, body = self._call("GET", f"{path}{query}", self._headers, b"")
            if status != 200:
                raise ConnectionError(f"{status} to {path}")
            page = json.loads(body)
            yield from page["rows"]
            cursor = page["cursor"]
            if not cursor:
                return


_NAMES = {"OrderNumber": "order_number", "LineNumber": "line_number", "ItemNumber": "item_number"}
_SNAKE = {
    column: "".join(f"_{one.lower()}" if one.isupper() else one for one in column).lstrip("_")
    for columns in telling.COLUMNS.values()
    for column in columns
} | {"UOM": "uom", "AdjustmentID": "adjustment_id", "SnapshotID": "snapshot_id", "TrackingURL": "tracking_url"}


def _as_names(row: Row) -> dict[str, Any]:
    return {_SNAKE[column]: value for column, value in row.items() if value != ""}


def _as_columns(row: Mapping[str, Any]) -> dict[str, str]:
    columns = {name: column for column, name in _NAMES.items()} | {"quantity_ordered": "QuantityOrdered"}
    return {columns.get(name, name): "" if value is None else str(value) for name, value in row.items()}
