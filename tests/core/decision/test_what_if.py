"""core.decision.what_if: as the scorer scores, only faster."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.decision import what_if
from core.decision.what_if import WhatIf

VALUES = {"Age": 25.0, "Income": 60.0, "Amount": 2500.0, "Home": "rent"}
CHANGES = [
    {},
    {"Income": 90.0},
    {"Income": 90.0, "Amount": 1000.0},
    {"Home": "owner", "Income": None, "Age": 44.0},
    {"Income": 90.0},
]


@pytest.mark.parametrize("at_once", [512, 2])
def test_it_scores_as_the_scorer_does(scorer, monkeypatch, at_once):
    """Numbers, categories and blanks, alone and together, in blocks of any size."""
    monkeypatch.setattr(what_if, "ROWS_AT_ONCE", at_once)
    values = scorer.read(VALUES)
    said = [scorer.assess(values | change, reasons=False).log_odds for change in CHANGES]
    assert WhatIf(scorer.bundle, values)(CHANGES) == pytest.approx(said, abs=1e-5)


def test_no_changes_no_scores(scorer):
    """An empty list has an empty answer."""
    assert len(WhatIf(scorer.bundle, scorer.read(VALUES))([])) == 0


def test_fields_of_one_feature_move_together(scorer, monkeypatch):
    """Where a feature is made of two fields, their vectors are not added."""
    values = scorer.read(VALUES)
    expected = WhatIf(scorer.bundle, values)(CHANGES)
    group = {"Age": 0, "Income": 1, "Amount": 1, "Home": 3}
    monkeypatch.setattr(what_if, "_moving_together", lambda bundle: group)
    together = WhatIf(scorer.bundle, values)
    assert together(CHANGES) == pytest.approx(expected, abs=1e-5)
    assert (("Amount", 1000.0), ("Income", 90.0)) in together._places


def test_groups_come_from_the_recipe():
    """Two features that share a field bind all three fields."""
    made_of = {"ratio": ["a", "b"], "other": ["b", "c"], "d": ["d"]}
    recipe = SimpleNamespace(inputs_for=lambda features: made_of[features[0]])
    fields = [SimpleNamespace(name=name) for name in "abcd"]
    bundle = SimpleNamespace(fields=fields, features=list(made_of), recipe=recipe)
    group = what_if._moving_together(bundle)
    assert len({group[name] for name in "abc"}) == 1
    assert group["d"] != group["a"]
    assert np.unique(list(group.values())).size == 2
