"""Policy rules: stricter by a fact, stated first, and kept with the version."""

import json

import numpy as np
import pandas as pd
import pytest

from core.data.conditions import Condition
from core.decision.ledger import record, replay
from core.decision.policy import Policy
from core.decision.registration import change_policy, register
from core.decision.rules import Rule
from core.decision.scoring import Scorer
from core.errors import DecisionError
from tests.core.decision.conftest import POLICY

APPLICANT = {"Age": 31, "Income": 129, "Amount": 1000, "Home": "rent"}
RENT = Rule(Condition("Home", "is", ("rent",)), "decline", "We do not lend to those who rent.")


@pytest.fixture
def ruled(workspace, hand_made):
    """The scorer of a model that declines whoever rents."""
    model = register(workspace, hand_made.id, "Loans", POLICY)
    made = change_policy(workspace, model.id, Policy(0.9, 0.95, rules=(RENT,)))
    return Scorer.load(workspace, made.id)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        (Condition("x", "at least", 30.0), [20.0, 30.0, np.nan]),
        (Condition("x", "below", 30.0), [20.0, 30.0, np.nan]),
        (Condition("x", "missing"), [20.0, 30.0, np.nan]),
        (Condition("x", "is", ("a", "b")), ["a", "c", None]),
        (Condition("x", "is not", ("a",)), ["a", "c", None]),
        (Condition("x", "given"), ["a", "c", None]),
        (Condition("x", "below", "2024-05-01"), ["2024-04-30", "2024-05-01", None]),
    ],
)
def test_one_applicant_is_judged_as_a_row_is(condition, values):
    """The same condition on a column and on a value."""
    dates = isinstance(values[0], str) and values[0].startswith("20")
    texts = isinstance(values[0], str) and not dates
    column = pd.to_datetime(values) if dates else values
    frame = pd.DataFrame({"x": pd.Series(column, dtype="str") if texts else pd.Series(column)})
    assert [condition.holds_for(value) for value in values] == condition.holds(frame).tolist()


def test_a_rule_declines_whatever_the_score(ruled):
    """Its reason stands alone where the score would approve, and says what the score said."""
    said = ruled.assess(APPLICANT)
    assert (said.by_score, said.decision) == ("approve", "decline")
    assert said.stated == (RENT.reason,)
    assert said.to_json()["rules"] == [RENT.to_json()]
    other = ruled.assess({**APPLICANT, "Home": "owner"})
    assert (other.rules, other.decision) == ((), other.by_score)


def test_a_rule_is_stated_before_the_reasons_of_the_score(workspace, hand_made):
    """Where the score declines, too; at most four in all."""
    model = register(workspace, hand_made.id, "Loans", POLICY)
    made = change_policy(workspace, model.id, Policy(0.0, 0.0, rules=(RENT,)))
    said = Scorer.load(workspace, made.id).assess(APPLICANT)
    assert said.stated == (RENT.reason, *(reason.sentence for reason in said.reasons))[:4]
    assert len(said.reasons) > 0


def test_the_record_holds_the_rule_and_can_be_replayed(workspace, ruled):
    """Policy, method and notice name it; computing it again comes to the same."""
    said = ruled.assess(APPLICANT)
    entry = record(workspace, ruled, said, APPLICANT, "tester", "loan officer", "A-1")
    assert entry.decision == "decline"
    assert entry.method["rules"] == entry.policy["rules"] == [RENT.to_json()]
    assert RENT.reason in entry.notice
    assert replay(workspace, entry.id).same


def test_a_policy_without_rules_keeps_its_digest():
    """Versions from before there were rules are the same versions."""
    assert "rules" not in Policy(0.2, 0.4).to_json()
    ruled = Policy(0.2, 0.4, rules=(RENT,))
    assert Policy.from_json(json.loads(json.dumps(ruled.to_json()))) == ruled
    assert ruled.digest != Policy(0.2, 0.4).digest


@pytest.mark.parametrize(
    ("decision", "reason", "words"),
    [("approve", "A fact in words.", "'approve' is neither"), ("refer", "Bad", "but this one has")],
)
def test_a_rule_that_cannot_be_stated_is_refused(decision, reason, words):
    """It is never milder than the score, and it names a fact."""
    with pytest.raises(DecisionError, match=words):
        Rule(Condition("Home", "given"), decision, reason)


def test_a_rule_about_another_field_is_refused(workspace, hand_made):
    """The model would never be told."""
    model = register(workspace, hand_made.id, "Loans", POLICY)
    rule = Rule(Condition("Sex", "given"), "refer", "A fact in words.")
    with pytest.raises(DecisionError, match="does not ask for 'Sex'"):
        change_policy(workspace, model.id, Policy(0.2, 0.4, rules=(rule,)))
