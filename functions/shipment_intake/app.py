"""[shipments] -> [store-updates]: read the order at its vendor and record its parcels."""

from typing import Any

from platen.compose import shipment_intake
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return shipment_intake(event, context)
