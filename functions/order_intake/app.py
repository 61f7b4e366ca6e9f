"""[intake] -> [dispatch]: read the order at its store and plan its jobs."""

from typing import Any

from platen.compose import order_intake
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return order_intake(event, context)
