"""[vendor-polls] -> [shipments]: ask a vendor about what is there and was not heard of."""

from typing import Any

from platen.compose import vendor_poll
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return vendor_poll(event, context)
