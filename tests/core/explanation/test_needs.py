"""How much the ranking needs each field: what is measured, proposed and kept."""

import pandas as pd
import pytest
from small_models import NAMES, Straight

from core.explanation.needs import Needs, find_needs
from core.explanation.selection import Dealing

IMPORTANCE = pd.DataFrame(
    {"field": NAMES, "label": [name.title() for name in NAMES], "share": [0.5, 0.45, 0.05, 0.0]}
)
GROUPS = [["weighty", "copy"], ["light"], ["idle"]]


@pytest.fixture
def dealing(rows, y) -> Dealing:
    """Two thousand applicants of whom a straight line knows."""
    return Dealing(Straight(), rows, y)


def test_the_least_needed_come_first_and_are_proposed(dealing):
    """What is needed together with its group is not, however little it weighs alone."""
    frame = find_needs(dealing, 2000, NAMES, GROUPS).ranked(IMPORTANCE)
    assert frame["field"].iloc[0] == "idle"
    assert frame["label"].iloc[0] == "Idle"
    told = frame.set_index("field")
    proposed = {"idle": True, "light": True, "weighty": False, "copy": False}
    assert told["leave_out"].to_dict() == proposed
    assert told["group"].to_dict() == {"idle": "", "light": "", "weighty": "A", "copy": "A"}
    frame = find_needs(dealing, 2000, NAMES, [["weighty", "light"], ["copy"]]).ranked(IMPORTANCE)
    assert not frame.set_index("field")["leave_out"]["light"]


def test_what_is_proposed_is_dealt_together(dealing):
    """Its fall is that of all proposed fields at once, and there is none without any."""
    assert find_needs(dealing, 2000, NAMES, GROUPS).proposed == dealing.drop(["light", "idle"])
    assert find_needs(dealing, 2000, ["weighty"], []).proposed is None


def test_every_field_is_told(dealing):
    """Whoever watches reads how many are measured, and may break it off."""
    told = []
    find_needs(dealing, 2000, NAMES, GROUPS, told.append)
    assert told == [1, 2, 3, 4]


@pytest.mark.parametrize("names", [NAMES, ["weighty"]])
def test_what_is_kept_is_read_back(dealing, names):
    """Falls, the fall of the proposed fields, AUC, n and N."""
    made = find_needs(dealing, 2500, names, GROUPS)
    files = made.to_files()
    again = Needs.from_files(lambda name: files[name])
    pd.testing.assert_frame_equal(again.falls, made.falls)
    assert (again.proposed, again.auc, again.rows, again.of) == (
        made.proposed,
        dealing.auc,
        2000,
        2500,
    )
