"""How fine a file's numbers are encoded: judged by rows that the finer encoding has not seen.

A jump of the risk that few rows show looks like chance. Where a file has many of them, cuts that
each prove little tell a lot together; where it has none, they are noise to every network. So
encodings finer and finer are learnt without each fold in turn, and a penalised logistic regression
on each says how probable the outcomes of that fold were.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.data.schema import Column
from core.model.challengers_sklearn import quick_logistic
from core.model.cuts import FINER_DEVIANCES, LEAST_DEVIANCE
from core.model.encoding import Encoder
from core.model.settings import NetworkSettings

MANY_ROWS = 4_500
"""From so many on it is judged: of smaller files, which are cross-validated, a dozen encodings are
learnt, and the time for that would be missed."""
MOST_ROWS = 40_000
"""More show a jump by themselves, and judging would keep the first loss waiting."""
_JUDGES = 5_000  # rows that judge; of large files one fold is enough


def least_deviance(
    features: pd.DataFrame,
    y: np.ndarray,
    columns: Sequence[Column],
    settings: NetworkSettings,
    fold: np.ndarray,
) -> float:
    """Return what a cut must take off the deviance to be kept.

    A finer encoding is taken if it takes as much off the deviance of unseen rows as a single cut
    must where nothing is judged; then the next one is tried.

    Args:
        features: (n, ≥ p) rows to learn from.
        y: (n,) their outcomes; 1 = bad.
        columns: The p feature columns.
        settings: Of the network.
        fold: (n,) the fold that leaves the row out, from 0.
    """
    judged = MANY_ROWS <= len(y) < MOST_ROWS and settings.folds > 1
    if not judged or not settings.cuts or settings.numeric != "piecewise":
        return LEAST_DEVIANCE
    folds = _judges(fold)

    def unseen(least: float) -> float:
        return sum(_unseen(features, y, columns, settings, fold == one, least) for one in folds)

    chosen, deviance = LEAST_DEVIANCE, unseen(LEAST_DEVIANCE)
    for finer in FINER_DEVIANCES:
        now = unseen(finer)
        if deviance - now < LEAST_DEVIANCE:
            break
        chosen, deviance = finer, now
    return chosen


def _judges(fold: np.ndarray) -> range:
    """Return the first folds that hold enough rows together, or all."""
    rows = np.bincount(fold).cumsum()
    return range(min(int(np.searchsorted(rows, _JUDGES)) + 1, len(rows)))


def _unseen(
    features: pd.DataFrame,
    y: np.ndarray,
    columns: Sequence[Column],
    settings: NetworkSettings,
    left_out: np.ndarray,
    least: float,
) -> float:
    """Return the deviance of the rows left out."""
    from sklearn.metrics import log_loss  # slow to import

    seen = features[~left_out]
    vary = [column for column in columns if seen[column.name].nunique(dropna=False) > 1]
    encoder = Encoder.fit(
        seen, vary, "piecewise", settings.bins, settings.cuts, y[~left_out], least
    )
    model = quick_logistic().fit(encoder.encode(seen), y[~left_out])
    said = model.predict_proba(encoder.encode(features[left_out]))[:, 1]
    return float(2 * log_loss(y[left_out], said, normalize=False, labels=[0, 1]))
