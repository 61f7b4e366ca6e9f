"""The catalogue of one store, kept in the cache: one entry for each variant code.

It is read in rounds. A round that runs out of patience (60 calls a minute are all Picanova gives)
is gone on with by the next caller, so every call brings it nearer to its end. Entries that a whole
round did not see again are as good as gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from pydantic import ValidationError

from platen.connectors.picanova import wire
from platen.connectors.picanova.client import Client
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
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_AGE = "catalogue"
"""The last whole round."""
_ROUND = "round"
"""The round under way."""
_COUNTRIES = "countries"


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
    read_at: Instant


class Round(Value):
    """A reading of the whole catalogue: since when, which products are done, and how many variants that gave."""

    began: Instant
    done: tuple[str, ...] = ()
    count: int = 0


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

    def __init__(self, client: Client, cache: Cache, clock: Clock, *, namespace: str, keep: timedelta) -> None:
        """``namespace`` is ``connection/account/catalogue``; ``keep`` is how old it may be."""
        self._client = client
        self._cache = cache
        self._clock = clock
        self._variants = namespace
        self._codes = f"{namespace}/codes"
        """variant id -> variant code"""
        self._countries = f"{namespace}/countries"
        self._book = f"{namespace}/book"
        """When what was read last, and how far the present round is."""
        self._keep = keep

    def cached(self, skus: Iterable[str]) -> dict[str, Variant]:
        """print sku (a code, or a variant id) -> its variant, without asking Picanova."""
        wanted = set(skus)
        code_of = {sku: sku for sku in wanted if not is_variant_id(sku)}
        code_of |= self._cache.get(self._codes, sorted(wanted - code_of.keys()))
        entries = self._cache.get(self._variants, sorted(set(code_of.values())))
        since = self._read_at(_AGE)
        found = {sku: _variant(entries.get(code, ""), since) for sku, code in code_of.items()}
        return {sku: variant for sku, variant in found.items() if variant}

    def look_up(self, skus: Iterable[str], patience: float) -> dict[str, Variant]:
        """As ``cached``, from entries that are young enough to judge by; what is then missing does not exist."""
        wanted = set(skus)
        now = self._clock.now()
        found = {sku: variant for sku, variant in self.cached(wanted).items() if now - variant.read_at < self._keep}
        if wanted - found.keys() and now - self._read_at(_AGE) >= STALE_ENOUGH:
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
        cached = self._cache.get(self._countries, wanted)
        now = self._clock.now()
        age = now - self._read_at(_COUNTRIES)
        if age >= self._keep or (age >= STALE_ENOUGH and any(code not in cached for code in wanted)):
            cached = {one.country_code.upper(): str(one.country_id) for one in self._client.countries()}
            if not cached:
                raise Later("Picanova's list of countries came back empty.")
            self._cache.put(self._countries, cached, self._shelf_life)
            self._note(_COUNTRIES, Round(began=now))
        return {code: int(cached[code]) for code in wanted if cached.get(code, "").isdecimal()}

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
        self._note(_AGE, turn)
        self._note(_ROUND, Round(began=_LONG_AGO))
        return turn.count

    def _turn(self) -> Round:
        """The round that was begun and not ended, unless it has grown old over it."""
        begun = self._noted(_ROUND)
        now = self._clock.now()
        return begun if now - begun.began < min(A_ROUND_LASTS, self._keep) else Round(began=now)

    def _take_in(self, product: wire.Product, turn: Round, wait: Patience) -> Round:
        """Noted as done only when its entries are stored: a crash in between reads it once more."""
        variants = self._calmly(lambda: self._client.variants(product.id), wait)
        entries = {one.variant_code: _entry(one, turn.began).model_dump_json() for one in variants}
        codes = {one.variant_id: one.variant_code for one in variants}
        if variants:
            self._cache.put(self._variants, entries, self._shelf_life)
            self._cache.put(self._codes, codes, self._shelf_life)
        turn = turn.but(done=(*turn.done, product.id), count=turn.count + len(entries))
        self._note(_ROUND, turn)
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

    def _noted(self, what: str) -> Round:
        try:
            return Round.model_validate_json(self._cache.get(self._book, [what]).get(what, ""))
        except ValidationError:
            return Round(began=_LONG_AGO)

    def _read_at(self, what: str) -> datetime:
        return self._noted(what).began

    def _note(self, what: str, turn: Round) -> None:
        self._cache.put(self._book, {what: turn.model_dump_json()}, self._shelf_life)

    @property
    def _shelf_life(self) -> timedelta:
        """Longer than it may be old, so that nearest spellings and a begun round outlive it."""
        return self._keep * 2


def spelt_like(text: str, choices: Iterable[str]) -> list[str]:
    """The choices nearest in spelling, best first; one that differs by case alone comes first."""
    by_fold: dict[str, list[str]] = {}
    for choice in choices:
        by_fold.setdefault(choice.casefold(), []).append(choice)
    folded = text.casefold()
    near = get_close_matches(folded, by_fold, n=5, cutoff=0.6)
    order = [folded, *near] if folded in by_fold else near
    return [choice for fold in dict.fromkeys(order) for choice in sorted(by_fold[fold])]


def is_variant_id(sku: str) -> bool:
    """Digits alone are taken for a variant id, anything else for a code (inferred)."""
    return sku.isascii() and sku.isdecimal()


def _variant(text: str, since: datetime) -> Variant | None:
    """The variant of a cache entry, unless a whole round has since not seen it again."""
    try:
        variant = Variant.model_validate_json(text)
    except ValidationError:
        return None
    return variant if variant.read_at >= since else None


def _entry(variant: wire.Variant, read_at: datetime) -> Variant:
    return Variant(
        code=variant.variant_code,
        variant_id=variant.variant_id,
        currency=variant.price_details.currency,
        countries=tuple(variant.shipping_countries),
        options=None if variant.options is None else tuple(_option(one) for one in variant.options),
        read_at=read_at,
    )


def _option(option: wire.Option) -> Option:
    choices = tuple(Choice(id=value.id, name=value.name) for value in option.values)
    return Option(id=option.id, name=option.name, required=option.is_required, choices=choices)
