"""[store-updates] -> the store: tell it of a parcel."""

from typing import Any

from platen.compose import store_update
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return store_update(event, context)
