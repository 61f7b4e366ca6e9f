"""Shares: no cent is lost, none is made, and no vendor is told of more than its part."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.job import JobLine
from platen.domain.order import Charges, Line, Money, Order
from platen.domain.shares import minor_digits, share_out, shares_of
from tests.domain.making import a_line, an_order

FIELDS = ("shipping", "handling", "tax", "discount")


def charges(currency: str = "EUR", **amounts: str) -> Charges:
    return Charges(currency=currency, **{name: Decimal(amount) for name, amount in amounts.items()})


def shipping(amount: str, weights: Sequence[str], currency: str = "EUR") -> list[str]:
    shares = share_out(charges(currency, shipping=amount), [Decimal(weight) for weight in weights])
    return [f"{share.shipping:f}" for share in shares]


def priced(line_id: str, price: str | None, quantity: int = 1, **changes: Any) -> Line:
    money = Money(amount=Decimal(price), currency="EUR") if price is not None else None
    return a_line(line_id, quantity, unit_price=money, **changes)


def job(*lines: tuple[str, int]) -> tuple[JobLine, ...]:
    return tuple(JobLine(line_id=line_id, quantity=quantity) for line_id, quantity in lines)


def total(amounts: Iterable[Decimal]) -> Fraction:
    return sum(map(Fraction, amounts), Fraction(0))


class TestShareOut:
    @pytest.mark.parametrize(
        ("amount", "currency", "weights", "shares"),
        [
            ("10.00", "EUR", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
            ("0.01", "EUR", ["1", "1", "1"], ["0.01", "0.00", "0.00"]),
            ("0.02", "EUR", ["1", "3", "3"], ["0.00", "0.01", "0.01"]),
            ("5.00", "EUR", ["19.99", "0", "0.01"], ["5.00", "0.00", "0.00"]),
            ("5.00", "EUR", ["-3", "1", "1"], ["0.00", "2.50", "2.50"]),
            ("5.00", "EUR", ["0", "0"], ["2.50", "2.50"]),  # worth nothing: alike
            ("5.00", "EUR", ["-1", "-9"], ["2.50", "2.50"]),
            ("0", "EUR", ["1", "2"], ["0.00", "0.00"]),
            ("1000", "JPY", ["1", "1", "1"], ["334", "333", "333"]),
            ("1000.00", "JPY", ["1", "1", "1"], ["334", "333", "333"]),
            ("1.000", "KWD", ["1", "1", "1"], ["0.334", "0.333", "0.333"]),
            ("10.000", "USD", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),  # blank decimals say nothing
            ("0.125", "USD", ["1", "1"], ["0.063", "0.062"]),  # finer than a cent, and still nothing lost
            ("0.5", "JPY", ["1", "1"], ["0.3", "0.2"]),
            ("-1.00", "EUR", ["1", "2"], ["-0.33", "-0.67"]),
            ("1E+3", "VND", ["1", "3"], ["250", "750"]),
            ("9" * 60 + ".99", "EUR", ["1"], ["9" * 60 + ".99"]),
            ("7.00", "EUR", ["1E-30", "6E-30"], ["1.00", "6.00"]),
            ("7.00", "EUR", [], []),
        ],
    )
    def test_gives_each_its_part(self, amount: str, currency: str, weights: list[str], shares: list[str]) -> None:
        assert shipping(amount, weights, currency) == shares

    def test_keeps_the_fields_and_the_currency_apart(self) -> None:
        whole = charges("USD", shipping="4.00", handling="0.01", tax="3.00", discount="1.01")
        first, second = share_out(whole, [Decimal(1), Decimal(3)])
        assert first == charges("USD", shipping="1.00", handling="0.00", tax="0.75", discount="0.25")
        assert second == charges("USD", shipping="3.00", handling="0.01", tax="2.25", discount="0.76")

    @pytest.mark.parametrize(
        ("currency", "digits"), [("EUR", 2), ("jpy", 0), ("KRW", 0), ("CLP", 0), ("BHD", 3), ("TND", 3), ("XXX", 2)]
    )
    def test_knows_the_smallest_coin(self, currency: str, digits: int) -> None:
        assert minor_digits(currency) == digits

    @pytest.mark.parametrize("amount", ["1E+999999", "1E-999999", "-1E+999999", "1E+101", "1E-101"])
    def test_does_not_calculate_for_minutes(self, amount: str) -> None:
        with pytest.raises(ValueError, match="at most 100 digits"):
            shipping(amount, ["1", "2"])
        with pytest.raises(ValueError, match="at most 100 digits"):
            shipping("1", ["1", amount])

    @given(
        st.lists(st.decimals(min_value=0, max_value=10**40, allow_nan=False, places=9), min_size=4, max_size=4),
        st.lists(st.decimals(min_value=0, max_value=10**12, allow_nan=False, places=4), min_size=1, max_size=20),
        st.sampled_from(["EUR", "JPY", "KWD"]),
    )
    def test_loses_nothing_makes_nothing_and_is_fair(
        self, amounts: list[Decimal], weights: list[Decimal], currency: str
    ) -> None:
        whole = Charges(currency=currency, **dict(zip(FIELDS, amounts, strict=True)))
        shares = share_out(whole, weights)
        coin = Fraction(1, 10 ** minor_digits(currency))
        weight = total(weights)
        for field in FIELDS:
            amount = Fraction(getattr(whole, field))
            parts = [getattr(share, field) for share in shares]
            assert total(parts) == amount
            assert all(part >= 0 for part in parts)
            for part, own in zip(parts, weights, strict=True):
                exact = amount * Fraction(own) / weight if weight else amount / len(parts)
                assert abs(Fraction(part) - exact) < coin


class TestSharesOf:
    ORDER = an_order(
        priced("1", "30.00"),
        priced("2", "10.00", 3),
        priced("3", "40.00"),
        charges=charges(shipping="10.00", tax="20.00"),
    )

    def test_go_by_what_the_lines_are_worth(self) -> None:
        shares = shares_of(self.ORDER, {"1": job(("1", 1), ("2", 3)), "2": job(("3", 1))})
        assert shares == {
            "1": charges(shipping="6.00", handling="0.00", tax="12.00", discount="0.00"),
            "2": charges(shipping="4.00", handling="0.00", tax="8.00", discount="0.00"),
        }

    def test_are_everything_for_the_only_job(self) -> None:
        assert shares_of(self.ORDER, {"1": job(("1", 1), ("2", 3), ("3", 1))}) == {"1": None}

    def test_are_not_told_where_the_store_does_not_tell(self) -> None:
        jobs = {"1": job(("1", 1)), "2": job(("3", 1))}
        assert shares_of(self.ORDER.but(charges=None), jobs) == {"1": None, "2": None}

    def test_leave_to_others_what_is_theirs(self) -> None:
        """A line, or some pieces of one, that nobody of ours makes."""
        (share,) = shares_of(self.ORDER, {"1": job(("1", 1), ("2", 1))}).values()
        assert share == charges(shipping="4.00", handling="0.00", tax="8.00", discount="0.00")

    def test_of_no_job_are_none(self) -> None:
        assert shares_of(self.ORDER, {}) == {}

    def test_of_what_never_ships_bear_no_shipping(self) -> None:
        order = an_order(
            priced("1", "25.00"),
            priced("card", "75.00", ships=False),
            charges=charges(shipping="5.00", handling="1.00", tax="4.00", discount="8.00"),
        )
        (share,) = shares_of(order, {"1": job(("1", 1))}).values()
        assert share == charges(shipping="5.00", handling="1.00", tax="1.00", discount="2.00")

    def test_go_by_pieces_where_nothing_has_a_price(self) -> None:
        for price in (None, "0.00"):
            order = an_order(priced("1", price, 3), priced("2", price), charges=charges(shipping="4.00"))
            shares = shares_of(order, {"1": job(("1", 3)), "2": job(("2", 1))})
            assert [share and share.shipping for share in shares.values()] == [Decimal(3), Decimal(1)]

    def test_are_nothing_for_a_line_without_a_price_among_others(self) -> None:
        order = an_order(priced("1", None), priced("2", "9.00"), charges=charges(shipping="4.00"))
        shares = shares_of(order, {"1": job(("1", 1)), "2": job(("2", 1))})
        assert [share and share.shipping for share in shares.values()] == [Decimal(0), Decimal(4)]

    def test_do_not_mind_what_the_order_no_longer_has(self) -> None:
        """A job that a vendor has may hold more than the order has by now."""
        order = an_order(priced("1", "10.00"), priced("2", "10.00"), charges=charges(shipping="4.00"))
        shares = shares_of(order, {"1": job(("1", 3), ("gone", 1)), "2": job(("2", 1))})
        assert [share and share.shipping for share in shares.values()] == [Decimal(3), Decimal(1)]

    def test_of_equal_jobs_give_the_odd_cents_to_the_first_by_number(self) -> None:
        numbers = [str(number) for number in range(1, 12)]
        order = an_order(*(priced(number, "1.00") for number in numbers), charges=charges(shipping="0.02"))
        shares = shares_of(order, {number: job((number, 1)) for number in reversed(numbers)})
        assert [number for number, share in shares.items() if share and share.shipping] == ["2", "1"]

    def test_of_a_job_without_lines_are_nothing(self) -> None:
        shares = shares_of(self.ORDER, {"1": (), "2": job(("1", 1), ("2", 3), ("3", 1))})
        assert shares == {"1": charges(shipping="0", tax="0"), "2": None}

    @given(st.data())
    def test_of_200_lines_over_5_vendors_add_up_in_any_order(self, data: st.DataObject) -> None:
        currency = data.draw(st.sampled_from(["EUR", "USD", "JPY", "KWD"]))
        chance = random.Random(data.draw(st.integers(0, 2**32)))
        digital = data.draw(st.sampled_from([0.0, 0.1]))
        smallest, largest = Decimal("0.01"), Decimal(10) ** 15
        amounts = st.one_of(
            st.just(smallest), st.decimals(min_value=0, max_value=largest, places=2, allow_nan=False)
        )
        lines = tuple(
            Line(
                line_id=str(number),
                title="x",
                quantity=(quantity := chance.randint(1, 9)),
                unfulfilled=quantity,
                ships=chance.random() >= digital,
                unit_price=Money(amount=Decimal(chance.randint(0, 10**6)) / 100, currency=currency)
                if chance.random() > 0.1
                else None,
            )
            for number in range(200)
        )
        whole = Charges(currency=currency, **{field: data.draw(amounts) for field in FIELDS})
        order = an_order(*lines, charges=whole)
        jobs: dict[str, tuple[JobLine, ...]] = {str(number): () for number in range(1, 7)}
        for line in lines:
            vendor = str(chance.randint(1, 6))
            jobs[vendor] += job((line.line_id, line.quantity))
        others = jobs.pop("6")
        shares = shares_of(order, jobs)
        self._add_up(order, whole, shares, jobs, others)
        turned = dict(reversed(jobs.items()))
        assert shares_of(order, turned) == shares
        assert list(shares_of(order, turned)) == list(turned)

    def _add_up(
        self,
        order: Order,
        whole: Charges,
        shares: dict[str, Charges | None],
        jobs: dict[str, tuple[JobLine, ...]],
        others: tuple[JobLine, ...],
    ) -> None:
        """With what is left to others as one job more, nothing is missing and nobody's share changes."""
        everything = shares_of(order, jobs | {"others": others})
        for field in ("tax", "discount"):
            known = [getattr(share, field) for share in everything.values() if share]
            assert total(known) == Fraction(getattr(whole, field))
        for field in FIELDS:
            parts = [getattr(share, field) for share in shares.values() if share]
            assert all(part >= 0 for part in parts)
            assert total(parts) <= Fraction(getattr(whole, field))
        if all(line.ships for line in order.lines):
            assert {job_id: everything[job_id] for job_id in jobs} == shares
