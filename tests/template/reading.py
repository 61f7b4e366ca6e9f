"""The template as CloudFormation gets it: the SAM parts written out, and references as short words."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from boto3 import Session
from cfnlint.decode import decode
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "template.yaml"
QUEUES = (
    "Intake", "Dispatch", "Shipments", "StoreUpdates", "StorePolls", "VendorPolls", "WarehouseFiles", "Syncs",
)  # fmt: skip


@cache
def template() -> dict[str, Any]:
    """Transformed by AWS's own translator, which is what CloudFormation runs."""
    source, problems = decode(str(SOURCE))
    assert not problems
    source = json.loads(json.dumps(source))  # plain dictionaries: the decoder's own know their line numbers
    for one in source["Resources"].values():
        for place in ("CodeUri", "ContentUri"):
            if place in one.get("Properties", {}):
                one["Properties"][place] = "s3://built/elsewhere"
    translator = Translator({}, Parser(), boto_session=Session(region_name="us-east-1"))
    return dict(translator.translate(source, parameter_values={}))


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Logical id -> properties, of every resource of that kind."""
    found = template()["Resources"].items()
    return {name: one.get("Properties", {}) for name, one in found if one["Type"] == kind}


def resource(name: str) -> dict[str, Any]:
    return dict(template()["Resources"][name])


def functions() -> dict[str, str]:
    """Logical id of a function -> its folder, read from the template as it is written."""
    return dict(
        re.findall(r"(?m)^  (\w+):\n    Type: AWS::Serverless::Function\n(?:.*\n)*?      CodeUri: (\S+)", _text())
    )


@cache
def _text() -> str:
    return SOURCE.read_text()


def word(value: Any) -> str:
    """A reference in short.

    ``OrdersTable`` for its ARN or name, ``OrdersTable/index/by_due``, ``ssm:*/token``, ``schedule:…``.
    """
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::GetAtt" in value:
        target = value["Fn::GetAtt"]
        return str(target[0] if isinstance(target, list) else target.partition(".")[0])
    text = str(value["Fn::Sub"])
    text = text.replace(
        "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}/", "ssm:"
    )
    text = text.replace("arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/", "schedule:")
    return re.sub(r"\$\{(\w+)(?:\.Arn)?\}", r"\1", text)


def each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
