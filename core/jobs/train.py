"""The training job: from a data set and settings to a finished run and its first model version.

Stopping keeps the best epoch so far and finishes the run with it: challengers, evidence and
model version are made as usual, and the job ends as "stopped". A run stopped before its first
epoch ended keeps nothing. A cross-validation goes on when the network is done: stopping it keeps
the repeats that are complete; before the first is, rows that the networks left out take the place
of test rows.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from core.data.splitting import SplitSettings
from core.decision.registration import register
from core.jobs.progress import JobContext, Stopped
from core.jobs.train_folds import CrossValidated, CrossValidation
from core.jobs.train_material import Learnt, Material, learn
from core.jobs.train_progress import LiveEpochs
from core.jobs.train_request import NETWORK_TRAINED
from core.jobs.train_result import Result
from core.model.keeper import EpochFigures
from core.model.settings import NetworkSettings
from core.model.training import warm_up
from core.store.tables import Run

__all__ = ["run", "warm_up"]

PREPARED, COMPARED = 0.03, 0.9
"""Share of the job that is done after each of its parts."""
BEFORE_FOLDS = 0.3
"""The same for the networks that are kept, if a cross-validation follows."""


def run(context: JobContext) -> dict[str, Any]:
    """Train the run that `context.job.payload["run_id"]` names.

    Returns:
        run_id and model_id.

    Raises:
        Stopped: Before the first epoch ended.
        LendlensError: The data or the settings cannot work; the message says why.
    """
    record = context.workspace.registry.run(context.job.payload["run_id"])
    context.report(0, "Reading the data", force=True)
    settings = NetworkSettings.from_json(record.settings)
    shares = SplitSettings.from_json(record.split)
    material = Material.load(context.workspace, record.data_set_id, shares, settings)
    if shares.kind == "cross_validation":
        learnt, validated = _learn_and_validate(context, record, material, shares)
    else:
        learnt, validated = _learn(context, record, material, NETWORK_TRAINED), None
    context.report(COMPARED, "Measuring on the test rows", force=True)
    model_id = _store(context, record, Result(learnt, validated, shares.repeats))
    return {"run_id": record.id, "model_id": model_id}


def _learn(
    context: JobContext,
    record: Run,
    material: Material,
    trained: float,
    begun: Callable[[], None] = lambda: None,
) -> Learnt:
    """Return the models that are kept; epochs are watched, and `begun` is told of each."""
    context.report(PREPARED, "Starting the network", force=True)
    again = material.team.refits(*np.bincount(material.outcomes(material.developed)))
    live = LiveEpochs(context, record.id, material.team, PREPARED, trained, refits=again)

    def epoch(figures: EpochFigures) -> None:
        live.watch.epoch(figures)
        begun()

    def fitting(name: str) -> None:
        live.flush()
        context.report(trained, f"Fitting a challenger: {name}", force=True)

    learnt = learn(material, replace(live.watch, epoch=epoch), fitting)
    live.flush()
    if learnt is None:
        raise Stopped
    return learnt


def _learn_and_validate(
    context: JobContext, record: Run, material: Material, shares: SplitSettings
) -> tuple[Learnt, CrossValidated | None]:
    """Return the models that are kept, and what their like says of each fold."""
    total = shares.folds * shares.repeats

    def done(folds: int, seconds: float) -> None:
        share = BEFORE_FOLDS + (COMPARED - BEFORE_FOLDS) * folds / total
        left = seconds / folds * (total - folds) if folds else None
        message = f"Cross-validation: {folds} of {total} folds done"
        context.report(share, message, left, force=True)

    # On files small enough to be cross-validated NumPy's threads only wait for each other, and
    # folds that learn side by side would lift each other's limits.
    with threadpool_limits(1), CrossValidation(material, shares, context.should_stop) as folds:
        # Not before the first loss is on screen: somebody waits for it.
        learnt = _learn(context, record, material, BEFORE_FOLDS, folds.begin)
        return learnt, folds.judged(done)


def _store(context: JobContext, record: Run, result: Result) -> str:
    workspace = context.workspace
    data_set = workspace.registry.data_set(record.data_set_id)
    about = {"run_id": record.id, "data_set_id": data_set.id, "data_sha256": data_set.sha256}
    files = result.files()
    context.report(0.97, "Storing the run", force=True)
    digest = workspace.artifacts.write(f"runs/{record.id}", files, about)
    workspace.registry.finish_run(record.id, result.summary(), digest)
    model = register(workspace, record.id, data_set.name, result.policy)
    return model.id
