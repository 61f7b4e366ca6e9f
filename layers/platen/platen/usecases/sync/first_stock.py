"""The first stock: what a store has on hand when its products are first brought over, told to the warehouse once.

Work on stock is done at the warehouse from then on; a second time would put the two out of step. So a site whose
file was ever written, though somebody has taken it away since, is passed over, and so is one that the warehouse has
counted itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched, islice

from platen.connectors import Outbox
from platen.connectors.warehousing import SitePlace, Warehousing
from platen.domain.connection import Connection
from platen.domain.model import Value
from platen.domain.sync import Run
from platen.hub import Hub
from platen.ports import StockedStore
from platen.usecases.stock.tables import Sold, level_line, read_levels, run_folder, safe
from platen.usecases.sync import variants
from platen.usecases.sync.items import LONGEST, wanted

PART = 5000
"""Items that are put aside at once: what is done again when it breaks off."""


class Reached(Value):
    site: str = ""
    item: str = ""
    """The last one that is put aside."""
    part: int = 0


def bring(hub: Hub, connection: Connection, settings: Warehousing, run: Run, reached: str) -> Iterator[str]:
    """Write the file of each site, part by part; gives where to go on after each part."""
    outbox = hub.connector(connection.system).open_outbox()
    if outbox is None:
        return
    at = Reached.model_validate_json(reached) if reached else Reached()
    counted = hub.ledger.state(connection.connection_id).snapshots
    # Where a site feeds several places, its stock is one: the first of them says how much there is.
    for place in {one.site: one for one in reversed(settings.places)}.values():
        key = f"out/{run.connection}/{outbox.file_name('stock', f'{place.site}-initial', settings)}"
        if place.site in counted or hub.files.ever(key):
            continue
        at = at if at.site == place.site else Reached(site=place.site)
        for reached_now in _parts(hub, settings, place, run, at):
            at = reached_now
            yield at.model_dump_json()
        _write(hub, settings, outbox, place.site, run, key, at)


def _parts(hub: Hub, settings: Warehousing, place: SitePlace, run: Run, at: Reached) -> Iterator[Reached]:
    stocked = hub.stocked_store(hub.connections.get(place.store))
    if stocked is None:
        return
    begin = at.item
    left = (one for one in _clear(hub, settings, run.connection, place.store) if one.item > begin)
    while some := list(islice(left, PART)):
        counts = list(_counts(stocked, place.place_id, some))
        hub.files.put_lines(_part(run, at), (level_line(item, on_hand) for item, on_hand in counts))
        at = at.but(item=some[-1].item, part=at.part + 1)
        yield at


def _clear(hub: Hub, settings: Warehousing, warehouse: str, store: str) -> Iterator[Sold]:
    """What lies on shelves and has an item number of its own."""
    kept = variants.read(hub, variants.key(warehouse, store, settings.create_item_using))
    for item, found in variants.by_item(kept):
        sold = found[0].sold
        clear = variants.is_clear(found, LONGEST) and wanted(item, settings)
        if clear and sold.tracked and not sold.bundle:
            yield sold


def _counts(stocked: StockedStore, place_id: str, sold: list[Sold]) -> Iterator[tuple[str, int]]:
    """Item -> on hand, of those that are stocked there."""
    for page in batched(sold, stocked.page_size, strict=False):
        levels = stocked.levels(place_id, [one.stock_id for one in page])
        for one in page:
            level = levels.get(one.stock_id)
            if level is not None and level.stocked:
                yield one.item, level.on_hand


def _part(run: Run, at: Reached) -> str:
    return f"{run_folder(run.connection, run.run_id)}first-{safe(at.site)}-{at.part:05}.csv.gz"


def _write(hub: Hub, settings: Warehousing, outbox: Outbox, site: str, run: Run, key: str, at: Reached) -> None:
    parts = [_part(run, at.but(part=number)) for number in range(at.part)]
    counts = (count for part in parts for count in read_levels(hub.files.lines(part)))
    hub.files.put_lines(key, outbox.stock_lines(site, run.begun_at, f"{run.run_id}-initial", counts, settings))
