"""The one logger and the one metrics sink. Ids only: no personal data, no secrets, no bodies."""

from __future__ import annotations

import warnings

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

# Most calls count nothing, and need not say so each time.
warnings.filterwarnings("ignore", message="No application metrics to publish")

# The service (the stack's name) and the level come from the template.
logger = Logger()
metrics = Metrics(namespace="Platen")


def count(name: str, value: float = 1) -> None:
    """A metric with the service as its only dimension: each further one would cost by the month."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
