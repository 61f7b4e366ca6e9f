"""[syncs] -> a warehouse and its stores: bring products, orders and stock in step."""

from typing import Any

from platen.compose import inventory_push
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return inventory_push(event, context)
