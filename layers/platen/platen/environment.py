"""The environment of a function, typed: what is missing is found at the cold start, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from platen.messages import Queue


class Environment(BaseModel):
    """What every function is told by the template."""

    # The whole environment goes in, with AWS's own keys: an error names a field and shows nothing.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    stack: str = Field(alias="PLATEN_STACK", min_length=1)
    orders_table: str = Field(alias="ORDERS_TABLE", min_length=1)
    connections_table: str = Field(alias="CONNECTIONS_TABLE", min_length=1)
    products_table: str = Field(alias="PRODUCTS_TABLE", min_length=1)
    stock_table: str = Field(alias="STOCK_TABLE", min_length=1)
    files_bucket: str = Field(alias="FILES_BUCKET", min_length=1)
    allowed_hosts: str = Field(alias="ALLOWED_HOSTS", default="")
    retention_days: int = Field(alias="RETENTION_DAYS", default=180, ge=1)
    queues: dict[Queue, str]
    """The queues this function may send to, by URL."""
    dead: dict[Queue, str]

    @property
    def extra_hosts(self) -> tuple[str, ...]:
        return tuple(host.strip().lower() for host in self.allowed_hosts.split(",") if host.strip())


class SetUpEnvironment(Environment):
    """What only the function that sets things up is told."""

    schedule_group: str = Field(alias="SCHEDULE_GROUP", min_length=1)
    schedule_role_arn: str = Field(alias="SCHEDULE_ROLE_ARN", min_length=1)
    schedule_dlq_arn: str = Field(alias="SCHEDULE_DLQ_ARN", min_length=1)
    store_polls_arn: str = Field(alias="STORE_POLLS_QUEUE_ARN", min_length=1)
    vendor_polls_arn: str = Field(alias="VENDOR_POLLS_QUEUE_ARN", min_length=1)
    syncs_arn: str = Field(alias="SYNCS_QUEUE_ARN", min_length=1)
    public_url: str = Field(alias="PUBLIC_URL", pattern="^https?://")


def read[E: Environment](model: type[E], environ: Mapping[str, str] = os.environ) -> E:
    """Raises pydantic's ValidationError, which names what is missing."""
    return model.model_validate(
        {**environ, "queues": _urls(environ, "QUEUE"), "dead": _urls(environ, "DLQ")}, by_alias=True, by_name=True
    )


def _urls(environ: Mapping[str, str], suffix: str) -> dict[Queue, str]:
    names = {queue: f"{queue.value.upper().replace('-', '_')}_{suffix}" for queue in Queue}
    return {queue: environ[name] for queue, name in names.items() if environ.get(name)}
