"""[store-polls] -> [intake]: list what changed at a store since the last look."""

from typing import Any

from platen.compose import store_poll
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return store_poll(event, context)
