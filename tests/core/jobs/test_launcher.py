"""core.jobs.launcher: workers come back, the dead are named, nobody outlives the server."""

import os
import signal
import subprocess
import sys
import time

import pytest

from core.config import ROOT
from core.jobs import launcher as launcher_module
from core.jobs.launcher import Launcher
from tests.core.jobs import stuck_workers
from tests.core.jobs.fake_kinds import ARGUMENTS
from tests.core.jobs.waiting import is_alive, wait_until

SERVER = """
import sys, time
from core.config import Settings
from core.jobs.launcher import Launcher
from tests.core.jobs.fake_kinds import ARGUMENTS
launcher = Launcher(Settings.from_environment(), ARGUMENTS)
launcher.start()
while True:
    time.sleep(60)
"""


@pytest.fixture
def launcher(settings, store):
    """Return a started launcher with the fake jobs."""
    launcher = Launcher(settings, ARGUMENTS)
    launcher.start()
    yield launcher
    launcher.stop()


def status(store, job):
    """Return a job's status as it is now."""
    return store.registry.job(job.id).status


def running(store, job, worker=None):
    """Wait until a job runs and has reported; return it."""
    wait_until(lambda: store.registry.job(job.id).message == "Half done")
    return store.registry.job(job.id)


def test_start_does_not_wait(settings, store):
    """Starting is immediate: the workers come up beside the server."""
    launcher = Launcher(settings, ARGUMENTS)
    started = time.perf_counter()
    launcher.start()
    assert time.perf_counter() - started < 0.1
    launcher.stop()


def test_a_waiting_worker_begins_at_once(store, launcher):
    """A job is begun within half a second once a worker is warm."""
    first = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    wait_until(lambda: status(store, first) == "done")
    second = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    wait_until(lambda: status(store, second) == "done")
    job = store.registry.job(second.id)
    assert (job.started_at - job.created_at).total_seconds() < 0.5


def test_killed_worker_fails_its_job_and_is_replaced(store, launcher):
    """Kill -9 of the worker: the job says so, keeps what it had, and the next one is done."""
    job = running(store, store.registry.submit("wait", "Wait", {}))
    os.kill(job.pid, signal.SIGKILL)
    wait_until(lambda: status(store, job) == "failed", 5)
    failed = store.registry.job(job.id)
    assert "The worker process was killed, perhaps because memory ran out." in failed.error
    assert failed.result == {"kept": "half the work"}
    following = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    wait_until(lambda: status(store, following) == "done")


def test_crash_keeps_the_last_output(store, launcher):
    """A worker that ends by itself leaves its code and its last words with the job."""
    job = store.registry.submit("die", "Die", {})
    wait_until(lambda: status(store, job) == "failed")
    failed = store.registry.job(job.id)
    assert "ended with code 7" in failed.error
    assert failed.output == "About to allocate"


def test_no_more_workers_than_allowed_and_in_order(store, launcher, tmp_path):
    """Two at most work at once; the others wait and begin in the order they came."""
    gates = [tmp_path / f"gate {number}" for number in range(5)]
    jobs = [store.registry.submit("wait", gate.name, {"until": str(gate)}) for gate in gates]
    for done, gate in enumerate(gates):
        expected = ["done"] * done + ["running"] * 2 + ["queued"] * 5
        wait_until(lambda e=expected: [status(store, job) for job in jobs] == e[:5])
        assert len(launcher.pids) == 2
        gate.touch()
    wait_until(lambda: all(status(store, job) == "done" for job in jobs))
    begun = [store.registry.job(job.id).started_at for job in jobs]
    assert begun == sorted(begun)


def test_one_worker_is_kept_while_nothing_waits(store, launcher):
    """An idle server holds one warm worker, not the memory of all of them."""
    first = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    wait_until(lambda: status(store, first) == "done")
    assert len(launcher.pids) == 1


def test_closed_launcher_leaves_no_orphan(settings, store):
    """Stopping ends every worker and fails what they were doing, in words."""
    launcher = Launcher(settings, ARGUMENTS)
    launcher.start()
    job = running(store, store.registry.submit("wait", "Wait", {}))
    waiting = [store.registry.submit("wait", "Wait", {}) for _ in range(2)]
    wait_until(lambda: len(launcher.pids) == 2)
    pids = launcher.pids
    launcher.stop()
    assert not any(is_alive(pid) for pid in pids)
    assert launcher.pids == []
    assert not list((settings.home / "logs").glob("*.ready"))
    assert "The server was stopped while this ran" in store.registry.job(job.id).error
    assert status(store, waiting[-1]) == "queued"  # it has not begun, so it is not lost


