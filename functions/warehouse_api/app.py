"""GET, POST /v1/wh/{connection}/...: a warehouse asks for its work, and tells what was done -> [shipments]."""

from typing import Any

from platen.compose import warehouse_api
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return warehouse_api(event, context)
