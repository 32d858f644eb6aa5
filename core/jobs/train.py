"""The training job: from a data set and settings to a finished run and its first model version.

Stopping keeps the best epoch so far and finishes the run with it: challengers, evidence and
model version are made as usual, and the job ends as "stopped". A run stopped before its first
epoch ended keeps nothing. A cross-validation comes last, and stopping it ends the run without a
model: a part of its folds would not be the evidence that was asked for.
"""

import time
from typing import Any

import numpy as np
import pandas as pd

from core.data.splitting import SplitSettings, cross_validation
from core.decision.registration import register
from core.evaluation.resampled import fold_figures
from core.jobs.progress import JobContext, Stopped
from core.jobs.train_material import Learnt, Material, learn
from core.jobs.train_progress import LiveEpochs
from core.jobs.train_request import NETWORK_TRAINED
from core.jobs.train_result import CrossValidated, Result, predict
from core.model.keeper import Watch
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
        Stopped: Before the first epoch ended, or in the cross-validation.
        LendlensError: The data or the settings cannot work; the message says why.
    """
    record = context.workspace.registry.run(context.job.payload["run_id"])
    context.report(0, "Reading the data", force=True)
    settings = NetworkSettings.from_json(record.settings)
    shares = SplitSettings.from_json(record.split)
    material = Material.load(context.workspace, record.data_set_id, shares, settings)
    crossed = shares.kind == "cross_validation"
    learnt = _learn(context, record, material, BEFORE_FOLDS if crossed else NETWORK_TRAINED)
    validated = _cross_validate(context, material, shares) if crossed else None
    context.report(COMPARED, "Measuring on the test rows", force=True)
    model_id = _store(context, record, Result(learnt, validated))
    return {"run_id": record.id, "model_id": model_id}


def _learn(context: JobContext, record: Run, material: Material, trained: float) -> Learnt:
    """Return the models that are kept; epochs are watched."""
    live = LiveEpochs(context, record.id, material.settings, PREPARED, trained)

    def fitting(name: str) -> None:
        live.flush()
        context.report(trained, f"Fitting a challenger: {name}", force=True)

    context.report(PREPARED, "Starting the network", force=True)
    learnt = learn(material, live.watch, fitting)
    live.flush()
    if learnt is None:
        raise Stopped
    return learnt


def _cross_validate(
    context: JobContext, material: Material, shares: SplitSettings
) -> CrossValidated:
    """Fit all models once per fold and repeat, and let them judge the rows of the fold."""
    frames, folds = [], []
    total = shares.folds * shares.repeats
    splits = cross_validation(material.whole, material.schema, shares)
    began = time.monotonic()
    for number, (repeat, parts) in enumerate(splits):
        share = BEFORE_FOLDS + (COMPARED - BEFORE_FOLDS) * number / total
        left = (time.monotonic() - began) / number * (total - number) if number else None
        context.report(share, f"Cross-validation: fold {number + 1} of {total}", left, force=True)
        learnt = learn(material.divided(parts), Watch(should_stop=context.should_stop))
        if learnt is None or learnt.fitted.trained.stopped:
            raise Stopped
        judged = predict("test", learnt, parts.test)
        figures = _fold_figures(judged, len(parts.train) + len(parts.validation))
        folds.append(figures.assign(repeat=repeat, fold=number % shares.folds))
        if repeat == 0:
            frames.append(judged)
    # The baseline knows no applicant: a share per fold would only look like a ranking.
    judged = pd.concat(frames).assign(majority=float(material.y.mean()))
    return CrossValidated(judged, pd.concat(folds, ignore_index=True))


def _fold_figures(judged: pd.DataFrame, n_train: int) -> pd.DataFrame:
    scores = {
        str(name): judged[name].to_numpy(np.float64)
        for name in judged.columns.drop(["row", "part", "y"])
    }
    figures = pd.DataFrame(fold_figures(judged["y"].to_numpy(), scores))
    return figures.assign(n_train=n_train, n_test=len(judged))


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
