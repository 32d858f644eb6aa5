"""Which fields a model could do without: drops in AUC, groups, and what is proposed."""

import numpy as np
import pandas as pd
import pytest
from small_models import NAMES, WEIGHTS, Straight

from core.data.schema import Column, Schema
from core.errors import ExplanationError
from core.evaluation.metrics import auc
from core.explanation.global_ import Explained
from core.explanation.selection import Dealing, groups
from core.model.served import sigmoid


def scores(rows: pd.DataFrame) -> np.ndarray:
    """What the network says, as probabilities."""
    return sigmoid((rows[NAMES].to_numpy(np.float32) @ np.array(WEIGHTS, np.float32)).astype(float))


def test_the_auc_is_the_one_that_is_reported(rows, y):
    """Ties count a half: the placements average to the AUC of the evaluation."""
    rounded = rows.round(0)
    assert Dealing(Straight(), rounded, y).auc == pytest.approx(auc(y, scores(rounded)))


def test_a_drop_is_what_dealing_costs(rows, y):
    """By hand: the AUC in place, less the mean AUC with one column dealt anew."""
    dealing = Dealing(Straight(), rows, y)
    drop = dealing.drop(["weighty"])
    random = np.random.default_rng(0)
    by_hand = [
        auc(y, scores(rows.assign(weighty=random.permutation(rows["weighty"])))) for _ in range(20)
    ]
    assert drop.low < dealing.auc - np.mean(by_hand) < drop.high
    assert drop.value > 0.05


def test_a_field_the_network_does_not_read_costs_nothing(rows, y):
    """Its drop is 0, and so is its interval."""
    drop = Dealing(Straight(), rows, y).drop(["idle"])
    assert (drop.value, drop.low, drop.high) == (0, 0, 0)


def test_a_group_is_dealt_together(rows, y):
    """Two copies cost far more together than each: one alone still tells what the other told."""
    dealing = Dealing(Straight(), rows, y)
    alone = dealing.drop(["weighty"]).value + dealing.drop(["copy"]).value
    together = dealing.drop(["weighty", "copy"])
    assert together.low > alone


def test_outcomes_have_to_differ(rows):
    """Nothing can be ranked where nobody defaulted."""
    with pytest.raises(ExplanationError, match="all are alike"):
        Dealing(Straight(), rows, np.zeros(2000))


SCHEMA = Schema(
    (
        *(Column(name, "number", "feature", label=name.title()) for name in NAMES),
        Column("home", "category", "feature", label="Home"),
    )
)


def explained(rows: pd.DataFrame) -> Explained:
    """Every value is its own share; a home that follows `weighty`."""
    values = rows[NAMES].assign(home=rows["weighty"] > 0)
    homes = pd.Series(np.where(rows["weighty"] > 0, "rent", "own"), dtype="str")
    return Explained(values.astype(float), rows[NAMES].assign(home=homes), pd.DataFrame(), 0.0)


def test_fields_that_say_the_same_are_in_a_group(rows):
    """Up or down, categories by what they mean for the risk."""
    found = groups(explained(rows.assign(copy=-rows["copy"])), SCHEMA)
    assert sorted(found) == [["idle"], ["light"], ["weighty", "copy", "home"]]
    assert len(groups(explained(rows), SCHEMA, least=1.01)) == 5
