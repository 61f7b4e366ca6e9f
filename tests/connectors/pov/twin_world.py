"""A POV connection with the twin at its other end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from platen.connectors import receiver
from platen.connectors.pov.vendor import PovVendor
from platen.domain.job import Job, VendorOrder
from platen.messages import VendorHint
from platen.ports import JobRequest, WebhookRequest
from tests.connectors.pov.house import HOST, House, settings
from tests.fakes import FakeClock
from tests.support.wsgi import WsgiHttp
from twins.pov import PovTwin


@dataclass
class World:
    """A connection, the twin at its other end, and the hints that the twin's webhooks became."""

    twin: PovTwin
    house: House
    http: WsgiHttp
    hints: list[VendorHint]

    @property
    def vendor(self) -> PovVendor:
        return self.house.vendor()

    def switch(self, **changes: Any) -> None:
        """Change the settings of the connection."""
        self.house.settings = settings(**changes)


def world(configured: Mapping[str, Any] | None = None, **switches: Any) -> World:
    clock = FakeClock()
    hints: list[VendorHint] = []

    def hear(_url: str, headers: Mapping[str, str], body: bytes) -> int:
        request = WebhookRequest(headers={name.lower(): value for name, value in headers.items()}, body=body)
        keys = [switches["webhook_secret"]] if switches.get("webhook_secret") else []
        for message in receiver("pov")(request, keys):
            assert isinstance(message, VendorHint)
            hints.append(message)
        return 200

    twin = PovTwin(now=clock, post=hear, **({"rate_per_minute": 0} | switches))
    http = WsgiHttp({HOST: twin.app})
    return World(twin, House(http, settings(**(configured or {})), clock=clock), http, hints)


def sent(at: World, request: JobRequest) -> Job:
    """Checked and submitted, as dispatch does it."""
    assert list(at.vendor.preflight(request)) == []
    made = at.vendor.submit(request)
    return request.job.but(vendor_ref=made.ref, vendor_lines=made.lines)


def read(at: World, job: Job) -> VendorOrder:
    news = at.vendor.read(job)
    assert news is not None
    return news
