"""Keeps worker processes alive beside the server, and tells the truth about those that died."""

import logging
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from core.config import ROOT, Settings
from core.jobs.worker import last_words, log_path
from core.store.tables import Job
from core.store.workspace import Workspace

LOOK_EVERY_S = 0.2
STALE_AFTER_S = 10.0
"""A worker of another server that is silent for so long is taken for dead; it beats each second."""

GRACE_S = 2.0
LONGEST_PAUSE_S = 30.0

SERVER_STOPPED = "The server was stopped while this ran. Start it again to repeat it."

log = logging.getLogger("lendlens.launcher")


@dataclass
class _Worker:
    """One process and the name under which it claims jobs."""

    process: "subprocess.Popen[bytes]"
    name: str
    started: float = field(default_factory=time.monotonic)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


class Launcher:
    """Starts workers and replaces those that die; one is always warm, more come with the queue.

    Args:
        settings: Where the store is, and how many workers there may be.
        arguments: Passed on to `core.jobs.worker`.
    """

    def __init__(self, settings: Settings, arguments: Sequence[str] = ()) -> None:
        self._settings = settings
        self._arguments = tuple(arguments)
        self._workers: list[_Worker] = []
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._pause_s, self._not_before = 0.0, 0.0

    def start(self) -> None:
        """Begin in a thread of its own; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="launcher", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End all workers; the jobs they were doing are marked failed."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    @property
    def pids(self) -> list[int]:
        """The processes alive now."""
        return [worker.process.pid for worker in self._workers if worker.alive]

    def _watch(self) -> None:
        workspace = Workspace.open(self._settings)
        try:
            while not self._stopping.is_set():
                self._look(workspace)
                self._stopping.wait(LOOK_EVERY_S)
        finally:
            self._end_all(workspace)
            workspace.close()

    def _look(self, workspace: Workspace) -> None:
        try:
            self._bury_dead(workspace)
            self._fail_silent(workspace)
            self._start_missing(workspace)
        except (SQLAlchemyError, OSError) as error:  # a full disk or a network away may pass
            log.warning("Cannot look after the workers: %s", type(error).__name__)

    def _bury_dead(self, workspace: Workspace) -> None:
        for worker in [worker for worker in self._workers if not worker.alive]:
            code = worker.process.returncode
            for job in workspace.registry.jobs_of(worker.name):
                _fail(workspace, job, _how_it_ended(code))
            self._workers.remove(worker)
            _close(worker)
            self._back_off(worker)
            log.warning("Worker %s ended with code %s", worker.name, code)

    def _back_off(self, worker: _Worker) -> None:
        """Wait longer each time workers die young, so that a broken set-up does not spin."""
        lived = time.monotonic() - worker.started
        self._pause_s = 0.0 if lived > LONGEST_PAUSE_S else min(2 * self._pause_s or 0.5, 30.0)
        self._not_before = time.monotonic() + self._pause_s

    def _fail_silent(self, workspace: Workspace) -> None:
        """Fail jobs of workers that went down with their server."""
        mine = {worker.name for worker in self._workers}
        for job in workspace.registry.stale_jobs(STALE_AFTER_S):
            if job.worker not in mine:
                _fail(workspace, job, SERVER_STOPPED)

    def _start_missing(self, workspace: Workspace) -> None:
        if time.monotonic() < self._not_before:
            return
        wanted = min(self._settings.workers, max(1, len(workspace.registry.jobs(active=True))))
        while len(self._workers) < wanted:
            self._workers.append(self._launch(len(self._workers) + 1))

    def _launch(self, place: int) -> _Worker:
        name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        command = [sys.executable, "-m", "core.jobs.worker", "--name", name, *self._arguments]
        with (self._settings.home / "logs" / f"worker-{place}.log").open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=os.environ | _environment(self._settings),
            )
        return _Worker(process, name)

    def _end_all(self, workspace: Workspace) -> None:
        for worker in self._workers:
            _close(worker)
        deadline = time.monotonic() + GRACE_S
        for worker in self._workers:
            try:
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
            for job in workspace.registry.jobs_of(worker.name):
                _fail(workspace, job, SERVER_STOPPED)
        self._workers.clear()


def _close(worker: _Worker) -> None:
    """Close the pipe, which tells the worker to end."""
    if worker.process.stdin is not None:
        worker.process.stdin.close()


def _fail(workspace: Workspace, job: Job, why: str) -> None:
    output = last_words(log_path(workspace.settings, job.id))
    workspace.registry.finish(job.id, "failed", why, output)


def _how_it_ended(code: int) -> str:
    how = "was killed, perhaps because memory ran out" if code == -9 else f"ended with code {code}"
    return f"The worker process {how}. What was finished before is kept; start it again to repeat."


def _environment(settings: Settings) -> dict[str, str]:
    """Return the settings as the worker will read them."""
    return {
        "LENDLENS_HOME": str(settings.home),
        "LENDLENS_DATABASE_URL": settings.database_url,
        "LENDLENS_ARTIFACTS": settings.artifacts_url,
        "LENDLENS_MAX_UPLOAD_MB": str(settings.max_upload_mb),
        "LENDLENS_WORKERS": str(settings.workers),
        "LENDLENS_USER": settings.user,
    }
