"""Starts ministack, the embedded AWS, with some of its inner waits shortened and some of its mistakes mended.

They are private to it, so they are only touched in the one version they were looked up in; any other
runs as it comes.
"""

from __future__ import annotations

import io
import json
import os
import queue
import tempfile
import threading
import time
import zipfile
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

KNOWN = "1.5.33"
END_OF_LOG = "platen: all of this call's log"
_LOG_SECONDS = 10.0


def shorten_waits() -> None:
    from ministack.services import scheduler  # noqa: PLC0415 - only in the version that is known

    # Schedules are looked at every 10 s: a poll that is due would be up to that late.
    scheduler._SCHEDULE_TICK_INTERVAL = 0.5


def start_as_many_processes_as_can_run() -> None:
    """As it comes, five at once read each queue. On two processors they take turns, and each has to start first,
    which is most of what a short story on the embedded AWS waits for."""
    from ministack.services import lambda_svc  # noqa: PLC0415 - only in the version that is known

    most = lambda_svc._ESM_SQS_DEFAULT_CONCURRENCY
    lambda_svc._ESM_SQS_DEFAULT_CONCURRENCY = max(2, min(most, os.cpu_count() or 2))


def unpack_layers_once() -> None:
    """As it comes, each process of a function unpacks all layers for itself: thousands of files, seconds of it, and
    where many start at once all of them wait for each other. Nobody writes to a layer, so they can share it."""
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only in the version that is known
    from ministack.services import lambda_svc  # noqa: PLC0415

    spawn = lambda_runtime.Worker._spawn
    layers = _Layers(lambda_svc._resolve_layer_zip)

    def with_shared_layers(worker: Any) -> None:
        folders = layers.folders(worker.config.get("Layers") or [])
        if folders:
            variables = worker.config.get("Environment", {}).get("Variables", {})
            told = variables | {"_LAMBDA_LAYERS_DIRS": os.pathsep.join(folders)}
            worker.config = worker.config | {"Layers": [], "Environment": {"Variables": told}}
        spawn(worker)

    lambda_runtime.Worker._spawn = with_shared_layers


class _Layers:
    """Unpacked where the embedded AWS keeps all its temporary files; a version of a layer never changes."""

    def __init__(self, content_of: Any) -> None:
        self._content_of = content_of
        self._unpacked: dict[str, str] = {}
        self._lock = threading.Lock()

    def folders(self, layers: Sequence[Any]) -> list[str]:
        with self._lock:
            return [self._folder(layer) for layer in layers]

    def _folder(self, layer: Any) -> str:
        arn = str(layer["Arn"] if isinstance(layer, dict) else layer)
        if arn not in self._unpacked:
            folder = tempfile.mkdtemp(prefix="layer-")
            with zipfile.ZipFile(io.BytesIO(self._content_of(layer))) as packed:
                packed.extractall(folder)
            self._unpacked[arn] = folder
        return self._unpacked[arn]


def keep_every_log_line() -> None:
    """As it comes, it gives a call's log some milliseconds to arrive: on a busy machine what comes later is told
    with the next call, or never. Here the function's process says behind the last line that it was the last.

    ::

        process  log lines ─▶ END_OF_LOG ─▶ its answer
        here                                 answer read ─▶ lines read to END_OF_LOG: they are all there by now
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only in the version that is known

    call = "            result = handler_fn(event, context)\n"
    marked = (
        "            try:\n"
        "                result = handler_fn(event, context)\n"
        "            finally:\n"
        f"                print({END_OF_LOG!r}, file=sys.stderr, flush=True)\n"
    )
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(call) != 1:
        raise RuntimeError("ministack calls a function otherwise than in the version that was looked at")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(call, marked)
    lambda_runtime.Worker._drain_stderr_bounded = _whole_log


def _whole_log(worker: Any) -> str:
    """The lines up to the mark; of a process that has died, all there are."""
    lines: list[str] = []
    until = time.monotonic() + _LOG_SECONDS
    while time.monotonic() < until:
        over = not worker._stderr_thread.is_alive()
        try:
            line = worker._stderr_queue.get(timeout=0.05)
        except queue.Empty:
            if over:
                break
            continue
        if line == END_OF_LOG:
            break
        lines.append(line)
    return "\n".join(lines)


def tell_schedule_groups_apart() -> None:
    """Permissions on schedules: as it comes, it takes every schedule for one of the group ``default``."""
    from ministack.core import iam_actions  # noqa: PLC0415 - only in the version that is known

    arn_of = iam_actions.extract_resource_arn

    def with_group(service: str, method: str, path: str, *rest: Any) -> str:
        arn = str(arn_of(service, method, path, *rest))
        if service != "scheduler" or ":schedule/default/" not in arn:
            return arn
        _headers, body, query, *_ = rest
        return arn.replace(":schedule/default/", f":schedule/{_group(body, query)}/")

    iam_actions.extract_resource_arn = with_group


def permit_batches_as_single_calls() -> None:
    """On AWS the permission for SendMessageBatch is ``sqs:SendMessage``: there is no other."""
    from ministack.core import iam_actions  # noqa: PLC0415 - only in the version that is known

    action_of = iam_actions.extract_iam_action

    def without_batch(service: str, *rest: Any, **named: Any) -> Any:
        action = action_of(service, *rest, **named)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = without_batch


def name_the_parameters_to_delete() -> None:
    """Permissions on parameters: as it comes, DeleteParameters is about all of them. Here, about its first."""
    from ministack.core import iam_actions  # noqa: PLC0415 - only in the version that is known

    arn_of = iam_actions.extract_resource_arn

    def with_name(service: str, method: str, path: str, *rest: Any) -> str:
        headers, body, query, region, account = rest
        target = next((str(value) for name, value in headers.items() if name.lower() == "x-amz-target"), "")
        if service == "ssm" and target.endswith(".DeleteParameters"):
            names = json.loads(body or b"{}").get("Names") or ["*"]
            return f"arn:aws:ssm:{region}:{account}:parameter/{str(names[0]).removeprefix('/')}"
        return str(arn_of(service, method, path, headers, body, query, region, account))

    iam_actions.extract_resource_arn = with_name


def count_every_call_as_encrypted() -> None:
    """It has no TLS, and between programs of one computer nobody listens: a bucket that wants TLS has it."""
    from ministack import app  # noqa: PLC0415 - only in the version that is known

    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _encrypted: pin(source_ip, True)


def _group(body: bytes, query: dict[str, Any]) -> str:
    """Making and changing say the group in the body, deleting in the query."""
    said = query.get("groupName") or json.loads(body or b"{}").get("GroupName") or "default"
    return str(said[0] if isinstance(said, list) else said)


def main() -> None:
    found = version("ministack")
    if found == KNOWN:
        shorten_waits()
        start_as_many_processes_as_can_run()
        unpack_layers_once()
        keep_every_log_line()
        tell_schedule_groups_apart()
        permit_batches_as_single_calls()
        name_the_parameters_to_delete()
        count_every_call_as_encrypted()
    else:
        print(f"ministack is {found}, not {KNOWN}: it runs as it comes", flush=True)
    from ministack.app import main as serve  # noqa: PLC0415 - reads its settings when it is imported

    serve()


if __name__ == "__main__":
    main()
