"""A worker process: `python -m core.jobs.worker`, started and watched by `core.jobs.launcher`.

It takes one job after the other from the store. It lives as long as its standard input is open:
when the server ends, however it ends, the pipe closes and the worker is gone at once.
"""

import argparse
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from core.config import Settings
from core.errors import LendlensError
from core.jobs.progress import JobContext, Stopped
from core.store.registry import Registry
from core.store.tables import Job
from core.store.workspace import Workspace

KINDS = {
    "train": "core.jobs.train:run",
    "explain": "core.jobs.explain:run",
    "demo": "core.jobs.demo:run",
    "trial": "core.jobs.trial:run",
    "relate": "core.jobs.relate:run",
}
WARM = "core.jobs.train"
"""Imported before the first job, because Keras and JAX take seconds to load; its `warm_up`, if it
has one, is called then."""

POLL_EVERY_S = 0.1
BEAT_EVERY_S = 1.0
LAST_WORDS = 4_000

log = logging.getLogger("lendlens.worker")


def main(arguments: Sequence[str] | None = None) -> None:
    """Work until standard input closes."""
    options = _options(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends us
    threading.Thread(target=_exit_with_server, args=(options.ready,), daemon=True).start()
    settings = Settings.from_environment()
    prepare_environment(settings)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    log.setLevel(logging.INFO)
    workspace = Workspace.open(settings)
    kinds: Mapping[str, str] = load(options.kinds)
    warm_up(options.warm)
    log.info("Ready")
    if options.ready:
        options.ready.touch()
    while True:
        if not work_once(workspace, options.name, kinds):
            time.sleep(POLL_EVERY_S)


def work_once(workspace: Workspace, name: str, kinds: Mapping[str, str]) -> bool:
    """Take the oldest waiting job and do it; return whether there was one."""
    try:
        job = workspace.registry.claim(name, os.getpid())
    except SQLAlchemyError as error:  # busy for a while, or a network away: try again
        log.warning("The store cannot be read: %s", type(error).__name__)
        return False
    if job is None:
        return False
    path = log_path(workspace.settings, job.id)
    with _captured(path), _beating(workspace.registry, job.id):
        _do(workspace, job, kinds)
    if path.stat().st_size == 0:
        path.unlink()
    return True


def prepare_environment(settings: Settings) -> None:
    """Choose JAX, keep compiled code between workers, keep the libraries quiet."""
    cache = settings.home / "compile-cache"
    defaults = {
        "KERAS_BACKEND": "jax",
        "JAX_COMPILATION_CACHE_DIR": str(cache),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def warm_up(module: str) -> None:
    """Import what training needs; jobs that do without it work where it is not installed."""
    if not module:
        return
    started = time.monotonic()
    try:
        getattr(import_module(module), "warm_up", lambda: None)()
    except Exception as error:  # a package missing, or a driver that does not start
        log.warning("Training is not possible here: %s: %s", type(error).__name__, error)
    else:
        log.info("Loaded %s in %.1f s", module, time.monotonic() - started)


def load(path: str) -> Any:
    """Return what `module:name` names."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def log_path(settings: Settings, job_id: str) -> Path:
    """Return the file that holds a job's output."""
    return settings.home / "logs" / f"{job_id}.log"


def last_words(path: Path) -> str:
    """Return the end of a log file; empty if there is none."""
    try:
        return path.read_bytes()[-LAST_WORDS:].decode(errors="replace").strip()
    except FileNotFoundError:
        return ""


def _do(workspace: Workspace, job: Job, kinds: Mapping[str, str]) -> None:
    """Run the job's function and store how it ended."""
    finish = workspace.registry.finish
    context = JobContext(workspace, job)
    try:
        result = _function(job.kind, kinds)(context)
    except Stopped:
        finish(job.id, "stopped")
    except LendlensError as error:
        finish(job.id, "failed", str(error))
    except Exception as error:
        message = _log_unexpected(error)
        finish(job.id, "failed", message, last_words(log_path(workspace.settings, job.id)))
    else:
        finish(job.id, "stopped" if context.stop_seen else "done", result=result)


def _function(kind: str, kinds: Mapping[str, str]) -> Callable[[JobContext], dict[str, Any]]:
    if kind not in kinds:
        raise LendlensError(f"No worker knows the job {kind!r}; it knows {', '.join(kinds)}.")
    function: Callable[[JobContext], dict[str, Any]] = load(kinds[kind])
    return function


def _log_unexpected(error: Exception) -> str:
    """Log where it happened but not the error's own words, which may quote an applicant."""
    reference = secrets.token_hex(4)
    cause: BaseException | None = error
    while cause is not None:
        frames = "".join(traceback.format_tb(cause.__traceback__))
        log.error("%s %s\n%s", reference, type(cause).__name__, frames)
        cause = cause.__cause__ or cause.__context__
    return (
        f"Something unexpected happened ({type(error).__name__}, reference {reference}). "
        "Try again; if it happens again, send the reference and the log to whoever runs Lendlens."
    )


@contextmanager
def _beating(registry: Registry, job_id: str) -> Iterator[None]:
    """Say every second that this worker lives."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT_EVERY_S):
            try:
                registry.beat(job_id)
            except SQLAlchemyError as error:
                log.warning("No heartbeat: %s", type(error).__name__)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _captured(path: Path) -> Iterator[None]:
    """Send everything written to standard output and error, by whatever library, to a file."""
    kept = [(stream, os.dup(stream)) for stream in (1, 2)]
    with path.open("wb") as file:
        for stream, _ in kept:
            os.dup2(file.fileno(), stream)
    try:
        yield
    finally:
        for written in (sys.stdout, sys.stderr):
            written.flush()
        for stream, before in kept:
            os.dup2(before, stream)
            os.close(before)


def _exit_with_server(ready: Path | None) -> None:
    while os.read(0, 1024):
        pass
    if ready:
        ready.unlink(missing_ok=True)
    os._exit(0)  # at once, even in the middle of a job: nobody is left to wait for it


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.jobs.worker", description=__doc__)
    parser.add_argument("--name", default=f"{socket.gethostname()}-{secrets.token_hex(3)}")
    parser.add_argument("--kinds", default="core.jobs.worker:KINDS", help="module:dictionary")
    parser.add_argument("--warm", default=WARM, help="module to import first; empty for none")
    parser.add_argument("--ready", type=Path, help="file to make once jobs can be taken")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
