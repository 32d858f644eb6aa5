"""Intervals from the spread of independent replicates."""

import numpy as np

LEAST_DEGREES = 3.0


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
