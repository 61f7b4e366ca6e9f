"""The process of the embedded AWS: ministack on a free port, its start, its health and its end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

RUNNER = "platen_cli.ministack_runner"
BOOT_SECONDS = 60.0
STOP_SECONDS = 3.0
"""It is patient with calls that still run; its data ends with it anyway."""


class StackError(Exception):
    """The local stack cannot be had. The text says what failed, how it ended, and where its log is."""


class Server:
    """The process of the embedded AWS, from its start until somebody else looks after it."""

    def __init__(self, home: Path) -> None:
        port = _free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        self.log = home / "aws.log"
        temp = home / "tmp"
        shutil.rmtree(temp, ignore_errors=True)
        temp.mkdir()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", RUNNER],
                cwd=temp,
                env=_server_environment(temp, port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Raises StackError when it ended, or does not answer."""
        until = time.monotonic() + BOOT_SECONDS
        while not healthy(self.endpoint):
            if self.process.poll() is not None:
                raise failed(f"The embedded AWS ended with exit code {self.process.returncode}", self.log)
            if time.monotonic() > until:
                raise failed(f"The embedded AWS did not answer within {BOOT_SECONDS:.0f} s", self.log)
            time.sleep(0.05)


def _server_environment(temp: Path, port: int) -> dict[str, str]:
    """All of it: whatever is in the server's environment would be in every function's too."""
    return {
        "PATH": path(),
        "HOME": str(temp),
        "TMPDIR": str(temp),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",  # a permission that is missing in the template is missing here
        "IOT_MTLS_ENABLED": "0",  # a fixed port that is not needed
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2",
    }


def failed(what: str, log: Path) -> StackError:
    lines = log.read_text(errors="replace").strip().splitlines()[-15:]
    said = "\n".join(f"    {line}" for line in lines) or "    (nothing)"
    return StackError(f"{what}. Its last lines were:\n{said}\nAll of them: {log}")


def path() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def healthy(endpoint: str) -> bool:
    url = f"{endpoint}/_ministack/health"
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
        return bool(answer.read())
    return False


def is_ours(pid: int) -> bool:
    """Whether the process is an embedded AWS of ours: numbers are used again by others."""
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]  # -ww: all of it, however narrow the terminal
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    return RUNNER in shown.stdout


def stop(pid: int) -> None:
    """Ask it to end, and end what is left of its process group after a while."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until and _alive(pid):
        time.sleep(0.05)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    _alive(pid)  # takes a child's exit code, so that no zombie stays


def _alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
