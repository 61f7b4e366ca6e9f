"""A Picanova connection with the twin at its other end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from platen.connectors import receiver
from platen.connectors.picanova.vendor import PicanovaVendor
from platen.domain.job import Job
from platen.messages import VendorHint
from platen.ports import JobRequest, WebhookRequest
from tests.connectors.picanova.fakes import HOST, V1_HOST, FakeClock
from tests.connectors.picanova.house import House, details, settings
from tests.support.wsgi import WsgiHttp
from twins.picanova import PicanovaTwin

POSTER = details("PSTR-30X40-1", options={}, url="https://art.example/poster.jpg")


@dataclass
class World:
    """A connection, the twin at its other end, and the hints that the twin's webhooks became."""

    twin: PicanovaTwin
    house: House
    http: WsgiHttp
    hints: list[VendorHint]

    @property
    def vendor(self) -> PicanovaVendor:
        return self.house.vendor()


def world(configured: Mapping[str, Any] | None = None, **switches: Any) -> World:
    clock = FakeClock()
    hints: list[VendorHint] = []

    def hear(_url: str, headers: Mapping[str, str], body: bytes) -> int:
        request = WebhookRequest(headers={name.lower(): value for name, value in headers.items()}, body=body)
        for message in receiver("picanova")(request, []):
            assert isinstance(message, VendorHint)
            hints.append(message)
        return 200

    twin = PicanovaTwin(
        now=clock,
        post=hear,
        webhook_url_eu="https://hub.example/eu",
        webhook_url_us="https://hub.example/us",
        **switches,
    )
    http = WsgiHttp({HOST: twin.app, V1_HOST: twin.app})
    return World(twin, House(http, settings(**(configured or {})), clock=clock), http, hints)


def sent(at: World, request: JobRequest) -> Job:
    """Checked and submitted, as dispatch does it."""
    assert list(at.vendor.preflight(request)) == []
    made = at.vendor.submit(request)
    return request.job.but(vendor_ref=made.ref, vendor_lines=made.lines)


def read(at: World, job: Job) -> Any:
    news = at.vendor.read(job)
    assert news is not None
    return news
