"""POST /webhooks/vendor/{connection}/{key} -> [shipments]: a vendor says that an order moved."""

from typing import Any

from platen.compose import vendor_webhook
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return vendor_webhook(event, context)
