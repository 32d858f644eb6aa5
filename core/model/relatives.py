"""Whether the rows of a file are relatives: near copies of one another that share their outcome.

The same applicant may stand in a file several times, a few per cent apart and without an
identifier. Whoever has seen one of these rows knows the outcome of the others, whatever their
fields say; boosted trees make much of it, and so must networks that are compared with them on rows
of the same file. It shows in the residuals of a logistic regression: they are alike between a row
and the row nearest to it. Where rows stand for themselves they hardly are.

Each network of a team should then see as many of the rows as it can, and hear of their outcomes
from the beginning, not of what trees say of such rows in general alone (decision 0018).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from core.data.repeats import RELATIVES
from core.data.schema import Column
from core.model.challengers_sklearn import quick_logistic
from core.model.encoding import Encoder
from core.model.settings import MOST_FOLDS, NetworkSettings

FEWEST_ROWS = 500
"""Fewer are not judged: by chance alone their kinship may be 0.1."""
MOST_ROWS = 20_000
"""More keep their team as it is: judging them would keep the first loss waiting."""
_FEWEST_BADS = 5  # and goods, of each fold
_ASKED = 1_000


def kinship(
    features: pd.DataFrame, y: np.ndarray, columns: Sequence[Column], seed: int = 0
) -> float | None:
    """Return how alike the residuals of rows and of those nearest to them are.

    Nearest by the encoded fields, of which each counts as far as its quantiles are apart; asked of
    a thousand rows, looked for among all.

    Args:
        features: (n, ≥ p) rows.
        y: (n,) their outcomes; 1 = bad, both occur.
        columns: The p feature columns.
        seed: Fixes which rows are asked.

    Returns:
        A correlation in [-1, 1]; None for fewer than FEWEST_ROWS.

    Raises:
        ModelError: A column cannot be used.
    """
    if len(y) < FEWEST_ROWS:
        return None
    x = Encoder.fit(features, columns).encode(features)
    residual = y - quick_logistic().fit(x, y).predict_proba(x)[:, 1]
    asked = np.random.default_rng(seed).permutation(len(y))[:_ASKED]
    near = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(x)
    # The nearest is the row itself, unless it has a twin.
    first, second = near.kneighbors(x[asked], return_distance=False).T
    nearest = np.where(first == asked, second, first)
    return float(np.corrcoef(residual[asked], residual[nearest])[0, 1])


def one_fold_each(
    settings: NetworkSettings,
    features: pd.DataFrame,
    y: np.ndarray,
    columns: Sequence[Column],
    groups: np.ndarray | None,
) -> NetworkSettings:
    """Return the settings of a team; where rows are relatives, each network has its own fold.

    A network then learns from all rows but a sixteenth, instead of three quarters of them, with as
    many networks as before, in half batches, and trees teach half as much. Nothing is left to learn
    again from all rows.

    Args:
        settings: Of the network or team.
        features: (n, ≥ p) rows to learn from.
        y: (n,) their outcomes; 1 = bad.
        columns: The p feature columns.
        groups: (n,) rows of one identifier; with one, relatives stay together as it is.

    Raises:
        ModelError: A column cannot be used.
    """
    asked = settings.apart and settings.folds > 1 and settings.members > 1
    few = settings.networks <= MOST_FOLDS and len(y) < MOST_ROWS
    enough = np.bincount(y, minlength=2).min() >= _FEWEST_BADS * settings.networks
    if not asked or not few or not enough or groups is not None:
        return settings
    if (kinship(features, y, columns, settings.seed) or 0) < RELATIVES:
        return settings
    return replace(
        settings,
        folds=settings.networks,
        members=1,
        batch_size=max(1, settings.batch_size // 2),
        taught=settings.taught / 2,
        refit=False,
    )
