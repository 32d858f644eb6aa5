"""Jobs small enough to watch, for the tests of worker and launcher."""

import os
import subprocess
import time
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.jobs.progress import JobContext, Stopped

ARGUMENTS = ("--kinds", "tests.core.jobs.fake_kinds:KINDS", "--warm", "")


def add(context: JobContext) -> dict[str, Any]:
    """Add two numbers."""
    return {"sum": context.job.payload["a"] + context.job.payload["b"]}


def wait(context: JobContext) -> dict[str, Any]:
    """Work until asked to stop or until the file `until` exists."""
    context.put_result({"kept": "half the work"})
    context.report(0.5, "Half done", force=True)
    while not Path(context.job.payload.get("until", "/nowhere")).exists():
        if context.should_stop():
            raise Stopped
        time.sleep(0.01)
    return {"finished": True}


def stop_kindly(context: JobContext) -> dict[str, Any]:
    """Work until asked to stop, then return what there is."""
    while not context.should_stop():
        time.sleep(0.01)
    return {"epochs": 3}


def spin(context: JobContext) -> dict[str, Any]:
    """Keep the interpreter busy and ask nothing, for ever."""
    context.report(0.1, "Spinning", force=True)
    while True:
        sum(range(1000))


def refuse(context: JobContext) -> dict[str, Any]:
    """Fail in the way core does on purpose."""
    raise ModelError("The learning rate should be above 0, but is -1.")


def break_down(context: JobContext) -> dict[str, Any]:
    """Fail in a way nobody expected, with an applicant's value in the error's words."""
    print("Epoch 1", flush=True)  # noqa: T201 - the point of it
    subprocess.run(["echo", "from a library"], check=True)
    try:
        raise KeyError(context.job.payload["name"])
    except KeyError as error:
        raise ValueError(f"could not convert {error}") from error


def die(context: JobContext) -> dict[str, Any]:
    """End the whole process, as a crash in native code would."""
    print("About to allocate", flush=True)  # noqa: T201 - the point of it
    os._exit(7)


KINDS = {
    function.__name__: f"tests.core.jobs.fake_kinds:{function.__name__}"
    for function in (add, wait, stop_kindly, spin, refuse, break_down, die)
}
KINDS["missing"] = "core.jobs.nowhere:run"
