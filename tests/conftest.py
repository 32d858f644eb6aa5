"""Fixtures every test may use: an empty workspace, a seeded one, and pages of the app."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT, Settings
from core.store.workspace import Workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh LENDLENS_HOME; nothing of the developer's own workspace is read."""
    for name in ("DATABASE_URL", "ARTIFACTS", "MAX_UPLOAD_MB", "WORKERS", "USER"):
        monkeypatch.delenv(f"LENDLENS_{name}", raising=False)
    monkeypatch.setenv("LENDLENS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    """An empty workspace; pages and REST of this process see the same one."""
    yield from _opened()


@pytest.fixture
def seeded(home: Path, seed_home: Path) -> Iterator[Workspace]:
    """A workspace with a data set, a finished run and a champion, copied from one built once."""
    shutil.copytree(seed_home, home)
    yield from _opened()


@pytest.fixture(scope="session")
def seed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the seeded workspace, trained once per test session."""
    from tests.seeding import seed

    home = tmp_path_factory.mktemp("seed") / "home"
    workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": str(home)}))
    try:
        seed(workspace)
    finally:
        workspace.close()
    return home


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Open a page inside the shell, as a deep link does: `open_page("evaluation", run=run.id)`."""

    def open_(name: str, *, timeout: float = 30, **query: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=timeout)
        at.switch_page(str(ROOT / "pages" / f"{name}.py"))
        for key, value in query.items():
            at.query_params[key] = value
        return at.run()

    return open_


def _opened() -> Iterator[Workspace]:
    from ui import session

    yield session.workspace()
    session.close()
