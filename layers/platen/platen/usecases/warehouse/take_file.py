"""Take file: a file that a warehouse put into the bucket is read, applied, and answered by a file beside it.

::

    in/wh/picks/a.csv ──▶ read to its end ──▶ applied ──▶ ack/wh/picks/a.csv.result.csv ──▶ remembered
          │ taken before: nothing to do          a crash anywhere: it comes again, and is found as known
          └ refused as a whole: nothing is applied, and the answer says why

The name alone says nothing: many sites write each export over the one before. What lies there now is compared with
what was taken last.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from platen.connectors import Contents, FileRefused, Inbox, Read, TellsOf
from platen.domain.connection import Connection, Role
from platen.domain.model import iso
from platen.domain.warehouse import RowResult, RowStatus
from platen.hub import Hub
from platen.messages import FileHint
from platen.observability import count, logger
from platen.ports import Claimed, NotFound, TooLarge
from platen.usecases.warehouse.take_rows import take
from platen.usecases.warehouse.take_snapshot import take_snapshot

LARGEST_SNAPSHOT = 50_000_000
LARGEST = 10_000_000
"""Bytes."""
MOST_ROWS = 10_000
"""Of a file that is no snapshot: so many fit into the time there is."""
MOST_TROUBLES = 5
"""After so many it is not the files that something is wrong with."""
MOST_FILES = 20_000
"""So many files of a kind are looked through for those that nobody spoke of."""
_ORDER = (TellsOf.ANSWERS, TellsOf.PICKS, TellsOf.SHIPMENTS, TellsOf.ADJUSTMENTS, TellsOf.SNAPSHOTS)


def take_file(hub: Hub, hint: FileHint) -> None:
    """[warehouse-files] Take what lies there now. Also while the connection is paused: what has left has left."""
    desk = _Desk.of(hub, hint.connection)
    folder = f"in/{hint.connection}/"
    if desk is None or not hint.key.startswith(folder):
        # Nobody would read an answer: its folder is as unknown as the file's.
        logger.warning("file of no warehouse", extra={"connection": hint.connection})
        count("WarehouseFilesLeft")
        return
    desk.take(hint.key.removeprefix(folder), hint.at)


def take_all(hub: Hub, connection_id: str) -> int:
    """Take every file that lies in a connection's inbox and was not taken, for events get lost; gives how many.

    One that cannot be taken holds up no other; what it raised is raised in the end.
    """
    desk = _Desk.of(hub, connection_id)
    if desk is None:
        return 0
    taken = 0
    troubles: list[Exception] = []
    for name in desk.untaken():
        try:
            taken += desk.take(name, None)
        except Exception as trouble:
            troubles.append(trouble)
            if len(troubles) == MOST_TROUBLES:
                raise
    if troubles:
        raise troubles[0]
    return taken


@dataclass(frozen=True)
class _Desk:
    """Where the files of one warehouse are taken in. A ``name`` is what comes behind ``in/<connection>/``."""

    hub: Hub
    connection: Connection
    inbox: Inbox

    @classmethod
    def of(cls, hub: Hub, connection_id: str) -> _Desk | None:
        """None where there is no such warehouse (any more), or none that tells anything by files."""
        try:
            connection = hub.still_there(connection_id)
        except NotFound:
            return None
        if connection is None or Role.WAREHOUSE not in connection.roles:
            return None
        inbox = hub.connector(connection.system).open_inbox()
        return cls(hub, connection, inbox) if inbox else None

    @property
    def _id(self) -> str:
        return self.connection.connection_id

    def _key(self, name: str) -> str:
        return f"in/{self._id}/{name}"

    def untaken(self) -> Iterator[str]:
        """Files that were neither answered nor remembered: a site may take answers away, and memory ends after 30
        days. One that was written over is not among them: the next export of it comes with an event of its own."""
        for kind in _ORDER:
            brought = self.hub.files.names(self._key(f"{kind.value}/"), limit=MOST_FILES)
            if not brought:
                continue
            answered = set(self.hub.files.names(self._answer_key(f"{kind.value}/", ""), limit=MOST_FILES))
            for key in brought:
                name = key.removeprefix(self._key(""))
                if self._answer_key(name) in answered or self._about(name) is None:
                    continue
                if self.hub.ledger.claim(self._id, self._claim_key(name), "") is None:
                    yield name

    def _about(self, name: str) -> TellsOf | None:
        # What ends so is unzipped while it is read, however large it turns out to be.
        return None if name.endswith(".gz") else self.inbox.about(name)

    def take(self, name: str, told_at: datetime | None) -> bool:
        """False where there was nothing to do."""
        if not name or name.casefold().endswith(_NO_FILES):
            return False
        about = self._about(name)
        if about is None:
            self._answer(name, [_refused(name, "unknown_kind", _UNKNOWN_KIND)])
            return False
        try:
            body, put_at = self.hub.files.get_dated(self._key(name), most=_largest(about))
        except NotFound:
            return False  # taken away since; a newer one speaks for itself
        except TooLarge:
            return self._too_large(name, about)
        fingerprint = hashlib.sha256(body).hexdigest()
        if self._taken_before(name, fingerprint):
            return False
        # An event may be of what was written over since, or be lost: nothing is older than the file, nor newer.
        results = self._applied(name, body, max(told_at or put_at, put_at))
        self._answer(name, results)
        self._remember(name, fingerprint)
        return True

    # reading and applying

    def _applied(self, name: str, body: bytes, told_at: datetime) -> list[RowResult]:
        try:
            contents = self.inbox.read_file(
                name, io.BytesIO(body), self.hub.settings(self.connection), now=self.hub.clock.now()
            )
            if contents.about is TellsOf.SNAPSHOTS:
                return take_snapshot(self.hub, self.connection, contents)
            return take(self.hub, self.connection, _to_the_end(name, contents), told_at=told_at)
        except FileRefused as refused:
            return [refused.result]

    def _too_large(self, name: str, about: TellsOf) -> bool:
        size = self.hub.files.size(self._key(name)) or 0
        if self._taken_before(name, f"size {size}"):
            return False
        words = f"It has {size:,} bytes; {_largest(about):,} are taken at most. Divide it. Nothing was changed."
        self._answer(name, [_refused(name, "too_large", words)])
        self._remember(name, f"size {size}")
        return True

    # answering

    def _answer(self, name: str, results: list[RowResult]) -> None:
        key = self._answer_key(name)
        self.hub.files.put_lines(key, self.inbox.result_file(results, self.hub.settings(self.connection)))
        counts = Counter(result.status for result in results)
        count("WarehouseFiles")
        if counts[RowStatus.REJECTED]:
            count("WarehouseRowsRejected", counts[RowStatus.REJECTED])
        codes = Counter(result.code for result in results if result.status is RowStatus.REJECTED)
        said = {status.value: counts[status] for status in RowStatus} | {"codes": dict(codes)}
        # What people call their files and folders is theirs: it may be a buyer's name.
        about = self.inbox.about(name)
        kind = about.value if about else "unknown"
        logger.info("file taken", extra={"connection": self._id, "kind": kind, **said})

    def _answer_key(self, name: str, ending: str = ".result.csv") -> str:
        return f"ack/{self._id}/{name}{ending}"

    def _claim_key(self, name: str) -> str:
        """Of this very connection: what was made of files is forgotten with one that is removed."""
        named = f"{iso(self.connection.created_at)}\n{name}"
        return f"file#{hashlib.sha256(named.encode()).hexdigest()[:32]}"

    def _taken_before(self, name: str, fingerprint: str) -> bool:
        claimed = self.hub.ledger.claim(self._id, self._claim_key(name), fingerprint)
        if claimed is None or claimed.fingerprint != fingerprint:
            return False
        key = self._answer_key(name)
        if key not in self.hub.files.names(key, limit=1):
            words = "This very file was taken before; what became of its rows was said then. Nothing is to be done."
            again = RowResult(row=0, key=name, status=RowStatus.DUPLICATE, code="taken_before", message=words)
            self._answer(name, [again])
        return True

    def _remember(self, name: str, fingerprint: str) -> None:
        self.hub.ledger.finish(self._id, self._claim_key(name), Claimed(fingerprint, self._answer_key(name)))


_NO_FILES = ("/", ".tmp", ".part", ".partial", ".filepart", ".done")
"""Folders, and what programs put there while they write."""
_UNKNOWN_KIND = (
    "Platen takes .csv and .txt files in the folders picks, shipments, adjustments, snapshots and answers, not "
    "zipped. Put it there under such a name. Nothing was changed."
)


def _to_the_end(name: str, contents: Contents) -> list[Read]:
    """Every row, before any is applied. Raises FileRefused."""
    reads: list[Read] = []
    for read in contents.rows:
        reads.append(read)
        if len(reads) > MOST_ROWS:
            words = f"It has more than {MOST_ROWS:,} rows. Divide it. Nothing was changed."
            raise FileRefused(_refused(name, "too_many_rows", words))
    return reads


def _largest(about: TellsOf) -> int:
    return LARGEST_SNAPSHOT if about is TellsOf.SNAPSHOTS else LARGEST


def _refused(key: str, code: str, message: str) -> RowResult:
    return RowResult(row=0, key=key, status=RowStatus.REJECTED, code=code, message=message)
