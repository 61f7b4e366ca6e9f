"""Artwork: before a job is sent, its print files are looked at as the vendor would find them."""

from __future__ import annotations

from datetime import datetime

from platen.domain.artwork import ArtworkNeeds, Seen, judge
from platen.domain.attention import Problem
from platen.hub import Hub
from platen.ports import Artwork, JobRequest, Vendor


def look_at_artwork(
    hub: Hub, artwork: Artwork, vendor: Vendor, request: JobRequest, deadline: datetime
) -> tuple[Problem, ...]:
    """What is wrong with the job's print files, each looked at once; no look begins after ``deadline``."""
    needs = vendor.artwork_needs(request)
    seen: dict[str, Seen] = {}
    problems: list[Problem] = []
    for job_line in request.job.lines:
        line = request.order.line(job_line.line_id)
        for number, one in enumerate(request.details(job_line.line_id).prints, start=1):
            if not one.url:
                continue
            if one.url not in seen:
                if hub.clock.now() >= deadline:
                    return (Problem(what="There was no time to look at every print file of this job."), *problems)
                seen[one.url] = artwork.look(one.url)
            problems += judge(
                seen[one.url],
                needs.get(job_line.line_id, ArtworkNeeds()),
                line_id=job_line.line_id,
                field="print_url" if number == 1 else f"print_url_{number}",
                title=line.title if line else job_line.line_id,
            )
    return tuple(problems)
