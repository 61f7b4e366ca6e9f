"""POST /webhooks/store/{connection}/{key} -> [intake]: a store says that an order moved."""

from typing import Any

from platen.compose import store_webhook
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return store_webhook(event, context)
