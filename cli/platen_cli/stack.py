"""The local stack: the same template, built by the real ``sam build`` and deployed by the real
``sam deploy`` on an embedded AWS, which lives in one process on a free port of this machine.

Everything it writes is under its home (``.platen/``): ``aws.log``, ``build.log``, ``deploy.log``, and
``local.json``, which says where it runs. Its tables live in its memory, and end with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from platen_cli.calls import READ_TIMEOUT
from platen_cli.embedded_aws import Server, StackError, failed, healthy, is_ours, path, stop

CHECKOUT = Path(__file__).resolve().parents[2]
NAME = "platen"
REGION = "us-east-1"
API_ID = "platen"
"""Pinned by a tag, so that the address of the webhooks is known before the stack is there."""
BUCKET = "platen-artifacts"
STATE = "local.json"
TABLES = ("OrdersTable", "ConnectionsTable", "ProductsTable", "StockTable")

__all__ = ["LocalStack", "StackError", "down", "public_url", "running", "up"]

type OnStep = Callable[[str], None]


@dataclass(frozen=True)
class LocalStack:
    """A local stack that runs."""

    endpoint: str
    pid: int
    """Of the embedded AWS: the leader of a process group that holds everything it started."""
    outputs: dict[str, str]
    """The stack's outputs, by key."""
    name: str = NAME
    region: str = REGION

    @property
    def public_url(self) -> str:
        """Where webhooks come in: ``/webhooks/...`` goes behind it."""
        return public_url(self.endpoint)

    def client(self, service: str) -> Any:
        """A boto3 client that talks to this stack, with keys that are good for nothing else."""
        import boto3  # noqa: PLC0415 - slow to import
        from botocore.config import Config  # noqa: PLC0415

        session = boto3.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the embedded AWS takes any
            region_name=self.region,
        )
        # What is still worked on must not be asked for a second time: on a busy machine a function starts slowly.
        patient = Config(read_timeout=READ_TIMEOUT)
        return session.client(service, endpoint_url=self.endpoint, config=patient)


def public_url(endpoint: str) -> str:
    return f"{endpoint}/_aws/execute-api/{API_ID}/live"