def test_killed_server_takes_its_workers_along(settings, store, monkeypatch):
    """Workers are gone 2 s after kill -9 of the server; the next one fails what they did."""
    environment = os.environ | {"LENDLENS_HOME": str(settings.home)}
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as server:
        job = running(store, store.registry.submit("wait", "Wait", {}))
        waiting = store.registry.submit("add", "Add", {"a": 20, "b": 22})
        server.kill()
    wait_until(lambda: not is_alive(job.pid), 2)
    assert status(store, job) == "running"

    monkeypatch.setattr(launcher_module, "STALE_AFTER_S", 1.5)
    again = Launcher(settings, ARGUMENTS)
    again.start()
    wait_until(lambda: status(store, job) == "failed")
    wait_until(lambda: status(store, waiting) == "done")
    again.stop()
    assert "The server was stopped" in store.registry.job(job.id).error
    assert store.registry.job(job.id).result == {"kept": "half the work"}
    assert store.registry.job(waiting.id).result == {"sum": 42}


def test_server_and_worker_killed_together(settings, store, monkeypatch):
    """Kill -9 of both at once loses nothing either."""
    environment = os.environ | {"LENDLENS_HOME": str(settings.home)}
    with subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, env=environment) as server:
        job = running(store, store.registry.submit("wait", "Wait", {}))
        server.kill()
        os.kill(job.pid, signal.SIGKILL)
    monkeypatch.setattr(launcher_module, "STALE_AFTER_S", 1.5)
    again = Launcher(settings, ARGUMENTS)
    again.start()
    wait_until(lambda: status(store, job) == "failed")
    again.stop()


def test_workers_that_die_young_are_started_less_often(settings, store):
    """A broken set-up does not spin: each early death doubles the pause."""
    launcher = Launcher(settings, ("--kinds", "no_such_module:KINDS", "--warm", ""))
    launcher.start()
    wait_until(lambda: launcher._pause_s >= 1.0)
    launcher.stop()
    assert (
        "No module named 'no_such_module'" in (settings.home / "logs" / "worker-1.log").read_text()
    )


def test_job_of_a_living_worker_is_never_stale(store, launcher, monkeypatch):
    """However late its heartbeat, a worker this server sees alive keeps its job."""
    monkeypatch.setattr(launcher_module, "STALE_AFTER_S", 0.0)
    job = running(store, store.registry.submit("wait", "Wait", {}))
    first = store.registry.job(job.id).heartbeat_at
    wait_until(lambda: store.registry.job(job.id).heartbeat_at > first)
    assert status(store, job) == "running"


@pytest.fixture
def impatient(settings, monkeypatch):
    """Return a launcher, not yet started, that soon takes workers for stuck."""
    monkeypatch.setattr(launcher_module, "STUCK_AFTER_S", 2.0)
    launcher = Launcher(settings, stuck_workers.ARGUMENTS)
    yield launcher
    launcher.stop()


@pytest.mark.parametrize("where", ["warming up", "claiming", "beginning"])
def test_stuck_worker_is_replaced_and_its_job_is_done(settings, store, impatient, where):
    """Wherever a worker gets stuck before a job begins, another one does the job."""
    stuck_workers.stick(settings.home, where, times=1)
    job = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    impatient.start()
    wait_until(lambda: status(store, job) == "done")
    assert store.registry.job(job.id).result == {"sum": 3}


def test_job_that_never_begins_fails_the_second_time(settings, store, impatient):
    """A job is given to one more worker and then fails in words, not for ever."""
    stuck_workers.stick(settings.home, "beginning", times=2)
    job = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    impatient.start()
    wait_until(lambda: status(store, job) == "failed")
    assert "did not begin, with two workers in turn" in store.registry.job(job.id).error
    following = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    wait_until(lambda: status(store, following) == "done")


def test_slow_computer_gets_a_worker_in_the_end(settings, store, impatient):
    """Each worker that never got ready gives the next one twice the time."""
    stuck_workers.stick(settings.home, "warming up", times=2)
    impatient.start()
    wait_until(lambda: impatient._patience == 4)
    job = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    wait_until(lambda: status(store, job) == "done")


def test_idle_worker_is_not_stuck(settings, store, impatient):
    """A worker for whom nothing waits may be silent for ever."""
    impatient.start()
    first = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    wait_until(lambda: status(store, first) == "done")
    before = impatient.pids
    began = time.monotonic()
    wait_until(lambda: time.monotonic() > began + 3)
    assert impatient.pids == before


def test_busy_workers_are_not_stuck(settings, store, monkeypatch):
    """A job that has begun may take its time, and so may those behind it."""
    monkeypatch.setattr(launcher_module, "STUCK_AFTER_S", 2.0)
    launcher = Launcher(settings, ARGUMENTS)
    launcher.start()
    jobs = [store.registry.submit("wait", "Wait", {}) for _ in range(3)]
    wait_until(lambda: [status(store, job) for job in jobs] == ["running", "running", "queued"])
    before = launcher.pids
    began = time.monotonic()
    wait_until(lambda: time.monotonic() > began + 3)
    assert launcher.pids == before
    launcher.stop()
