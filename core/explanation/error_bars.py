"""Values that rest on samples, and intervals from the spread of independent replicates."""

from dataclasses import dataclass

import numpy as np

LEAST_DEGREES = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Shapley values averaged over the games, and how precisely they are known.

    Attributes:
        values: (p,).
        se: (p,) standard error that comes from sampling coalitions.
        bars: (p,) half the width of the 95 % interval.
    """

    values: np.ndarray
    se: np.ndarray
    bars: np.ndarray

    @classmethod
    def exact(cls, values: np.ndarray) -> "Estimate":
        """Return values without an error."""
        return cls(values, np.zeros(len(values)), np.zeros(len(values)))

    def precise(self, target: float) -> bool:
        """Return whether no bar is longer than this share of the largest value."""
        return bool(self.bars.max() <= target * np.abs(self.values).max())

    def missing(self, target: float) -> float:
        """Return how many times the work so far is needed for bars of this length; ∞ for 0."""
        wanted = target * np.abs(self.values).max()
        return float(self.bars.max() / wanted) ** 2 if wanted > 0 else np.inf


def half_width(variances: np.ndarray, replicates: int) -> np.ndarray:
    """Return (p,) half the 95 % interval of a sum of estimates.

    The quantile is Student's at Satterthwaite's (1946) degrees of freedom. The square of an
    estimated variance is too large by 1 + 2 / degrees on average, which is taken out: a sum over
    many games would else pass for one over a third as many.

    Args:
        variances: (m, p) variance of each summand, each estimated from so many replicates.
        replicates: At least two.
    """
    total = variances.sum(axis=0)
    squares = (variances**2).sum(axis=0) / (replicates + 1)
    degrees = np.divide(total**2, squares, out=np.full(total.shape, np.inf), where=squares > 0) - 2
    return np.asarray(student_95(np.maximum(degrees, LEAST_DEGREES)) * np.sqrt(total))


def student_95(degrees: np.ndarray) -> np.ndarray:
    """Return the 97.5 % quantile of Student's t; to 1 % from three degrees of freedom on.

    Cornish and Fisher's expansion (Abramowitz & Stegun 26.7.5); SciPy's would load for 0.3 s.

    >>> student_95(np.array([3.0, 10.0, np.inf])).round(2).tolist()
    [3.16, 2.23, 1.96]
    """
    z = 1.959963984540054
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return np.asarray(z + first / degrees + second / degrees**2 + third / degrees**3)
