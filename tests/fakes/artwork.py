"""Print files as a test wants them to be seen."""

from __future__ import annotations

from platen.domain.artwork import Seen
from tests.fakes.switch import Switch, Switched

FINE = Seen(reachable=True, media_type="image/jpeg", size=8_000_000, width=9000, height=6000)
"""Good enough for every vendor."""


class FakeArtwork(Switched, port="artwork"):
    """``files``: what is seen at an address; every other one has a large JPEG."""

    def __init__(self, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self.files: dict[str, Seen] = {}
        self.looked: list[str] = []
        """Every address that was looked at, in order."""

    def look(self, url: str) -> Seen:
        self.looked.append(url)
        return self.files.get(url, FINE)
