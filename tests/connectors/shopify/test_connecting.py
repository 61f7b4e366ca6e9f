"""Checking a connection and keeping its webhooks: what is missing is named, and nothing is made twice."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors.shopify.connecting import NEEDED_SCOPES, TOPICS
from platen.domain.verdicts import Later
from platen.ports import Finding
from tests.connectors.shopify.house import (
    SHOP,
    Call,
    House,
    ScriptedHttp,
    data,
    error,
    errors,
    reply,
)

URL = "https://hooks.example/webhooks/shop/new-key"


def a_shop(*scopes: str, domain: str = SHOP) -> dict[str, Any]:
    return {
        "shop": {"name": "Kranich Rahmen", "myshopifyDomain": domain},
        "currentAppInstallation": {"accessScopes": [{"handle": scope} for scope in scopes]},
    }


def check(found: object, **headers: str) -> list[Finding]:
    return House(ScriptedHttp().on("PlatenShop", data(found, **headers))).store().check()


def wrong(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.ok]


def test_a_good_connection_says_which_shop_it_is() -> None:
    findings = check(a_shop(*NEEDED_SCOPES))
    assert wrong(findings) == []
    assert "Kranich Rahmen" in findings[0].what


@pytest.mark.parametrize("missing", list(NEEDED_SCOPES))
def test_a_missing_scope_is_named_with_where_to_add_it(missing: str) -> None:
    implying = missing.replace("read_", "write_")
    [finding] = wrong(check(a_shop(*(scope for scope in NEEDED_SCOPES if scope not in (missing, implying)))))
    assert missing in finding.what
    assert missing in finding.fix


def test_who_may_write_may_read() -> None:
    granted = {"write_orders", "write_merchant_managed_fulfillment_orders", "write_fulfillments"}
    assert wrong(check(a_shop(*granted))) == []


def test_credentials_of_another_shop_are_noticed() -> None:
    [finding] = wrong(check(a_shop(*NEEDED_SCOPES, domain="other.myshopify.com")))
    assert "other.myshopify.com" in finding.what


def test_a_version_that_has_ended_is_noticed() -> None:
    [finding] = wrong(check(a_shop(*NEEDED_SCOPES), x_shopify_api_version="2027-10"))
    assert "2027-10" in finding.what


def test_credentials_that_do_not_work_are_a_finding() -> None:
    [finding] = House(ScriptedHttp().on("PlatenShop", reply(401, b""))).store().check()
    assert not finding.ok


def test_a_shop_that_cannot_be_asked_is_no_finding() -> None:
    with pytest.raises(Later):
        House(ScriptedHttp().on("PlatenShop", reply(502, b""))).store().check()


# ---- webhooks ----------------------------------------------------------------------------------


class Subscriptions:
    """The shop's side of webhooks: unique by topic and address, listed in pages."""

    def __init__(self, page: int = 250) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.page = page
        self.refuse: dict[str, str] = {}
        self.made = 0
        self.http = (
            ScriptedHttp()
            .on("PlatenWebhooks", self._list)
            .on("PlatenWebhookCreate", self._create)
            .on("PlatenWebhookUpdate", self._update)
        )

    def add(self, topic: str, uri: str, **changes: Any) -> str:
        self.made += 1
        key = f"gid://shopify/WebhookSubscription/{self.made}"
        row = {"id": key, "topic": topic, "uri": uri, "format": "JSON", "filter": None, "includeFields": []}
        self.held[key] = row | changes
        return key

    def listen(self, url: str = URL) -> list[Finding]:
        return House(self.http).store().listen(url)

    def topics_at(self, url: str) -> list[str]:
        return sorted(one["topic"] for one in self.held.values() if one["uri"] == url)

    def _list(self, call: Call) -> Any:
        start = int(call.variables["after"] or 0)
        rows = list(self.held.values())
        more = start + self.page < len(rows)
        info = {"hasNextPage": more, "endCursor": str(start + self.page)}
        return data({"webhookSubscriptions": {"nodes": rows[start : start + self.page], "pageInfo": info}})

    def _create(self, call: Call) -> Any:
        topic, wanted = call.variables["topic"], call.variables["subscription"]
        words = self.refuse.get(topic, "")
        if any((one["topic"], one["uri"]) == (topic, wanted["uri"]) for one in self.held.values()):
            words = "Address for this topic has already been taken"
        if words:
            return self._payload("webhookSubscriptionCreate", None, words)
        return self._payload("webhookSubscriptionCreate", self.add(topic, **wanted), "")

    def _update(self, call: Call) -> Any:
        self.held[call.variables["id"]] |= call.variables["subscription"]
        return self._payload("webhookSubscriptionUpdate", call.variables["id"], "")

    @staticmethod
    def _payload(root: str, key: str | None, words: str) -> Any:
        problems = [{"field": ["webhookSubscription", "callbackUrl"], "message": words}] if words else []
        return data({root: {"webhookSubscription": {"id": key} if key else None, "userErrors": problems}})


