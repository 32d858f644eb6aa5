"""What boosted trees teach a team: how probable each row's outcome was.

An outcome is one throw of a die. Trees that have not seen the row say how the die is loaded, and
networks that are shown this, or a mixture of both, learn less of what was chance (distillation:
Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015).

Whatever the networks of a fold are told comes from trees that saw no row of that fold, so these
rows still judge networks that know nothing of their outcomes. The rows that a fold learns from are
divided into parts, and trees that speak of one part have learnt from the others: with four folds
from five eighths of all rows. Only how many trees are grown is decided by rows of the first fold,
as the best epoch is by all that are left out, and whether they teach by all rows.

A teacher who knows less than the pupils harms them, which happens on few rows whose risk adds up
over the fields. So on few rows trees teach only where a logistic regression on the encoded rows
gains by them: where the mean of its log-odds and theirs says more of rows not seen than it says
alone.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from core.data.splitting import inner_folds
from core.model.challengers_kind import HASTY, QUICK
from core.model.challengers_sklearn import boosted_trees, grow_until_best, quick_logistic, threads

PARTS = 6
"""Of the rows of a fold; twelve teach no better, three worse (decision 0017)."""
FEWEST_PARTS = 3
MOST_ROWS = 300_000
"""Rows times parts; more rows have fewer parts, since half of so many teach as well."""
FEW_ROWS = 4_500
"""From so many on trees teach without being asked what they know: they harmed no file so long."""
_ASKED_PARTS = 4
SURELY = 0.5
"""Standard errors that few rows must gain by trees: German files, which they harm, hardly ever do,
and files of rules mostly (decision 0017)."""


def opinions(
    inputs: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    fold: np.ndarray,
    seed: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> np.ndarray | None:
    """Return what the networks of each fold are told of the outcome, if it is worth hearing.

    Args:
        inputs: (n, slots) as `challengers_sklearn.Trees.inputs` gives them.
        x: (n, width) the same rows encoded for the networks.
        y: (n,) outcomes, 1 = bad; both occur in each fold.
        fold: (n,) the fold that leaves the row out, from 0; three folds at least.
        seed: Fixes what is random.
        should_stop: Once it says so, no more trees are grown.

    Returns:
        (folds, n) float32 in [0, 1]; the outcome itself for rows that the fold leaves out. None
        where the trees know too little, or were stopped.
    """
    folds, few = int(fold.max()) + 1, len(y) < FEW_ROWS
    pace = HASTY if few else QUICK
    told = np.tile(y.astype(np.float32), (folds, 1))
    with threads(pace, len(y)):
        rounds, _ = grow_until_best(boosted_trees(pace, None, seed), inputs, y, fold == 0)
        trees = boosted_trees(pace, rounds, seed)
        if few and not _know_more(trees, inputs, x, y, fold):
            return None
        for learner, seen, rows in _lessons(y, fold, seed):
            if should_stop():
                return None
            trees.fit(inputs[seen], y[seen])
            told[learner, rows] = trees.predict_proba(inputs[rows])[:, 1]
    return told


def told_to_all(told: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Return what networks are told that leave no row out.

    Args:
        told: (folds, n) what the networks of each fold are told.
        fold: (n,) the fold that leaves the row out, from 0.

    Returns:
        (folds, n) the same, but of rows that the fold left out what the others are told of them on
        average: trees that have not seen the row say that, too.
    """
    own = fold == np.arange(len(told))[:, np.newaxis]
    others = np.where(own, 0, told).sum(axis=0) / (len(told) - 1)
    return np.where(own, others, told).astype(told.dtype)


def _lessons(
    y: np.ndarray, fold: np.ndarray, seed: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield a fold, rows that trees learn from and rows they speak of to the networks of it."""
    parts = max(FEWEST_PARTS, min(PARTS, MOST_ROWS // len(y)))
    for learner in range(int(fold.max()) + 1):
        learnt = np.flatnonzero(fold != learner)
        parts = min(parts, np.bincount(y[learnt]).min())
        part = inner_folds(y[learnt], None, parts, seed)
        for number in range(parts):
            yield learner, learnt[part != number], learnt[part == number]


def _know_more(
    trees: HistGradientBoostingClassifier,
    inputs: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    fold: np.ndarray,
) -> bool:
    """Return whether a logistic regression gains by trees, by more than half a standard error.

    Both leave out two of four parts at a time, so every row is judged three times.
    """
    gain, part = np.zeros(len(y)), fold % _ASKED_PARTS
    for pair in combinations(range(int(part.max()) + 1), 2):
        unseen = np.isin(part, pair)
        seen = ~unseen
        alone = quick_logistic().fit(x[seen], y[seen]).decision_function(x[unseen])
        trees.fit(inputs[seen], y[seen])
        both = (alone + trees.decision_function(inputs[unseen])) / 2
        gain[unseen] += _losses(alone, y[unseen]) - _losses(both, y[unseen])
    return bool(gain.mean() > SURELY * gain.std() / np.sqrt(len(y)))


def _losses(log_odds: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(np.logaddexp(0, log_odds) - y * log_odds)
