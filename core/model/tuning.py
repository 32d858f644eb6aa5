"""Proposes settings to try and remembers what came of them: Optuna, in the store's own database.

Every trial may be a process of its own. The sampler is seeded by the study's seed and by how many
trials have counted so far, so a study gives the same trials however often it was interrupted.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.importance import FanovaImportanceEvaluator, get_param_importances
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.errors import ModelError
from core.model.search_space import Choice, Range, SearchSpace, Values
from core.model.settings import NetworkSettings
from core.store.engine import lent_options

State = Literal["running", "complete", "pruned", "failed", "interrupted"]

REPORT_EVERY = 5
"""Epochs between two looks at whether a trial falls behind."""
BEFORE_PRUNING = 4
"""Trials that are finished whatever their figures."""
BEFORE_SAMPLING = 8
"""Trials drawn at random before those that did well guide the search."""
BEFORE_IMPORTANCES = 8
"""Finished trials below which importances would say nothing."""
SAME_AGAIN = 20
"""Draws in a row that were tried before, after which everything is taken to be tried."""
MOST_MADE_MEANWHILE = 20
"""Optuna has 13 tables; each can be lost once to another worker that makes them as well."""

_STATES: dict[TrialState, State] = {
    TrialState.RUNNING: "running",
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Settings to try.

    Attributes:
        number: Of the trial, from 1.
        values: By name, as `SearchSpace.settings` takes them.
        trial: Optuna's own.
    """

    number: int
    values: Values
    trial: optuna.Trial


