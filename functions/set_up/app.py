"""Invoked by the console and the CLI, never from outside: connects and configures for people. IAM is the login."""

from typing import Any

from platen.compose import set_up
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return set_up(event, context)
