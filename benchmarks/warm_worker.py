"""A real worker process, warm, that is given trainings and watched through the store."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.contract import Options
from benchmarks.seeding import data_set_of
from core.config import Settings
from core.data.catalog import data_set_frame
from core.data.splitting import SplitSettings, proposed_kind
from core.jobs.launcher import Launcher
from core.jobs.train_request import start_run
from core.model.settings import PRESETS
from core.store.tables import Run
from core.store.workspace import Workspace

LOOK_EVERY_S = 0.01
PATIENCE_S = 600.0


def first_losses(home: Path, options: Options) -> dict[str, Any]:
    """Return seconds from the request to the first loss and to the end, for two trainings.

    Rows are divided as the page proposes. The first training has never been compiled on this
    machine; the second finds its team compiled in the worker.
    """
    settings = replace(Settings.from_environment({"LENDLENS_HOME": str(home)}), workers=1)
    workspace, launcher = Workspace.open(settings), Launcher(settings)
    data_set_id = data_set_of(workspace, options)
    started = time.perf_counter()
    launcher.start()
    try:
        _wait(lambda: "Ready" in _log(home))
        warm = time.perf_counter() - started
        first, second = (_training(workspace, launcher, data_set_id) for _ in range(2))
        memory = [_peak_mb(pid) for pid in launcher.pids]
    finally:
        launcher.stop()
        workspace.close()
    return {
        "seconds_until_warm": warm,
        "first_training": first,
        "second_training": second,
        "peak_memory_mb": max(memory, default=None),
    }


def _training(workspace: Workspace, launcher: Launcher, data_set_id: str) -> dict[str, Any]:
    settings, registry = PRESETS["recommended"].settings, workspace.registry
    frame, schema = data_set_frame(workspace, data_set_id)
    split = SplitSettings(proposed_kind(schema, len(frame)))
    asked, used = time.perf_counter(), _cpu_seconds(launcher.pids)
    run = start_run(workspace, data_set_id, "recommended", settings, split)
    _wait(lambda: bool(registry.epochs(run.id)) or not registry.job(run.job_id).active)
    first_loss = time.perf_counter() - asked
    _wait(lambda: not registry.job(run.job_id).active)
    job = registry.job(run.job_id)
    if job.status != "done":
        raise RuntimeError(job.error or job.output)
    return {
        "split": split.kind,
        "seconds_to_first_loss": first_loss,
        "seconds_in_all": time.perf_counter() - asked,
        "cpu_seconds": _cpu_seconds(launcher.pids) - used,
        "epochs": len(registry.epochs(run.id)),
        "seconds_per_epoch": _seconds_per_epoch(workspace, run),
        "learning_again": _learning_again(workspace, registry.run(run.id)),
        "test_auc": {m: auc["value"] for m, auc in registry.run(run.id).summary["auc"].items()},
    }


def _seconds_per_epoch(workspace: Workspace, run: Run) -> float | None:
    ends = [epoch.seconds for epoch in workspace.registry.epochs(run.id)]
    return (ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else None


def _learning_again(workspace: Workspace, run: Run) -> dict[str, float]:
    """Return in how many epochs the team learnt again, and how long beside the first time."""
    first = workspace.registry.epochs(run.id)[-1].seconds
    beside = run.summary["seconds"]["network"] / first - 1
    return {"epochs": run.summary["refit_epochs"], "seconds_beside_first": beside}


def _cpu_seconds(pids: Sequence[int]) -> float:
    """Return the processor time of processes so far; Linux only, else nan."""
    stats = [Path(f"/proc/{pid}/stat") for pid in pids]
    if not all(each.exists() for each in stats):
        return float("nan")
    ticks = [each.read_text().rpartition(")")[2].split()[11:13] for each in stats]
    return sum(int(part) for each in ticks for part in each) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    """Return the largest resident memory of a process so far, in megabytes; Linux only."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    kib = next((line.split()[1] for line in lines if line.startswith("VmHWM")), "nan")
    return float(kib) * 1024 / 1e6


def _log(home: Path) -> str:
    path = home / "logs" / "worker-1.log"
    return path.read_text() if path.exists() else ""


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Nothing happened for {PATIENCE_S:.0f} s.")
        time.sleep(LOOK_EVERY_S)
