"""Every five minutes -> the queue where it belongs: whatever stands still, or is due."""

from typing import Any

from platen.compose import sweep
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return sweep(event, context)
