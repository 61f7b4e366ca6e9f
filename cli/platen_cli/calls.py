"""Asking the operator: one invocation of the Lambda that does such things, one answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from platen.usecases.operate_levels import LEVELS, Level
from platen_cli.aws_words import is_denied
from platen_cli.stops import Refused, Stop, Unreachable

READ_TIMEOUT = 180.0
"""Seconds to wait for an answer: longer than the operator function may run."""


class Operator(Protocol):
    def ask(self, action: str, **given: object) -> dict[str, Any]:
        """Its result. Raises Refused with its words, Unreachable when it cannot be asked."""


class LambdaOperator:
    """The stack's three functions for people, each invoked under the caller's own IAM rights: which one does an
    action is said by the action's level. ``outputs`` are the stack's, and name them.

    ``client`` must make one attempt only: an action such as resend must never be repeated by a retry
    of ours that nobody asked for.
    """

    def __init__(self, client: Any, outputs: Mapping[str, str]) -> None:
        self._client = client
        self._outputs = outputs

    def ask(self, action: str, **given: object) -> dict[str, Any]:
        asked = {"action": action} | {name: value for name, value in given.items() if value is not None}
        # What it does not know, the first function answers in its own words.
        level = LEVELS.get(action, Level.VIEW)
        answer = self._invoke(level, action, json.dumps(asked).encode())
        said = answer["Payload"].read()
        if answer.get("FunctionError"):
            request = answer.get("ResponseMetadata", {}).get("RequestId", "")
            raise Stop(
                f"The operator function broke while doing '{action}' (request {request}); what it had done until "
                "then stays done.",
                f"Its log says why: the log group ends in /{_LOGS[level]} (on this computer: .platen/aws.log).",
                code="operator_broke",
            )
        return result_of(said)

    def _invoke(self, level: Level, action: str, payload: bytes) -> Any:
        try:
            return self._client.invoke(
                FunctionName=self._outputs[level.function], InvocationType="RequestResponse", Payload=payload
            )
        except Exception as error:
            if not is_denied(error):
                raise
            policy = self._outputs.get(level.policy, level.policy)
            raise Refused(
                f"Your AWS rights do not let you {_WORDS[level]} here, and '{action}' is that. Nothing was done. "
                f"Ask whoever looks after the AWS account for the policy {policy}.",
                code="not_permitted",
            ) from None


_WORDS = {Level.VIEW: "look", Level.OPERATE: "operate", Level.SET_UP: "set up"}
_LOGS = {Level.VIEW: "viewer", Level.OPERATE: "operator", Level.SET_UP: "set_up"}


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
