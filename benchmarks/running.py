"""A real Lendlens server in a process of its own, for benchmarks, journeys and pictures."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.config import ROOT


@contextmanager
def running_app(home: Path, **environ: str) -> Iterator[str]:
    """Start `python app.py` on a free port of the loopback and yield its address.

    Args:
        home: The workspace folder; made when it is missing.
        environ: Further environment variables.

    Raises:
        RuntimeError: The server ended or was not ready within a minute.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "LENDLENS_HOME": str(home), **environ},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_ready(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(address: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return once the server answers its health address."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with code {server.returncode}.")
        try:
            get_json(f"{address}/api/v1/health")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The server was not ready within {seconds:.0f} seconds.")


def get_json(url: str, body: dict[str, Any] | None = None) -> Any:
    """Return the JSON answer of a GET, or of a POST when there is a body."""
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
