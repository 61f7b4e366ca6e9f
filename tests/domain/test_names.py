"""Names: what an order, a job and a moment are called, by us and at the vendor."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from platen.domain.job import external_id, read_external_id
from platen.domain.model import Instant, Value, digest, iso
from platen.domain.order import order_id
from tests.domain.making import an_order

INSTANT = TypeAdapter(Instant)
ANYWHERE = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# A day off either end, so that every zone has it.
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ANYWHERE)  # noqa: DTZ001


class TestExternalId:
    @given(st.text(), st.text(min_size=1), st.integers(1, 9999), st.integers(0, 999))
    @example("#1001", "8887505649970", 1, 0)
    @example("k7x2m3qpl4tzabcd-1", "1", 1, 0)
    @example("№ ١٢٣ 漢字", "1", 9999, 999)
    def test_leads_back_to_its_job_whatever_the_number_is(
        self, number: str, store_order_id: str, job: int, reprint: int
    ) -> None:
        key = order_id("shop", store_order_id)
        name = external_id(number, key, str(job), reprint)
        assert read_external_id(name) == (key, str(job))
        assert len(name) <= 64
        assert quote(name, safe="") == name
        assert name == external_id(number, key, str(job), reprint), "the same for ever: it is asked for again"

    @given(st.text())
    def test_of_somebody_else_is_not_ours(self, text: str) -> None:
        found = read_external_id(text)
        assert found is None or re.fullmatch(r"[a-z2-7]{16}", found[0])

    @pytest.mark.parametrize("text", ["", "1001", "1001-1", "k7x2m3qpl4tzabcd", "K7X2M3QPL4TZABCD-1", "a-b-c-d"])
    def test_that_only_looks_like_one_is_not_ours(self, text: str) -> None:
        assert read_external_id(text) is None

    @given(st.tuples(st.integers(1, 50), st.integers(0, 9)), st.tuples(st.integers(1, 50), st.integers(0, 9)))
    def test_is_another_for_every_job_and_reprint(self, one: tuple[int, int], other: tuple[int, int]) -> None:
        names = {external_id("#1", order_id("shop", "1"), str(job), again) for job, again in (one, other)}
        assert len(names) == len({one, other})


class TestOrderId:
    @given(st.text(), st.text())
    def test_is_short_and_plain(self, connection: str, store_order_id: str) -> None:
        assert re.fullmatch(r"[a-z2-7]{16}", order_id(connection, store_order_id))

    def test_is_another_for_every_connection(self) -> None:
        assert order_id("shop", "1") != order_id("other", "1")
        assert an_order().order_id == order_id("shop", "8887505649970")


class TestInstant:
    @given(MOMENTS, MOMENTS)
    @example(datetime(999, 1, 1, tzinfo=UTC), datetime(1000, 1, 1, tzinfo=UTC))
    @example(datetime(2026, 1, 1, 0, 0, 0, 999999, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC))
    def test_text_order_is_time_order(self, one: datetime, other: datetime) -> None:
        first, second = INSTANT.validate_python(one), INSTANT.validate_python(other)
        assert (iso(first) < iso(second)) == (first < second)
        assert (iso(first) == iso(second)) == (first == second)
        assert len(iso(first)) == 24

    @given(MOMENTS)
    @example(datetime(1, 1, 2, tzinfo=UTC))
    def test_what_is_stored_is_what_is_read(self, moment: datetime) -> None:
        instant = INSTANT.validate_python(moment)
        assert INSTANT.validate_json(INSTANT.dump_json(instant)) == instant
        assert INSTANT.validate_python(iso(instant)) == instant

    @pytest.mark.parametrize("text", ["2026-11-21T09:30:00", "2026-11-21", "soon", ""])
    def test_without_a_zone_is_no_time(self, text: str) -> None:
        with pytest.raises(ValidationError):
            INSTANT.validate_python(text)

    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    def test_off_the_calendar_is_refused_and_does_not_crash(self, text: str) -> None:
        with pytest.raises(ValidationError):
            INSTANT.validate_python(text)


class TestDigest:
    @given(st.dictionaries(st.text(), st.integers()))
    def test_does_not_depend_on_the_order_of_keys(self, value: dict[str, int]) -> None:
        assert digest(value) == digest(dict(reversed(value.items())))
        assert re.fullmatch(r"[0-9a-f]{16}", digest(value))


class TestValue:
    def test_shows_no_input_when_it_is_refused(self) -> None:
        class Parcel(Value):
            weight: int

        with pytest.raises(ValidationError) as refused:
            Parcel.model_validate({"weight": "1 Secret Street"})
        assert "Secret" not in str(refused.value)
