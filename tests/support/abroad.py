"""What the stories on the embedded AWS have in common: a buyer whose name shows in any log, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable

BUYER = {
    "first_name": "Zoë",
    "last_name": "Ångström",
    "address1": "Rue de l'Église 7",
    "city": "Genève",
    "zip": "1201",
    "country": "Switzerland",
    "country_code": "CH",
}
PERSONAL = ("Zoë", "Ångström", "Église 7")
"""None of it may be in a log."""


def until[T](
    look: Callable[[], T], what: str, *, told: Callable[[], str], patience: float, every: float = 0.3
) -> T:
    """What ``look`` gives as soon as it is true of something; what is ``told`` when that is not in time."""
    end = time.monotonic() + patience
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen. {told()}")
        time.sleep(every)
    return found
