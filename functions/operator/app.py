"""Invoked by the console and the CLI, never from outside: moves work along for people. IAM is the login."""

from typing import Any

from platen.compose import operator
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return operator(event, context)
