"""Tryton 8.2, a real warehouse system: installed into an environment of its own, and run as a process of its own.

It is free software under the GPL, and stays a program apart: what is ours never imports it, and speaks to it by
HTTP as anybody would. What is installed stays in ``.tools/tryton``, with an empty database that takes half a minute
to make; everything else is written under a home, and is gone with it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.warehouse.rest import Rest, sign_in

CHECKOUT = Path(__file__).resolve().parents[2]
PLACE = CHECKOUT / ".tools" / "tryton"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
MODULES = ("stock_package_shipping",)
"""And all that they stand on: products, parties, stock, packages, carriers."""
DATABASE = "warehouse"
LOGIN = "admin"
_CONFIGURATION = """\
[database]
uri = sqlite://
path = {home}
language = en
[web]
listen = 127.0.0.1:0
"""
_ADDRESS = re.compile(r"Running on (http://127\.0\.0\.1:[0-9]+)")
_START_SECONDS = 90.0
_STOP_SECONDS = 10.0
_INSTALL_SECONDS = 900.0


class TrytonError(Exception):
    """It could not be installed or started; the text says what to do."""


@dataclass(frozen=True)
class Installed:
    """``bin``: of its environment; ``empty``: a database with the modules and nothing else; and who may enter."""

    bin: Path
    empty: Path
    password: str


def install() -> Installed:
    """What is there already, if it is of these requirements and modules. Raises TrytonError."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second run waits for the first
        return _installed()


def _installed() -> Installed:
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + " ".join(MODULES).encode()).hexdigest()[:16]
    environment, data, ready = PLACE / "venv", PLACE / "empty", PLACE / "ready"
    if not ready.exists() or ready.read_text() != wanted:
        ready.unlink(missing_ok=True)
        _make_environment(environment)
        _make_database(environment / "bin", data)
        ready.write_text(wanted)  # last: whatever was cut off is made anew
    password = (data / "password").read_text().strip()
    return Installed(environment / "bin", data / f"{DATABASE}.sqlite", password)


def _make_environment(environment: Path) -> None:
    uv = os.environ.get("UV") or shutil.which("uv") or str(CHECKOUT / ".tools" / "bin" / "uv")
    _run([uv, "venv", "--quiet", "--clear", "--python", "3.13", str(environment)])
    python = environment / "bin" / "python"
    _run([uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(python), "-r", str(REQUIREMENTS)])


def _make_database(programs: Path, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    (data / f"{DATABASE}.sqlite").touch()  # it makes none where there is no file
    (data / "password").write_text(f"{secrets.token_urlsafe(24)}\n")
    command = [str(programs / "trytond-admin"), "-c", str(_configured(data)), "-d", DATABASE]
    command += ["--update", *MODULES, "--activate-dependencies", "--email", "warehouse@example.com"]
    _run(command, {"TRYTONPASSFILE": str(data / "password")})


def _configured(home: Path) -> Path:
    file = home / "trytond.conf"
    file.write_text(_CONFIGURATION.format(home=home))
    return file


def _run(command: Sequence[str], more: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=os.environ | {"TZ": "UTC"} | (more or {}),
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except FileNotFoundError:
        raise TrytonError(f"{command[0]} is not there. Run `make test-warehouse`, which fetches it.") from None
    except subprocess.TimeoutExpired:
        raise TrytonError(f"{' '.join(command[:3])} … took more than {_INSTALL_SECONDS:.0f} s.") from None
    if done.returncode:
        raise TrytonError(f"{' '.join(command)} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")


class Tryton:
    """A server on a free port, with a database of its own. Its log is ``trytond.log`` under ``home``."""

    def __init__(self, installed: Installed, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.log = home / "trytond.log"
        shutil.copyfile(installed.empty, home / f"{DATABASE}.sqlite")
        command = [str(installed.bin / "trytond"), "-c", str(_configured(home)), "-d", DATABASE, "-v"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=home,
                env=os.environ | {"TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.url = f"{self._address()}/{DATABASE}"
            self.key = sign_in(self.url, LOGIN, installed.password)
        except BaseException:  # Ctrl-C as well: nobody else knows of the process yet
            self.stop()
            raise

    def _address(self) -> str:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            found = _ADDRESS.search(self.log.read_text(errors="replace"))
            if found:
                return found[1]
            time.sleep(0.1)
        raise TrytonError(f"Tryton did not start. Its log says why: {self.log}\n{self.log.read_text()[-2000:]}")

    @contextmanager
    def rest(self) -> Iterator[Rest]:
        rest = Rest(self.url, self.key)
        try:
            yield rest
        finally:
            rest.close()

    def stop(self) -> None:
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
