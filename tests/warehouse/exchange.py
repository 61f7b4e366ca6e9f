"""Where files lie that a warehouse and Platen pass to each other: a folder, or a bucket."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol


class Exchange(Protocol):
    """Files by key, e.g. ``out/wh/orders/1001.csv``."""

    def names(self, prefix: str) -> list[str]:
        """Keys that begin so, in order."""

    def get(self, key: str) -> bytes: ...

    def put(self, key: str, body: bytes) -> None: ...

    def remove(self, key: str) -> None: ...


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, prefix: str) -> list[str]:
        found = (str(one.relative_to(self._root)) for one in self._root.rglob("*") if one.is_file())
        return sorted(one for one in found if one.startswith(prefix))

    def get(self, key: str) -> bytes:
        return (self._root / key).read_bytes()

    def put(self, key: str, body: bytes) -> None:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def remove(self, key: str) -> None:
        (self._root / key).unlink()


class Bucket:
    """``client`` is boto3's for S3."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

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
