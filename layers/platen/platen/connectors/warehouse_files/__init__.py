"""A warehouse that is told of orders, and tells what it did, by files or by calls of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from platen.connectors import Connector, Resend
from platen.connectors.fields import ADVANCED, Secret
from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Role

SHORTEST_KEY = 24
_TRIED = datetime(2031, 12, 29, 21, 45, 53, tzinfo=UTC)
"""No part of it is like another, so that what a format leaves out is seen."""


class Way(StrEnum):
    FILES = "files"
    """Files in the bucket, both ways."""
    REST = "rest"
    """A program at the warehouse calls Platen, for a warehouse's computers have no address to be called at."""


class Delimiter(StrEnum):
    COMMA = "comma"
    TAB = "tab"

    @property
    def character(self) -> str:
        return "\t" if self is Delimiter.TAB else ","

    @property
    def ending(self) -> str:
        """Of a file's name."""
        return "txt" if self is Delimiter.TAB else "csv"


class Quoting(StrEnum):
    QUOTED = "quoted"
    """Values with a delimiter in them stand in quotes."""
    PLAIN = "plain"
    """Nothing is quoted; tabs, commas, quotes and line ends become spaces."""
    STRICT = "strict"
    """As plain, and only letters, digits, dash, dot and space are left: for old versions."""


def _date_format(text: str) -> str:
    if not text:
        return ""
    if "%Y" not in text:
        raise ValueError("it has to tell the year with four digits (%Y), e.g. %m/%d/%Y")
    try:
        back = datetime.strptime(_TRIED.strftime(text), text).replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("it cannot be read back: give e.g. %Y-%m-%d %H:%M, %m/%d/%Y, or nothing") from None
    if back.date() != _TRIED.date():
        raise ValueError("it has to tell the year, the month and the day, e.g. %m/%d/%Y")
    return text


class Settings(Warehousing):
    """How a connection to a warehouse's files behaves."""

    way: Way = Field(
        default=Way.FILES,
        title="Way",
        description="files: through the bucket. rest: a program at the warehouse fetches orders from Platen and "
        "posts what was done.",
    )
    delimiter: Delimiter = Field(
        default=Delimiter.COMMA, title="Delimiter", description="comma makes .csv files, tab makes .txt files."
    )
    header: bool = Field(
        default=True,
        title="Header row",
        description="Files begin with the names of their columns. IntelliTrack goes by the order of the columns "
        "alone: turn it off there.",
    )
    quoting: Quoting = Field(
        default=Quoting.QUOTED,
        title="Quoting",
        description="plain: nothing is quoted, and tabs, commas, quotes and line ends in texts become spaces. "
        "strict: only letters, digits, dash, dot and space are left, which is all that old versions are safe with.",
    )
    date_format: Annotated[str, Field(max_length=40), AfterValidator(_date_format)] = Field(
        default="",
        title="Date format",
        description="As in Python, by the site's clock, e.g. %m/%d/%Y %H:%M. Empty: ISO 8601 with its offset.",
        json_schema_extra=ADVANCED,
    )
    order_number_max: int = Field(
        default=64,
        ge=20,
        le=64,
        title="Longest order number",
        description="Old sites take 30. An order whose number is longer is shown to a person, and not sent.",
        json_schema_extra=ADVANCED,
    )
    item_number_max: int = Field(
        default=100,
        ge=1,
        le=100,
        title="Longest item number",
        description="Old sites take 25. A line whose item number is longer is shown to a person, and not sent.",
        json_schema_extra=ADVANCED,
    )
    tracking_wait_minutes: int = Field(
        default=10,
        ge=0,
        le=1440,
        title="Wait for tracking (minutes)",
        description="When an order is closed and no shipment row tells where its goods are, so long is waited for "
        "one before they are told without tracking. 0: the warehouse tells no shipments.",
        json_schema_extra=ADVANCED,
    )
    ask_again: int = Field(
        default=180,
        ge=5,
        le=1440,
        title="Look at an order again after (minutes)",
        description="How long after the last news of an order it is looked at by itself.",
        json_schema_extra=ADVANCED,
    )
    waiting_alarm_hours: int = Field(
        default=48,
        ge=1,
        le=720,
        title="Alarm for orders that wait (hours)",
        description="An order that the warehouse has not begun after so long is shown to a person.",
    )

    @property
    def dates_have_a_time(self) -> bool:
        """Whether a date in the site's own format tells the time of day."""
        return _TRIED.strftime(self.date_format) != _TRIED.replace(hour=0, minute=0).strftime(self.date_format)


def _long_enough(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if text and (len(text) < SHORTEST_KEY or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError(f"it has to be at least {SHORTEST_KEY} plain characters without spaces")
    return secret


class Credentials(BaseModel):
    """What the program at the warehouse proves itself with; files need nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_key: Annotated[Secret, AfterValidator(_long_enough)] = Field(
        default=SecretStr(""),
        title="API key",
        description=f"For the way rest: make one up, of at least {SHORTEST_KEY} characters, and give the same to "
        "the program at the warehouse. For files: leave it empty.",
    )


CONNECTOR = Connector(
    system="warehouse_files",
    name="Warehouse files (works with IntelliTrack exports)",
    roles=frozenset({Role.VENDOR, Role.WAREHOUSE}),
    settings=Settings,
    credentials=Credentials,
    hosts=lambda _settings: (),
    webhook_keys=lambda credentials: list(filter(None, [credentials.api_key.get_secret_value()])),
    vendor="platen.connectors.warehouse_files.vendor:WarehouseVendor",
    inbox="platen.connectors.warehouse_files.inbox:INBOX",
    outbox="platen.connectors.warehouse_files.outbox:OUTBOX",
    # An order is put into our own ledger under its number, by a condition, before the warehouse can see it; and
    # its file is written only where there never was one. What the warehouse makes of a number that it has seen
    # before is not relied on: a real one was seen to take it twice.
    resend=Resend.UNIQUE_ID,
    search_lag=timedelta(0),
    waiting_alarm=lambda settings: timedelta(hours=settings.waiting_alarm_hours),
    ask_again=lambda settings: timedelta(minutes=settings.ask_again),
    prints=False,
)
