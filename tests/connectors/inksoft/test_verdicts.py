"""What answers mean, who we are at InkSoft, at which pace we ask, and what is never said."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest

from platen.domain.verdicts import Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from tests.connectors.inksoft.house import (
    KEY,
    NO_ORDER,
    PAGE,
    WITH_LOGIN,
    Call,
    House,
    a_shipment,
    an_order,
    raw,
    refused,
    said,
    scripted,
    world,
)


def fetched(answer: Any, email: Any = None) -> Any:
    house, http = scripted()
    http.on("GetOrder", answer).on("GetOrderSummaries", email or said([], total=0))
    return house.store.fetch("1000001")


class TestReads:
    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [
            (raw(429, "", retry_after="90"), Busy),
            (raw(500, ""), Later),
            (raw(502, "<html>bad gateway</html>"), Later),
            (raw(503, "", retry_after="5"), Busy),
            (raw(408, ""), Later),
            (raw(200, ""), Later),
            (raw(204, ""), Later),
            (raw(200, '{"OK": true'), Later),
            (raw(200, "[1, 2]"), Later),
            (raw(200, '{"hello": 1}'), Later),
            (raw(200, "[" * 100_000), Later),
            (raw(200, '{"OK": true, "Data": ' + "9" * 5000 + "}"), Later),
            (raw(200, '{"OK": true, "Data": NaN}'), Later),
            (raw(200, b"\xff\xfe"), Later),
            (said(False), Later),
            (said(None), Later),
            (said([]), Later),
            (raw(200, '{"OK": false, "StatusCode": null, "Data": false, "Messages": []}'), Later),
            (refused(500, "An error has occurred", "InternalServerError"), Later),
            (refused(200, "An error has occurred", "InternalServerError"), Later),
            (refused(400, "The API key is invalid"), Denied),
            (refused(401, "no", "Unauthorized"), Denied),
            (raw(401, ""), Denied),
            (raw(403, "<html></html>"), Denied),
            (PAGE, Denied),
            (raw(302, "", location="/login"), Denied),
            (raw(404, "<html></html>"), Denied),
            (raw(404, '{"Message": "No HTTP resource was found"}'), Denied),
            (refused(400, "The API is not enabled for this store"), Denied),
            (refused(400, "OrderId is odd"), Refused),
            (Unclear("cut"), Later),
            (Unreachable("down"), Unreachable),
            (Refused("inksoft.twin is not a host this connector may call"), Denied),
        ],
    )
    def test_end_in_a_verdict_that_is_no_doubt(self, answer: Any, verdict: type[Verdict]) -> None:
        with pytest.raises(verdict) as caught:
            fetched(answer)
        assert not isinstance(caught.value, Unclear)
        assert caught.value.words

    def test_of_nothing_are_none(self) -> None:
        assert fetched(NO_ORDER) is None
        assert fetched(refused(200, "Order not found", "NotFound")) is None

    def test_wait_as_long_as_they_are_asked_to(self) -> None:
        with pytest.raises(Busy) as caught:
            fetched(raw(429, "", retry_after="90"))
        assert caught.value.after == timedelta(seconds=90)

    def test_name_fields_and_never_values(self) -> None:
        item = {"UniqueId": "x", "Quantity": "buyer@example.com"}
        with pytest.raises(Later, match=r"items\.0\.quantity") as caught:
            fetched(said(an_order(Items=[item])))
        assert "buyer@example.com" not in str(caught.value)


class TestTheBuyersEmail:
    def test_is_given_where_it_is_asked_for(self) -> None:
        at = world(demands_email=True)
        placed = at.twin.place_order(email="somebody@example.com")
        assert at.house.order(placed.id).email == "somebody@example.com"

    @pytest.mark.parametrize("no", [NO_ORDER, refused(400, "OrderEmail is required"), refused(400, "odd")])
    def test_is_looked_for_after_a_refusal(self, no: Any) -> None:
        def order(call: Call) -> Any:
            return said(an_order()) if call.params.get("OrderEmail") == "b@example.com" else no

        assert fetched(order, said([{"ID": 1000001, "Email": "b@example.com"}], total=1))

    @pytest.mark.parametrize(
        "listed",
        [said([], total=0), said([{"ID": 10000011, "Email": "b@example.com"}], total=1), refused(403, "no")],
    )
    def test_that_nobody_tells_leaves_it_at_that(self, listed: Any) -> None:
        assert fetched(NO_ORDER, listed) is None
        with pytest.raises(Refused, match="OrderEmail"):
            fetched(refused(400, "OrderEmail is required"), listed)


def login(**troubles: Any) -> Any:
    return world(credentials=WITH_LOGIN, **troubles)


class TestSessions:
    def test_are_opened_once_and_shared(self) -> None:
        at = login()
        placed = at.twin.place_order()
        for _ in range(3):
            at.house.order(placed.id)
        assert (at.calls("SignIn"), at.calls("GetOrder")) == (1, 3)
        kept = at.house.secrets.token("shop")
        assert WITH_LOGIN["password"] not in str(kept)
        assert WITH_LOGIN["email"] not in str(kept)

    def test_are_opened_anew_before_they_end(self) -> None:
        at = login()
        placed = at.twin.place_order()
        at.house.order(placed.id)
        at.house.clock.passes(hours=21)
        at.house.order(placed.id)
        assert (at.calls("SignIn"), at.calls("GetSession")) == (2, 0)

    def test_that_are_not_known_any_more_are_opened_anew(self) -> None:
        at = login()
        order = at.twin.place_order()
        at.house.order(order.id)
        at.twin.expire_sessions()
        at.house.order(order.id)
        assert at.calls("SignIn") == 2

    def test_that_end_before_a_parcel_is_told_tell_it_once(self) -> None:
        at = login()
        order = at.twin.place_order()
        lines = {line.line_id: line.quantity for line in at.house.order(order.id).lines}
        at.twin.site().session_calls = 1
        at.twin.expire_sessions()
        at.house.store.tell(a_shipment(order.id, "1Z1", lines), told_by_others=frozenset())
        assert (len(at.twin.told), order.shipped) == (1, True)

    def test_that_are_alive_and_refused_are_no_matter_of_the_session(self) -> None:
        at = login()
        order = at.twin.place_order()
        at.twin.trouble("session_over", "GetOrder")
        with pytest.raises(Denied):
            at.house.store.fetch(str(order.id))
        assert at.calls("SignIn") == 1

    def test_of_another_worker_are_taken(self) -> None:
        at = login()
        order = at.twin.place_order()
        store = at.house.store
        store.fetch(str(order.id))
        at.twin.expire_sessions()
        at.house.order(order.id)  # another worker meets it first
        assert store.fetch(str(order.id))
        assert at.calls("SignIn") == 2

    def test_of_another_login_are_not_taken(self) -> None:
        at = login()
        order = at.twin.place_order()
        at.house.order(order.id)
        at.house.secrets.put_credentials("shop", WITH_LOGIN | {"password": "wrong", "email": "other@example.com"})
        with pytest.raises(Denied, match="Check e-mail, password and publisher ID"):
            at.house.store.fetch(str(order.id))

    def test_without_the_right_are_not_renewed_for_ever(self) -> None:
        at = login()
        at.twin.site().users[0].may_list = False
        with pytest.raises(Denied, match="may not list orders"):
            at.house.store.changed_since(at.house.clock.now())
        assert (at.calls("SignIn"), at.calls("GetSession")) == (1, 1)

    @pytest.mark.parametrize(
        "data",
        [
            {"Token": "t-1"},
            {"token": "t-1"},
            {"SessionToken": "t-1"},
            {"Session": {"Token": "t-1"}},
            {"Session": {"sessionToken": "t-1"}},
            "t-1",
        ],
    )
    def test_are_found_wherever_they_are(self, data: Any) -> None:
        house, http = scripted(WITH_LOGIN)
        http.on("SignIn", said(data)).on("GetOrder", said(an_order()))
        house.order(1000001)
        assert http.named("GetOrder")[0].params["SessionToken"] == "t-1"
        assert "PublisherId" in http.named("SignIn")[0].params
        assert "?" not in http.named("SignIn")[0].url

    @pytest.mark.parametrize("data", [True, None, {}, {"Token": ""}, {"Token": {"Token": 1}}, "x" * 9000, "a\nb"])
    def test_that_cannot_be_found_are_said(self, data: Any) -> None:
        house, http = scripted(WITH_LOGIN)
        http.on("SignIn", said(data))
        with pytest.raises(Denied, match="gave no session"):
            house.store.fetch("1000001")

    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [(raw(500, ""), Later), (Unclear("cut"), Later), (raw(429, ""), Busy), (PAGE, Denied), (NO_ORDER, Denied)],
    )
    def test_that_are_not_given_end_in_a_verdict(self, answer: Any, verdict: type[Verdict]) -> None:
        house, http = scripted(WITH_LOGIN)
        http.on("SignIn", answer)
        with pytest.raises(verdict):
            house.store.fetch("1000001")

    @pytest.mark.parametrize("kept", [{"token": 1}, {"token": "", "login": "x"}, {"nonsense": 1}])
    def test_kept_in_a_way_nobody_reads_are_opened_anew(self, kept: Any) -> None:
        at = login()
        at.house.secrets.put_token("shop", kept)
        at.house.order(at.twin.place_order().id)
        assert at.calls("SignIn") == 1


class TestPace:
    def test_is_two_calls_a_second(self) -> None:
        at = world(most_results=6)
        for _ in range(12):
            at.twin.place_order()
        begun, store = at.house.clock.now(), at.house.store
        page = store.changed_since(begun - timedelta(hours=1))
        while page.next:
            page = store.changed_since(begun - timedelta(hours=1), page.next)
        calls = at.calls("GetOrderSummaries")
        assert at.house.clock.now() - begun == timedelta(milliseconds=500 * (calls - 1))

    def test_holds_up_nobody_who_comes_later(self) -> None:
        house, http = scripted()
        http.on("GetOrder", said(an_order()))
        store = house.store
        store.fetch("1000001")
        house.clock.passes(seconds=2)
        store.fetch("1000001")
        assert house.clock.slept == []


SECRETS = (KEY, "secret", "shop@example.com", "buyer@example.com", "t-secret-1")


class TestSecrets:
    def leaks(self, house: House, caplog: pytest.LogCaptureFixture) -> list[str]:
        caplog.set_level(logging.DEBUG)
        shown = ""
        for act in (
            lambda: house.store.fetch("1000001"),
            lambda: house.store.changed_since(house.clock.now()),
            lambda: house.store.tell(a_shipment(1000001), told_by_others=frozenset()),
            house.store.check,
        ):
            try:
                shown += str(act())
            except Verdict as verdict:
                shown += "".join(traceback.format_exception(verdict)) + verdict.words + repr(verdict)
        shown += caplog.text
        return [secret for secret in SECRETS if secret in shown]

    @pytest.mark.parametrize("credentials", [{"api_key": KEY}, WITH_LOGIN])
    @pytest.mark.parametrize("verdict", [Unclear, Unreachable, Refused])
    def test_in_an_address_are_not_in_the_trouble_with_it(
        self, verdict: type[Verdict], credentials: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Leaky:
            def send(self, method: str, url: str, **more: Any) -> Any:
                try:
                    raise ConnectionError(f"Max retries exceeded with url: {url} {more}")
                except ConnectionError as error:
                    raise verdict("inksoft.twin did not answer") from error

        house = House(Leaky(), credentials=credentials)
        assert self.leaks(house, caplog) == []

    @pytest.mark.parametrize("credentials", [{"api_key": KEY}, WITH_LOGIN])
    @pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
    def test_that_inksoft_repeats_are_hidden(
        self, status: int, credentials: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        house, http = scripted(credentials)
        echo = refused(status, f"You sent {' and '.join(SECRETS)}", "BadRequest")
        listed = said([{"ID": 1000001, "Email": "buyer@example.com"}], total=1)
        http.on("SignIn", said({"Token": "t-secret-1"})).on("GetSession", said(True)).on("GetOrder", echo)
        http.on("GetOrderSummaries", listed).on("CreateOrderShipments", echo).on("GetStoreData", echo)
        leaked = self.leaks(house, caplog)
        mine = {"buyer@example.com"} | (
            {KEY} if "api_key" in credentials else {"secret", "shop@example.com", "t-secret-1"}
        )
        assert not set(leaked) & mine
