"""Starts ministack, the embedded AWS, with two of its inner waits shortened and some of its mistakes mended.

They are private to it, so they are only touched in the one version they were looked up in; any other
runs as it comes.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

KNOWN = "1.5.33"


def shorten_waits() -> None:
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only in the version that is known
    from ministack.services import scheduler  # noqa: PLC0415

    # Schedules are looked at every 10 s: a poll that is due would be up to that late.
    scheduler._SCHEDULE_TICK_INTERVAL = 0.5
    # After a call that logged nothing, 50 ms are spent waiting for a line: (first line, idle, at most) in seconds.
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (0.004, 0.002, 0.25)


def tell_schedule_groups_apart() -> None:
    """Permissions on schedules: as it comes, it takes every schedule for one of the group ``default``."""
    from ministack.core import iam_actions  # noqa: PLC0415 - only in the version that is known

    arn_of = iam_actions.extract_resource_arn

    def with_group(service: str, method: str, path: str, *rest: Any) -> str:
        arn = str(arn_of(service, method, path, *rest))
        if service != "scheduler" or ":schedule/default/" not in arn:
            return arn
        _headers, body, query, *_ = rest
        return arn.replace(":schedule/default/", f":schedule/{_group(body, query)}/")

    iam_actions.extract_resource_arn = with_group


def permit_batches_as_single_calls() -> None:
    """On AWS the permission for SendMessageBatch is ``sqs:SendMessage``: there is no other."""
    from ministack.core import iam_actions  # noqa: PLC0415 - only in the version that is known

    action_of = iam_actions.extract_iam_action

    def without_batch(service: str, *rest: Any, **named: Any) -> Any:
        action = action_of(service, *rest, **named)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = without_batch


def name_the_parameters_to_delete() -> None:
    """Permissions on parameters: as it comes, DeleteParameters is about all of them. Here, about its first."""
    from ministack.core import iam_actions  # noqa: PLC0415 - only in the version that is known

    arn_of = iam_actions.extract_resource_arn

    def with_name(service: str, method: str, path: str, *rest: Any) -> str:
        headers, body, query, region, account = rest
        target = next((str(value) for name, value in headers.items() if name.lower() == "x-amz-target"), "")
        if service == "ssm" and target.endswith(".DeleteParameters"):
            names = json.loads(body or b"{}").get("Names") or ["*"]
            return f"arn:aws:ssm:{region}:{account}:parameter/{str(names[0]).removeprefix('/')}"
        return str(arn_of(service, method, path, headers, body, query, region, account))

    iam_actions.extract_resource_arn = with_name


def count_every_call_as_encrypted() -> None:
    """It has no TLS, and between programs of one computer nobody listens: a bucket that wants TLS has it."""
    from ministack import app  # noqa: PLC0415 - only in the version that is known

    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _encrypted: pin(source_ip, True)


def _group(body: bytes, query: dict[str, Any]) -> str:
    """Making and changing say the group in the body, deleting in the query."""
    said = query.get("groupName") or json.loads(body or b"{}").get("GroupName") or "default"
    return str(said[0] if isinstance(said, list) else said)


def main() -> None:
    found = version("ministack")
    if found == KNOWN:
        shorten_waits()
        tell_schedule_groups_apart()
        permit_batches_as_single_calls()
        name_the_parameters_to_delete()
        count_every_call_as_encrypted()
    else:
        print(f"ministack is {found}, not {KNOWN}: it runs as it comes", flush=True)
    from ministack.app import main as serve  # noqa: PLC0415 - reads its settings when it is imported

    serve()


if __name__ == "__main__":
    main()
