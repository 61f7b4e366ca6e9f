"""What ``sam build`` makes: functions that start from their own code and layers alone, precompiled."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from platen_cli.stack import LocalStack
from tests.stack.conftest import built
from tests.template.reading import functions
from twins.shipstation.hooks import published_keys, signature

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("stack")]

LAYERS = ("RuntimeLayer", "PlatenLayer")
SERVICES = ("dynamodb", "s3", "scheduler", "sqs", "ssm")
UNCHECKED_HASH = 0b01


@pytest.mark.parametrize("name", functions())
def test_a_function_needs_nothing_but_its_code_and_layers(stack: LocalStack, name: str) -> None:
    """-I -S: no site-packages, no environment, no checkout; only what AWS would have too."""
    clients = "; ".join(f"boto3.client({one!r}, region_name='eu-central-1')" for one in SERVICES)
    done = _python(built(name), f"import app, boto3; assert callable(app.handler); {clients}")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_ships_compiled_and_is_not_compiled_again(name: str) -> None:
    sources = list((built(name) / "python").rglob("*.py"))
    assert sources
    for source in sources:
        header = _compiled(source).read_bytes()[:8]
        assert header[:4] == Path(_compiled_here()).read_bytes()[:4], f"{source} is compiled for another Python"
        assert struct.unpack("<I", header[4:])[0] == UNCHECKED_HASH, source


def test_the_platen_layer_holds_platen_and_no_more() -> None:
    assert [path.name for path in (built("PlatenLayer") / "python").iterdir()] == ["platen"]


def test_the_layers_stay_small() -> None:
    """Each cold start unpacks them; a package that brings megabytes is looked at before it is let in.

    cryptography brings 15 of them, nearly all in one library: API V2 of ShipStation signs its webhooks with RSA,
    and own code for that would be worse. It is loaded only when such a webhook comes.
    """
    size = sum(path.stat().st_size for path in built("RuntimeLayer").rglob("*") if path.is_file())
    assert size < 40_000_000


def test_what_was_pruned_is_not_needed_to_check_a_signature(tmp_path: Path) -> None:
    """By the very module, from the built layers alone: a good one, and one that is of something else."""
    said, other = b"2026-01-23T17:28:00Z.{}", b"2026-01-23T17:28:00Z.[]"
    (tmp_path / "keys.json").write_text(json.dumps(published_keys()))
    (tmp_path / "signature").write_text(signature(said))
    script = f"""
from base64 import b64decode
from pathlib import Path
from platen.connectors.shipstation.signatures import _fits, _KeySet, _key
here = Path({str(tmp_path)!r})
key = _key(_KeySet.model_validate_json((here / "keys.json").read_bytes()).keys[0])
signed = b64decode((here / "signature").read_text())
assert _fits(key, signed, {said!r})
assert not _fits(key, signed, {other!r})
assert not _fits(key, signed[:-1], {said!r})
"""
    done = _python(built("VendorWebhook"), script)
    assert done.returncode == 0, done.stderr


def test_a_receiver_that_checks_no_signature_does_not_load_what_checks_them() -> None:
    loaded = "[name for name in sys.modules if 'cffi' in name or name.startswith('cryptography')]"
    import_all = "import app, platen.connectors.shipstation.webhook"
    done = _python(built("VendorWebhook"), f"{import_all}; assert not {loaded}, {loaded}")
    assert done.returncode == 0, done.stderr


def _python(code: Path, script: str) -> subprocess.CompletedProcess[str]:
    path = [str(code), *(str(built(layer) / "python") for layer in LAYERS)]
    whole = f"import sys; sys.path[:0] = {path!r}\n{script}"
    return subprocess.run([sys.executable, "-I", "-S", "-c", whole], capture_output=True, text=True, check=False)


def _compiled(source: Path) -> Path:
    return source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"


def _compiled_here() -> str:
    found = struct.__cached__
    assert found
    return found
