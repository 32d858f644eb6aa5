"""Starts the real server for tests, as a person does, and stops it by its process id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core.config import ROOT

READY_WITHIN_S = 60.0
STOPS_WITHIN_S = 20.0


class Server:
    """`python app.py` on a free port with its own workspace.

    Attributes:
        home: Its LENDLENS_HOME; what it prints is in `home.parent / "server.log"`.
        url: Such as http://127.0.0.1:40123.
    """

    def __init__(self, home: Path, command: Sequence[str] = ("app.py",)) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, *command, "--port", str(self.port)]
        self._log = home.parent / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> str:
        """Everything it has printed since its last start."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def start(self) -> "Server":
        """Return once it says that it is ready."""
        environment = os.environ | {"LENDLENS_HOME": str(self.home)}
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while "is ready at" not in self.output:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"The server did not start:\n{self.output}")
            time.sleep(0.05)
        return self

    def stop(self) -> int:
        """Press Ctrl-C and return the exit code."""
        return self._end(signal.SIGINT)

    def kill(self) -> int:
        """End it without a chance to tidy up, as a power cut would."""
        return self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        process = self._process
        assert process is not None
        if process.poll() is None:
            process.send_signal(how)
        try:
            return process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
