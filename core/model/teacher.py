"""What boosted trees teach a team: how probable each row's outcome was.

An outcome is one throw of a die. Trees that have not seen the row say how the die is loaded, and
networks that are shown this, or a mixture of both, learn less of what was chance (distillation:
Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015).

Whatever the networks of a fold are told comes from trees that saw no row of that fold, so these
rows still judge networks that know nothing of their outcomes. Trees that leave out two folds speak
to the networks of both; so there must be three at least. Only how many trees are grown is decided
by rows of the first fold, as the best epoch is by all that are left out.
"""

from collections.abc import Callable
from itertools import combinations

import numpy as np

from core.model.challengers_kind import QUICK
from core.model.challengers_sklearn import boosted_trees, grow_until_best, threads


def opinions(
    inputs: np.ndarray,
    y: np.ndarray,
    fold: np.ndarray,
    seed: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> np.ndarray:
    """Return what the networks of each fold are told of the outcome.

    Args:
        inputs: (n, slots) as `challengers_sklearn.Trees.inputs` gives them.
        y: (n,) outcomes, 1 = bad; both occur in each fold.
        fold: (n,) the fold that leaves the row out, from 0; three folds at least.
        seed: Fixes what is random.
        should_stop: Once it says so, the trees that are left are not grown.

    Returns:
        (folds, n) float32 in [0, 1]; the outcome itself for rows that the fold leaves out.
    """
    folds = int(fold.max()) + 1
    told = np.tile(y.astype(np.float32), (folds, 1))
    with threads(QUICK, len(y)):
        rounds, _ = grow_until_best(boosted_trees(QUICK, None, seed), inputs, y, fold == 0)
        for one, other in combinations(range(folds), 2):
            if should_stop():
                break
            seen = (fold != one) & (fold != other)
            trees = boosted_trees(QUICK, rounds, seed).fit(inputs[seen], y[seen])
            for learner, left_out in ((one, other), (other, one)):
                rows = np.flatnonzero(fold == left_out)
                told[learner, rows] = trees.predict_proba(inputs[rows])[:, 1]
    return told
