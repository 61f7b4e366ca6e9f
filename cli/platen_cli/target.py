"""Which AWS a command talks to: the stack on the laptop, or the one in a real account. Never both."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platen.usecases.operate_levels import Level
from platen_cli.calls import READ_TIMEOUT, LambdaOperator, Operator
from platen_cli.stops import Unreachable

if TYPE_CHECKING:
    from platen_cli.stack import LocalStack

STACK = "platen"
STATE = Path(".platen") / "local.json"
"""Where the local stack says that it runs; see ``platen_cli.stack``."""


@dataclass(frozen=True)
class Choice:
    """What the person said about where to go."""

    stack: str = ""
    region: str = ""
    profile: str = ""
    local: bool = False


@dataclass(frozen=True)
class Target:
    operator: Operator
    words: str
    """Says where it is, for the person."""


def root(start: Path | None = None) -> Path | None:
    """The nearest folder upwards that a local stack was started in."""
    here = (start or Path.cwd()).resolve()
    return next((folder for folder in (here, *here.parents) if (folder / STATE).is_file()), None)


def find(choice: Choice, start: Path | None = None) -> Target:
    """The operator to talk to. A local stack that has died is said, never replaced by a real account."""
    folder = root(start)
    if choice.local or (folder and not choice.stack and not choice.profile):
        return _on_laptop(home(start))
    return _in_account(choice)


def home(start: Path | None = None) -> Path:
    """Where the local stack keeps its things: of the one that was started above here, else of the checkout."""
    from platen_cli.stack import CHECKOUT  # noqa: PLC0415 - only when it is wanted

    return (root(start) or CHECKOUT) / STATE.parent


def _on_laptop(where: Path) -> Target:
    from platen_cli import stack  # noqa: PLC0415 - only when it is wanted

    found = stack.running(where)
    if found is None:
        raise Unreachable(
            "No local stack is running.",
            "Start it with: platen local up. To talk to a real account, name its stack: --stack platen.",
        )
    return on_stack(found)


def on_stack(found: LocalStack) -> Target:
    """The operator of a local stack that runs."""
    outputs = _platens(found.outputs, "the local stack")
    return Target(
        LambdaOperator(_dummy_client(found.endpoint, found.region), outputs),
        f"the local stack at {found.endpoint}",
    )


def _dummy_client(endpoint: str, region: str) -> Any:
    """Dummy keys, said outright: a real credential must never travel to a laptop's endpoint."""
    import boto3  # noqa: PLC0415 - slow to import

    session = boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
        region_name=region,
    )
    return session.client("lambda", endpoint_url=endpoint, config=_once())


def _in_account(choice: Choice) -> Target:
    import boto3  # noqa: PLC0415 - slow to import

    # AWS_REGION is what the AWS CLI and every Lambda go by; boto3 alone does not.
    region = choice.region or os.environ.get("AWS_REGION") or None
    session = boto3.Session(profile_name=choice.profile or None, region_name=region)
    name = choice.stack or STACK
    outputs = outputs_of(session.client("cloudformation"), name, session.region_name or "")
    profile = f", profile {choice.profile}" if choice.profile else ""
    words = f"the stack {name} in {session.region_name}{profile}"
    return Target(LambdaOperator(session.client("lambda", config=_once()), outputs), words)


def outputs_of(cloudformation: Any, name: str, region: str) -> dict[str, str]:
    """A stack's outputs, which name its functions for people. Raises Unreachable when there is no such stack, or it
    has none."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        stacks = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        said = error.response["Error"]
        if said["Code"] == "ValidationError" and "does not exist" in said["Message"]:
            raise Unreachable(
                f"There is no stack '{name}' in {region}.",
                "Check --stack, --region and --profile, or deploy it first (make deploy).",
            ) from None
        raise
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks[0].get("Outputs", ())}
    return _platens(outputs, f"the stack '{name}'")


def _platens(outputs: dict[str, str], where: str) -> dict[str, str]:
    missing = [level.function for level in Level if level.function not in outputs]
    if missing:
        raise Unreachable(
            f"{where[0].upper()}{where[1:]} has no output {missing[0]}, so it is not a Platen stack, "
            "it is of an older version, or its deployment did not finish.",
            "Name the right one with --stack, or deploy it again.",
        )
    return outputs


def _once() -> Any:
    from botocore.config import Config  # noqa: PLC0415 - slow to import

    return Config(retries={"total_max_attempts": 1}, read_timeout=READ_TIMEOUT, connect_timeout=10)
