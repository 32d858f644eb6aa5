"""Intervals from replicates: their quantile and their degrees of freedom."""

import numpy as np
import pytest

from core.explanation.error_bars import Estimate, half_width, student_95


@pytest.mark.parametrize("degrees", [3, 4, 7, 20, 200])
def test_quantiles_are_students(degrees):
    """Within 1 % of SciPy's, from three degrees of freedom on."""
    stats = pytest.importorskip("scipy.stats")
    assert student_95(np.array([degrees]))[0] == pytest.approx(
        stats.t.ppf(0.975, degrees), rel=0.01
    )


def test_many_alike_summands_have_a_normal_interval():
    """A thousand variances of 1 / 1000 add up to 1 with a quantile near 1.96."""
    bars = half_width(np.full((1000, 2), 0.001), replicates=2)
    assert bars == pytest.approx([1.96, 1.96], abs=0.01)


def test_one_dominating_summand_makes_the_interval_wide():
    """What rests on a single pair of replicates is not passed for a precise variance."""
    variances = np.full((100, 1), 1e-6)
    variances[0] = 1
    assert half_width(variances, replicates=2)[0] > 3


def test_nothing_varying_has_no_width():
    """A field that is no player has a bar of zero, not a division by zero."""
    assert half_width(np.zeros((5, 1)), replicates=2).tolist() == [0]


def test_half_the_length_takes_four_times_the_work():
    """Bars fall with the root of the work; nothing makes them vanish."""
    estimate = Estimate(np.array([2.0, -4.0]), np.zeros(2), np.array([0.04, 0.08]))
    assert estimate.precise(0.02)
    assert not estimate.precise(0.01)
    assert estimate.missing(0.01) == pytest.approx(4)
    assert estimate.missing(0) == np.inf
