"""What matters for a cohort, beside everyone."""

from statistics import NormalDist

import numpy as np
import pandas as pd

from core.data.schema import Schema
from core.explanation.global_ import Explained, importance
from core.formatting import percent

LEVEL = 0.05
"""Chance of calling any field different where none is, over all fields together."""


def beside_everyone(explained: Explained, in_cohort: np.ndarray, schema: Schema) -> pd.DataFrame:
    """Return the importance of each field in a cohort and among all, the weightiest of all first.

    Columns: field, label; cohort, cohort_low, cohort_high: mean absolute Shapley value in log-odds
    with its 95 % interval over rows; everyone, low, high: the same of all; cohort_share, share: of
    all fields' sum; ratio: cohort to everyone else; differs: whether the cohort differs from
    everyone else beyond chance, by Welch's test at 5 % over all fields together (Bonferroni).

    Args:
        explained: All rows.
        in_cohort: (n,) bool, at least two rows on either side.
        schema: Of the features.
    """
    names = {"log_odds": "everyone"}
    everyone = importance(explained, schema)[["field", "label", "log_odds", "low", "high", "share"]]
    own = importance(explained.where(in_cohort), schema).set_index("field")
    frame = everyone.rename(columns=names)
    for column, name in (
        ("log_odds", "cohort"),
        ("low", "cohort_low"),
        ("high", "cohort_high"),
        ("share", "cohort_share"),
    ):
        frame[name] = own.loc[frame["field"], column].to_numpy()
    ratio, differs = _against_others(explained.values[list(frame["field"])].abs(), in_cohort)
    return frame.assign(ratio=ratio, differs=differs)


def _against_others(sizes: pd.DataFrame, in_cohort: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inside, outside = sizes[in_cohort], sizes[~in_cohort]
    if len(outside) < 2:
        return np.ones(sizes.shape[1]), np.zeros(sizes.shape[1], bool)
    gap = inside.mean() - outside.mean()
    error = np.sqrt(inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside))
    limit = NormalDist().inv_cdf(1 - LEVEL / 2 / sizes.shape[1])
    ratio = inside.mean() / outside.mean().clip(lower=1e-12)
    return ratio.to_numpy(), (gap.abs() > limit * error).to_numpy()


def finding(frame: pd.DataFrame, cohort: str) -> str:
    """Say in one sentence which field matters most differently; as `beside_everyone` returns it."""
    clear = frame[frame["differs"]]
    if clear.empty:
        return f"What moves the risk of “{cohort}” is what moves everyone's"
    gaps = (clear["cohort"] - clear["everyone"]).abs()
    first = clear.iloc[int(np.argmax(gaps))]
    more = "More" if first["cohort"] > first["everyone"] else "Less"
    shares = (
        f"{percent(float(first['cohort_share']), 0)} of the total effect, against "
        f"{percent(float(first['share']), 0)} among everyone"
    )
    return f"{more} weight on {first['label']} for “{cohort}”: {shares}"
