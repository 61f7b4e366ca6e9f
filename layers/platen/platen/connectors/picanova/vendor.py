"""Picanova as a vendor: what use cases ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from platen.connectors.picanova import (
    V1,
    Mode,
    Settings,
    artwork,
    mapping,
    mapping_v1,
    region_of,
    speaks_v1,
    wire,
)
from platen.connectors.picanova.answers import Rejected
from platen.connectors.picanova.book import Book
from platen.connectors.picanova.catalogue import Catalogue, Variant, shelf_life
from platen.connectors.picanova.classes import asks_for_method, classes
from platen.connectors.picanova.matching import match_lines
from platen.connectors.picanova.preflight import Shelf, problems
from platen.connectors.picanova.skus import variant_of
from platen.connectors.picanova.stores import Stores
from platen.domain.artwork import ArtworkNeeds
from platen.domain.attention import Problem
from platen.domain.job import Job, VendorOrder, VendorPhase
from platen.domain.mail_class import MailClass
from platen.domain.verdicts import Denied, Later, Refused, Unclear, Verdict
from platen.ports import Access, Finding, JobRequest, News

PREFLIGHT_PATIENCE = 20.0
"""Seconds an order waits for the catalogue before it is put off; the reading is gone on with then."""
REFRESH_PATIENCE = 110.0
"""Seconds a refresh of one store may take; a very large catalogue takes several refreshes."""


class PicanovaVendor:
    """The stores of one Picanova connection. Raises the verdicts of ``domain.verdicts``."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._stores = Stores(access)
        self._catalogues: dict[str, Catalogue] = {}
        keep = shelf_life(timedelta(hours=self._settings.catalogue_hours))
        self._book = Book(access.cache, access.connection_id, self._settings.regions, keep)

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        account = request.job.account
        if not self._settings.has(account):
            found = problems(request, self._settings, None)
            return found if _names(found, "print_account") else [self._stores.unknown(account), *found]
        return problems(request, self._settings, self._shelf(request))

    def find(self, request: JobRequest) -> VendorOrder | None:
        order = self._order_called(request.job)
        return self._made(order, request, self._known_variants(request)) if order else None

    def submit(self, request: JobRequest) -> VendorOrder:
        account = request.job.account
        if not self._settings.has(account):
            problem = self._stores.unknown(account)
            raise Refused(problem.what, (problem,))
        variants = self._known_variants(request)
        if speaks_v1(account):
            body = mapping_v1.order_body(request, self._settings)
        else:
            body = mapping.order_body(request, self._settings, variants)
        try:
            order = self._stores.api(account).create(body, private=mapping.private(request))
        except Rejected as no:
            raise Refused(no.words, mapping.problems_of(no.errors, request)) from None
        except Denied as no:
            raise self._stores.meant_by(no, account, Refused) from None
        _same(request.job.external_id, order.external_id, Unclear)
        return self._made(order, request, variants)

    def read(self, job: Job) -> VendorOrder | None:
        order = self._order_of(job)
        if order is None:
            return None
        return mapping.vendor_order(order, live=self._live(job), external_id=job.external_id)

    def locate(self, account: str, vendor_ref: str) -> str | None:
        regions = (account,) if account else self._settings.regions
        doubt: Verdict | None = None
        for store in regions:
            try:
                order = self._stores.api(store).order(vendor_ref)
            except Verdict as verdict:
                doubt = doubt or verdict
                continue
            if order:
                return order.external_id or None
        if doubt:
            raise doubt
        return None if account else self._located_by_v1(vendor_ref)

    def _located_by_v1(self, vendor_ref: str) -> str | None:
        """As far as v1 says: to a store that does not use v1 its trouble is none, and to one that does, news of an
        order of ours come by its id, or by the next poll."""
        for region in self._settings.regions:
            with suppress(Verdict):
                order = self._stores.api(region + V1).order(vendor_ref)
                if order:
                    return order.external_id or None
        return None

    def amend(self, request: JobRequest) -> VendorOrder:
        raise Refused(f"Picanova takes no changes: {request.job.external_id} stays as it was sent")

    def cancel(self, job: Job) -> VendorOrder | None:
        if not job.vendor_ref:
            order = self._order_of(job)
            if order is None:
                return None
            job = job.but(vendor_ref=order.id)
        answer = self._delete(job.account, job.vendor_ref)
        now = self.read(job)
        if now is None or now.phase is VendorPhase.CANCELLED:
            return now
        if isinstance(answer, Unclear):
            raise Later(f"{answer.words} It is not cancelled yet ({now.words}); cancelling is tried again.")
        said = answer.words if answer else "Picanova gave no reason."
        raise Refused(f"Picanova did not cancel {now.ref}, which is {now.words} there. {said}")

    def check(self) -> list[Finding]:
        findings = [self._greet(account) for account in self._settings.regions]
        if self._settings.mode is Mode.TEST:
            findings.append(
                Finding(
                    ok=True,
                    what="The mode is test: every order is sent as a test order and nothing is produced.",
                    fix="Set mode to live when you are ready.",
                )
            )
        findings.append(
            Finding(
                ok=True,
                what="Picanova cannot be asked whether the webhook URL is set.",
                fix="Paste this connection's webhook URL at merchOne: Stores > Settings > Webhook, in every store.",
            )
        )
        return findings

    def classes(self) -> tuple[MailClass, ...]:
        """The types, and the methods of all its stores; those of one store alone are for preflight to tell."""
        return classes(one for region in self._settings.regions for one in self._catalogue(region).methods())

    def artwork_needs(self, request: JobRequest) -> dict[str, ArtworkNeeds]:
        return artwork.needs(request, self._known_variants(request))

    def news(self, cursor: str) -> News | None:  # noqa: ARG002 - asked of every vendor
        """Picanova keeps no list of what moved: orders are asked about one by one."""
        return None

    def refresh(self) -> int:
        return sum(self._catalogue(account).refresh(REFRESH_PATIENCE) for account in self._settings.regions)

    def _greet(self, account: str) -> Finding:
        name = account.upper()
        try:
            self._stores.beta(account).greet()
        except Denied as no:
            return Finding(ok=False, what=f"{name}: {no.words}", fix=f"Put in the {name} store's API user and key.")
        except Verdict as no:
            return Finding(ok=False, what=f"{name}: {no.words}", fix="Try again in a few minutes.")
        return Finding(ok=True, what=f"Picanova takes the credentials of the {name} store.")

    def _shelf(self, request: JobRequest) -> Shelf:
        catalogue = self._catalogue(request.job.account)
        v1 = speaks_v1(request.job.account)
        variants = {} if v1 else catalogue.look_up(_codes(request), PREFLIGHT_PATIENCE)
        ship_to = request.order.ship_to
        country = ship_to.country_code.strip().upper() if ship_to else ""
        countries = catalogue.country_ids([country]) if country else {}
        methods = catalogue.methods() if asks_for_method(request.mail_class) and not v1 else ()
        return Shelf(variants=variants, nearest=catalogue.nearest, countries=countries, methods=methods)

    def _known_variants(self, request: JobRequest) -> dict[str, Variant]:
        """None of v1's: its products are no variants."""
        if speaks_v1(request.job.account):
            return {}
        return self._catalogue(request.job.account).cached(_codes(request))

    def _made(self, order: wire.Order, request: JobRequest, variants: dict[str, Variant]) -> VendorOrder:
        return mapping.vendor_order(
            order,
            live=self._live(request.job),
            external_id=request.job.external_id,
            lines=match_lines(order, request, variants),
        )

    def _order_of(self, job: Job) -> wire.Order | None:
        """The job's order, by Picanova's id when we know it and by ours when not."""
        if not job.vendor_ref:
            return self._order_called(job)
        try:
            order = self._stores.api(job.account).order(job.vendor_ref)
        except Denied as no:
            raise self._stores.meant_by(no, job.account, Later) from None
        if order:
            _same(job.vendor_ref, order.id, Later)
        return order

    def _order_called(self, job: Job) -> wire.Order | None:
        """The order of our id. Raises Unclear where v1's list does not tell for sure."""
        try:
            order = self._stores.api(job.account).order_called(job.external_id)
        except Denied as no:
            raise self._stores.meant_by(no, job.account, Later) from None
        if order:
            _same(job.external_id, order.external_id, Later)
        return order

    def _delete(self, account: str, ref: str) -> Verdict | None:
        """What they said against it, which the read that follows may overrule."""
        if speaks_v1(account):
            return Refused(
                "How v1 orders are cancelled is not published. Cancel it at merchOne, in their dashboard."
            )
        try:
            self._stores.beta(account).delete(ref)
        except (Refused, Unclear) as answer:
            return answer
        return None

    def _live(self, job: Job) -> bool:
        return not mapping.wants_test(job, self._settings)

    def _catalogue(self, account: str) -> Catalogue:
        """Beta's, of the account's store. Kept, so that nothing is read twice."""
        region = region_of(account)
        if region not in self._catalogues:
            self._catalogues[region] = Catalogue(
                self._stores.beta(region),
                self._access.cache,
                self._access.clock,
                self._book,
                connection_id=self._access.connection_id,
                region=region,
                keep=timedelta(hours=self._settings.catalogue_hours),
            )
        return self._catalogues[region]


def _codes(request: JobRequest) -> set[str]:
    skus = (request.details(line.line_id).sku for line in request.job.lines)
    return {variant_of(sku) for sku in skus if sku}


def _names(found: Sequence[Problem], field: str) -> bool:
    return any(problem.field == field for problem in found)


def _same(asked: str, told: str, verdict: type[Verdict]) -> None:
    """An answer about another order must never be taken for ours. They may leave the id out."""
    if told and told != asked:
        raise verdict(f'Picanova was asked about order "{asked}" and answered with "{told[:100]}".')
