"""What changes for applicants when they are compared with somebody else."""

from dataclasses import dataclass

import numpy as np

from core.explanation.global_ import Explained

REASONS = 4
"""Fields that a decline may name at most (US Reg B, comment 9(b)(2)-1)."""


@dataclass(frozen=True, slots=True)
class Change:
    """How often the fields that raise the risk most are others against another population.

    Attributes:
        rows: Applicants who were explained against both.
        first: Share of them whose strongest field differs.
        among: Share of them whose set of the four strongest differs.
        among_low: Lower end of its 95 % interval (Wilson 1927).
        among_high: Upper end.
    """

    rows: int
    first: float
    among: float
    among_low: float
    among_high: float


def change(one: Explained, other: Explained, declined_from: float = 0.0) -> Change | None:
    """Return what differs between two sets; None where nobody is in both.

    Args:
        one: Explained against one population.
        other: Explained against another one, by the same model.
        declined_from: Count applicants with at least this PD alone.
    """
    rows = one.values.index.intersection(other.values.index, sort=False)
    at_risk = one.default_probability[one.values.index.get_indexer(rows)] >= declined_from
    rows = rows[at_risk]
    if rows.empty:
        return None
    first, second = (each.values.loc[rows, one.names].to_numpy() for each in (one, other))
    differs = (_strongest(first) != _strongest(second)).any(axis=1)
    tops = first.argmax(axis=1) != second.argmax(axis=1)
    return Change(len(rows), float(tops.mean()), float(differs.mean()), *_wilson(differs))


def _strongest(values: np.ndarray) -> np.ndarray:
    """Return (n, p) bool: the up to four largest values that raise the risk."""
    ranks = (-values).argsort(axis=1, kind="stable").argsort(axis=1)
    return np.asarray((ranks < REASONS) & (values > 0))


def _wilson(hits: np.ndarray) -> tuple[float, float]:
    n, share, z = len(hits), float(hits.mean()), 1.959964
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
