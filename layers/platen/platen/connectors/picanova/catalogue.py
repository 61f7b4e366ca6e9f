"""The catalogue of one store, kept in the cache: one entry for each variant code.

It is read in rounds. A round that runs out of patience (60 calls a minute are all Picanova gives)
is gone on with by the next caller, so every call brings it nearer to its end. Entries that a whole
round did not see again are as good as gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from difflib import get_close_matches

from pydantic import ValidationError

from platen.connectors.picanova import wire
from platen.connectors.picanova.book import LONG_AGO, Book, Countries, Methods, Round, Whole
from platen.connectors.picanova.client import Client
from platen.connectors.picanova.skus import is_variant_id
from platen.domain.mail_class import MailClass
from platen.domain.model import Instant, Value
from platen.domain.verdicts import Busy, Later
from platen.ports import Cache, Clock

STALE_ENOUGH = timedelta(hours=1)
"""A code that is not in the cache is looked for anew when the cache is older than this."""
A_ROUND_LASTS = timedelta(hours=12)
"""A round that was not ended by then is begun anew."""
SPARE_CALLS = 10
"""Calls of each minute that the catalogue leaves to orders."""
BREATH = 10.0
"""Seconds to wait when only the spare calls are left."""
WAIT_WHEN_BUSY = timedelta(seconds=60)
_MILLIMETRES = 25.4
"""To the inch."""


class Choice(Value):
    """One value of an option."""

    id: str = ""
    name: str


class Option(Value):
    id: str = ""
    name: str
    required: bool = False
    choices: tuple[Choice, ...] = ()
    """Empty when they are not known."""


class Variant(Value):
    """What can be ordered, as far as an order has to know it."""

    code: str
    variant_id: str
    currency: str = ""
    countries: tuple[int, ...] = ()
    """Numeric country ids it ships to; empty when they are not known."""
    options: tuple[Option, ...] | None = ()
    """None when they came in a form that cannot be read."""
    width: int | None = None
    """Pixels that its artwork needs at least; None when they are not known."""
    height: int | None = None
    read_at: Instant


class Patience:
    """How long a caller can wait; sleeping and working both use it up."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._until = clock.now() + timedelta(seconds=seconds)
        self._sleep_left = seconds

    def sleep(self, seconds: float) -> bool:
        """False, and no sleep, when that is longer than the caller can wait."""
        if seconds > self._sleep_left or self.over:
            return False
        self._sleep_left -= seconds
        self._clock.sleep(seconds)
        return True

    @property
    def over(self) -> bool:
        return self._clock.now() >= self._until


