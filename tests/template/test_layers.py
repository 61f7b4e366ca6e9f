"""The layer of third-party packages holds exactly what uv.lock says, and what it prunes is not needed."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import shutil
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.loaders import Loader

from tests.template.reading import ROOT

RUNTIME = ROOT / "layers/runtime"


def test_requirements_are_in_step_with_the_lock_file() -> None:
    """If this fails: make lock."""
    packages = {one["name"]: one for one in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    locked = {name: packages[name] for name in _needed(packages, "platen")}
    assert _required() == {
        name: (one["version"], {file["hash"] for file in [*one.get("wheels", ()), one.get("sdist", {})] if file})
        for name, one in locked.items()
    }


def test_the_functions_packages_are_all_there() -> None:
    assert {"aws-lambda-powertools", "boto3", "pydantic", "requests"} <= set(_required())


def test_nothing_is_there_that_makes_starts_slow() -> None:
    assert not {"aws-xray-sdk", "awscrt"} & set(_required())


@pytest.fixture
def prune() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prune", RUNTIME / "prune.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_pruned_client_still_knows_where_to_call(prune: ModuleType, tmp_path: Path) -> None:
    """That a client can be made says little: what it reads of its description at a call is seen at a call."""
    data = tmp_path / "botocore/data"
    data.mkdir(parents=True)
    for path in (Path(botocore.__file__).parent / "data").iterdir():
        if path.is_file():
            shutil.copyfile(path, data / path.name)
        elif path.name in prune.SERVICES:
            shutil.copytree(path, data / path.name)
    prune.prune(tmp_path)
    session = botocore.session.Session()
    pruned = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    session.register_component("data_loader", pruned)
    calls = {
        "dynamodb": "list_tables",
        "scheduler": "list_schedules",
        "sqs": "list_queues",
        "ssm": "describe_parameters",
    }
    calls["s3"] = "list_buckets"
    assert set(calls) == set(prune.SERVICES)
    for service, call in calls.items():
        client = session.create_client(service, "eu-central-1")
        assert client.generate_presigned_url(call).startswith("https://")


def test_pruning_keeps_our_services_and_every_partition(prune: ModuleType, tmp_path: Path) -> None:
    data = tmp_path / "botocore/data"
    service = {
        "documentation": "<p>prose</p>",
        "shapes": {"documentation": {"type": "string", "documentation": "p"}},
    }
    for name in ("sqs", "ec2"):
        (data / name / "2012-11-05").mkdir(parents=True)
        (data / name / "2012-11-05/service-2.json.gz").write_bytes(gzip.compress(json.dumps(service).encode()))
    partitions = [{"partition": name, "services": {"sqs": {}, "ec2": {}}} for name in ("aws", "aws-us-gov")]
    (data / "endpoints.json").write_text(json.dumps({"partitions": partitions}))
    for name in ("cffi/api.py", "cryptography/_rust.pyi", "cryptography/_rust.so", "cryptography/include/x.h"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    prune.prune(tmp_path)

    others = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(data)]
    assert [path.name for path in others] == ["_rust.so"]

    assert [path.name for path in data.iterdir() if path.is_dir()] == ["sqs"]
    kept = json.loads((data / "sqs/2012-11-05/service-2.json").read_text())
    assert kept == {"shapes": {"documentation": {"type": "string"}}}
    left = json.loads((data / "endpoints.json").read_text())["partitions"]
    assert [(one["partition"], list(one["services"])) for one in left] == [
        ("aws", ["sqs"]),
        ("aws-us-gov", ["sqs"]),
    ]


def _needed(packages: dict[str, Any], name: str) -> set[str]:
    """All that the package depends on, however far away, where a marker does not leave it out."""
    found: set[str] = set()
    todo = [name]
    while todo:
        for one in packages[todo.pop()].get("dependencies", ()):
            if one["name"] not in found:
                found.add(one["name"])
                todo.append(one["name"])
    return found


def _required() -> dict[str, tuple[str, set[str]]]:
    """Name -> (version, hashes)."""
    text = (RUNTIME / "requirements.txt").read_text().replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        head, *hashes = re.split(r"\s+--hash=", line.strip())
        name, _, version = head.partition(";")[0].strip().partition("==")
        found[name] = (version, set(hashes))
    return found
