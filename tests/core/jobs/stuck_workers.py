"""Workers that get stuck before their work begins, for the tests of the launcher."""

import json
import os
import time
from pathlib import Path
from typing import Any, Literal

from core.jobs.progress import JobContext
from core.store.registry import Registry

ARGUMENTS = (
    "--kinds",
    "tests.core.jobs.stuck_workers:KINDS",
    "--warm",
    "tests.core.jobs.stuck_workers",
)
KINDS = {"add": "tests.core.jobs.stuck_workers:add"}

Where = Literal["warming up", "claiming", "beginning"]


def stick(home: Path, where: Where, times: int) -> None:
    """Make the next workers of this workspace get stuck, one after the other."""
    (home / "stuck.json").write_text(json.dumps({"where": where, "times": times}))


def warm_up() -> None:
    """Be stuck here, or get ready to be stuck when a job is to be taken."""
    _perhaps("warming up")
    claim = Registry.claim

    def claim_or_not(self: Registry, worker: str, pid: int) -> Any:
        _perhaps("claiming")
        return claim(self, worker, pid)

    Registry.claim = claim_or_not


def add(context: JobContext) -> dict[str, Any]:
    """Add two numbers, unless it gets stuck before it has reported anything."""
    _perhaps("beginning")
    context.report(0.0, "Adding", force=True)
    return {"sum": context.job.payload["a"] + context.job.payload["b"]}


def _perhaps(where: Where) -> None:
    path = Path(os.environ["LENDLENS_HOME"]) / "stuck.json"
    plan = json.loads(path.read_text()) if path.exists() else {"where": "", "times": 0}
    if plan["where"] == where and plan["times"]:
        path.write_text(json.dumps(plan | {"times": plan["times"] - 1}))
        time.sleep(3600)
