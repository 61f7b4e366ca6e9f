"""Files in S3, in one versioned bucket."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from platen.ports import NotFound, TooLarge

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_IN_MEMORY = 1_000_000
"""Bytes of a file being written that are kept in memory; more goes to the temporary folder."""
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Files:
    """``ports.Files``. Versions are kept by the bucket, so what was there once can be told from what never was."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes) -> None:
        zipped = gzip.compress(body, mtime=0) if _is_zipped(key) else body
        self._client.put_object(Bucket=self._bucket, Key=key, Body=zipped)

    def put_lines(self, key: str, lines: Iterable[str]) -> int:
        """The source is read to its end before anything is sent: one that fails leaves what was there."""
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
            written = _write(kept, lines, zipped=_is_zipped(key))
            kept.seek(0)
            self._client.put_object(Bucket=self._bucket, Key=key, Body=kept)
        return written

    def get(self, key: str, *, most: int = 10_000_000) -> bytes:
        return self.get_dated(key, most=most)[0]

    def get_dated(self, key: str, *, most: int = 10_000_000) -> tuple[bytes, datetime]:
        answer = self._open(key)
        with closing(answer["Body"]) as body:
            if answer["ContentLength"] > most:
                raise TooLarge(f"{key} has {answer['ContentLength']:,} bytes, and {most:,} are read at most")
            raw: bytes = body.read()
        return gzip.decompress(raw) if _is_zipped(key) else raw, answer["LastModified"]

    def lines(self, key: str) -> Iterator[str]:
        with closing(self._open(key)["Body"]) as body:
            source: Any = gzip.GzipFile(fileobj=body) if _is_zipped(key) else body
            # Only \n ends a line: what else a text may hold is part of it.
            for line in io.TextIOWrapper(source, encoding="utf-8", newline="\n"):
                yield line.removesuffix("\n")

    def size(self, key: str) -> int | None:
        head = self._head(key)
        return head["ContentLength"] if head else None

    def mark(self, key: str) -> str | None:
        """Its entity tag, which follows from what is in it (documented); other content never has the same one."""
        head = self._head(key)
        return head["ETag"] if head else None

    def ever(self, key: str) -> bool:
        """By the bucket's versions: somebody who takes a file away leaves a marker and what it was.

        A key sorts before all that begin with it, so its own versions are the first ones of its prefix.
        """
        found = self._client.list_object_versions(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        first: list[Any] = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
        return any(one["Key"] == key for one in first)

    def names(self, prefix: str, *, limit: int = 1000) -> list[str]:
        found: list[str] = []
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, PaginationConfig={"MaxItems": limit}
        )
        for page in pages:
            found += [one["Key"] for one in page.get("Contents", [])]
        return found

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def _head(self, key: str) -> Any:
        """None when it is not there."""
        try:
            return self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as refused:
            if _is_absent(refused):
                return None
            raise

    def _open(self, key: str) -> Any:
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as refused:
            if _is_absent(refused):
                raise NotFound(f"there is no file {key}") from refused
            raise


def _is_absent(refused: ClientError) -> bool:
    return refused.response["Error"]["Code"] in _ABSENT


def _is_zipped(key: str) -> bool:
    return key.endswith(".gz")


def _write(kept: IO[bytes], lines: Iterable[str], *, zipped: bool) -> int:
    written = 0
    target: Any
    with gzip.GzipFile(fileobj=kept, mode="wb", mtime=0) if zipped else nullcontext(kept) as target:
        for line in lines:
            target.write(f"{line}\n".encode())
            written += 1
    return written
