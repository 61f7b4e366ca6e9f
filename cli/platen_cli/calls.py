"""Asking the operator: one invocation of its Lambda, one answer."""

from __future__ import annotations

import json
from typing import Any, Protocol

from platen_cli.stops import Refused, Stop, Unreachable

READ_TIMEOUT = 180.0
"""Seconds to wait for an answer: longer than the operator function may run."""


class Operator(Protocol):
    def ask(self, action: str, **given: object) -> dict[str, Any]:
        """Its result. Raises Refused with its words, Unreachable when it cannot be asked."""


class LambdaOperator:
    """The operator function, invoked under the caller's own IAM rights.

    ``client`` must make one attempt only: an action such as resend must never be repeated by a retry
    of ours that nobody asked for.
    """

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def ask(self, action: str, **given: object) -> dict[str, Any]:
        asked = {"action": action} | {name: value for name, value in given.items() if value is not None}
        answer = self._client.invoke(
            FunctionName=self._function,
            InvocationType="RequestResponse",
            Payload=json.dumps(asked).encode(),
        )
        said = answer["Payload"].read()
        if answer.get("FunctionError"):
            request = answer.get("ResponseMetadata", {}).get("RequestId", "")
            raise Stop(
                f"The operator function broke while doing '{action}' (request {request}); what it had done until "
                "then stays done.",
                "Its log says why: the log group ends in /operator (on this computer: .platen/aws.log).",
                code="operator_broke",
            )
        return result_of(said)


def result_of(said: bytes) -> dict[str, Any]:
    """The result in an answer. Raises Refused with the operator's own words when it says no."""
    try:
        answer = json.loads(said)
        if answer["ok"] is True:
            return dict(answer.get("result") or {})
        error = answer["error"]
        problems = [{key: str(value) for key, value in one.items() if value} for one in error.get("problems") or ()]
        raise Refused(str(error["message"]), code=str(error.get("code", "refused")), problems=problems)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreachable(
            "What answered is not Platen's operator.", "Check --stack and --region, or deploy the stack again."
        ) from None
