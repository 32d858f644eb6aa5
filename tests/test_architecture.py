"""The lines of the house: imports point one way, the serving process stays light, no pickle."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import ROOT

FLOORS = [
    {"core.errors", "core.config", "core.formatting"},
    {"core.store"},
    {"core.data"},
    {"core.model"},
    {"core.evaluation", "core.explanation"},
    {"core.decision"},
    {"core.jobs"},
    {"ui", "api"},
    {"pages", "app"},
]
LEAVES = {"core.charts": {"core.errors", "core.formatting"}}
"""Charts draw tidy frames: plotly, pandas and the words for numbers."""

FOLDERS = ("core", "ui", "api", "pages", "benchmarks")
SOURCES = [
    *sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")),
    ROOT / "app.py",
]


def test_imports_point_one_way() -> None:
    """A module imports only what stands on its own floor or below."""
    upward = [
        f"{source} imports {target}"
        for source, target in _imports()
        if not _may_import(source, target)
    ]
    assert upward == []


def test_core_knows_no_web_framework() -> None:
    """`core` runs without Streamlit, Starlette and FastAPI."""
    web = {"streamlit", "starlette", "fastapi", "uvicorn"}
    assert [
        f"{source}: {name}" for source, name in _all_imports("core") if name.split(".")[0] in web
    ] == []


def test_charts_import_only_plotly_and_frames() -> None:
    """`core.charts` is a leaf."""
    allowed = {"plotly", "pandas", "numpy", "core", *sys.stdlib_module_names}
    assert [
        f"{source}: {name}"
        for source, name in _all_imports("core/charts")
        if name.split(".")[0] not in allowed
    ] == []


@pytest.mark.parametrize("package", ["core", "ui", "api"])
def test_packages_import_nothing_by_themselves(package: str) -> None:
    """Whoever needs one module does not pay for its neighbours."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("name", ["pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve"])
def test_nothing_is_pickled(name: str) -> None:
    """A stored file cannot run code when it is read."""
    assert [source for source, found in _all_imports() if found.split(".")[0] == name] == []


def test_no_text_is_run_as_code() -> None:
    """Neither eval nor exec, nor a NumPy or pandas reader that would unpickle."""
    assert [f"{path}:{line} {word}" for path, line, word in _dangerous_calls()] == []


def test_dates_are_written_in_a_way_that_windows_knows() -> None:
    """`%-d`, a day without its zero, is an error there."""
    wrong = [path for path in SOURCES if re.search(r"%-[dmHIjMSyU]", path.read_text("utf-8"))]
    assert not wrong


def test_keras_is_loaded_only_where_networks_are_trained() -> None:
    """Pages and REST score with NumPy; a mention of keras elsewhere would end that."""
    heavy = {"keras", "jax"}
    assert {
        source
        for source, name in _all_imports()
        if name.split(".")[0] in heavy and not source.startswith(("core.model", "benchmarks"))
    } <= {"core.jobs.worker", "core.jobs.train", "core.jobs.train_result"}


def test_the_serving_side_imports_no_keras() -> None:
    """Importing the app, every page's modules and the scorer leaves what only workers need out."""
    code = (
        "import sys, importlib, pkgutil, app, core.decision.scoring, core.jobs.train_request\n"
        "import ui, api\n"
        "for package in (ui, api):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if module.name != 'ui.shell': importlib.import_module(module.name)\n"
        "heavy = {'keras', 'jax', 'tensorflow', 'optuna', 'alembic'}\n"
        "found = {name.split('.')[0] for name in sys.modules} & heavy\n"
        "sys.exit(f'loaded: {found}' if found else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_app_is_a_launcher() -> None:
    """app.py only puts the parts together."""
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 30


def _may_import(source: str, target: str) -> bool:
    for leaf, allowed in LEAVES.items():
        if source.startswith(leaf):
            return target.startswith((leaf, *allowed))
    return _floor(target) <= _floor(source)


def _floor(module: str) -> int:
    for level, members in enumerate(FLOORS):
        if any(module == member or module.startswith(f"{member}.") for member in members):
            return level
    return len(FLOORS) if not module.startswith("core.charts") else 0


def _imports() -> Iterator[tuple[str, str]]:
    for source, name in _all_imports():
        if name.split(".")[0] in {"core", "ui", "api", "pages", "app"} and name != "core":
            yield source, name


def _all_imports(under: str = "") -> Iterator[tuple[str, str]]:
    for path in SOURCES:
        if not path.is_relative_to(ROOT / under):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((_module(path), alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield _module(path), node.module


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _dangerous_calls() -> Iterator[tuple[str, int, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            unpickles = any(
                word.arg == "allow_pickle" and getattr(word.value, "value", None) is not False
                for word in node.keywords
            )
            if name in {"eval", "exec", "compile"} or attribute == "read_pickle" or unpickles:
                yield _module(path), node.lineno, name or attribute
