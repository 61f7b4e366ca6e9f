"""[dispatch] -> the vendor: have a job made, once."""

from typing import Any

from platen.compose import vendor_dispatch
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return vendor_dispatch(event, context)
