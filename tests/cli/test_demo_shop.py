"""The demo's shop: what is sold in it, how it is set up, and what it takes for stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from platen.adapters.image_file import media_type_of, pixels_of
from platen.domain.connection import Goods, Link
from platen.domain.order import order_id
from platen_cli.demo import typing
from platen_cli.demo.artwork import PATHS, PIXELS, picture
from platen_cli.demo.basket import FEWEST, GIFT_CARD, SHIRT, baskets, incomplete, moved, regretted
from platen_cli.demo.play import Placed, Play
from platen_cli.demo.screen import Screen
from platen_cli.demo.tally import look
from platen_cli.demo.wiring import PRODUCTS, Wiring
from platen_cli.demo.world import STORE, World
from platen_cli.desk import Desk
from platen_cli.products import read_sheet
from platen_cli.stops import Stop
from tests.cli.operator import FakeOperator
from twins.picanova.catalogue import EU, US

# what is sold


def test_the_example_file_knows_every_sku_that_the_demo_sells_by_it() -> None:
    sheet = read_sheet(PRODUCTS.read_bytes())
    assert sheet.bad == []
    sold = {line["sku"] for order in baskets(7) for line in order["lines"] if "attributes" not in line}
    assert {row["sku"] for row in sheet.rows} == sold - {GIFT_CARD}


def test_of_the_fewest_orders_one_is_made_in_two_places() -> None:
    [order] = baskets(FEWEST - 2)
    mugs = [line for line in order["lines"] if line["sku"].startswith("MUG-")]
    assert 0 < len(mugs) < len(order["lines"])


def test_the_same_orders_come_again_in_the_same_order() -> None:
    assert list(baskets(20)) == list(baskets(20))
    assert (regretted(), incomplete()) == (regretted(), incomplete())


# print files


def test_every_print_file_that_the_demo_names_is_there() -> None:
    here = "http://127.0.0.1:1"
    rows = read_sheet(moved(PRODUCTS.read_text(), here).encode()).rows
    lines = [line for order in baskets(7, here) for line in order["lines"] if "attributes" in line]
    named = {row["print_url"] for row in rows} | {line["attributes"]["_print_url"] for line in lines}
    assert named
    assert named <= {f"{here}{path}" for path in PATHS}


def test_the_print_file_is_a_picture_that_is_large_enough_for_every_product() -> None:
    data = picture(*PIXELS)
    assert media_type_of(data) == "image/png"
    assert pixels_of(data, "image/png") == PIXELS
    assert len(data) < 10_000
    products = [one for catalogue in (EU, US) for one in catalogue.products]
    needed = [variant.longest / 25.4 * product.dpi for product in products for variant in product.variants]
    assert min(PIXELS) > max(needed)


# what is typed


class FakeTwin:
    """A twin that only remembers what its control plane was told."""

    def __init__(self) -> None:
        self.url = "http://127.0.0.1:1"
        self.told: list[tuple[str, object]] = []

    def post(self, path: str, body: object = None) -> None:
        self.told.append((path, body))


@pytest.fixture
def operator() -> FakeOperator:
    return FakeOperator()


@pytest.fixture
def typed() -> list[str]:
    return []


@pytest.fixture
def wiring(tmp_path: Path, operator: FakeOperator, typed: list[str]) -> Wiring:
    """The demo's shop, about to be set up in a world without a stack and without sockets."""

    def type_(command: str) -> None:
        typed.append(command)
        typing.run(command, operator)

    twins: dict[str, Any] = dict.fromkeys(("shopify", "picanova", "pov", "gallery"), FakeTwin())
    home = tmp_path / "a folder"
    home.mkdir()
    return Wiring(World(home, operator=operator, **twins), lambda _words: None, type_)


