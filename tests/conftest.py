"""Fixtures every test may use: an empty workspace, a seeded one, and pages of the app."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest, app_test

from core.config import ROOT, Settings
from core.store.tables import Run
from core.store.workspace import Workspace

SEED = """
from core.config import Settings
from core.store.workspace import Workspace
from tests.seeding import seed

workspace = Workspace.open(Settings.from_environment())
seed(workspace)
workspace.close()
"""


COMPILED = {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    "JAX_COMPILATION_CACHE_MAX_SIZE": "1000000000",  # a limit has entries written under a lock
}


MEMORY = Path("/dev/shm")
ENOUGH = 2_000_000_000
"""Bytes; a whole session leaves a third of it behind."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile each network once for a session, and keep its workspaces in memory if there is room.

    Compiling is most of what training costs, and waiting for a disk most of what a database costs.
    The session's other processes are its children, so they find both in their environment.
    `--basetemp` keeps what a test has left.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
        folder = tempfile.mkdtemp(prefix="lendlens-", dir=MEMORY if roomy else None)
        os.environ |= COMPILED | {"JAX_COMPILATION_CACHE_DIR": f"{folder}/compiled"}
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


LONGEST = (
    "tests/e2e/test_journey.py",
    "tests/pages/test_page_explanation.py",
    "tests/ui/test_serving.py",
    "tests/core/jobs/",
    "tests/core/model/",
    "tests/e2e/",
)
"""Begun first, so that no core is left alone with a long file while the other has nothing to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the order but for the longest files."""
    items.sort(key=lambda item: next(n for n, x in enumerate((*LONGEST, "")) if x in item.nodeid))


def pytest_sessionfinish() -> None:
    """Remove Streamlit's folder, which it leaves to the end of the process and to a warning."""
    app_test.TMP_DIR.cleanup()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh LENDLENS_HOME; nothing of the developer's own workspace is read."""
    for name in ("DATABASE_URL", "ARTIFACTS", "MAX_UPLOAD_MB", "WORKERS", "USER"):
        monkeypatch.delenv(f"LENDLENS_{name}", raising=False)
    monkeypatch.setenv("LENDLENS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def workspace(home: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """An empty workspace, unless a test wants the one of `hand_made`.

    Pages and REST of this process see the same one.
    """
    if "hand_made" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("hand_made_home"), home)
    yield from open_workspace()


@pytest.fixture
def hand_made(workspace: Workspace) -> Run:
    """A finished run whose weights were set by hand: the only one of the workspace."""
    (run,) = workspace.registry.runs()
    return run


@pytest.fixture(scope="session")
def hand_made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with nothing but that run."""
    from tests.core.decision.conftest import add_run

    home = tmp_path_factory.mktemp("hand-made") / "home"
    workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": str(home)}))
    add_run(workspace)
    workspace.close()
    return home


@pytest.fixture
def seeded(home: Path, seed_home: Path) -> Iterator[Workspace]:
    """A workspace with a data set, a finished run and a champion, copied from one built once."""
    shutil.copytree(seed_home, home)
    yield from open_workspace()


@pytest.fixture(scope="session")
def seed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the seeded workspace, trained once for all processes of a test session.

    In a process of its own: Streamlit clears Keras after every run of a page, so Keras must not
    be in the process that runs pages.
    """
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "seed"
    with FileLock(f"{home}.lock"):
        if not home.exists():
            _train_into(home.with_name("seed-part"))
            home.with_name("seed-part").rename(home)
    return home


def _train_into(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)  # of a process that did not finish it
    done = subprocess.run(
        [sys.executable, "-c", SEED],
        cwd=ROOT,
        env=os.environ | {"LENDLENS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


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


def open_workspace() -> Iterator[Workspace]:
    """The workspace in LENDLENS_HOME as pages see it, for as long as a test takes."""
    from ui import session

    yield session.workspace()
    session.close()
