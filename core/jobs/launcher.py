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
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from core.config import ROOT, Settings
from core.jobs.worker import last_words, log_path
from core.store.tables import Job
from core.store.workspace import Workspace

LOOK_EVERY_S = 0.2
STALE_AFTER_S = 10.0
"""A worker of another server that is silent for so long is taken for dead; it beats each second."""

STUCK_AFTER_S = 90.0
"""A worker is taken for stuck when it neither gets ready, nor takes a job that waits, nor begins
the one it took for so long. Getting ready takes 9 to 12 s on two busy cores with an empty compile
cache; the rest takes a moment."""

GRACE_S = 2.0
LONGEST_PAUSE_S = 30.0

SERVER_STOPPED = "The server was stopped while this ran. Start it again to repeat it."
NEVER_BEGAN = (
    "This did not begin, with two workers in turn, so it was given up. Start it again; if it "
    "happens again, send the log to whoever runs Lendlens."
)

log = logging.getLogger("lendlens.launcher")


@dataclass
class _Worker:
    """One process and the name under which it claims jobs.

    `ready` is the file it makes once it is warm; `well_at` is when it was last seen to do what it
    should.
    """

    process: "subprocess.Popen[bytes]"
    name: str
    ready: Path
    started: float = field(default_factory=time.monotonic)
    well_at: float = field(default_factory=time.monotonic)

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
        self._patience = 1
        self._given_again: set[str] = set()

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
            self._kill_stuck(workspace)
            self._fail_silent(workspace)
            self._start_missing(workspace)
        except (SQLAlchemyError, OSError) as error:  # a full disk or a network away may pass
            log.warning("Cannot look after the workers: %s", type(error).__name__)

    def _bury_dead(self, workspace: Workspace) -> None:
        for worker in [worker for worker in self._workers if not worker.alive]:
            code = worker.process.returncode
            for job in workspace.registry.jobs_of(worker.name):
                _fail(workspace, job, _how_it_ended(code))
            self._bury(worker)
            log.warning("Worker %s ended with code %s", worker.name, code)

    def _bury(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.ready.unlink(missing_ok=True)
        _close(worker)
        self._back_off(worker)

    def _back_off(self, worker: _Worker) -> None:
        """Wait longer each time workers die young, so that a broken set-up does not spin."""
        lived = time.monotonic() - worker.started
        self._pause_s = 0.0 if lived > LONGEST_PAUSE_S else min(2 * self._pause_s or 0.5, 30.0)
        self._not_before = time.monotonic() + self._pause_s

    def _kill_stuck(self, workspace: Workspace) -> None:
        """Replace workers that live and yet do nothing; what they had taken is given again."""
        waits = workspace.registry.job_waits()
        for worker in list(self._workers):
            taken = workspace.registry.jobs_of(worker.name)
            ready = worker.ready.exists()
            # The first thing that every job does is to report.
            if ready and all(job.message for job in taken) and (taken or not waits):
                worker.well_at = time.monotonic()
            elif time.monotonic() - worker.well_at > self._stuck_after(ready):
                self._kill(worker)
                self._patience *= 1 if ready else 2
                for job in workspace.registry.jobs_of(worker.name):
                    self._give_again(workspace, job)

    def _stuck_after(self, ready: bool) -> float:
        """Allow more time to get ready where it was too short before: the computer may be slow."""
        return STUCK_AFTER_S if ready else STUCK_AFTER_S * self._patience

    def _kill(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.wait()
        self._bury(worker)
        log.warning("Worker %s was stuck and is replaced", worker.name)

    def _give_again(self, workspace: Workspace, job: Job) -> None:
        if job.id in self._given_again:
            _fail(workspace, job, NEVER_BEGAN)
        else:
            self._given_again.add(job.id)
            workspace.registry.requeue(job.id)

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
        logs = self._settings.home / "logs"
        ready = logs / f"{name}.ready"
        command = [sys.executable, "-m", "core.jobs.worker", "--name", name, "--ready", str(ready)]
        with (logs / f"worker-{place}.log").open("wb") as output:
            process = subprocess.Popen(
                [*command, *self._arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=os.environ | _environment(self._settings),
            )
        return _Worker(process, name, ready)

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
            worker.ready.unlink(missing_ok=True)
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
