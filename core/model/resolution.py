"""How fine a file's numbers are encoded: judged by rows that the finer encoding has not seen.

A jump of the risk that few rows show looks like chance. Where a file has many of them, cuts that
each prove little tell a lot together; where it has none, they are noise to every network. So both
encodings are learnt without each fold in turn, and a penalised logistic regression on either says
how probable the outcomes of that fold were.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.data.schema import Column
from core.model.blocks import FINE_DEVIANCE, LEAST_DEVIANCE
from core.model.challengers_sklearn import quick_logistic
from core.model.encoding import Encoder
from core.model.settings import NetworkSettings

MANY_ROWS = 4_500
"""From so many on it is judged: of smaller files, which are cross-validated, a dozen encodings are
learnt, and the time for that would be missed."""
_MOST_ROWS = 20_000  # more show a jump by themselves, and judging keeps the first loss waiting


def least_deviance(
    features: pd.DataFrame,
    y: np.ndarray,
    columns: Sequence[Column],
    settings: NetworkSettings,
    fold: np.ndarray,
) -> float:
    """Return what a cut must take off the deviance to be kept.

    The finer encoding is taken if it takes as much off the deviance of unseen rows as a single cut
    must where nothing is judged.

    Args:
        features: (n, ≥ p) rows to learn from.
        y: (n,) their outcomes; 1 = bad.
        columns: The p feature columns.
        settings: Of the network.
        fold: (n,) the fold that leaves the row out, from 0.
    """
    judged = MANY_ROWS <= len(y) < _MOST_ROWS and settings.folds > 1
    if not judged or not settings.cuts or settings.numeric != "piecewise":
        return LEAST_DEVIANCE
    usual, fine = (
        sum(
            _unseen(features, y, columns, settings, fold == number, least)
            for number in range(settings.folds)
        )
        for least in (LEAST_DEVIANCE, FINE_DEVIANCE)
    )
    return FINE_DEVIANCE if usual - fine >= LEAST_DEVIANCE else LEAST_DEVIANCE


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
