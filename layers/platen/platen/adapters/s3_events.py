"""What S3 says of files that came in."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from platen.domain.model import Instant
from platen.messages import FileHint


class _Event(BaseModel):
    # Keys may name people: an error shows none.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _Object(_Event):
    key: str
    """Coded as in an address: ``a+file%2B.csv`` is ``a file+.csv`` (documented)."""


class _Stored(_Event):
    object: _Object


class _Record(_Event):
    at: Instant = Field(alias="eventTime")
    """When S3 had it whole (documented)."""
    s3: _Stored

    def hint(self) -> FileHint | None:
        """None where the S3 console has made a folder: an empty file of that name."""
        key = unquote_plus(self.s3.object.key)
        return None if key.endswith("/") else FileHint(connection=_connection(key), key=key, at=self.at)


class _Created(_Event):
    records: Annotated[list[_Record], Field(alias="Records", min_length=1, max_length=1000)]


class _Tried(_Event):
    """S3 tries a queue when it is told to use it (documented)."""

    event: Literal["s3:TestEvent"] = Field(alias="Event")


_SAID: TypeAdapter[_Created | _Tried | FileHint] = TypeAdapter(_Created | _Tried | FileHint)


def file_hints(body: str) -> list[FileHint]:
    """The files that a message tells of, be it S3's or one of ours that came back.

    Raises pydantic's ValidationError for what is neither, as is a file that lies in no connection's folder.
    """
    said = _SAID.validate_json(body)
    if isinstance(said, FileHint):
        return [said]
    if isinstance(said, _Tried):
        return []
    return [hint for record in said.records if (hint := record.hint())]


def _connection(key: str) -> str:
    """``in/<connection>/picks/1001.csv``; empty, and so refused, where there is none."""
    _, _, rest = key.partition("/")
    connection, slash, _ = rest.partition("/")
    return connection if slash else ""
