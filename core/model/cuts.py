"""Where the risk jumps between two values of a number."""

from functools import partial

import numpy as np

LEAST_DEVIANCE, FINER_DEVIANCES = 12.0, (6.0, 4.0)
"""What a cut must take off the deviance, -2 log-likelihood, beyond the trend. Chance alone reaches
3.8 in one cut of twenty, and around 12 where the best of all cuts is looked for; 6, and then 4, are
enough in files whose finer cuts prove themselves (core.model.resolution)."""
MOST_VALUES = 2_000
"""Between so many values cuts are looked for; longer columns do without most of the others."""
_LEAST_ROWS, _LEAST_SHARE = 10, 1 / 500  # between two cuts


def jumps(
    known: np.ndarray, y: np.ndarray, trend: np.ndarray, most: int, least: float
) -> np.ndarray:
    """Return values after which the share of bads jumps more than a trend and chance explain.

    The trend is a logistic regression on ramps. A tree on its residuals (y - p) / (p (1 - p)),
    weighted by p (1 - p), takes off as squares what its cuts take off the deviance, to second
    order. It is pruned from its leaves (cost complexity: Breiman et al., "Classification and
    Regression Trees", 1984), for two cuts around a bump may tell much where one tells nothing.

    Args:
        known: (n,) the numbers that are there, ascending.
        y: (n,) their outcomes, 1 = bad.
        trend: (k,) edges of the ramps, ascending, k at least 2.
        most: Of these values; beyond it those that tell most are looked for one by one.
        least: What each must take off the deviance, on average.
    """
    from sklearn.tree import DecisionTreeRegressor  # slow to import, and serving never fits

    if np.ptp(y) == 0:
        return np.empty(0)
    values = np.unique(known[np.linspace(0, len(known) - 1, MOST_VALUES).astype(int)])
    residual, weight = _beyond(trend, values, known, y)
    tree = partial(
        DecisionTreeRegressor,
        min_weight_fraction_leaf=min(0.5, max(_LEAST_SHARE, _LEAST_ROWS / len(y))),
        ccp_alpha=least / weight.sum(),
        random_state=0,
    )
    place = np.arange(len(values))[:, np.newaxis]
    for each in (tree(), tree(max_leaf_nodes=most + 1)):
        grown = each.fit(place, residual, sample_weight=weight).tree_
        if grown.n_leaves <= most + 1:
            break
    return np.asarray(values[grown.threshold[grown.feature >= 0].astype(int)])


def _beyond(
    trend: np.ndarray, values: np.ndarray, known: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the residual of the rows up to each value and above the one before, and its weight."""
    from sklearn.linear_model import LogisticRegression

    ends = np.searchsorted(known, values, side="right")
    rows, bad = np.diff(ends, prepend=0), np.diff(np.cumsum(y)[ends - 1], prepend=0)
    ramps = np.clip((values[:, np.newaxis] - trend[:-1]) / np.diff(trend), 0, 1)
    outcome = np.repeat([1, 0], len(values))
    smooth = LogisticRegression().fit(np.tile(ramps, (2, 1)), outcome, np.append(bad, rows - bad))
    pd_hat = smooth.predict_proba(ramps)[:, 1]
    weight = rows * pd_hat * (1 - pd_hat)
    return (bad - rows * pd_hat) / weight, weight
