"""What people may ask of syncs and stock, each request a model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from platen.domain.model import Instant
from platen.domain.sync_kind import SyncKind
from platen.usecases.requests import ConnectionId, Name, Request

RunId = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}T[0-9]{6}-[A-Za-z0-9-]{1,40}$")]
MOST_ROWS = 500


class SyncStart(Request):
    connection: ConnectionId
    kind: SyncKind
    full: bool = False
    """Everything, not only what changed."""
    dry: bool = False
    """Of stock: compare, and write nothing."""
    by: Name


class OfRun(Request):
    connection: ConnectionId
    run_id: RunId


class SyncRuns(Request):
    connection: ConnectionId
    limit: int = Field(default=20, ge=1, le=100)


class SyncReport(OfRun):
    differing: bool = False
    """Without the rows that were equal."""
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=100, ge=1, le=MOST_ROWS)


class SyncWatermark(Request):
    connection: ConnectionId
    to: Instant
    by: Name


class StockPause(Request):
    connection: ConnectionId
    until: Instant
    by: Name


class StockResume(Request):
    connection: ConnectionId
    by: Name


class StockRelease(OfRun):
    by: Name


class SyncPlaces(Request):
    store: ConnectionId