class Tuner:
    """One study; only one trial of it runs at a time. Close it after use.

    Args:
        database_url: Of the store.
        study_id: Which study; it is made if it is not there yet, and begins with the base.
        space: What may be changed.
        base: All other settings, and the seed.
    """

    def __init__(
        self, database_url: str, study_id: str, space: SearchSpace, base: NetworkSettings
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._space, self._seed = space, base.seed
        self._storage = _storage(database_url)
        self._study = optuna.create_study(
            storage=self._storage,
            study_name=study_id,
            pruner=optuna.pruners.MedianPruner(BEFORE_PRUNING, n_warmup_steps=2 * REPORT_EVERY),
            load_if_exists=True,
        )
        if not self._trials():
            self._study.enqueue_trial(_to_optuna(space, space.nearest(base)))

    def close(self) -> None:
        """Close all connections."""
        self._storage.remove_session()
        self._storage.engine.dispose()

    def ask(self) -> Asked | None:
        """Return what to try next, or None if everything was tried.

        A trial that nobody ended was interrupted by a crash or a restart. It is tried again,
        once: what ends a process may do so again.
        """
        for lost in self._trials(TrialState.RUNNING):
            self._interrupt(lost.number, lost.params, again="again" not in lost.user_attrs)
        counted = [trial for trial in self._trials() if _counts(trial)]
        seed = np.random.SeedSequence([self._seed, len(counted)]).generate_state(1)[0]
        self._study.sampler = optuna.samplers.TPESampler(
            n_startup_trials=BEFORE_SAMPLING, seed=int(seed)
        )
        return self._something_new([trial.params for trial in counted])

    def _something_new(self, tried: list[dict[str, Any]]) -> Asked | None:
        distributions = {each.name: _distribution(each) for each in self._space.parameters}
        for _ in range(SAME_AGAIN):
            trial = self._study.ask(distributions)
            if trial.params not in tried:
                values = _from_optuna(self._space, trial.params)
                return Asked(trial.number + 1, values, trial)
            trial.set_user_attr("same", True)
            self._study.tell(trial, state=TrialState.FAIL)
        return None

    def falls_behind(self, asked: Asked, epoch: int, loss: float) -> bool:
        """Note the loss after an epoch; return whether earlier trials did better by then."""
        if epoch % REPORT_EVERY:
            return False
        asked.trial.report(loss, epoch)
        return asked.trial.should_prune()

    def complete(self, asked: Asked, loss: float, **told: Any) -> None:
        """Say what a trial came to; `told` is kept beside it."""
        self._tell(asked, told)
        self._study.tell(asked.trial, loss)

    def prune(self, asked: Asked, **told: Any) -> None:
        """Say that a trial fell behind and was given up."""
        self._tell(asked, told)
        self._study.tell(asked.trial, state=TrialState.PRUNED)

    def fail(self, asked: Asked, error: str, **told: Any) -> None:
        """Say that these settings do not work."""
        self._tell(asked, told | {"error": error})
        self._study.tell(asked.trial, state=TrialState.FAIL)

    def interrupt(self, asked: Asked, **told: Any) -> None:
        """Say that a trial was not finished; it will be the next one."""
        self._tell(asked, told)
        self._interrupt(asked.trial.number, asked.trial.params, again=True)

    def history(self) -> list[dict[str, Any]]:
        """Return one record per trial in order: number, state, loss, values and what was told."""
        return [
            {
                "number": trial.number + 1,
                "state": _state(trial),
                "loss": trial.value,
                "values": _from_optuna(self._space, trial.params),
                **trial.user_attrs,
            }
            for trial in self._trials()
            if trial.state != TrialState.WAITING and "same" not in trial.user_attrs
        ]

    def importances(self) -> dict[str, float]:
        """Return how much of the differences in loss each setting accounts for (fANOVA).

        Returns:
            Shares that sum to 1, the largest first; {} while too few trials are complete. F.
            Hutter, H. Hoos and K. Leyton-Brown, ICML 2014.
        """
        losses = {trial.value for trial in self._trials(TrialState.COMPLETE)}
        if len(losses) < BEFORE_IMPORTANCES:
            return {}
        found = get_param_importances(
            self._study, evaluator=FanovaImportanceEvaluator(seed=self._seed)
        )
        return {name: float(share) for name, share in found.items()}

    def _trials(self, *states: TrialState) -> list[FrozenTrial]:
        return self._study.get_trials(deepcopy=False, states=states or None)

    def _tell(self, asked: Asked, told: dict[str, Any]) -> None:
        for name, value in told.items():
            asked.trial.set_user_attr(name, value)

    def _interrupt(self, number: int, params: dict[str, Any], again: bool) -> None:
        self._study.tell(number, state=TrialState.FAIL)
        if again:
            self._study.enqueue_trial(params, user_attrs={"again": True})


def _counts(trial: FrozenTrial) -> bool:
    """Whether a trial told something about its settings."""
    told = trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
    return told or "error" in trial.user_attrs


def _state(trial: FrozenTrial) -> State:
    if trial.state == TrialState.FAIL and "error" not in trial.user_attrs:
        return "interrupted"
    return _STATES[trial.state]


def _storage(database_url: str) -> optuna.storages.RDBStorage:
    """Open Optuna's tables, and make them if they are not there yet.

    Raises:
        ModelError: They were written by another version of Optuna.
    """
    url = database_url.replace("{", "{{").replace("}", "}}")  # Optuna fills in a template
    for _ in range(MOST_MADE_MEANWHILE):
        try:
            return optuna.storages.RDBStorage(url, lent_options(database_url))
        except DBAPIError as error:
            if not _made_meanwhile(error):
                raise
        except RuntimeError as error:
            raise ModelError(
                f"The trials in the store were written by another version of Optuna. {error}"
            ) from error
    raise ModelError("The tables for trials could not be made. Try again in a moment.")


def _made_meanwhile(error: DBAPIError) -> bool:
    """Whether another worker made a table, or wrote its version, between our look and our turn."""
    return isinstance(error, IntegrityError) or "already exists" in str(error.orig)


def _distribution(parameter: Range | Choice) -> BaseDistribution:
    if isinstance(parameter, Choice):
        return CategoricalDistribution(parameter.options)
    if parameter.setting.scale == "doubling":
        return IntDistribution(0, parameter.doublings)
    if parameter.setting.whole:
        return IntDistribution(int(parameter.low), int(parameter.high))
    by_ratio = parameter.setting.scale == "by ratio"
    return FloatDistribution(parameter.low, parameter.high, log=by_ratio)


def _to_optuna(space: SearchSpace, values: Values) -> dict[str, Any]:
    return {each.name: _raw(each, values[each.name]) for each in space.parameters}


def _raw(parameter: Range | Choice, value: Any) -> Any:
    if isinstance(parameter, Range) and parameter.setting.scale == "doubling":
        return round(float(np.log2(value / parameter.low)))
    return value


def _from_optuna(space: SearchSpace, raw: dict[str, Any]) -> Values:
    return {
        each.name: _value(each, raw[each.name]) for each in space.parameters if each.name in raw
    }


def _value(parameter: Range | Choice, raw: Any) -> Any:
    """Return the value; a share or rate has three digits, which is what a person would type."""
    if isinstance(parameter, Choice):
        return raw
    if parameter.setting.scale == "doubling":
        return int(parameter.low) * 2**raw
    return int(raw) if parameter.setting.whole else float(f"{raw:.3g}")
