"""Takes out of the built layer what no function reads: half of a client's cold start is botocore's data.

Run by the Makefile beside it with the folder of the packages. botocore describes some 440 services;
Platen calls ``SERVICES``. Their descriptions lose the documentation, the table of endpoints keeps all
partitions but only these services, and what only helps developers goes.

Of cffi, cryptography reads the compiled ``_cffi_backend`` and nothing else: cffi's own package, and pycparser for
it, are there to build such modules.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

SERVICES = ("dynamodb", "s3", "scheduler", "sqs", "ssm")
UNUSED = (
    "aws_lambda_powertools/event_handler/openapi/swagger_ui",
    "boto3/examples",
    "boto3/data",  # of boto3's resources; clients are made from botocore's data
    "bin",
    "cffi",
    "pycparser",
)
UNREAD = ("*.pyi", "*.h")
"""Files of which only compilers and type checkers know."""


def prune(site: Path) -> None:
    for name in UNUSED:
        shutil.rmtree(site / name, ignore_errors=True)
    for pattern in UNREAD:
        for file in site.rglob(pattern):
            file.unlink()
    for folder in (site / "botocore/data").iterdir():
        if folder.is_dir() and folder.name not in SERVICES:
            shutil.rmtree(folder)
    for packed in (site / "botocore/data").rglob("*.json.gz"):
        described = json.loads(gzip.decompress(packed.read_bytes()))
        _write(packed.with_suffix(""), _without_documentation(described))
        packed.unlink()
    for examples in (site / "botocore/data").rglob("examples-1.json"):
        examples.unlink()
    endpoints = site / "botocore/data/endpoints.json"
    _write(endpoints, _of_our_services(json.loads(endpoints.read_text())))


def _without_documentation(described: Any) -> Any:
    if isinstance(described, list):
        return [_without_documentation(each) for each in described]
    if isinstance(described, dict):
        return {
            # Of the parameters of a client, S3 has some, botocore reads the documentation too, and fails without.
            name: value if name == "clientContextParams" else _without_documentation(value)
            for name, value in described.items()
            # A shape or member may itself be called "documentation"; the prose is always text.
            if not (name == "documentation" and isinstance(value, str))
        }
    return described


def _of_our_services(endpoints: dict[str, Any]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in SERVICES if name in services}
    return endpoints


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")))


if __name__ == "__main__":
    prune(Path(sys.argv[1]))
