"""What another reference population changes."""

import numpy as np
import pandas as pd
import pytest

from core.explanation.global_ import Explained
from core.explanation.reference_change import change

NAMES = list("abcdef")


def explained(values, index, log_odds=0.0):
    """Return a set with these effects."""
    frame = pd.DataFrame(values, index, NAMES, float)
    return Explained(frame, frame, frame.assign(log_odds=log_odds, gap=0.0, error=0.0), 0.0)


def test_the_share_whose_reasons_differ():
    """Of three applicants in both, one has another first field, and one another set of four."""
    one = explained([[6, 5, 4, 3, 2, 1]] * 4, [1, 2, 3, 4])
    other = explained(
        [[6, 5, 4, 3, 2, 1], [5, 6, 4, 3, 2, 1], [6, 5, 4, 2, 3, 1], [1, 2, 3, 4, 5, 6]],
        [1, 2, 3, 9],
    )
    found = change(one, other)
    assert (found.rows, found.first, found.among) == (3, 1 / 3, 1 / 3)
    assert found.among_low == pytest.approx(0.0615, abs=1e-4)
    assert found.among_high == pytest.approx(0.7923, abs=1e-4)


def test_what_lowers_the_risk_is_no_reason():
    """Two fields raise it in both; how the others lower it does not matter."""
    one = explained([[2, 1, -1, -2, -3, -4]], [1])
    other = explained([[2, 1, -4, -3, -2, -1]], [1])
    assert change(one, other).among == 0


def test_only_those_at_risk_are_counted():
    """Applicants below the cut-off need no reasons; without any, there is nothing to say."""
    scores = np.array([-3.0, 0.0])
    one = explained([[6, 5, 4, 3, 2, 1]] * 2, [1, 2], scores)
    other = explained([[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]], [1, 2], scores)
    assert change(one, other, declined_from=0.4).rows == 1
    assert change(one, other, declined_from=0.4).among == 0
    assert change(one, other).among == 0.5
    assert change(one, other, declined_from=0.9) is None
