"""The house: imports run one way, and a new system is a new folder and nothing else."""

from __future__ import annotations

import ast
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platen import connectors
from platen.connectors import Connector

ROOT = Path(__file__).parents[1]
PLATEN = ROOT / "layers/platen/platen"
OUTSIDE = {"boto3", "botocore", "requests", "urllib3"}
SYSTEMS = [module.name for module in pkgutil.iter_modules([str(PLATEN / "connectors")]) if module.ispkg]


def sources(room: str) -> list[Path]:
    found = PLATEN / room
    return sorted(found.rglob("*.py")) if found.is_dir() else [found.with_suffix(".py")]


def imports(path: Path) -> Iterator[str]:
    """Every module that is imported anywhere in a file, by its full name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import"
            yield f"{node.module}"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def ours(path: Path) -> set[str]:
    """The rooms of ``platen`` that a file takes something from."""
    found = {name.split(".")[1] for name in imports(path) if name.startswith("platen.") and name.count(".")}
    own = path.relative_to(PLATEN).parts[0].removesuffix(".py")
    return found - {own}


MAY_IMPORT = {
    "domain": set(),
    "messages": {"domain"},
    "ports": {"domain", "messages"},
    "connectors": {"domain", "messages", "ports"},
    "hub": {"domain", "ports", "connectors"},
    "observability": set(),
    "environment": {"messages"},
    "usecases": {"domain", "messages", "ports", "hub", "connectors", "observability"},
    "adapters": {"domain", "messages", "ports"},
    "compose": {
        "adapters", "domain", "environment", "hub", "messages", "observability", "ports", "usecases",
    },
}  # fmt: skip


class TestImports:
    def test_every_room_has_its_rule(self) -> None:
        rooms = {
            path.name.removesuffix(".py") for path in PLATEN.iterdir() if path.suffix == ".py" or path.is_dir()
        }
        assert rooms - {"__init__", "__pycache__", "py.typed"} == set(MAY_IMPORT)

    @pytest.mark.parametrize("room", list(MAY_IMPORT))
    def test_run_one_way(self, room: str) -> None:
        wrong = {str(path.relative_to(PLATEN)): ours(path) - MAY_IMPORT[room] for path in sources(room)}
        assert not {path: rooms for path, rooms in wrong.items() if rooms}

    @pytest.mark.parametrize("room", [room for room in MAY_IMPORT if room != "adapters"])
    def test_know_aws_and_http_only_in_the_adapters(self, room: str) -> None:
        for path in sources(room):
            assert not OUTSIDE & {name.split(".")[0] for name in imports(path)}, path

    def test_lead_nobody_to_the_functions_the_twins_or_the_tests(self) -> None:
        for path in PLATEN.rglob("*.py"):
            assert not {"functions", "twins", "tests", "platen_cli", "app"} & {
                name.split(".")[0] for name in imports(path)
            }, path

    @pytest.mark.parametrize("system", SYSTEMS)
    def test_of_a_connector_do_not_lead_to_another(self, system: str) -> None:
        others = {f"platen.connectors.{other}" for other in SYSTEMS if other != system}
        for path in sources(f"connectors/{system}"):
            assert not {name for name in imports(path) if name.startswith(tuple(others))}, path

    def test_of_talking_and_translating_are_apart(self) -> None:
        """A client knows no orders, and a mapping talks to nobody."""
        for system in SYSTEMS:
            folder = PLATEN / "connectors" / system
            mapping = set(imports(folder / "mapping.py"))
            assert not {name for name in mapping if name.endswith((".client", ".ports.Http", ".ports.Access"))}
            client = set(imports(folder / "client.py"))
            assert not {
                name for name in client if name.startswith(("platen.domain.order", f"{folder.name}.mapping"))
            }


class TestConnectors:
    @pytest.mark.parametrize("system", SYSTEMS)
    def test_are_complete(self, system: str) -> None:
        folder = PLATEN / "connectors" / system
        for name in ("__init__.py", "client.py", "wire.py", "mapping.py", "webhook.py", "README.md"):
            assert (folder / name).is_file(), f"{system} has no {name}"
        assert list((ROOT / "tests/connectors" / system).glob("test_*.py")), f"{system} has no tests"
        twin = ROOT / "twins" / system
        assert twin.is_dir() or twin.with_suffix(".py").is_file(), f"{system} has no twin"

    @pytest.mark.parametrize("system", SYSTEMS)
    def test_say_who_they_are(self, system: str) -> None:
        connector = connectors.load(system)
        assert isinstance(connector, Connector)
        assert connector.system == system
        assert connector.roles
        assert bool(connector.store) or bool(connector.vendor)
        for model in (connector.settings, connector.credentials):
            for name, field in model.model_fields.items():
                assert field.title, f"{system}: {name} is asked for without a title"

    @pytest.mark.parametrize("system", SYSTEMS)
    def test_open_what_they_name(self, system: str) -> None:
        connector = connectors.load(system)
        for place in filter(None, (connector.store, connector.vendor)):
            module, _, attribute = place.partition(":")
            path = ROOT / "layers/platen" / (module.replace(".", "/") + ".py")
            assert attribute in path.read_text()

    @pytest.mark.parametrize("system", SYSTEMS)
    def test_are_named_nowhere_else(self, system: str) -> None:
        """Else a new one would have to be named there too."""
        places = [ROOT / "template.yaml", *(ROOT / "functions").rglob("*.py")]
        places += [path for path in PLATEN.rglob("*.py") if PLATEN / "connectors" / system not in path.parents]
        for path in places:
            assert not re.search(rf"\b{system}\b", path.read_text(), re.IGNORECASE), path

    def test_that_do_not_exist_are_not_found(self) -> None:
        for name in ("nosuch", "../domain", "__init__", ""):
            with pytest.raises(KeyError):
                connectors.load(name)
            with pytest.raises(KeyError):
                connectors.receiver(name)


class TestFunctions:
    APPS = sorted((ROOT / "functions").glob("*/app.py"))

    def test_are_there(self) -> None:
        assert self.APPS

    @pytest.mark.parametrize("path", APPS, ids=lambda path: path.parent.name)
    def test_are_one_call(self, path: Path) -> None:
        tree = ast.parse(path.read_text())
        assert len(path.read_text().splitlines()) <= 20
        assert ast.get_docstring(tree), "it says what triggers it"
        (handler,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        assert handler.name == "handler"
        assert len(handler.body) == 1
        assert {name.split(".")[0] for name in imports(path)} <= {"platen", "typing"}
        assert {".".join(name.split(".")[:2]) for name in imports(path) if name.startswith("platen")} == {
            "platen.compose",
            "platen.observability",
        }


def test_nothing_scans_a_table() -> None:
    """A scan reads, and is charged for, everything there is."""
    for path in [*PLATEN.rglob("*.py"), ROOT / "template.yaml"]:
        assert not re.search(r"\.scan\(|dynamodb:Scan|paginator\(.scan", path.read_text()), path


def test_files_and_functions_stay_small() -> None:
    big: dict[str, int] = {}
    for path in PLATEN.rglob("*.py"):
        text = path.read_text()
        if len(text.splitlines()) > 400:
            big[str(path.relative_to(ROOT))] = len(text.splitlines())
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno > 60:
                big[f"{path.relative_to(ROOT)}:{node.name}"] = node.end_lineno - node.lineno
    assert not big


def test_the_domain_needs_nothing_but_pydantic() -> None:
    for path in sources("domain"):
        outside = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names) - {"platen"}
        assert outside <= {"pydantic"}, path
