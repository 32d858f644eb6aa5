"""The cross-validation of a run: all models once per fold and repeat, and what they say of it.

On small files an epoch is too little work for two cores, so that two folds learn side by side.
Their figures are the same as one after the other: nothing random is shared between trainings.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.splitting import Split, SplitSettings, cross_validation
from core.evaluation.holdout import HELD_OUT
from core.evaluation.resampled import fold_figures
from core.jobs.train_material import Learnt, Material, learn
from core.jobs.train_request import folds_at_once
from core.model.keeper import Watch


@dataclass(frozen=True)
class Fold:
    """What models said about the rows of a fold that they had not seen.

    Attributes:
        judged: Columns row, part ("test"), y and one per model.
        figures: One row per model; see core.evaluation.resampled.
    """

    judged: pd.DataFrame
    figures: pd.DataFrame


@dataclass(frozen=True)
class CrossValidated:
    """What models said about rows they had not seen.

    Attributes:
        predictions: One row per row of the data: row, part ("test"), y and a column per model;
            of the first repeat.
        folds: One row per repeat, fold and model; see core.evaluation.resampled.
        repeats: How often every row was a test row; fewer than asked for if it was stopped.
    """

    predictions: pd.DataFrame
    folds: pd.DataFrame
    repeats: int


def cross_validate(
    learnt: Learnt,
    shares: SplitSettings,
    should_stop: Callable[[], bool] = lambda: False,
    done: Callable[[int], None] = lambda folds: None,
) -> CrossValidated | None:
    """Fit all models once per fold and repeat, and let them judge the rows of the fold.

    Args:
        learnt: What learnt from all rows; folds are cut from the same.
        shares: How many folds and repeats.
        should_stop: Asked often; when it says so, the repeats that are complete are kept.
        done: Is told after each fold how many are done.

    Returns:
        The evidence, or None if it was stopped before a repeat was complete.
    """
    found: list[Fold] = []
    for fold in _folds(learnt, shares, should_stop):
        found.append(fold)
        done(len(found))
        if should_stop():
            break
    repeats = len(found) // shares.folds
    return _joined(found[: repeats * shares.folds], repeats, learnt.material) if repeats else None


def _folds(
    learnt: Learnt, shares: SplitSettings, should_stop: Callable[[], bool]
) -> Iterator[Fold]:
    """Yield the folds in order, until it is stopped."""
    material = learnt.material
    splits = list(cross_validation(material.whole, material.schema, shares))

    def judged(number: int) -> Fold | None:
        repeat, parts = splits[number]
        if should_stop():
            return None
        return _fold(learnt, parts, (repeat, number % shares.folds), should_stop)

    with ThreadPoolExecutor(folds_at_once(len(material.whole)), "fold") as pool:
        for fold in pool.map(judged, range(len(splits))):
            if fold is None:
                return
            yield fold


def _fold(
    learnt: Learnt, parts: Split, place: tuple[int, int], should_stop: Callable[[], bool]
) -> Fold | None:
    """Return what models say that learn outside a fold; None if they were stopped."""
    watch = Watch(should_stop=should_stop, thorough=False)
    inside = learn(learnt.material.divided(parts), watch, width=learnt.width)
    if inside is None or inside.fitted.trained.stopped:
        return None
    judged = inside.predict("test", parts.test)
    figures = _figures(judged).assign(
        n_train=len(parts.train) + len(parts.validation),
        n_test=len(judged),
        repeat=place[0],
        fold=place[1],
    )
    return Fold(judged, figures)


def _figures(judged: pd.DataFrame) -> pd.DataFrame:
    scores = {
        str(name): judged[name].to_numpy(np.float64)
        for name in judged.columns.drop(["row", "part", "y", HELD_OUT])
    }
    return pd.DataFrame(fold_figures(judged["y"].to_numpy(), scores))


def _joined(folds: list[Fold], repeats: int, material: Material) -> CrossValidated:
    """Return complete repeats as one."""
    first = pd.concat([fold.judged for fold in folds[: len(folds) // repeats]])
    return CrossValidated(
        # The baseline knows no applicant: a share per fold would only look like a ranking.
        first.assign(majority=float(material.y.mean())),
        pd.concat([fold.figures for fold in folds], ignore_index=True),
        repeats,
    )
