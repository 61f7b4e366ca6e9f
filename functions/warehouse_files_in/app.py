"""[warehouse-files] -> [shipments]: take in a file that a warehouse brought."""

from typing import Any

from platen.compose import warehouse_files_in
from platen.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return warehouse_files_in(event, context)
