"""A twin in a process of its own: started, spoken to through its control plane, and ended."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from platen_cli.stack import CHECKOUT
from platen_cli.stops import Stop

_START_SECONDS = 90.0
_STOP_SECONDS = 5.0


class Twin:
    """``python -m twins.<name>`` on a free port. Its log is the file ``<name>-twin.log`` under ``home``."""

    def __init__(self, name: str, arguments: Sequence[str], home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = home / f"{name}-twin.log"
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy has no business between us and our own process
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", f"twins.{name}", "--port", "0", *arguments],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours: it is ended in its turn
            )
        try:
            self.url = self._address()
        except BaseException:  # Ctrl-C as well: nobody else knows of the process yet
            self.stop()
            raise

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def _address(self) -> str:
        """The first line it prints is where it lives. Raises Stop."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            said = self.log.read_text(errors="replace")
            address = next((line for line in said.splitlines() if line.startswith("http://")), "")
            if address and said.endswith("\n"):
                return address.strip()
            time.sleep(0.05)
        raise Stop(f"The {self.name} twin did not start.", f"Its log says why: {self.log}", code="twin")

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, body: object | None = None) -> Any:
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: object | None = None) -> Any:
        try:
            answer = self._session.request(method, f"{self.url}/_twin{path}", json=body or {}, timeout=30)
        except requests.RequestException as error:
            raise Stop(
                f"The {self.name} twin does not answer ({type(error).__name__}).",
                f"Its log says why: {self.log}",
                code="twin",
            ) from None
        if not answer.ok:
            words = f"The {self.name} twin refused {method} {path}: {answer.text[:300]}"
            raise Stop(words, f"Its log: {self.log}", code="twin")
        return answer.json()

    def stop(self) -> None:
        self._session.close()
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
