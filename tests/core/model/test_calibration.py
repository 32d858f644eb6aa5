"""core.model.calibration: log-odds that mean what they say."""

import numpy as np
import pytest

from core.model.calibration import Calibration, calibrate


def sample(n=4000, slope=1.0, shift=0.0, seed=0):
    """Return log-odds that are off by a known line, and outcomes."""
    random = np.random.default_rng(seed)
    true = random.normal(-1, 1.5, n)
    y = (random.random(n) < 1 / (1 + np.exp(-true))).astype(np.int8)
    return (true - shift) / slope, y


@pytest.mark.parametrize(
    ("slope", "shift", "method"),
    [
        (1.0, 0.0, "none"),
        (1.0, 0.8, "shift"),
        (0.5, 0.0, "slope"),
        (0.5, 0.8, "slope_and_shift"),
    ],
)
def test_the_simplest_line_that_helps_is_found(slope, shift, method):
    """And it takes back what was done to the log-odds."""
    log_odds, y = sample(slope=slope, shift=shift)
    found = calibrate(log_odds, y)
    assert found.method == method
    assert found.apply(log_odds) == pytest.approx(sample()[0], abs=0.35)
    assert found.log_loss[found.method] <= found.log_loss["none"]


def test_a_handful_of_bads_decides_nothing():
    """Nineteen bads are chance."""
    log_odds, y = np.zeros(500), np.repeat([1, 0], [19, 481])
    assert calibrate(log_odds, y) == Calibration(n=500)


def test_the_order_of_applicants_stays():
    """Even where the log-odds rank the wrong way round."""
    log_odds, y = sample()
    assert calibrate(-log_odds, y).slope > 0


def test_it_can_be_stored():
    """Nothing is lost."""
    found = calibrate(*sample(shift=0.8))
    assert Calibration.from_json(found.to_json()) == found
