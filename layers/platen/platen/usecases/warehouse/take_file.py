"""Take file: a file that a warehouse put into the bucket is read, applied, and answered by a file beside it."""

from __future__ import annotations

from platen.hub import Hub
from platen.messages import FileHint


def take_file(hub: Hub, hint: FileHint) -> None:
    """[warehouse-files]"""
    raise NotImplementedError


def take_all(hub: Hub, connection_id: str) -> int:
    """Take every file that lies in a connection's inbox and was not taken; gives how many."""
    raise NotImplementedError
