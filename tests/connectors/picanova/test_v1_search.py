"""v1 has no look-up by our id: the list is leafed through, and only certainty counts as "not there"."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.picanova.client_v1 import MOST_PAGES_SEARCHED
from platen.domain.verdicts import Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import Reply
from tests.connectors.picanova.fakes import NOW, ScriptedHttp, data, reply
from tests.connectors.picanova.house import GONE, X, a_request, details, scripted

REQUEST = a_request(details(options={}, sku="CVS0200201LWF2"), account="eu-v1")


def listed(number: int, days_ago: float = 0, **changes: Any) -> dict[str, Any]:
    created_at = (NOW - timedelta(days=days_ago)).isoformat()
    return {"order_id": f"PPO{number}", "external_id": f"other-{number}", "created_at": created_at} | changes


def their_v1_order(**changes: Any) -> dict[str, Any]:
    item = {"external_id": "1", "sku": "CVS0200201LWF2", "article": {"id": 1, "sku": "CVS0200201LWF2-APO1"}}
    return {
        "order_id": "PPO7",
        "external_id": X,
        "status": "Draft",
        "is_test": False,
        "packages": [],
        "items": [item | {"quantity": 1}],
    } | changes


def pages(http: ScriptedHttp, *found: Reply) -> ScriptedHttp:
    """The list, page by page."""
    for number, page in enumerate(found, start=1):
        http.on(f"GET v1/orders{'' if number == 1 else f'?page={number}'}", page)
    return http


OURS = listed(7, external_id=X)
FEW = [listed(1), listed(2)]
EMPTY = data([])


def with_pages(orders: list[Any], total_pages: int) -> Reply:
    return reply(200, {"data": orders, "meta": {"pagination": {"total_pages": total_pages}}})


@pytest.mark.parametrize(
    "found",
    [
        [data([OURS])],
        [data([*FEW, OURS])],
        [data(FEW), data([listed(3), OURS])],
        [with_pages(FEW, 2), with_pages([OURS], 2)],
        [data([listed(1, external_id=None), OURS])],
    ],
)
def test_it_is_found_on_whichever_page_it_is(found: list[Reply]) -> None:
    at, http = scripted()
    pages(http, *found).on("GET v1/orders/PPO7", data(their_v1_order()))
    order = at.vendor().find(REQUEST)
    assert order is not None
    assert (order.ref, order.external_id, order.lines) == ("PPO7", X, {"1": "11"})


@pytest.mark.parametrize(
    "found",
    [
        [EMPTY],
        [data(FEW), EMPTY],
        [with_pages(FEW, 1)],
        [reply(200, {"data": FEW, "meta": {"last_page": 1}})],
        [with_pages(FEW, 2), with_pages([listed(3)], 2)],
    ],
)
def test_it_is_not_there_when_that_is_sure(found: list[Reply]) -> None:
    at, http = scripted()
    pages(http, *found)
    assert at.vendor().find(REQUEST) is None
    assert len(http.asked("GET")) == len(found), "and no further page is asked for"


SAME = data([listed(1), listed(2)])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([SAME, SAME], "nothing new"),
        ([with_pages(FEW, 2), with_pages(FEW, 2)], "nothing new"),
        ([with_pages(FEW, 9), with_pages([], 9)], "nothing new"),
        ([data([{"order_id": "PPO1"}])], "to the letter"),
        ([data([listed(1) | {"external_id": 5.5, "order_id": ""}])], "to the letter"),
        ([data([*FEW, "?"])], "to the letter"),
        ([data({"1": listed(1)})], "to the letter"),
        ([reply(200, {"orders": []})], "to the letter"),
        ([reply(200, b"<html>")], "to the letter"),
        ([reply(200, b"[" * 5000)], "to the letter"),
        ([GONE], "to the letter"),
        ([reply(422, {"message": "No list for you."})], "No list for you."),
        ([data(FEW), GONE], "to the letter"),
    ],
)
def test_a_list_that_proves_nothing_is_a_doubt_and_never_not_there(found: list[Reply], said: str) -> None:
    at, http = scripted()
    pages(http, *found)
    with pytest.raises(Unclear) as doubt:
        at.vendor().find(REQUEST)
    assert said in doubt.value.words


def test_a_list_without_end_is_looked_through_so_far_and_no_further() -> None:
    at, http = scripted()
    for number in range(1, MOST_PAGES_SEARCHED + 2):
        http.on(f"GET v1/orders{'' if number == 1 else f'?page={number}'}", data([listed(number)]))
    with pytest.raises(Unclear) as doubt:
        at.vendor().find(REQUEST)
    assert len(http.calls) == MOST_PAGES_SEARCHED == 30
    assert "first 30 pages" in doubt.value.words


@given(st.permutations(range(12)), st.integers(1, 5), st.integers(0, 11))
def test_in_whatever_order_and_pages_the_list_comes_ours_is_never_missed(
    order: list[int], size: int, ours: int
) -> None:
    at, http = scripted()
    entries = [listed(number, number * 3, external_id=X if number == ours else None) for number in order]
    cut = [entries[start : start + size] for start in range(0, len(entries), size)]
    pages(http, *map(data, cut), EMPTY).on(f"GET v1/orders/PPO{ours}", data(their_v1_order(order_id=f"PPO{ours}")))
    found = at.vendor().find(REQUEST)
    assert found is not None
    assert found.ref == f"PPO{ours}"


def test_a_list_that_looks_newest_first_is_looked_through_to_its_end_all_the_same() -> None:
    at, http = scripted()
    older = [listed(number, 30 + number) for number in range(1, 20)]
    pages(http, data(older), data([OURS])).on("GET v1/orders/PPO7", data(their_v1_order()))
    assert at.vendor().find(REQUEST) is not None, "they may sort by anything"


def test_a_slow_list_is_given_up_while_there_is_time_to_say_so() -> None:
    at, http = scripted()

    class Slow(ScriptedHttp):
        def send(self, *args: Any, **options: Any) -> Reply:
            at.clock.passes(seconds=20)
            return http.send(*args, **options)

    at.http = Slow()
    pages(http, data([listed(1)]), data([listed(2)]), data([listed(3)]))
    with pytest.raises(Unclear) as doubt:
        at.vendor().find(REQUEST)
    assert "first 3 pages" in doubt.value.words


def test_one_that_is_listed_and_not_shown_is_a_doubt() -> None:
    at, http = scripted()
    pages(http, data([OURS])).on("GET v1/orders/PPO7", GONE)
    with pytest.raises(Unclear):
        at.vendor().find(REQUEST)


def test_one_that_turns_out_to_be_anothers_is_not_taken_for_ours() -> None:
    at, http = scripted()
    pages(http, data([OURS])).on("GET v1/orders/PPO7", data(their_v1_order(external_id="1002-zzzzzzzzzzzzzzzz-1")))
    with pytest.raises(Later):
        at.vendor().find(REQUEST)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (reply(500, b""), Later),
        (Unclear("timed out"), Later),
        (Unreachable("no route"), Unreachable),
        (reply(429, b"", retry_after="9"), Busy),
        (reply(401, b""), Denied),
    ],
)
def test_a_list_that_cannot_be_had_now_is_asked_for_later(answer: Any, verdict: type[Verdict]) -> None:
    at, http = scripted()
    pages(http, answer).on("GET /shipping/types", reply(401, b""))
    with pytest.raises(verdict):
        at.vendor().find(REQUEST)
    pages(http, data(FEW), answer)
    with pytest.raises(verdict):
        at.vendor().find(REQUEST)


# their order in our words


def read(**changes: Any) -> Any:
    at, http = scripted()
    http.on("GET v1/orders/PPO7", data(their_v1_order(**changes)))
    return at.vendor().read(REQUEST.job.but(vendor_ref="PPO7"))


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("Draft", "waiting"),
        ("Pending", "waiting"),
        ("Accepted", "accepted"),
        ("Generated", "in_production"),
        ("In Progress", "in_production"),
        ("In progress", "in_production"),
        ("Fulfilled", "shipped"),
        ("Cancelled", "cancelled"),
        ("Canceled", "cancelled"),
        ("Error", "failed"),
        ("Refunded", "unknown"),
    ],
)
def test_statuses_in_title_case_mean_what_they_mean_in_beta(status: str, phase: str) -> None:
    found = read(status=status)
    assert (found.phase, found.words) == (phase, status)


@pytest.mark.parametrize(
    "package",
    [
        {"carrier": "DHL", "tracking_number": "JD1", "items": [{"item_external_id": "1", "quantity": 1}]},
        {
            "shipping_method": {"name": "DHL"},
            "tracking_code": "JD1",
            "items": [{"external_id": 1, "quantity": "1"}],
        },
        {"method": {"code": "DHL"}, "tracking_number": "JD1", "items": [{"item_id": "1"}]},
        {"carrier": "DHL", "shipping_method": None, "tracking_number": "JD1", "items": [{"id": "1"}]},
    ],
)
def test_a_package_is_understood_in_the_names_that_are_in_use(package: dict[str, Any]) -> None:
    [parcel] = read(packages=[package]).parcels
    assert (parcel.carrier, parcel.tracking, parcel.items) == ("DHL", "JD1", (("1", 1),))


@pytest.mark.parametrize("packages", [None, {}, "one", 3])
def test_packages_in_a_form_never_seen_are_none_and_the_order_still_reads(packages: object) -> None:
    assert read(packages=packages, status="Fulfilled").parcels == ()


def test_an_item_of_a_package_that_is_none_of_the_orders_is_named_and_matches_no_line() -> None:
    [parcel] = read(packages=[{"items": [{"item_id": 5443, "quantity": 2}, {"quantity": 1}]}]).parcels
    assert parcel.items == (("5443", 2), ("?", 1))


def test_items_without_ids_go_by_their_places() -> None:
    item = {"sku": "CVS0200201LWF2", "quantity": 1}
    at, http = scripted()
    http.on("POST v1/orders", data(their_v1_order(items=[item, item | {"sku": "PST30401"}])))
    second = details(options={}, sku="PST30401")
    made = at.vendor().submit(a_request(details(options={}, sku="CVS0200201LWF2"), second, account="eu-v1"))
    assert made.lines == {"1": "11", "2": "12"}


def test_items_that_are_not_ours_give_no_lines() -> None:
    at, http = scripted()
    http.on("POST v1/orders", data(their_v1_order(items=[{"sku": "PST30401", "quantity": 1}])))
    assert at.vendor().submit(REQUEST).lines == {}


@pytest.mark.parametrize("answer", [data({}), data([]), reply(200, b""), reply(200, b"<html>"), reply(502, b"")])
def test_an_answer_to_a_new_order_that_cannot_be_read_is_a_doubt(answer: Reply) -> None:
    at, http = scripted()
    http.on("POST v1/orders", answer)
    with pytest.raises(Unclear):
        at.vendor().submit(REQUEST)


def test_an_order_may_be_called_by_its_id_alone() -> None:
    at, http = scripted()
    http.on("POST v1/orders", data({"id": "PPO7", "items": []}))
    assert at.vendor().submit(REQUEST).ref == "PPO7"


def test_locate_asks_v1_where_beta_does_not_know_it() -> None:
    at, http = scripted(regions=["eu"])
    http.on("GET /orders/PPO7", GONE).on("GET v1/orders/PPO7", data(their_v1_order()))
    assert at.vendor().locate("", "PPO7") == X
    assert at.vendor().locate("eu-v1", "PPO7") == X
    assert [call.path for call in http.calls] == ["/orders/PPO7", "v1/orders/PPO7", "v1/orders/PPO7"]


@pytest.mark.parametrize("answer", [reply(401, b""), reply(500, b""), Unreachable("no route"), reply(429, b"")])
def test_news_of_a_strangers_order_are_no_trouble_to_a_store_that_v1_is_closed_to(answer: Any) -> None:
    """One such webhook would stop every order of a connection that never sends anything by v1."""
    at, http = scripted()
    http.on("GET /orders/PPO7", GONE).on("GET v1/orders/PPO7", answer)
    assert at.vendor().locate("", "PPO7") is None
    http.on("GET v1/orders/PPO7", answer, data(their_v1_order()))
    assert at.vendor().locate("", "PPO7") == X
    http.on("GET v1/orders/PPO7", answer)
    with pytest.raises(Verdict):
        at.vendor().locate("eu-v1", "PPO7")


def test_where_v1_alone_refuses_the_credentials_the_job_waits_and_not_the_connection() -> None:
    at, http = scripted()
    http.on("POST v1/orders", reply(401, {"message": "401 Unauthorized"})).on("GET /shipping/types", data([]))
    with pytest.raises(Refused) as refused:
        at.vendor().submit(REQUEST)
    assert "open v1 to this store" in refused.value.words
    pages(http, reply(403, b"")).on("GET v1/orders/PPO7", reply(401, b""))
    for ask in (lambda: at.vendor().find(REQUEST), lambda: at.vendor().read(REQUEST.job.but(vendor_ref="PPO7"))):
        with pytest.raises(Later) as later:
            ask()
        assert "open v1 to this store" in later.value.words


@pytest.mark.parametrize(
    ("greeting", "verdict"), [(reply(401, b""), Denied), (reply(500, b""), Later), (Unreachable("gone"), Later)]
)
def test_where_beta_refuses_them_too_it_is_the_connections_trouble(greeting: Any, verdict: type[Verdict]) -> None:
    at, http = scripted()
    http.on("POST v1/orders", reply(401, b"")).on("GET /shipping/types", greeting)
    with pytest.raises(verdict):
        at.vendor().submit(REQUEST)
    assert http.asked("POST") == ["v1/orders"]


def test_v1_is_spoken_to_with_the_credentials_of_its_store_at_its_own_address() -> None:
    at, http = scripted()
    http.on("POST v1/orders", data(their_v1_order()))
    at.vendor().submit(a_request(details(options={}, sku="CVS0200201LWF2"), account="us-v1"))
    assert http.calls[0].auth == ("us-user", "us-key")
    at.secrets.held = {"eu_user": "eu-user", "eu_key": "eu-key"}
    with pytest.raises(Denied) as denied:
        at.vendor().submit(a_request(details(options={}, sku="CVS0200201LWF2"), account="us-v1"))
    assert "us_user and us_key" in denied.value.words
