"""Shares: what belongs to an order as a whole, split over its jobs by what their lines are worth. Pure.

To the smallest coin, by largest remainder: the shares add up exactly, each is less than one coin from its exact
part, and the same order and jobs always give the same shares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from functools import reduce

from platen.domain.job import JobLine
from platen.domain.order import Charges, Order

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""The usual context rounds at 28 digits."""
_MOST_DIGITS = 100
_AMOUNTS = ("shipping", "handling", "tax", "discount")
_NO_COINS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "))  # noqa: SIM905
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def share_out(charges: Charges, weights: Sequence[Decimal]) -> tuple[Charges, ...]:
    """One share for each weight. A negative weight counts as none; where all are none, all are alike.

    Raises ValueError for what is no amount of money.
    """
    counted = [max(_sane(weight), Decimal(0)) for weight in weights]
    parts = _whole(counted) if any(counted) else [1] * len(counted)
    columns = {
        field: _split(_sane(getattr(charges, field)), parts, minor_digits(charges.currency)) for field in _AMOUNTS
    }
    return tuple(
        charges.but(**{field: column[place] for field, column in columns.items()}) for place in range(len(parts))
    )


def shares_of(order: Order, jobs: Mapping[str, tuple[JobLine, ...]]) -> dict[str, Charges | None]:
    """job id -> its share of the order's charges; None: all of it, or the store does not tell them.

    What is in none of the jobs keeps its own part, so that no vendor is told of more than its share. What never
    goes in a parcel bears tax and discount, but nothing of shipping and handling.
    """
    if order.charges is None:
        return dict.fromkeys(jobs)
    names = sorted(jobs, key=lambda job_id: (len(job_id), job_id))
    rest = _in_no_job(order, jobs)
    parcels = tuple(one for one in rest if _ships(order, one))
    groups = [jobs[name] for name in names]
    alone = not rest and sum(map(bool, groups)) == 1
    goods = share_out(order.charges, _weights(order, [*groups, rest]))
    carriage = share_out(order.charges, _weights(order, [*groups, parcels]))
    shares = {
        name: whole.but(shipping=carried.shipping, handling=carried.handling)
        for name, whole, carried in zip(names, goods, carriage, strict=False)  # the last one is the rest's
    }
    return {job_id: None if alone and lines else shares[job_id] for job_id, lines in jobs.items()}


def shares_beside(
    order: Order,
    jobs: Mapping[str, tuple[JobLine, ...]],
    told: Sequence[tuple[tuple[JobLine, ...], Charges | None]],
) -> dict[str, Charges | None]:
    """As ``shares_of``, beside jobs whose vendors were told theirs: only what is left of the charges is shared out.

    ``told``: the lines of such a job, and its share (None: it was told of no charges).
    """
    whole = order.charges
    if whole is None:
        return dict.fromkeys(jobs)
    taken = _pieces(line for lines, _ in told for line in lines)
    lines = tuple(line.but(quantity=max(0, line.quantity - taken[line.line_id])) for line in order.lines)
    left = reduce(_less, (share for _, share in told if share and share.currency == whole.currency), whole)
    shares = shares_of(order.but(lines=lines, charges=left), jobs)
    return {job_id: left if share is None else share for job_id, share in shares.items()}


def _less(whole: Charges, part: Charges) -> Charges:
    """Never less than nothing: an order may shrink below what a vendor was told of it."""
    amounts = ((field, getattr(whole, field), getattr(part, field)) for field in _AMOUNTS)
    return whole.but(**{field: max(have - gone, min(have, Decimal(0))) for field, have, gone in amounts})


def minor_digits(currency: str) -> int:
    """Decimals of the currency's smallest coin, as ISO 4217 has it."""
    code = currency.upper()
    if code in _NO_COINS:
        return 0
    return 3 if code in _THOUSANDTHS else 2


def _in_no_job(order: Order, jobs: Mapping[str, Sequence[JobLine]]) -> tuple[JobLine, ...]:
    taken = _pieces(line for lines in jobs.values() for line in lines)
    left = {line.line_id: line.quantity - taken[line.line_id] for line in order.lines}
    return tuple(JobLine(line_id=line_id, quantity=quantity) for line_id, quantity in left.items() if quantity > 0)


def _pieces(lines: Iterable[JobLine]) -> Counter[str]:
    """line id -> how many of it."""
    total: Counter[str] = Counter()
    for line in lines:
        total[line.line_id] += line.quantity
    return total


def _ships(order: Order, one: JobLine) -> bool:
    line = order.line(one.line_id)
    return line is not None and line.ships


def _weights(order: Order, groups: Sequence[Sequence[JobLine]]) -> list[Decimal]:
    """What each group is worth; where nothing has a price, how many pieces it has."""
    prices = {line.line_id: line.unit_price.amount for line in order.lines if line.unit_price}
    worth = [
        _sum(_EXACT.multiply(prices.get(one.line_id, Decimal(0)), one.quantity) for one in group)
        for group in groups
    ]
    if any(value > 0 for value in worth):
        return worth
    return [Decimal(sum(one.quantity for one in group)) for group in groups]


def _sum(values: Iterable[Decimal]) -> Decimal:
    return reduce(_EXACT.add, values, Decimal(0))


def _sane(amount: Decimal) -> Decimal:
    """Eight characters, 1E+99999, can be a number to calculate on for minutes."""
    if not amount.is_finite() or amount.adjusted() > _MOST_DIGITS or _decimals(amount) > _MOST_DIGITS:
        raise ValueError(f"an amount of money has at most {_MOST_DIGITS} digits on either side of its point")
    return amount


def _split(amount: Decimal, parts: Sequence[int], digits: int) -> list[Decimal]:
    """The amount in as many pieces, in coins; an amount finer than coins is split as finely as it is."""
    digits = max(digits, _decimals(amount))
    coins = abs(int(amount.scaleb(digits, _EXACT)))
    total = sum(parts)
    whole = [coins * part // total for part in parts]
    # By remainder, largest first; among equals the earlier one.
    order = sorted(range(len(parts)), key=lambda place: -(coins * parts[place] % total))
    for place in order[: coins - sum(whole)]:
        whole[place] += 1
    sign = -1 if amount < 0 else 1
    return [Decimal(sign * count).scaleb(-digits, _EXACT) for count in whole]


def _decimals(amount: Decimal) -> int:
    """Decimals that say something: 10.500 has one."""
    exponent = amount.normalize(_EXACT).as_tuple().exponent
    return max(0, -int(exponent))


def _whole(weights: Sequence[Decimal]) -> list[int]:
    """The weights as whole numbers in the same proportion."""
    digits = max(map(_decimals, weights))
    return [int(weight.scaleb(digits, _EXACT)) for weight in weights]
