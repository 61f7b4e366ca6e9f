"""One boto3 session for a process, and clients made on first use: each costs a cold start."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 4},
    tcp_keepalive=True,
)


@cache
def _session() -> boto3.session.Session:
    return boto3.session.Session()


@cache
def dynamodb() -> DynamoDBClient:
    client: DynamoDBClient = _session().client("dynamodb", config=_CONFIG)
    return client


@cache
def sqs() -> SQSClient:
    client: SQSClient = _session().client("sqs", config=_CONFIG)
    return client


@cache
def ssm() -> SSMClient:
    client: SSMClient = _session().client("ssm", config=_CONFIG)
    return client


@cache
def scheduler() -> EventBridgeSchedulerClient:
    client: EventBridgeSchedulerClient = _session().client("scheduler", config=_CONFIG)
    return client


@cache
def s3() -> S3Client:
    client: S3Client = _session().client("s3", config=_CONFIG.merge(Config(read_timeout=20)))
    return client
