"""What connectors over plain HTTP have in common: how an answer's status, waits and words are to be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pydantic import BaseModel, ValidationError

from platen.domain.verdicts import Denied
from platen.ports import Access, NotFound, Reply

LONGEST_WORDS = 500
_READ_AT_MOST = 20_000
_WAIT = timedelta(seconds=60)
_LONGEST_WAIT = timedelta(hours=1)


def is_doubtful(status: int) -> bool:
    """Answers that come from something in between as well, whatever became of the request behind it."""
    return status < 400 or status >= 500 or status in (408, 425)


def retry_after(reply: Reply, now: datetime) -> timedelta:
    """``Retry-After`` as seconds or as an HTTP date; a minute when it says nothing; an hour at most."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 9:
        wait = timedelta(seconds=int(said))
    else:
        try:
            until = parsedate_to_datetime(said)
        except (ValueError, TypeError, IndexError):
            return _WAIT
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(seconds=1)), _LONGEST_WAIT)


def fit(text: str, private: Sequence[str]) -> str:
    """Outside words, fit to be shown: on one line, scrubbed of ``private``, and cut."""
    scrubbed = " ".join(text[:_READ_AT_MOST].split())
    for secret in sorted(filter(None, set(private)), key=len, reverse=True):
        scrubbed = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "[hidden]", scrubbed, flags=re.IGNORECASE)
    return scrubbed if len(scrubbed) <= LONGEST_WORDS else scrubbed[: LONGEST_WORDS - 1] + "…"


def stored_credentials[C: BaseModel](access: Access, model: type[C], what: str) -> C:
    """The connection's credentials. Raises Denied where there are none (``what`` is to be put in), or bad ones."""
    try:
        return model.model_validate(access.secrets.credentials(access.connection_id))
    except NotFound:
        raise Denied(f"This connection has no credentials yet: put in its {what}.") from None
    except ValidationError as error:
        said = "; ".join(issue["msg"] for issue in error.errors(include_input=False, include_context=False))
        raise Denied(f"The stored credentials cannot be used: {said}.") from None