def test_every_topic_comes_to_us_and_a_second_day_changes_nothing() -> None:
    shop = Subscriptions(page=3)
    assert wrong(shop.listen()) == []
    assert shop.topics_at(URL) == sorted(TOPICS)
    calls = len(shop.http.named("PlatenWebhookCreate"))
    [finding] = shop.listen()
    assert f"{len(TOPICS)} of {len(TOPICS)}" in finding.what
    assert len(shop.http.named("PlatenWebhookCreate")) == calls == len(TOPICS)
    assert shop.http.named("PlatenWebhookUpdate") == []


def test_what_shopify_took_away_is_made_anew() -> None:
    shop = Subscriptions()
    shop.listen()
    del shop.held[next(key for key, one in shop.held.items() if one["topic"] == "ORDERS_UPDATED")]
    findings = shop.listen()
    assert shop.topics_at(URL) == sorted(TOPICS)
    assert any("orders/updated" in finding.what for finding in findings)


@pytest.mark.parametrize(
    "older", ["https://hooks.example/webhooks/shop/old-key", "https://old-host.example/webhooks/shop/old-key"]
)
def test_an_older_address_of_ours_is_mended_not_doubled(older: str) -> None:
    shop = Subscriptions()
    shop.listen(older)
    assert wrong(shop.listen()) == []
    assert shop.topics_at(URL) == sorted(TOPICS)
    assert len(shop.held) == len(TOPICS)


@pytest.mark.parametrize(
    "other",
    [
        "https://hooks.example/webhooks/shop-two/key",
        "https://hooks.example/other/shop/key",
        "https://another-app.example/hooks",
        "pubsub://project:topic",
        "arn:aws:events:eu-central-1::event-source/aws.partner/shopify.com/1/x",
    ],
)
def test_what_belongs_to_others_is_left_alone(other: str) -> None:
    shop = Subscriptions()
    key = shop.add("ORDERS_CREATE", other, filter="total_price:>100")
    shop.listen()
    assert shop.held[key]["uri"] == other
    assert shop.held[key]["filter"] == "total_price:>100"
    assert shop.topics_at(URL) == sorted(TOPICS)


@pytest.mark.parametrize("change", [{"format": "XML"}, {"filter": "id:1"}, {"includeFields": ["id"]}])
def test_one_of_ours_that_tells_less_than_we_need_is_mended(change: dict[str, Any]) -> None:
    shop = Subscriptions()
    key = shop.add("ORDERS_CREATE", URL, **change)
    shop.listen()
    assert (shop.held[key]["format"], shop.held[key]["filter"], shop.held[key]["includeFields"]) == ("JSON", "", [])


def test_made_by_somebody_else_in_the_same_moment_is_as_good() -> None:
    shop = Subscriptions()

    def too_late(call: Call) -> Any:
        if not shop.topics_at(URL):
            shop.add("ORDERS_CREATE", URL)
        return shop._create(call)

    shop.http.on("PlatenWebhookCreate", too_late)
    assert wrong(shop.listen()) == []
    assert shop.topics_at(URL) == sorted(TOPICS)


def test_one_topic_that_is_refused_does_not_stop_the_others() -> None:
    shop = Subscriptions()
    shop.refuse["FULFILLMENTS_CREATE"] = "You do not have permission for fulfillments/create"
    [finding] = wrong(shop.listen())
    assert "fulfillments/create" in finding.what
    assert "permission" in finding.what
    assert len(shop.topics_at(URL)) == len(TOPICS) - 1


def test_one_topic_that_is_denied_does_not_stop_the_others() -> None:
    shop = Subscriptions()

    def picky(call: Call) -> Any:
        if call.variables["topic"] == "REFUNDS_CREATE":
            return errors(
                error("ACCESS_DENIED", "webhookSubscriptionCreate"), data={"webhookSubscriptionCreate": None}
            )
        return shop._create(call)

    shop.http.on("PlatenWebhookCreate", picky)
    [finding] = wrong(shop.listen())
    assert "refunds/create" in finding.what
    assert len(shop.topics_at(URL)) == len(TOPICS) - 1