class Catalogue:
    """One store's catalogue. Raises the verdicts of reading it; an unread catalogue never looks empty."""

    def __init__(
        self,
        client: Client,
        cache: Cache,
        clock: Clock,
        book: Book,
        *,
        connection_id: str,
        region: str,
        keep: timedelta,
    ) -> None:
        """``keep`` is how old it may be."""
        self._client = client
        self._cache = cache
        self._clock = clock
        self._book = book
        self._region = region
        self._variants = f"{connection_id}/{region}/catalogue"
        self._codes = f"{self._variants}/codes"
        """variant id -> variant code"""
        self._keep = keep
        self._entries: dict[str, str] = {}
        """What was read already: code -> its entry, empty where there is none."""
        self._code_of: dict[str, str] = {}

    def cached(self, skus: Iterable[str]) -> dict[str, Variant]:
        """print sku (a code, or a variant id) -> its variant, without asking Picanova."""
        wanted = set(skus)
        self._read_codes({sku for sku in wanted if is_variant_id(sku)})
        code_of = {sku: self._code_of.get(sku, "") if is_variant_id(sku) else sku for sku in wanted}
        self._read_entries({code for code in code_of.values() if code})
        since = self._read_at
        found = {sku: _variant(self._entries.get(code, ""), since) for sku, code in code_of.items()}
        return {sku: variant for sku, variant in found.items() if variant}

    def _read_codes(self, ids: set[str]) -> None:
        unread = sorted(ids - self._code_of.keys())
        if unread:
            self._code_of |= dict.fromkeys(unread, "") | self._cache.get(self._codes, unread)

    def _read_entries(self, codes: set[str]) -> None:
        unread = sorted(codes - self._entries.keys())
        if unread:
            self._entries |= dict.fromkeys(unread, "") | self._cache.get(self._variants, unread)

    @property
    def _read_at(self) -> datetime:
        return self._book.note(Whole, self._region).began

    def look_up(self, skus: Iterable[str], patience: float) -> dict[str, Variant]:
        """As ``cached``, from entries that are young enough to judge by; what is then missing does not exist."""
        wanted = set(skus)
        now = self._clock.now()
        found = {sku: variant for sku, variant in self.cached(wanted).items() if now - variant.read_at < self._keep}
        if wanted - found.keys() and now - self._read_at >= STALE_ENOUGH:
            self.refresh(patience)
            found = self.cached(wanted)
        return found

    def nearest(self, sku: str) -> str:
        """The code that is spelt most like it; empty when none comes near."""
        near = spelt_like(sku, self._cache.keys(self._variants))
        there = self.cached(near)
        return next((code for code in near if code in there), "")

    def country_ids(self, codes: Iterable[str]) -> dict[str, int]:
        """alpha-2 -> Picanova's numeric id, for the countries it knows."""
        wanted = sorted(set(codes))
        known = self._book.note(Countries, self._region)
        age = self._clock.now() - known.began
        if age >= self._keep or (age >= STALE_ENOUGH and any(code not in known.ids for code in wanted)):
            ids = {one.country_code.upper(): one.country_id for one in self._client.countries()}
            if not ids:
                raise Later("Picanova's list of countries came back empty.")
            known = Countries(began=self._clock.now(), ids=ids)
            self._book.write(known, self._region)
        return {code: known.ids[code] for code in wanted if code in known.ids}

    def methods(self) -> tuple[MailClass, ...]:
        """The store's shipping methods, each code once."""
        known = self._book.note(Methods, self._region)
        return known.listed if self._clock.now() - known.began < self._keep else self._read_methods()

    def _read_methods(self) -> tuple[MailClass, ...]:
        by_code: dict[str, MailClass] = {}
        for one in self._client.methods():
            by_code.setdefault(one.code, MailClass(code=one.code, name=one.name or one.code))
        listed = tuple(by_code.values())
        self._book.write(Methods(began=self._clock.now(), listed=listed), self._region)
        return listed

    def refresh(self, patience: float) -> int:
        """Read the whole catalogue, or go on where the last round stopped; gives how many variants it has.

        ``patience`` is in seconds. Raises Later when it does not suffice: call again to go on.
        """
        wait = Patience(self._clock, patience)
        turn = self._turn()
        products = self._calmly(self._client.products, wait)
        for number, product in enumerate(products):
            if product.id in turn.done:
                continue
            if wait.over or not self._leave_some_calls(wait):
                words = f"Picanova's catalogue is being read: {number} of {len(products)} products so far."
                raise Later(words, after=timedelta(seconds=30))
            turn = self._take_in(product, turn, wait)
        self._book.write(Whole(began=turn.began), self._region)
        self._book.write(Round(began=LONG_AGO), self._region)
        # Read anew when they are next asked for: a refresh that has come this far must not fail by one more call.
        self._book.write(Methods(), self._region)
        return turn.count

    def _turn(self) -> Round:
        """The round that was begun and not ended, unless it has grown old over it."""
        begun = self._book.fresh(Round, self._region)
        now = self._clock.now()
        return begun if now - begun.began < min(A_ROUND_LASTS, self._keep) else Round(began=now)

    def _take_in(self, product: wire.Product, turn: Round, wait: Patience) -> Round:
        """Noted as done only when its entries are stored: a crash in between reads it once more."""
        variants = self._calmly(lambda: self._client.variants(product.id), wait)
        entries = {one.variant_code: _entry(one, product.dpi, turn.began).model_dump_json() for one in variants}
        codes = {one.variant_id: one.variant_code for one in variants}
        if variants:
            self._cache.put(self._variants, entries, self._shelf_life)
            self._cache.put(self._codes, codes, self._shelf_life)
            self._entries.clear()
            self._code_of.clear()
        turn = turn.but(done=(*turn.done, product.id), count=turn.count + len(entries))
        self._book.write(turn, self._region)
        return turn

    def _leave_some_calls(self, wait: Patience) -> bool:
        left = self._client.calls_left
        return left is None or left > SPARE_CALLS or wait.sleep(BREATH)

    def _calmly[T](self, call: Callable[[], T], wait: Patience) -> T:
        while True:
            try:
                return call()
            except Busy as busy:
                if not wait.sleep((busy.after or WAIT_WHEN_BUSY).total_seconds()):
                    raise

    @property
    def _shelf_life(self) -> timedelta:
        return shelf_life(self._keep)


def shelf_life(keep: timedelta) -> timedelta:
    """Longer than it may be old, so that nearest spellings and a begun round outlive it."""
    return keep * 2


def spelt_like(text: str, choices: Iterable[str]) -> list[str]:
    """The choices nearest in spelling, best first; one that differs by case alone comes first."""
    by_fold: dict[str, list[str]] = {}
    for choice in choices:
        by_fold.setdefault(choice.casefold(), []).append(choice)
    folded = text.casefold()
    near = get_close_matches(folded, by_fold, n=5, cutoff=0.6)
    order = [folded, *near] if folded in by_fold else near
    return [choice for fold in dict.fromkeys(order) for choice in sorted(by_fold[fold])]


def _variant(text: str, since: datetime) -> Variant | None:
    """The variant of a cache entry, unless a whole round has since not seen it again.

    Two workers may read the catalogue at once, before either has noted that it began::

        A ── begins ── reads product 1 ─────────────────────────── writes its entries, is gone
        B ────────────── begins ── reads and writes all ── ends: whole since B began

    What A wrote last is of a round that began before B's and is none the less on the shelf. So an entry counts
    that is older than the whole round by no more than the hour in which nothing missing is looked for anew.
    """
    try:
        variant = Variant.model_validate_json(text)
    except ValidationError:
        return None
    return variant if variant.read_at >= since - STALE_ENOUGH else None


def _entry(variant: wire.Variant, dpi: float, read_at: datetime) -> Variant:
    return Variant(
        code=variant.variant_code,
        variant_id=variant.variant_id,
        currency=variant.price_details.currency,
        countries=tuple(variant.shipping_countries),
        options=None if variant.options is None else tuple(_option(one) for one in variant.options),
        width=_pixels(variant.printfile.format_width, dpi),
        height=_pixels(variant.printfile.format_height, dpi),
        read_at=read_at,
    )


def _pixels(millimetres: float, dpi: float) -> int | None:
    """At least so many (inferred: that the file's format is in millimetres, and held to the product's dpi)."""
    return int(millimetres / _MILLIMETRES * dpi) or None


def _option(option: wire.Option) -> Option:
    choices = tuple(Choice(id=value.id, name=value.name) for value in option.values)
    return Option(id=option.id, name=option.name, required=option.is_required, choices=choices)