def up(home: Path, allowed_hosts: Sequence[str] = (), on_step: OnStep = lambda _step: None) -> LocalStack:
    """Build and deploy, on the stack that runs in ``home`` or else on a new one.

    ``allowed_hosts`` (``host`` or ``host:port``) may be called beyond those the connectors name: the
    twins'. Raises StackError; a stack that was started for it is stopped again.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    (home / "sam.toml").write_text("version = 0.1\n")  # instead of samconfig.toml: that one is for real accounts
    found = running(home)
    if found:
        on_step("Building the functions and their layers")
        _build(home)
        on_step("Updating the stack that runs")
        return _deploy(home, found, allowed_hosts)
    down(home)  # one that never came to be deployed
    try:
        return _up_anew(home, allowed_hosts, on_step)
    except BaseException:
        down(home)
        raise


def _up_anew(home: Path, allowed_hosts: Sequence[str], on_step: OnStep) -> LocalStack:
    on_step("Starting the embedded AWS")
    server = Server(home)  # it starts while the functions are built
    stack = LocalStack(server.endpoint, server.process.pid, {})
    _write_state(home, stack)
    on_step("Building the functions and their layers")
    _build(home)
    server.wait_until_ready()
    on_step("Deploying the stack")
    return _deploy(home, stack, allowed_hosts)


def running(home: Path) -> LocalStack | None:
    """The stack that runs in ``home``; None when there is none, when it has died, or was never deployed."""
    stack = _read_state(home)
    if stack is None or not stack.outputs:
        return None
    return stack if is_ours(stack.pid) and healthy(stack.endpoint) else None


def down(home: Path) -> bool:
    """Stop the stack of ``home``, and forget its data. True when one was running."""
    stack = _read_state(home)
    ours = stack is not None and is_ours(stack.pid)
    if stack and ours:
        stop(stack.pid)
    (home / STATE).unlink(missing_ok=True)
    shutil.rmtree(home / "tmp", ignore_errors=True)
    return ours


def _build(home: Path) -> None:
    environment = _without_aws() | {"PLATEN_BUILD_PLATFORM": "host", "PYTHON": sys.executable}
    # A cache of its own: the layers of the real build are for another platform.
    places = {"template-file": CHECKOUT / "template.yaml", "build-dir": home / "build", "cache-dir": home / "cache"}
    arguments = [f"--{name}={place}" for name, place in places.items()]
    _sam(home, "build", [*arguments, "--cached", "--parallel"], environment)


def _deploy(home: Path, stack: LocalStack, allowed_hosts: Sequence[str]) -> LocalStack:
    """The stack with its outputs, deployed and written down."""
    stack.client("s3").create_bucket(Bucket=BUCKET)
    overrides = {
        "PublicUrl": stack.public_url,
        "AllowedHosts": ",".join(allowed_hosts),
        "ThrottleRate": "10000",
        "ThrottleBurst": "10000",
    }
    arguments = [f"--template-file={home / 'build' / 'template.yaml'}", "--stack-name", stack.name]
    arguments += ["--s3-bucket", BUCKET, "--region", stack.region, "--capabilities", "CAPABILITY_IAM"]
    arguments += ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]
    arguments += ["--tags", f"ms-custom-id={API_ID}"]
    arguments += ["--parameter-overrides", *(f'{key}="{value}"' for key, value in overrides.items())]
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": stack.region}
    _sam(home, "deploy", arguments, _without_aws() | keys | {"AWS_ENDPOINT_URL": stack.endpoint})
    found = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found["Outputs"]}
    _let_items_expire(stack, outputs)
    _make_limits_numbers(stack)
    deployed = replace(stack, outputs=outputs)
    _write_state(home, deployed)
    return deployed


def _let_items_expire(stack: LocalStack, outputs: dict[str, str]) -> None:
    """CloudFormation sets this on AWS; the embedded one passes over it."""
    dynamodb = stack.client("dynamodb")
    for key in TABLES:
        table = outputs[key]
        status = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"]
        if status == "DISABLED":
            wanted = {"Enabled": True, "AttributeName": "expires_at"}
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def _make_limits_numbers(stack: LocalStack) -> None:
    """A parameter of type Number is a number on AWS; here it arrives as text, and no queue is read at all."""
    functions = stack.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        limit = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
        if limit:
            functions.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": int(limit)}
            )


def _sam(home: Path, command: str, arguments: Sequence[str], environment: dict[str, str]) -> None:
    log = home / f"{command}.log"
    sam = Path(sys.executable).with_name("sam")
    if not sam.exists():
        raise StackError(f"The AWS SAM CLI is not installed at {sam}. Run: make setup")
    with log.open("w") as output:
        done = subprocess.run(
            [sam, command, "--config-file", home / "sam.toml", *arguments],
            cwd=CHECKOUT,
            env=environment | {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.2"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise failed(f"`sam {command}` ended with exit code {done.returncode}", log)


def _without_aws() -> dict[str, str]:
    """This process's environment without anything that leads to a real account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return (
        kept
        | nowhere
        | {"PATH": f"{path()}{os.pathsep}{kept.get('PATH', '')}", "AWS_EC2_METADATA_DISABLED": "true"}
    )


def _read_state(home: Path) -> LocalStack | None:
    try:
        return LocalStack(**json.loads((home / STATE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write_state(home: Path, stack: LocalStack) -> None:
    """In one step: whoever reads it sees all of it or nothing."""
    draft = home / f"{STATE}.new"
    draft.write_text(json.dumps(asdict(stack), indent=2) + "\n")
    draft.replace(home / STATE)
