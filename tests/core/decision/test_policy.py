import math

import numpy as np
import pytest

from core.decision.policy import PointsScale, Policy, probability, propose
from core.errors import DecisionError


@pytest.mark.parametrize(
    ("good_to_bad", "points"),
    [(50, 600), (100, 620), (25, 580), (1, 487), (0.5, 467)],
)
def test_points_double_the_odds_every_twenty(good_to_bad: float, points: int) -> None:
    """600 points stand for 50 : 1, and each doubling of the odds is worth 20 points."""
    assert PointsScale().points(-math.log(good_to_bad)) == points


def test_points_are_whole_and_halves_go_up() -> None:
    """The points shown are the points scored: a plain int, without rounding to even."""
    scale = PointsScale(base=0, odds=1, pdo=1)
    half = -0.5 * math.log(2)
    assert [type(scale.points(half)), scale.points(half), scale.points(-half)] == [int, 1, 0]


@pytest.mark.parametrize("scale", [{"odds": 0}, {"pdo": 0}, {"pdo": -20}])
def test_a_scale_without_slope_is_refused(scale: dict[str, int]) -> None:
    """Points have to fall as the risk rises."""
    with pytest.raises(DecisionError, match="at least 1, but has"):
        PointsScale(**scale)


@pytest.mark.parametrize(
    ("log_odds", "expected"),
    [(0.0, 0.5), (math.log(3), 0.75), (-math.log(3), 0.25), (1e4, 1.0), (-1e4, 0.0)],
)
def test_probability_of_log_odds(log_odds: float, expected: float) -> None:
    """Even extreme log-odds give a probability, not an overflow."""
    assert probability(log_odds) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("default_probability", "decision"),
    [
        (0.0, "approve"),
        (0.1999, "approve"),
        (0.2, "refer"),
        (0.3999, "refer"),
        (0.4, "decline"),
        (1.0, "decline"),
    ],
)
def test_cut_offs_belong_to_the_stricter_side(default_probability: float, decision: str) -> None:
    """Exactly at a cut-off the more careful decision holds."""
    assert Policy(0.2, 0.4).decide(default_probability) == decision


def test_equal_cut_offs_leave_no_refer_band() -> None:
    """One cut-off approves or declines everybody."""
    policy = Policy(0.3, 0.3)
    assert [policy.decide(p) for p in (0.29, 0.3)] == ["approve", "decline"]
    assert policy.sentence == "Approve below 30.0\xa0%, decline from there on."


@pytest.mark.parametrize("cut_offs", [(0.5, 0.4), (-0.1, 0.4), (0.2, 1.1)])
def test_contradicting_cut_offs_are_refused(cut_offs: tuple[float, float]) -> None:
    """Approving above the decline cut-off makes no sense and is said in words."""
    with pytest.raises(DecisionError, match="cannot both hold"):
        Policy(*cut_offs)


def test_a_policy_survives_json() -> None:
    """What is stored is what was decided with."""
    policy = Policy(0.123, 0.456, PointsScale(500, 20, 40), version=3)
    assert Policy.from_json(policy.to_json()) == policy


def test_the_digest_names_what_decides() -> None:
    """Two versions with the same cut-offs and points share it; another cut-off changes it."""
    assert Policy(0.2, 0.4).digest == Policy(0.2, 0.4, version=7).digest
    assert Policy(0.2, 0.4).digest != Policy(0.2, 0.41).digest


def test_proposed_cut_offs_part_good_from_bad() -> None:
    """Decline begins where good and bad lie furthest apart; a tenth beneath is referred."""
    pd_hat = np.arange(1, 101) / 100  # 1 % … 100 %
    y = (pd_hat >= 0.705).astype(int)  # everybody from 71 % on is bad
    policy = propose(y, pd_hat)
    assert policy.decline_from == 0.71
    referred = [p for p in pd_hat if policy.decide(p) == "refer"]
    assert len(referred) == 10
    assert policy.approve_below == pytest.approx(0.604, abs=0.003)


def test_few_applicants_under_the_cut_off_are_halved() -> None:
    """The refer band never swallows all who could be approved."""
    pd_hat = np.arange(1, 101) / 100
    policy = propose((pd_hat > 0.105).astype(int), pd_hat)
    decisions = [policy.decide(p) for p in pd_hat]
    assert policy.decline_from == 0.11
    assert (decisions.count("approve"), decisions.count("refer")) == (5, 5)


@pytest.mark.parametrize("y", [np.zeros(5), np.ones(5), np.array([])])
def test_cut_offs_need_both_outcomes(y: np.ndarray) -> None:
    """Without goods or without bads there is nothing to part."""
    with pytest.raises(DecisionError, match="good and bad applicants"):
        propose(y, np.linspace(0, 1, len(y)))
