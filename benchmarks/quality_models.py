"""The models that the benchmark of quality compares, each in its strongest fair form.

All have the same training fold. Boosted trees grow at a low rate with more rounds than they need,
stop where the watched rows say so, and are grown again on the whole fold; which of two sizes of
tree is decided by the watched rows, too. Networks use their presets as they are.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from benchmarks.quality_data import Fold
from core.data.splitting import inner_folds
from core.evaluation.words import model_label
from core.model.challengers import KINDS, Key
from core.model.challengers_boosted import CatBoost, LightGBM, XGBoost
from core.model.challengers_kind import Boosted, Pace
from core.model.challengers_sklearn import Trees
from core.model.served import sigmoid
from core.model.settings import PRESETS

NETWORKS = ("recommended", "additive", "paper")
TREES: dict[str, type[Boosted]] = {
    "trees": Trees,
    "lightgbm": LightGBM,
    "xgboost": XGBoost,
    "catboost": CatBoost,
}
MODELS = (*NETWORKS, "logistic", "scorecard", *TREES)

# One thread: several wait for each other hundreds of times a tree, and where other work takes the
# cores that is 40 times slower.
THOROUGH = Pace(learning_rate=0.05, most_rounds=3000, patience=50, threads=1)
LEAVES = (7, 31)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a model says about the rows that judge.

    Attributes:
        pd_hat: (m,) probabilities of default.
        seconds: Fitting took.
        stopped: (m,) the same by the trees that stopped early and were not grown again.
    """

    pd_hat: np.ndarray
    seconds: float
    stopped: np.ndarray | None = None


def missing_library(key: str) -> bool:
    """Return whether a model cannot be measured here because it is not installed."""
    return key in KINDS and not KINDS[key].installed()


def label(key: str) -> str:
    """Return what a model is called in the table."""
    if key in NETWORKS:
        return f"Network, {PRESETS[key].title.lower()}"
    return model_label(key)


def answer(key: str, fold: Fold, quick: bool) -> Answer:
    """Fit one model on a fold and let it judge.

    Args:
        key: One of MODELS.
        fold: The rows.
        quick: Fewer epochs and rounds.
    """
    way: Callable[[str, Fold, bool], Answer] = (
        _network if key in NETWORKS else _trees if key in TREES else _plain
    )
    return way(key, fold, quick)


def _network(key: str, fold: Fold, quick: bool) -> Answer:
    from core.model.fitting import fit_encoder, fit_network  # loads Keras
    from core.model.relatives import one_fold_each

    lesson = fold.lesson
    settings = replace(PRESETS[key].settings, seed=lesson.seed)
    settings = replace(settings, epochs=min(settings.epochs, 20)) if quick else settings
    started = time.perf_counter()
    settings = one_fold_each(settings, lesson.frame, lesson.y, lesson.columns, fold.groups)
    left_out = (
        np.where(lesson.validates, 0, -1)
        if settings.folds == 1
        else inner_folds(lesson.y, fold.groups, settings.folds, lesson.seed)
    )
    encoder = fit_encoder(lesson.frame, lesson.y, lesson.columns, settings, left_out)
    fitted = fit_network(lesson.frame, lesson.y, encoder, settings, left_out)
    assert fitted is not None  # nobody stops it
    seconds = time.perf_counter() - started
    return Answer(sigmoid(fitted.network.log_odds(fitted.encoder.encode(fold.test))), seconds)


def _plain(key: str, fold: Fold, quick: bool) -> Answer:
    started = time.perf_counter()
    model = KINDS[cast(Key, key)].fit(fold.lesson)
    return Answer(model.predict(fold.test), time.perf_counter() - started)


def _trees(key: str, fold: Fold, quick: bool) -> Answer:
    kind, started = TREES[key], time.perf_counter()
    pace = replace(THOROUGH, most_rounds=100) if quick else THOROUGH
    tried = []
    for leaves in LEAVES:
        lesson = replace(fold.lesson, pace=replace(pace, leaves=leaves))
        tried.append((lesson, *kind.stop_early(lesson)))
    lesson, stopped, rounds, _ = min(tried, key=lambda each: each[-1])
    grown = kind.grow(lesson, rounds)
    seconds = time.perf_counter() - started
    return Answer(grown.predict(fold.test), seconds, stopped.predict(fold.test))