def test_the_shop_is_set_up_by_the_commands_that_are_shown(
    wiring: Wiring, operator: FakeOperator, typed: list[str]
) -> None:
    wiring.connect(lambda _step: None)
    assert all(command.startswith("platen ") for command in typed)
    links = operator.connections[STORE]["links"]
    assert [(link["name"], link["vendor"]) for link in links] == [
        ("mugs-and-shirts", "pov"),
        ("wall-art", "picanova"),
    ]
    pov = operator.connections["pov"]["making"]
    assert (pov["default_class"], pov["after_shipment"]) == ("STANDARD", "Closed")
    assert pov["code_match"] == {"MUGW-330ML-1": "MUG-11OZ"}
    assert operator.connections["picanova"]["making"]["after_cancel"] == "Canceled"


def test_the_shirt_lacks_its_artwork_until_that_is_imported(wiring: Wiring, operator: FakeOperator) -> None:
    wiring.connect(lambda _step: None)
    before = operator.products[f"{STORE}/{SHIRT}"]
    wiring.type(wiring.artwork_for_the_shirt())
    after = operator.products[f"{STORE}/{SHIRT}"]
    assert (before["print_sku"], before["print_url"]) == (after["print_sku"], "")
    assert after["print_url"] == "http://127.0.0.1:1/anchor.png"


def test_every_line_that_is_sold_by_its_sku_has_a_link_that_takes_it(
    wiring: Wiring, operator: FakeOperator
) -> None:
    wiring.connect(lambda _step: None)
    links = [Link.model_validate(one) for one in operator.connections[STORE]["links"]]
    orders = [*baskets(7), regretted(), incomplete()]
    for sku in {line["sku"] for order in orders for line in order["lines"]} - {GIFT_CARD}:
        assert [link.called for link in links if not link.why_not(Goods(sku=sku, printed=True))]


def test_a_command_that_does_not_work_ends_the_demo(operator: FakeOperator) -> None:
    operator.fails["attention"] = [Stop("The stack is down.", code="down")]
    with pytest.raises(Stop, match=r"`platen attention` did not work: .*The stack is down"):
        typing.run("platen attention", operator)


# what counts as stopped

LACKS = {"what": f"1 x Anchor T-shirt (SKU {SHIRT}) has no print_url.", "field": "print_url", "line_id": "1"}


class StoppedWorld(World):
    """A world of one order, the shirt, and what waits in it."""

    def __init__(self, home: Path, *waiting: dict[str, Any], made: bool = False) -> None:
        super().__init__(home)
        self.waiting = [dict(one) for one in waiting]
        self.made = made

    def ask(self, action: str, **_given: object) -> dict[str, Any]:
        assert action == "attention"
        return {"items": self.waiting, "connections": []}

    def seen(self) -> Any:
        order = {"external_id": f"1-{ORDER}-1", "id": "PPO1", "status": "DRAFT", "items": [{"quantity": 1}]}
        return look(STORE, [], [order] if self.made else [])


ORDER = order_id(STORE, "7")
ITEM = {"order_id": ORDER, "place": "job 1", "cause": "print_details", "problems": [LACKS]}


@pytest.mark.parametrize(
    ("waiting", "made", "right"),
    [
        pytest.param([ITEM], False, True, id="just what it lacks"),
        pytest.param([], False, False, id="nothing waits"),
        pytest.param([ITEM, ITEM | {"order_id": "another"}], False, False, id="another waits, too"),
        pytest.param([ITEM | {"order_id": "another"}], False, False, id="only another waits"),
        pytest.param([ITEM | {"cause": "vendor_refused"}], False, False, id="it was sent, and refused"),
        pytest.param([ITEM | {"problems": [LACKS, LACKS]}], False, False, id="two messages"),
        pytest.param([ITEM | {"problems": [LACKS | {"field": "print_sku"}]}], False, False, id="another field"),
        pytest.param([ITEM | {"problems": [LACKS | {"what": "Something."}]}], False, False, id="names no item"),
        pytest.param([ITEM], True, False, id="it is made all the same"),
    ],
)
def test_it_is_stopped_when_it_waits_for_its_print_url_alone(
    tmp_path: Path, waiting: list[dict[str, Any]], made: bool, right: bool
) -> None:
    desk = Desk()
    play = Play(StoppedWorld(tmp_path, *waiting, made=made), Screen(desk, 3), desk, 3)
    play.stopped = Placed({"id": 7, "name": "#1002"})
    assert play.waits_for_its_artwork() is right
