"""The process as a person starts and stops it."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import ROOT
from core.store.workspace import Workspace
from tests.serving import Server
from ui import serving, session

WALK = """
import sys
from streamlit.testing.v1 import AppTest
import app

for name in sys.argv[1:]:
    at = AppTest.from_file("ui/shell.py", default_timeout=60)
    at.switch_page(f"{app.ROOT}/pages/{name}.py")
    at.run()
    assert not at.exception, (name, at.exception)
    assert not [e for e in at.error if "Something went wrong" in e.value], name
    assert at.title, name
heavy = {name.split(".")[0] for name in sys.modules} & {"keras", "jax", "tensorflow", "torch"}
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""
PAGES = ("overview", "data", "training", "tuning", "evaluation", "explanation", "models", "scoring")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server."""
    home = tmp_path_factory.mktemp("serving") / "home"
    home.mkdir()
    running = Server(home).start()
    yield running
    running.stop()


def test_it_prints_its_address_once_when_it_answers(server: Server) -> None:
    """The line appears when requests are answered, not before, and nothing else is printed."""
    assert _get(server, "/_stcore/health") == 200
    assert server.output.strip() == f"Lendlens is ready at {server.url}"


def test_a_taken_port_is_explained(server: Server, home: Path) -> None:
    """Who starts it twice reads what to do."""
    done = subprocess.run(
        [sys.executable, "app.py", "--port", str(server.port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert f"Port {server.port} on 127.0.0.1 cannot be used" in done.stderr
    assert "make app PORT=" in done.stderr


def test_a_keep_alive_client_does_not_wait_for_the_network(server: Server) -> None:
    """Nagle's algorithm would cost 40 ms a request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    times = sorted(_health(connection) for _ in range(21))
    connection.close()
    assert times[10] < 0.035


def test_rest_and_pages_share_the_port(server: Server) -> None:
    """One address to remember; unknown REST addresses do not fall through to the pages."""
    assert _get(server, "/") == 200
    assert _get(server, "/api/v1/health") == 200
    assert _get(server, "/api/nothing") == 404


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/api/v1/health", 200),
        ("http://127.0.0.1:8501/api/v1/health", 200),
        ("http://evil.example/api/v1/health", 421),
        ("http://127.0.0.1@evil.example/api/v1/health", 421),
    ],
)
def test_the_host_in_the_target_counts(server: Server, target: str, status: int) -> None:
    """A request may name its host there, and then means that one, not the Host header's."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", target, headers={"Host": f"127.0.0.1:{server.port}"})
    assert connection.getresponse().status == status
    connection.close()


def test_ctrl_c_ends_it_without_orphans(tmp_path: Path) -> None:
    """Exit code 0, no traceback, and no worker is left."""
    home = tmp_path / "home"
    home.mkdir()
    server = Server(home).start()
    workers = _wait_for_worker(server)
    assert server.stop() == 0
    assert "Traceback" not in server.output
    assert [pid for pid in workers if _alive(pid)] == []


def test_the_pages_never_load_keras(seeded: Workspace) -> None:
    """All pages of a workspace with a champion, walked in one process."""
    done = subprocess.run(
        [sys.executable, "-c", WALK, *PAGES, "decisions"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LENDLENS_HOME": str(seeded.settings.home)},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_it_answers_before_it_loads_what_the_first_page_does_not_need() -> None:
    """FastAPI, pandas and SciPy take a second between them."""
    loaded = "import sys, app; print({'fastapi', 'pandas', 'scipy', 'sklearn'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


class _Launcher:
    """Notes that the workers are started."""

    def __init__(self) -> None:
        self.started = threading.Event()

    def start(self) -> None:
        self.started.set()


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("broken", [False, True])
def test_workers_start_after_the_first_page(monkeypatch: pytest.MonkeyPatch, broken: bool) -> None:
    """Neither REST nor a worker takes a core from it; what cannot be loaded holds up no worker."""
    monkeypatch.setattr(serving, "NOBODY_COMES_S", 60.0)
    monkeypatch.setattr(serving, "DRAWING_S", 0.0)
    session.first_page.clear()
    launcher, prepared = _Launcher(), threading.Event()

    def prepare() -> None:
        prepared.set()
        if broken:
            raise ImportError("A module is missing.")

    arguments = (prepare, launcher, threading.Event())
    settling = threading.Thread(target=serving._settle, args=arguments)
    settling.start()
    assert not prepared.wait(0.3)
    session.first_page.set()
    assert launcher.started.wait(30)
    assert prepared.is_set()
    settling.join()


@pytest.mark.usefixtures("workspace")
def test_stopping_at_once_starts_no_worker() -> None:
    """Ctrl-C before the first page."""
    session.first_page.set()
    launcher, stopping = _Launcher(), threading.Event()
    stopping.set()
    serving._settle(lambda: None, launcher, stopping)  # type: ignore[arg-type]
    assert not launcher.started.is_set()


def _get(server: Server, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def _health(connection: http.client.HTTPConnection) -> float:
    if connection.sock is None:
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    begun = time.perf_counter()
    connection.request("GET", "/api/v1/health")
    connection.getresponse().read()
    return time.perf_counter() - begun


def _wait_for_worker(server: Server) -> list[int]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if children := _children(server.pid):
            return children
        time.sleep(0.05)
    raise AssertionError("No worker was started.")


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
