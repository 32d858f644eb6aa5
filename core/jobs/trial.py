"""One trial of a study: settings are proposed, a network is trained with them, the loss is told.

Only rows for development are looked at; test rows are kept for the run that the winner becomes.
The job then submits the next one, at the end of the queue, so that a study does not hold up others
and a restart loses one trial at most.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import numpy as np

from core.data.splitting import SplitSettings
from core.errors import ModelError
from core.evaluation.metrics import auc
from core.jobs.progress import JobContext
from core.jobs.train_material import Material
from core.model.fitting import Fitted, fit_network
from core.model.keeper import EpochFigures, Watch
from core.model.search_space import SearchSpace
from core.model.served import sigmoid
from core.model.settings import NetworkSettings
from core.model.tuning import Asked, Tuner
from core.store.tables import Study

FAILED_IN_A_ROW = 3
"""Trials in a row whose settings do not work, after which a study gives up."""
BASE_LOSSES = "base_losses.f64"


def run(context: JobContext) -> dict[str, Any]:
    """Make the next trial of the study that `context.job.payload["study_id"]` names.

    Returns:
        study_id, and number and values of the trial if there was one.

    Raises:
        LendlensError: The data cannot be learnt from, or settings fail again and again.
    """
    registry = context.workspace.registry
    study = registry.study(context.job.payload["study_id"])
    if study.status != "running" or study.job_id != context.job.id:
        return {"study_id": study.id}  # stopped, or another trial was submitted instead
    try:
        return _OneTrial(context, study).make()
    except Exception:
        registry.end_study(study.id, "failed")
        raise


@dataclass(eq=False)
class _OneTrial:
    """A trial and the time it may take.

    A trial that is cut off by the end of the budget says nothing, so the first one, which tries
    the base settings, is never cut off.
    """

    context: JobContext
    study: Study
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._started = self.clock()
        self._base = NetworkSettings.from_json(self.study.settings)
        self._space = SearchSpace.from_json(self.study.space)
        self._behind = self._cut_off = False
        self._number, self._epochs = 0, 0

    def make(self) -> dict[str, Any]:
        """Make it, write down what came of it, and say how the study goes on."""
        self._report("Reading the data")
        study, url = self.study, self.context.workspace.settings.database_url
        shares = SplitSettings.from_json(study.split)
        material = Material.load(self.context.workspace, study.data_set_id, shares, self._base)
        tuner = Tuner(url, study.id, self._space, self._base)
        try:
            asked = tuner.ask()
            if asked is None:
                self._note(tuner)
                self.context.workspace.registry.end_study(study.id, "done")
                return {"study_id": study.id}
            told = {"study_id": study.id, "number": asked.number, "values": asked.values}
            self.context.put_result(told)
            self._try(tuner, asked, material)
            self._go_on(self._note(tuner))
            return told
        finally:
            tuner.close()

    def _try(self, tuner: Tuner, asked: Asked, material: Material) -> None:
        """Train with these settings and tell the study."""
        self._number = asked.number
        self._report(f"Trial {asked.number}: preparing", force=True)
        try:
            fitted = self._fit(tuner, asked, material)
        except ModelError as error:
            tuner.fail(asked, str(error), **self._told())
            return
        if fitted is not None and not fitted.trained.stopped:
            losses, area = _judged(fitted, material)
            gain = self._gain(losses, asked.values == tuner.history()[0]["values"])
            told = {"auc": area, "rows": len(losses), "gain": gain}
            tuner.complete(asked, float(losses.mean()), **told, **self._told())
        elif self._behind:
            tuner.prune(asked, **self._told())
        else:
            tuner.interrupt(asked, **self._told())

    def _fit(self, tuner: Tuner, asked: Asked, material: Material) -> Fitted | None:
        tried = replace(material, settings=self._space.settings(self._base, asked.values))
        rows = tried.developed

        def epoch(figures: EpochFigures) -> None:
            self._epochs = figures.epoch
            if figures.val_loss is not None:
                self._behind = tuner.falls_behind(asked, figures.epoch, figures.val_loss)

        watch = Watch(
            due=self.context.due,
            step=lambda figures: self._report(f"Trial {asked.number}: epoch {figures.epoch}"),
            epoch=epoch,
            should_stop=self._should_stop,
        )
        return fit_network(
            tried.features.loc[rows],
            tried.outcomes(rows),
            tried.encoder,
            replace(tried.team, refit=False),  # it would be judged by nobody
            tried.fold,
            watch,
        )

    def _gain(self, losses: np.ndarray, begins: bool) -> list[float] | None:
        """Return by how much the loss is below that of the base, with its 95 % interval.

        Both are judged on the same rows, so the differences are taken row by row. The losses of
        the base itself are kept for it.
        """
        artifacts, folder = self.context.workspace.artifacts, f"studies/{self.study.id}"
        if begins:
            artifacts.write(folder, {BASE_LOSSES: losses.astype("<f8").tobytes()})
        if begins or not artifacts.exists(folder):
            return None
        gains = np.frombuffer(artifacts.read(folder, BASE_LOSSES), "<f8") - losses
        mean, half = float(gains.mean()), 1.96 * float(gains.std(ddof=1)) / len(gains) ** 0.5
        return [mean, mean - half, mean + half]

    def _should_stop(self) -> bool:
        self._cut_off = self._left_s <= 0 and self._may_be_cut_off
        return self._behind or self._cut_off or self.context.should_stop()

    @property
    def _may_be_cut_off(self) -> bool:
        return any(trial["state"] == "complete" for trial in self.study.trials)

    @property
    def _left_s(self) -> float:
        return self.study.budget_s - self.study.used_s - self._seconds

    @property
    def _seconds(self) -> float:
        return self.clock() - self._started

    def _told(self) -> dict[str, Any]:
        return {"epochs": self._epochs, "seconds": round(self._seconds, 2)}

    def _report(self, message: str, force: bool = False) -> None:
        left = max(0.0, self._left_s)
        self.context.report(1 - left / self.study.budget_s, message, left, force=force)

    def _note(self, tuner: Tuner) -> Study:
        trials, importances = tuner.history(), tuner.importances()
        return self.context.workspace.registry.note_trial(
            self.study.id, self._seconds, trials, importances
        )

    def _go_on(self, study: Study) -> None:
        """Submit the next trial, or say why there is none.

        Raises:
            ModelError: Settings failed again and again.
        """
        registry = self.context.workspace.registry
        failed = list(takewhile(lambda each: each["state"] == "failed", reversed(study.trials)))
        if self.context.stop_seen:
            registry.end_study(study.id, "stopped")
        elif self._cut_off or study.used_s >= study.budget_s:
            registry.end_study(study.id, "done")
        elif len(failed) >= FAILED_IN_A_ROW:
            raise ModelError(
                f"{len(failed)} trials in a row could not be trained. {failed[0]['error']}"
            )
        else:
            registry.next_trial(study.id)


def _judged(fitted: Fitted, material: Material) -> tuple[np.ndarray, float]:
    """Return the log-loss of each row that networks had left out, and the AUC over them."""
    y = material.outcomes(material.developed)
    seen = ~np.isnan(fitted.held_out)
    scores, y = fitted.held_out[seen], y[seen]
    return np.logaddexp(0.0, scores) - y * scores, float(auc(y, sigmoid(scores)))
