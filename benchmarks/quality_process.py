"""One model over all folds in a process of its own, so that its memory is its own."""

import multiprocessing
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contract import Options
from benchmarks.quality_data import LoanFile
from benchmarks.quality_models import answer
from core.config import Settings
from core.evaluation.resampled import fold_figures
from core.jobs.worker import prepare_environment


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one model.

    Attributes:
        rows: One per seed and fold: repeat, fold, model, n_train, n_test, the figures of
            core.evaluation.resampled, seconds, and for trees `stopped`, the figures of those that
            were not grown again.
        peak_mb: Largest memory of the process.
        data_mb: The same once the file was read, before the first model.
    """

    rows: list[dict[str, Any]]
    peak_mb: float
    data_mb: float


def measure_alone(options: Options, key: str, home: Path) -> Measured:
    """Measure a model in a new process.

    Args:
        options: What was asked.
        key: One of quality_models.MODELS.
        home: A folder for compiled code, so that the next model finds it.

    Raises:
        BrokenProcessPool: The process died, such as for want of memory.
    """
    spawn = multiprocessing.get_context("spawn")
    settings = Settings.from_environment({"LENDLENS_HOME": str(home)})
    with ProcessPoolExecutor(1, spawn, prepare_environment, (settings,)) as one:
        return one.submit(measure, options, key).result()


def measure(options: Options, key: str) -> Measured:
    """Fit and judge a model on every fold of every seed."""
    file = LoanFile.read(options)
    read, rows = peak_mb(), []
    for seed in range(options.seeds):
        for number, fold in enumerate(file.folds(options.folds, seed)):
            said = answer(key, fold, options.quick)
            scores = {"own": said.pd_hat}
            if said.stopped is not None:
                scores["stopped"] = said.stopped
            own, *stopped = ({**each} for each in fold_figures(fold.y, scores))
            about = {"repeat": seed, "fold": number, "model": key, "seconds": said.seconds}
            sizes = {"n_train": len(fold.lesson.y), "n_test": len(fold.y)}
            rows.append({**own, **about, **sizes, "stopped": stopped[0] if stopped else None})
    return Measured(rows, peak_mb(), read)


def peak_mb() -> float:
    """Return the largest resident memory of this process so far, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what Linux tells elsewhere counts the parent as well
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
