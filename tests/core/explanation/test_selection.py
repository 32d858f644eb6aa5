"""Which fields a model could do without: drops in AUC, groups, and what is proposed."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.errors import ExplanationError
from core.evaluation.metrics import auc
from core.explanation.global_ import Explained
from core.explanation.selection import Dealing, groups, ranked
from core.model.served import ServedNetwork, sigmoid

NAMES = ["weighty", "copy", "light", "idle"]
WEIGHTS = [1.0, 1.0, 0.05, 0.0]


class Straight:
    """Encodes each of the fields into one slot; the network adds them up by weight."""

    def __init__(self) -> None:
        weights = np.array(WEIGHTS, np.float32)[:, np.newaxis]
        self.network = ServedNetwork([weights], [np.zeros(1, np.float32)])
        self.encoder = SimpleNamespace(
            encode=lambda frame: frame[NAMES].to_numpy(np.float32),
            block=lambda name: slice(NAMES.index(name), NAMES.index(name) + 1),
        )


@pytest.fixture
def rows() -> pd.DataFrame:
    """Two thousand applicants; `copy` repeats `weighty` but for a little noise."""
    random = np.random.default_rng(3)
    weighty = random.normal(size=2000)
    frame = pd.DataFrame({name: random.normal(size=2000) for name in NAMES})
    return frame.assign(weighty=weighty, copy=weighty + 0.1 * frame["copy"])


@pytest.fixture
def y(rows: pd.DataFrame) -> np.ndarray:
    """Outcomes that follow `weighty`."""
    return (rows["weighty"] + np.random.default_rng(4).normal(size=2000) > 1).to_numpy()


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


def test_the_least_needed_come_first_and_are_proposed(rows, y):
    """What is needed together with its group is not, however little it weighs alone."""
    importance = pd.DataFrame(
        {"field": NAMES, "label": [name.title() for name in NAMES], "share": [0.5, 0.45, 0.05, 0.0]}
    )
    together = [["weighty", "copy"], ["light"], ["idle"]]
    *_, frame = ranked(Dealing(Straight(), rows, y), importance, together)
    assert frame["field"].iloc[0] == "idle"
    assert frame.set_index("field")["leave_out"].to_dict() == {
        "idle": True,
        "light": True,
        "weighty": False,
        "copy": False,
    }
    assert frame.set_index("field")["group"].to_dict() == {
        "idle": "",
        "light": "",
        "weighty": "A",
        "copy": "A",
    }
    *_, frame = ranked(Dealing(Straight(), rows, y), importance, [["weighty", "light"], ["copy"]])
    assert not frame.set_index("field")["leave_out"]["light"]
