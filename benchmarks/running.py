"""Servers in processes of their own for benchmarks: Lendlens, and its peers."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.config import ROOT
from tests.serving import Server


@contextmanager
def running_app(home: Path) -> Iterator[str]:
    """Run Lendlens on a workspace until the block ends; yields its address."""
    server = Server(home).start()
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def running_peer(module: str, *arguments: str, ready: str) -> Iterator[None]:
    """Run `python -m module` until the block ends; `ready` is an address it answers when it is up.

    Raises:
        RuntimeError: It ended, or was not ready within a minute.
    """
    peer = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": "jax"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def answers() -> bool:
        if peer.poll() is not None:
            raise RuntimeError(f"{module} ended with code {peer.returncode}.")
        try:
            ask(ready)
        except (urllib.error.URLError, ConnectionError):
            return False
        return True

    try:
        wait_until(answers, 60)
        yield
    finally:
        peer.terminate()
        peer.wait(timeout=20)


def wait_until_warm(home: Path) -> None:
    """Return once the worker of a running app has loaded what it needs and leaves the cores alone.

    Raises:
        RuntimeError: It did not within two minutes.
    """

    def ready() -> bool:
        return any("Ready" in log.read_text() for log in (home / "logs").glob("*.log"))

    wait_until(ready, 120)


def wait_until(condition: Callable[[], Any], seconds: float) -> None:
    """Return once the condition holds.

    Raises:
        RuntimeError: It did not within the time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Waited {seconds:.0f} seconds in vain.")
        time.sleep(0.05)


def ask(url: str) -> bytes:
    """Return what a GET of this address answers."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        content: bytes = answer.read()
        return content


def ask_json(url: str) -> Any:
    """Return the JSON that a GET of this address answers."""
    return json.loads(ask(url))
