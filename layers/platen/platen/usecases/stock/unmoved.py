"""Names what a push goes by: the count, what moved since, the orders, what stores sell and were made to show.

A push of what changed that found nothing to look at keeps that name; where the next one has the same, no list is
read (``usecases.sync.unmoved``). Kits are always looked at, so with kits no push is over at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from platen.domain.model import digest, iso
from platen.domain.sync import Run
from platen.usecases.stock.plan import adjustments, snapshot_of
from platen.usecases.stock.tables import catalogue_key, pushed_key
from platen.usecases.stock.work import SiteFailed, Work
from platen.usecases.sync import unmoved


def goes_by(work: Work) -> str:
    """Empty where it cannot be said: a site's stock cannot be pushed now. Notes the counts that it goes by."""
    try:
        snapshots = {site: snapshot_of(work, site) for site in work.sites}
        stores = list(dict.fromkeys(place.store for place in work.places))
        for store in stores:
            work.store(store)
    except SiteFailed:
        return ""
    work.plan = work.plan.but(snapshots=snapshots)
    moved = [one.adjustment_id for snapshot in snapshots.values() for one in adjustments(work, snapshot)]
    orders = sorted((one.number, one.version, iso(one.changed_at), one.site) for one in work.orders())
    counts = [one.model_dump(mode="json") for one in snapshots.values()]
    marks = unmoved.marks(work.hub, _lists(work, stores))
    held_back = sorted(work.held_back)
    return digest([work.plan.rules, work.connection.created_at, counts, moved, orders, held_back, marks])


def _lists(work: Work, stores: list[str]) -> Iterator[str]:
    yield from (catalogue_key(work.warehouse, store) for store in stores)
    for place in work.places:
        yield pushed_key(work.warehouse, place.site, place.store, place.place_id)


def since(work: Work, name: str) -> Run | None:
    """The earlier push that went by the same, and found nothing to look at."""
    return unmoved.since(work.hub, work.run, name) if name else None


def left_nothing(work: Work) -> bool:
    """Whether a push of what changed has found nothing to look at."""
    return not (work.run.full or work.run.dry or work.plan.failed or any(work.plan.parts.values()))
