"""Without sign-in only this machine may connect."""

import socket
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from core.config import ROOT
from tests.serving import free_port
from ui.loopback import LoopbackOnly, is_loopback, listening, open_address


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.1.5", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("2130706433", False),
    ],
)
def test_loopback_is_recognised(host: str, expected: bool) -> None:
    """Names that merely look like this machine are not it."""
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    "command",
    [
        ["app.py", "--host", "0.0.0.0"],
        ["app.py", "--host", "192.168.0.1"],
        ["-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0"],
        ["-m", "uvicorn", "app:app", "--host", "0.0.0.0"],
    ],
    ids=["app", "app-lan", "streamlit", "uvicorn"],
)
def test_it_refuses_to_start_beyond_this_machine(command: list[str], home: Path) -> None:
    """However it is started: a message that sign-in comes first, and a failing exit code."""
    option = "--server.port" if "streamlit" in command else "--port"
    done = subprocess.run(
        [sys.executable, *command, option, str(free_port())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "sign-in comes first" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("server", "host", "status"),
    [
        (("127.0.0.1", 8501), "127.0.0.1:8501", 200),
        (("127.0.0.1", 8501), "localhost:8501", 200),
        (("::1", 8501), "[::1]:8501", 200),
        (("/run/lendlens.sock", None), "localhost", 200),
        (("192.168.1.5", 8501), "127.0.0.1:8501", 421),
        (("127.0.0.1", 8501), "evil.example:8501", 421),
        (("127.0.0.1", 8501), "", 421),
        (("::1", 8501), "[::1]", 200),
        (("::1", 8501), "[::1].evil.example", 421),
        (("127.0.0.1", 8501), "127.0.0.1]evil.example", 421),
        (("127.0.0.1", 8501), "localhost:8501, evil.example", 421),
    ],
)
def test_a_connection_must_be_local_and_say_so(
    server: tuple[str, int | None], host: str, status: int
) -> None:
    """The address reached and the Host header are both looked at."""
    assert _ask({"server": server}, host) == status


def test_two_hosts_are_none() -> None:
    """Whoever sends two leaves open which one is meant."""
    hosts = [(b"host", b"127.0.0.1:8501"), (b"host", b"evil.example")]
    for headers in (hosts, hosts[::-1]):
        sent = _run({"type": "http", "server": ("127.0.0.1", 8501), "headers": headers})
        assert sent[0]["status"] == 421


def test_a_foreign_websocket_is_closed() -> None:
    """The pages' own connection is guarded like every other."""
    sent = _run({"type": "websocket", "server": ("127.0.0.1", 1), "headers": [(b"host", b"evil")]})
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_a_running_uvicorn_is_looked_at_before_it_binds() -> None:
    """Uvicorn binds after start-up, so its settings are read instead of its sockets."""
    server = uvicorn.Server(uvicorn.Config("app:app", host="0.0.0.0"))
    assert open_address() == "0.0.0.0"
    del server


def test_listening_sockets_are_found() -> None:
    """Only sockets that accept connections count."""
    with socket.socket() as idle, socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        assert busy in listening()
        assert idle not in listening()


def _ask(extra: Scope, host: str) -> int:
    headers = [(b"host", host.encode())] if host else []
    sent = _run({"type": "http", "headers": headers, **extra})
    return int(sent[0]["status"])


def _run(scope: Scope) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": f"{scope['type']}.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("in")(scope, receive, send)

    anyio.run(LoopbackOnly(inner), scope, receive, send)
    return sent
