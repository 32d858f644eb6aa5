import math

import numpy as np
import pandas as pd
import pytest

from core.data.conditions import Condition
from core.decision.effect import Share, effect
from core.decision.policy import DECISIONS, Policy
from core.decision.rules import Rule

PD = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.9])
Y = np.array([0, 1, 0, 1, 1, 1])
ROWS = pd.DataFrame({"Age": [17.0, 30.0, 40.0, np.nan, 50.0, 16.0]})


@pytest.mark.parametrize("cut_offs", [(0.2, 0.4), (0.3, 0.3), (0.0, 1.0), (0.0, 0.0), (1.0, 1.0)])
def test_bands_are_those_of_the_policy(cut_offs: tuple[float, float]) -> None:
    """Counting by band agrees with deciding one applicant after the other."""
    policy = Policy(*cut_offs)
    decided = [policy.decide(p) for p in PD]
    found = effect(policy, Y, PD, ROWS)
    assert found.rows == {decision: decided.count(decision) for decision in DECISIONS}
    assert found.n == 6


def test_bad_rates_are_by_band() -> None:
    """One of the two approved, one of the two referred, and both declined turned out bad."""
    found = effect(Policy(0.2, 0.4), Y, PD, ROWS)
    assert [found.bad_rate(decision).value for decision in DECISIONS] == [0.5, 0.5, 1.0]
    assert found.share("approve").value == pytest.approx(1 / 3)


def test_rules_make_decisions_stricter() -> None:
    """Of two under 18 one would be approved; who is declined already stays so."""
    rule = Rule(Condition("Age", "below", 18.0), "refer", "The applicant is under 18.")
    found = effect(Policy(0.2, 0.4, rules=(rule,)), Y, PD, ROWS)
    assert found.rows == {"approve": 1, "refer": 3, "decline": 2}


def test_nobody_has_no_bad_rate() -> None:
    """A band without applicants says nothing."""
    nobody = effect(Policy(0.3, 0.3), Y, PD, ROWS).bad_rate("refer")
    assert math.isnan(nobody.value)
    assert all(math.isnan(end) for end in nobody.interval)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(5, 10, 0.2366, 0.7634), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1)]
)
def test_wilson_intervals(k: int, n: int, low: float, high: float) -> None:
    """Values from the textbook; they never leave [0, 1]."""
    assert Share(k, n).interval == pytest.approx((low, high), abs=5e-5)
