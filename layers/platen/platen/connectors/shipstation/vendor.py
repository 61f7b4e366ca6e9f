"""ShipStation as a vendor: each job is dealt with by the way it was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

from platen.connectors.shipstation import Settings, Way
from platen.domain.artwork import ArtworkNeeds
from platen.domain.attention import Problem
from platen.domain.job import Job, VendorOrder
from platen.domain.mail_class import MailClass
from platen.domain.verdicts import Refused
from platen.ports import Access, Finding, JobRequest, News

_WAYS = {
    Way.CUSTOM_STORE: "custom_store:CustomStoreWay",
    Way.V2: "v2:V2Way",
    Way.V1: "v1:V1Way",
}


class VendorWay(Protocol):
    """What each way does, as ``ports.Vendor`` describes it; made of (Access, Settings)."""

    def preflight(self, request: JobRequest) -> Sequence[Problem]: ...

    def find(self, request: JobRequest) -> VendorOrder | None: ...

    def submit(self, request: JobRequest) -> VendorOrder: ...

    def read(self, job: Job) -> VendorOrder | None: ...

    def locate(self, account: str, vendor_ref: str) -> str | None: ...

    def amend(self, request: JobRequest) -> VendorOrder: ...

    def cancel(self, job: Job) -> VendorOrder | None: ...

    def check(self) -> list[Finding]: ...

    def news(self, cursor: str) -> News | None: ...


class ShipStationVendor:
    """A job names its way as its account, so it stays with it, whatever the way is by now."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._opened: dict[Way, VendorWay] = {}

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        return self._way(request.job.account).preflight(request)

    def find(self, request: JobRequest) -> VendorOrder | None:
        return self._way(request.job.account).find(request)

    def submit(self, request: JobRequest) -> VendorOrder:
        return self._way(request.job.account).submit(request)

    def read(self, job: Job) -> VendorOrder | None:
        return self._way(job.account).read(job)

    def locate(self, account: str, vendor_ref: str) -> str | None:
        return self._way(account).locate(account, vendor_ref)

    def amend(self, request: JobRequest) -> VendorOrder:
        return self._way(request.job.account).amend(request)

    def cancel(self, job: Job) -> VendorOrder | None:
        return self._way(job.account).cancel(job)

    def check(self) -> list[Finding]:
        return self._way().check()

    def classes(self) -> Sequence[MailClass]:
        """None to choose from: what the buyer asked for goes along in words, for ShipStation to map."""
        return ()

    def artwork_needs(self, request: JobRequest) -> Mapping[str, ArtworkNeeds]:  # noqa: ARG002
        """It ships things; it prints none."""
        return {}

    def news(self, cursor: str) -> News | None:
        """Of the way new jobs go by; what was sent by another is asked about order by order."""
        return self._way().news(cursor)

    def refresh(self) -> int:
        return 0

    def _way(self, account: str = "") -> VendorWay:
        """The way of an account; of none, the one that new jobs go by."""
        try:
            way = Way(account) if account else self._settings.way
        except ValueError:
            raise Refused(f'There is no way to ShipStation called "{account[:50]}".') from None
        if way not in self._opened:
            # Loaded when it is needed: the ways share nothing, and each has a client of its own.
            module, _, name = _WAYS[way].partition(":")
            opened = getattr(import_module(f"platen.connectors.shipstation.{module}"), name)
            self._opened[way] = cast("VendorWay", opened(self._access, self._settings))
        return self._opened[way]
