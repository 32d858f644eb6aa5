"""Fields that may change: the proposal, and what is kept in its place."""

import math

import pytest

from core.decision.levers import Levers, keep_levers, levers_of, propose_again
from core.decision.registration import register
from core.decision.scoring import Scorer
from core.errors import ExplanationError
from core.explanation.levers import Lever, proposed_levers
from tests.core.decision.conftest import POLICY

OWN = (Lever("Amount", "down", high=900.0, step=50.0, cost=2.0), Lever("Home"))


def test_the_proposal_holds_until_something_is_kept(workspace, scorer):
    """From the dictionary and the names, by nobody."""
    assert levers_of(workspace, scorer) == Levers(proposed_levers(scorer.bundle.fields))


def test_what_is_kept_holds_for_every_version_of_the_run(workspace, scorer):
    """To the last setting, with who chose it and when; another policy makes no difference."""
    keep_levers(workspace, scorer, OWN, beyond=True, user="ann")
    kept = levers_of(workspace, scorer)
    assert (kept.levers, kept.beyond, kept.user) == (OWN, True, "ann")
    assert kept.at is not None
    other = register(workspace, scorer.model.run_id, "Stricter", POLICY)
    assert levers_of(workspace, Scorer.load(workspace, other.id)) == kept
    keep_levers(workspace, scorer, OWN[:1], beyond=False, user="bob")
    assert levers_of(workspace, scorer).levers == OWN[:1]


def test_there_is_a_way_back(workspace, scorer):
    """To the proposal, also where it holds already."""
    keep_levers(workspace, scorer, (), beyond=False, user="ann")
    assert levers_of(workspace, scorer).levers == ()
    for _ in range(2):
        propose_again(workspace, scorer)
        assert levers_of(workspace, scorer).levers == proposed_levers(scorer.bundle.fields)


@pytest.mark.parametrize(
    ("lever", "words"),
    [
        (Lever("Salary"), "'Salary' is no number or category"),
        (Lever("Home"), "'Home' is named twice"),
        (Lever("Amount", low=9.0, high=1.0), "at least 9 is more than at most 1"),
        (Lever("Amount", step=0.0), "step should be above 0, but is 0"),
        (Lever("Amount", cost=-1.0), "weight should be above 0, but is -1"),
        (Lever("Amount", cost=math.nan), "weight should be a number .* but is nan"),
        (Lever("Amount", cost=None), "weight should be a number .* but is None"),
        (Lever("Amount", step=math.inf), "step should be a number .* but is inf"),
        (Lever("Amount", low=math.nan), "at least should be a number .* but is nan"),
        (Lever("Amount", low="a"), "at least should be a number .* but is 'a'"),
        (Lever("Amount", high=1e300), r"at most should be a number from -1e\+15 to 1e\+15"),
        (Lever("Amount", high=10**400), "at most should be a number .* but is 10{30}"),
        (Lever("Amount", "sideways"), "up, down or either, but is 'sideways'"),
    ],
)
def test_nonsense_is_refused_and_not_kept(workspace, scorer, lever, words):
    """The field is named, and what was kept before stays."""
    with pytest.raises(ExplanationError, match=words):
        keep_levers(workspace, scorer, (Lever("Home"), lever), beyond=False, user="ann")
    assert levers_of(workspace, scorer).at is None
