"""Asks for a search for better settings, ends it, and says where it stands.

Pages call this; each trial is core.jobs.trial, in a worker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from core.data.splitting import SplitSettings
from core.errors import ModelError
from core.jobs.train_request import start_run
from core.model.search_space import SearchSpace
from core.model.settings import NetworkSettings
from core.store.base import now
from core.store.tables import Job, Run, Study
from core.store.workspace import Workspace

MINUTES = 10
MOST_MINUTES = 24 * 60

Standing = Literal["waiting", "running", "stopping", "stopped", "done", "failed", "broken_off"]
"""broken_off: it should run and does not, because its worker or the server ended."""

_ENDED: dict[str, Standing] = {"done": "done", "stopped": "stopped", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial of a study, as the store keeps it.

    Attributes:
        number: From 1; a number is missing where what was drawn had been tried before.
        state: See core.model.tuning.State.
        values: What was tried, by name.
        loss: Log-loss of the rows that were left out; of a pruned trial where it was given up.
        auc: On the same rows.
        rows: How many these are.
        gain: By how much its loss is below that of the settings one began with, and the ends of
            a 95 % interval; None for these settings themselves.
        epochs: Trained.
        seconds: Of training.
        error: Why it failed.
    """

    number: int
    state: str
    values: Mapping[str, Any]
    loss: float | None = None
    auc: float | None = None
    rows: int | None = None
    gain: tuple[float, float, float] | None = None
    epochs: int | None = None
    seconds: float | None = None
    error: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the trial that core.model.tuning wrote down; what it need not know is left out."""
        known = {name: data[name] for name in cls.__slots__ if name in data}
        return cls(**known | ({"gain": tuple(known["gain"])} if known.get("gain") else {}))

    @property
    def clear(self) -> bool:
        """Whether it is better than what one began with by more than chance would have it."""
        return self.gain is not None and self.gain[1] > 0


def start_study(
    workspace: Workspace,
    data_set_id: str,
    settings: NetworkSettings,
    split: SplitSettings,
    space: SearchSpace,
    minutes: float = MINUTES,
) -> Study:
    """Store a study and put its first trial at the end of the queue.

    Args:
        workspace: Where the study is kept.
        data_set_id: The data set version to learn from; its test rows are never looked at.
        settings: What the first trial takes and every other changes; its seed is the study's.
        split: How rows are divided; not a cross-validation, which leaves no test rows unseen.
        space: What trials may change.
        minutes: Of trials; waiting does not count.

    Raises:
        ModelError: The space, the split or the budget cannot work.
        NotFoundError: There is no such data set.
    """
    space.check(settings)
    if split.kind == "cross_validation":
        raise ModelError(
            "A study needs test rows that no trial has seen, and a cross-validation leaves none. "
            "Divide the rows at random or by time."
        )
    seconds = 60 * _checked(minutes)
    registry = workspace.registry
    number = len(registry.studies(data_set_id)) + 1
    study = registry.add_study(
        data_set_id,
        f"{registry.data_set(data_set_id).name} · study {number}",
        settings.to_json(),
        split.to_json(),
        space.to_json(),
        seconds,
    )
    registry.next_trial(study.id)
    return registry.study(study.id)


def stop_study(workspace: Workspace, study_id: str) -> None:
    """Submit no further trial, and end the one that runs at its next batch."""
    study = workspace.registry.end_study(study_id, "stopped")
    workspace.registry.request_stop(study.job_id)


def resume_study(workspace: Workspace, study_id: str, more_minutes: float = 0) -> Study:
    """Let a study go on from where it ended, with more minutes if given.

    Raises:
        ModelError: So many minutes cannot be given.
        StoreError: Its last trial is still stopping, or the budget is used.
    """
    more = 60 * _checked(more_minutes) if more_minutes else 0.0
    return workspace.registry.resume_study(study_id, more)


def train_best(workspace: Workspace, study: Study) -> Run:
    """Start an ordinary run with the settings of the best trial.

    Raises:
        ModelError: No trial is complete yet.
    """
    settings = best_settings(study)
    data_set = workspace.registry.data_set(study.data_set_id)
    number = len(workspace.registry.runs(data_set.id)) + 1
    name = f"{data_set.name} · tuned · run {number}"
    split = SplitSettings.from_json(study.split)
    return start_run(workspace, data_set.id, "custom", settings, split, name)


def run_of_best(workspace: Workspace, study: Study) -> Run | None:
    """Return the newest run that was trained with the best settings so far, if there is one."""
    if best(trials(study)) is None:
        return None
    settings = best_settings(study).to_json()
    return next(
        (
            run
            for run in workspace.registry.runs(study.data_set_id)
            if run.settings == settings and run.split == study.split
        ),
        None,
    )


def best_settings(study: Study) -> NetworkSettings:
    """Return the settings of the best trial.

    Raises:
        ModelError: No trial is complete yet.
    """
    found = best(trials(study))
    if found is None:
        raise ModelError("No trial is complete yet, so there is no winner.")
    base = NetworkSettings.from_json(study.settings)
    return SearchSpace.from_json(study.space).settings(base, dict(found.values))


def trials(study: Study) -> list[Trial]:
    """Return the trials of a study that have ended, in order."""
    return [Trial.from_json(each) for each in study.trials]


def best(tried: Sequence[Trial]) -> Trial | None:
    """Return the complete trial with the lowest loss; the first of them if several have it."""
    complete = [trial for trial in tried if trial.state == "complete" and trial.loss is not None]
    return min(complete, key=lambda trial: trial.loss or 0.0, default=None)


def first_complete(tried: Sequence[Trial]) -> Trial | None:
    """Return the complete trial that took the settings one begins with, as the very first does."""
    return next(
        (each for each in tried if each.state == "complete" and each.values == tried[0].values),
        None,
    )


def standing(study: Study, job: Job) -> Standing:
    """Return where a study stands, from what is wanted and what its last job does."""
    if job.active:
        if study.status != "running":
            return "stopping"
        return "waiting" if job.status == "queued" else "running"
    return "broken_off" if study.status == "running" else _ENDED[study.status]


def used_s(study: Study, job: Job) -> float:
    """Return the seconds used so far, the running trial's included."""
    running = job.status == "running" and job.started_at is not None
    own = (now() - job.started_at).total_seconds() if running and job.started_at else 0.0
    return min(study.budget_s, study.used_s + own) if study.status == "running" else study.used_s


def _checked(minutes: float) -> float:
    if not 0 < minutes <= MOST_MINUTES:
        raise ModelError(
            f"The budget should be above 0 and at most {MOST_MINUTES:,} minutes, not {minutes:g}."
        )
    return minutes
