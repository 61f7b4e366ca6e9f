"""Unmoved: a sync whose lists are those that an earlier one left nothing to be done about is over at once.

Most of the syncs of a day find nothing, and reading a long catalogue to see that is what would cost most of all.

::

    run A  names what it goes by ──▶ reads all of it ──▶ nothing (more) to be done ──▶ kept with A
    run B  names the same ─────────▶ over, without reading it
    lists move while A reads ──▶ A has named what was there before: B names something else, and reads
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from platen.domain.sync import SCHEDULE, Run
from platen.hub import Hub

GOOD_FOR = timedelta(hours=23)
"""After so long all is read again, whatever it is named: Platen itself may have changed."""


def since(hub: Hub, run: Run, went_by: str) -> Run | None:
    """The earlier run that went by the same; None where this one has to look. A person's always looks."""
    if run.full or run.dry or run.by != SCHEDULE:
        return None
    name = hub.ledger.state(run.connection).looked.get(run.kind)
    before = hub.ledger.run(run.connection, name) if name else None
    if before is None or before.went_by != went_by or hub.clock.now() - before.begun_at > GOOD_FOR:
        return None
    return before


def marks(hub: Hub, keys: Iterable[str]) -> list[str | None]:
    return [hub.files.mark(key) for key in keys]
