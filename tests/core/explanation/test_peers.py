"""Earlier applicants alike: nearness on the score, and who is chosen."""

import numpy as np
import pandas as pd
import pytest

from core.errors import ExplanationError
from core.explanation.peers import GRID, Known, effects, peers


class Model:
    """Debt weighs twice, the home 1 if rented, blank debt 5; the shoe size is not looked at."""

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        debt = features["debt"].to_numpy(float)
        home = np.where(features["home"].isna(), 0.5, features["home"] == "rent")
        return np.where(np.isnan(debt), 5, 2 * debt) + home


def people(debts, homes, shoes=0.0):
    """Return features of so many applicants."""
    return pd.DataFrame(
        {
            "debt": np.array(debts, float),
            "home": pd.Series(homes, dtype="str"),
            "shoe": shoes,
        }
    )


def known(frame, bad=None):
    """Return them as known applicants."""
    nobody = np.zeros(len(frame))
    return Known.learn(frame, nobody > 0 if bad is None else bad, nobody)


APPLICANT = people([1.0], ["rent"])


def test_an_effect_is_what_the_score_would_change_by():
    """Field by field, blanks and categories included."""
    found = effects(
        Model(), APPLICANT, known(people([1, 3, None, 0], ["rent", "own", "own", None]))
    )
    assert found["debt"].tolist() == [0, 4, 3, -2]
    assert found["home"].tolist() == [0, -1, -1, -0.5]
    assert found["shoe"].tolist() == [0, 0, 0, 0]


def test_between_grid_points_effects_lie_on_a_line():
    """Of a field with many values; exact where the model is straight there."""
    debts = np.random.default_rng(0).normal(size=20 * GRID)
    found = effects(Model(), APPLICANT, known(people(debts, ["rent"] * len(debts))))
    assert found["debt"].to_numpy() == pytest.approx(2 * (debts - 1))


def test_the_nearest_come_first():
    """Distance is the root of the sum of squares; what the model ignores does not count."""
    frame = people([3, 2, 1.5, 1], ["rent", "own", "rent", "rent"], [9, 9, 9, 40])
    frame.index = [10, 11, 12, 13]
    found = peers(Model(), APPLICANT, known(frame, np.array([True, True, False, False])), most=3)
    assert found.known.features.index.tolist() == [13, 12, 11]
    assert found.distance == pytest.approx([0, 1, np.sqrt(5)])
    assert (found.bads, found.of) == (1, 4)


def test_equally_near_ones_stand_in_file_order():
    """Nothing depends on chance."""
    found = peers(Model(), APPLICANT, known(people([2, 0, 2], ["rent"] * 3)), most=2)
    assert found.known.features.index.tolist() == [0, 1]


def test_nobody_is_an_own_peer():
    """The applicant's row is left out."""
    everybody = known(people([1, 2], ["rent"] * 2))
    assert everybody.without(0).features.index.tolist() == [1]
    assert len(everybody.without(None).bad) == 2


def test_the_most_telling_fields_come_first():
    """Those whose values set the peers apart from the applicant most."""
    found = peers(Model(), APPLICANT, known(people([1.1, 1.2], ["own", "own"])))
    assert found.telling(2) == ["home", "debt"]


def test_there_has_to_be_somebody():
    """An empty file has no peers."""
    with pytest.raises(ExplanationError, match="but there are 1 and 0"):
        peers(Model(), APPLICANT, known(people([], [])))
