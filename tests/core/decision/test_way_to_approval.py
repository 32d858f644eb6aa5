"""core.decision.way_to_approval: what it promises is what the applicant would get."""

import pytest

from core.decision.scoring import Scorer
from core.decision.way_to_approval import way_to_approval
from core.explanation.levers import Lever, proposed_levers


@pytest.fixture
def declined(scorer):
    """An applicant who asks for too much with too little."""
    values = scorer.read({"Age": 25, "Income": 60, "Amount": 2500, "Home": "rent"})
    for age in (25, 40, 60):
        for home in ("rent", "parents", "owner"):
            asked = values | {"Age": float(age), "Home": home}
            if scorer.assess(asked, reasons=False).decision != "approve":
                return asked
    pytest.fail("The model made by hand approves everybody.")


def test_every_option_is_approved_when_it_is_scored(scorer, declined):
    """All fields may move; each option leads to approval and says to which log-odds."""
    levers = (Lever("Income"), Lever("Amount"), Lever("Home"))
    found = way_to_approval(scorer, declined, levers)
    assert found.options
    for option in found.options:
        changed = {change.name: change.after for change in option.changes}
        said = scorer.assess({**declined, **changed}, reasons=False)
        assert said.decision == "approve"
        assert said.log_odds == pytest.approx(option.log_odds, abs=1e-6)


def test_without_levers_nothing_can_be_promised(scorer, declined):
    """No option, nothing tried."""
    found = way_to_approval(scorer, declined, ())
    assert (found.options, found.tried) == ((), 0)


def test_proposals_know_the_fields_of_the_form(scorer):
    """Income and amount; never the age."""
    assert [lever.name for lever in proposed_levers(scorer.bundle.fields)] == ["Income", "Amount"]
    assert isinstance(scorer, Scorer)
