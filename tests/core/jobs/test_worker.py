"""core.jobs.worker: one job after the other, each with an honest ending."""

import os
import subprocess
import sys

import pytest

from core.config import ROOT
from core.jobs.worker import last_words, log_path, prepare_environment, warm_up, work_once
from tests.core.jobs.fake_kinds import ARGUMENTS, KINDS
from tests.core.jobs.waiting import wait_until


def do(store, kind, **payload):
    """Submit a job, do it in this process and return how it ended."""
    job = store.registry.submit(kind, kind, payload)
    assert work_once(store, "here", KINDS)
    return store.registry.job(job.id)


def test_result_is_stored(store):
    """A job that returns is done, with its result and full progress."""
    job = do(store, "add", a=1, b=2)
    assert (job.status, job.result, job.done, job.error) == ("done", {"sum": 3}, 1.0, "")
    assert not log_path(store.settings, job.id).exists()


def test_nothing_to_do(store):
    """An empty queue is no error."""
    assert not work_once(store, "here", KINDS)


def test_expected_problems_keep_their_words(store):
    """A problem that core explains is passed on as it is."""
    job = do(store, "refuse")
    assert (job.status, job.error) == ("failed", "The learning rate should be above 0, but is -1.")


def test_unexpected_problems_are_logged_without_values(store, process):
    """The log says where it broke and what was printed, but not the error's own words."""
    waiting = store.registry.submit("break_down", "Break down", {"name": "Jane Doe"})
    wait_until(lambda: store.registry.job(waiting.id).status == "failed")
    job = store.registry.job(waiting.id)
    log = log_path(store.settings, job.id).read_text()
    reference = job.error.split("reference ")[1][:8]
    assert job.status == "failed"
    assert "Something unexpected happened (ValueError, reference " in job.error
    assert job.output == log.strip()
    for words in ("Epoch 1", "from a library", f"{reference} ValueError", f"{reference} KeyError"):
        assert words in log
    assert "Jane" not in log + job.error
    assert "in break_down" in log


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("unheard", "No worker knows the job 'unheard'; it knows add, wait"),
        ("missing", "Something unexpected happened (ModuleNotFoundError"),
    ],
)
def test_jobs_nobody_can_do_fail(store, kind, words):
    """An unknown kind or a missing package fails the job, not the worker."""
    job = do(store, kind)
    assert job.status == "failed"
    assert words in job.error
    assert do(store, "add", a=1, b=1).status == "done"


def test_a_job_stopped_while_it_waits_is_not_done(store):
    """Nothing is left to take once the only job was stopped."""
    job = store.registry.submit("add", "Add", {"a": 1, "b": 2})
    store.registry.request_stop(job.id)
    assert not work_once(store, "here", KINDS)


def test_warm_up_survives_what_is_missing(caplog):
    """Without Keras a worker still explains; the log says what is not possible."""
    warm_up("no_such_package.network")
    assert "Training is not possible here: ModuleNotFoundError" in caplog.text


def test_environment_prefers_what_is_set(settings, monkeypatch):
    """JAX is the default, its compiled code is kept in the workspace; a choice made is kept."""
    for name in ("KERAS_BACKEND", "JAX_COMPILATION_CACHE_DIR"):
        monkeypatch.setenv(name, "restored afterwards")
        monkeypatch.delenv(name)
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    prepare_environment(settings)
    assert os.environ["KERAS_BACKEND"] == "jax"
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == str(settings.home / "compile-cache")
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_last_words_are_the_end_of_the_log(tmp_path):
    """Only the end of a long log is kept, and a missing one is empty."""
    (tmp_path / "long.log").write_text("x" * 5000 + "the end\n")
    assert last_words(tmp_path / "long.log").endswith("xthe end")
    assert len(last_words(tmp_path / "long.log")) < 4001
    assert last_words(tmp_path / "none.log") == ""


@pytest.fixture
def process(settings):
    """Return a worker process whose standard input this test holds."""
    command = [sys.executable, "-m", "core.jobs.worker", *ARGUMENTS]
    environment = os.environ | {"LENDLENS_HOME": str(settings.home)}
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, env=environment) as worker:
        yield worker
        worker.kill()


def test_worker_ends_with_its_input_in_the_middle_of_a_job(store, process):
    """The server is gone, so the worker goes too, even while a job keeps the interpreter busy."""
    job = store.registry.submit("spin", "Spin", {})
    wait_until(lambda: store.registry.job(job.id).message == "Spinning")
    process.stdin.close()
    assert process.wait(2) == 0
    assert store.registry.job(job.id).status == "running"  # for the launcher to find


def test_stop_is_obeyed_and_keeps_what_there_was(store, process):
    """A job that raises or returns when asked to stop is stopped, and the next one begins."""
    raises = store.registry.submit("wait", "Wait", {})
    returns = store.registry.submit("stop_kindly", "Stop", {})
    for job, result in ((raises, {"kept": "half the work"}), (returns, {"epochs": 3})):
        wait_until(lambda job=job: store.registry.job(job.id).status == "running")
        store.registry.request_stop(job.id)
        wait_until(lambda job=job: store.registry.job(job.id).status == "stopped", 5)
        assert store.registry.job(job.id).result == result
        assert store.registry.job(job.id).message == "What was done so far is kept."


def test_worker_beats_while_it_works(store, process):
    """A long job without reports still says that it lives."""
    job = store.registry.submit("wait", "Wait", {})
    wait_until(lambda: store.registry.job(job.id).status == "running")
    first = store.registry.job(job.id).heartbeat_at
    wait_until(lambda: store.registry.job(job.id).heartbeat_at > first, 10)
