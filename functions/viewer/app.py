"""Invoked by the console and the CLI, never from outside: shows things to people. IAM is the login."""

from typing import Any

from platen.compose import viewer
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return viewer(event, context)
