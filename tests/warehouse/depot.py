"""A depot that keeps its stock in Tryton: what its people do there, call by call.

An outgoing shipment goes draft → waiting → assigned → picked → packed → shipped → done. What lies in the depot goes
down with the last step: until then the goods are in its output zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from tests.warehouse.rest import Json, Refused, Rest

SHIPMENT = "stock.shipment.out"
ON_ITS_WAY_OUT = ("picked", "packed", "shipped", "done")


class Twice(Exception):
    """A shipment of that reference is there already. Tryton itself would take it again."""


class Unknown(Exception):
    """Of an item that the depot does not keep; the text names it."""


@dataclass(frozen=True)
class Address:
    name: str
    street: str
    city: str
    postal_code: str
    country: str
    """Two letters."""


@dataclass(frozen=True)
class Movement:
    """Stock that moved without an order. ``delta`` is signed: into the depot, or out of it."""

    number: int
    at: datetime
    item: str
    delta: int
    reference: str


@dataclass(frozen=True)
class Standing:
    """What lies there of an item, and what of it is bespoken."""

    on_hand: int
    allocated: int


class Depot:
    """A new database's company and its warehouse, by the name of its ``site``."""

    def __init__(self, rest: Rest, site: str) -> None:
        self._rest = rest
        self.site = site
        self._currency = rest.create(
            "currency.currency", name="Euro", code="EUR", symbol="€", rounding=Decimal("0.01"), digits=2
        )
        self._company = rest.create("company.company", party=self._party(site), currency=self._currency)
        me = rest.one("res.user", [["login", "=", "admin"]])["id"]
        rest.update("res.user", me, companies=[["add", [self._company]]], company=self._company)
        rest.context = {"company": self._company}
        self._unit = rest.one("product.uom", [["symbol", "=", "u"]])["id"]
        self._customers = rest.one("stock.location", [["type", "=", "customer"]])["id"]
        zones = ["storage_location", "output_location"]
        warehouse = rest.one("stock.location", [["type", "=", "warehouse"]], zones)
        self._warehouse, self._storage, self._output = (warehouse[name] for name in ("id", *zones))
        rest.update("stock.location", self._warehouse, name=site, code=site)
        self.country = cache(self._country)
        self.carrier = cache(self._carrier)

    # what it keeps

    def keep(self, item: str, name: str, cost: Decimal | None = None, *, active: bool = True) -> None:
        """A product that is new, or is told again."""
        found = self._products([item]).get(item)
        if found is None:
            kind: Json = {"name": name, "type": "goods", "default_uom": self._unit}
            product = self._rest.create("product.template", **kind, products=[["create", [{"suffix_code": item}]]])
            found = {"id": self._rest.one("product.product", [["template", "=", product]])["id"]}
            found["template"] = product
        else:
            self._rest.update("product.template", found["template"], name=name)
        values: Json = {"active": active}
        self._rest.update("product.product", found["id"], **values | ({} if cost is None else {"cost_price": cost}))

    def items(self) -> list[str]:
        return sorted(self._products())

    def cost(self, item: str) -> Decimal:
        cost: Decimal = self._products([item], "cost_price")[item]["cost_price"]
        return cost

    def _products(self, items: Sequence[str] | None = None, *fields: str) -> dict[str, Json]:
        domain: list[object] = [["type", "=", "goods"], ["active", "in", [True, False]]]
        if items is not None:
            domain.append(["code", "in", list(items)])
        found = self._rest.search("product.product", domain, ["code", "template", *fields])
        return {one["code"]: one for one in found}

    # orders

    def receive(
        self, reference: str, to: Address, lines: Sequence[tuple[str, int]], *, guarded: bool = True
    ) -> None:
        """As a shipment that waits to be picked. Raises Twice and Unknown."""
        if guarded and self.state(reference):
            raise Twice(reference)
        products = self._products([item for item, _ in lines])
        if missing := [item for item, _ in lines if item not in products]:
            raise Unknown(", ".join(missing))
        customer = self._party(to.name)
        lands = self.country(to.country) if to.country else None
        address = self._rest.create(
            "party.address", party=customer, street_unstructured=to.street, city=to.city, country=lands,
            postal_code=to.postal_code,
        )  # fmt: skip
        out = {"from_location": self._output, "to_location": self._customers, "unit": self._unit}
        out |= {"company": self._company, "currency": self._currency, "unit_price": Decimal(0)}
        moves = [out | {"product": products[item]["id"], "quantity": quantity} for item, quantity in lines]
        made = self._rest.create(
            SHIPMENT,
            reference=reference,
            company=self._company,
            customer=customer,
            delivery_address=address,
            warehouse=self._warehouse,
            warehouse_storage=self._storage,
            warehouse_output=self._output,
            outgoing_moves=[["create", moves]],
        )
        self._rest.press(SHIPMENT, made, "wait")

    def state(self, reference: str) -> str:
        """Of its shipment; empty where there is none."""
        found = self._shipments(reference)
        return found[0]["state"] if found else ""

    def shipments(self, reference: str) -> int:
        return len(self._shipments(reference))

    def assign(self, reference: str) -> bool:
        """Bespeak what it needs; False where some is missing: what there is stays bespoken."""
        self._rest.press(SHIPMENT, self._id(reference), "assign_try")
        return self.state(reference) == "assigned"

    def leave_out_what_is_missing(self, reference: str) -> None:
        """What could not be bespoken is not sent."""
        number = self._id(reference)
        for move in self._moves(number, self._output):
            if move["state"] == "draft":
                self._rest.update("stock.move", move["id"], quantity=0)
        self._rest.press(SHIPMENT, number, "assign_try")

    def pick(self, reference: str) -> None:
        self._rest.press(SHIPMENT, self._id(reference), "pick")

    def picked(self, reference: str) -> Counter[str]:
        """Item -> how many of it were taken off the shelves for it."""
        return self._counted(self._moves(self._id(reference), self._output))

    def pack(self, reference: str, carrier: str, tracking: str) -> None:
        number = self._id(reference)
        self._rest.update(SHIPMENT, number, carrier=self.carrier(carrier), shipping_reference=tracking)
        self._rest.press(SHIPMENT, number, "pack")

    def ship(self, reference: str) -> None:
        """It leaves: what lies in the depot goes down."""
        for button in ("ship", "do"):
            self._rest.press(SHIPMENT, self._id(reference), button)

    def shipped(self, reference: str) -> Counter[str]:
        return self._counted(self._moves(self._id(reference), self._customers))

    def tracking(self, reference: str) -> tuple[str, str]:
        """The carrier, and its number of the parcel."""
        fields = ["shipping_reference", "carrier.party.name"]
        told = self._rest.get(SHIPMENT, self._id(reference), fields)
        return told["carrier"]["party"]["name"], told["shipping_reference"]

    def cancel(self, reference: str) -> bool:
        """False where it is too late."""
        if self.state(reference) in ON_ITS_WAY_OUT:
            return False
        self._rest.press(SHIPMENT, self._id(reference), "cancel")
        return True

    def _shipments(self, reference: str) -> list[Json]:
        return list(self._rest.search(SHIPMENT, [["reference", "=", reference]], ["state"]))

    def _id(self, reference: str) -> int:
        found = self._shipments(reference)
        if len(found) != 1:
            raise Refused(f"{len(found)} shipments are called {reference}, not one")
        number: int = found[0]["id"]
        return number

    def _moves(self, shipment: int, to: int) -> list[Json]:
        domain = [["shipment", "=", f"{SHIPMENT},{shipment}"], ["to_location", "=", to]]
        return list(self._rest.search("stock.move", domain, ["product.code", "quantity", "state"]))

    @staticmethod
    def _counted(moves: Sequence[Json]) -> Counter[str]:
        counted: Counter[str] = Counter()
        for move in moves:
            if move["state"] == "done" and move["quantity"]:
                counted[move["product"]["code"]] += int(move["quantity"])
        return counted

    # stock

    def count(self, counted: Mapping[str, int]) -> None:
        """Somebody counts what lies on the shelves: Tryton moves the difference from or to Lost and Found."""
        products = self._products(list(counted))
        lines = [{"product": products[item]["id"], "quantity": quantity} for item, quantity in counted.items()]
        made = self._rest.create(
            "stock.inventory", location=self._storage, company=self._company, lines=[["create", lines]]
        )
        self._rest.press("stock.inventory", made, "confirm")

    def standings(self) -> dict[str, Standing]:
        """Item -> what lies in the whole depot, its output zone too."""
        here = {"locations": [self._warehouse], "stock_date_end": datetime.now(UTC).date()}
        lies, free = self._quantities(here), self._quantities(here | {"stock_assign": True})
        return {item: Standing(on_hand, on_hand - free[item]) for item, on_hand in lies.items()}

    def _quantities(self, context: Mapping[str, object]) -> dict[str, int]:
        domain = [["type", "=", "goods"]]
        found = self._rest.search("product.product", domain, ["code", "quantity"], context=context)
        return {one["code"]: int(one["quantity"]) for one in found}

    def movements(self, after: int = 0) -> list[Movement]:
        """What moved into the depot or out of it without a shipment, behind that number."""
        domain = [["id", ">", after], ["state", "=", "done"], ["shipment", "=", None]]
        fields = ["create_date", "product.code", "quantity", "to_location"]
        return [self._movement(one) for one in self._rest.search("stock.move", domain, fields)]

    def _movement(self, told: Json) -> Movement:
        inside = told["to_location"] == self._storage
        delta = int(told["quantity"]) * (1 if inside else -1)
        at: datetime = told["create_date"]
        return Movement(told["id"], at, told["product"]["code"], delta, f"move {told['id']}")

    # what else has to be there

    def _party(self, name: str) -> int:
        return self._rest.create("party.party", name=name or "(no name)")

    def _country(self, code: str) -> int:
        return self._rest.create("country.country", name=code, code=code)

    def _carrier(self, name: str) -> int:
        service: Json = {"name": name, "type": "service", "default_uom": self._unit}
        template = self._rest.create("product.template", **service, products=[["create", [{}]]])
        product = self._rest.one("product.product", [["template", "=", template]])["id"]
        return self._rest.create("carrier", party=self._party(name), carrier_product=product)

    def shelf(self) -> dict[str, int]:
        """Item -> what lies on the shelves, the output zone aside."""
        today = datetime.now(UTC).date()
        return self._quantities({"locations": [self._storage], "stock_date_end": today})
