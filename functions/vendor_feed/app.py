"""GET, POST /feeds/{connection}/{key}: a vendor fetches jobs that changed, and posts its parcels -> [shipments]."""

from typing import Any

from platen.compose import vendor_feed
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return vendor_feed(event, context)
