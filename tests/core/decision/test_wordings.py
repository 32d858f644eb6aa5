"""The reason list of a model version: kept, inherited, used in record and answer."""

import pytest

from core.decision.ledger import record
from core.decision.policy import Policy
from core.decision.registration import change_policy, register
from core.decision.scoring import Scorer
from core.decision.wordings import change_wordings, inherited, wordings_of
from core.errors import ExplanationError, ModelError
from core.explanation.reason_list import STANDARD, ReasonList
from core.store.workspace import Workspace

APPLICANT = {"Age": 35, "Income": 40.0, "Amount": 3000, "Home": "rent"}


@pytest.fixture
def worded(workspace: Workspace, scorer: Scorer) -> Scorer:
    """A version in which the weightiest reason has words of its own."""
    (weightiest, *_) = scorer.assess(APPLICANT).reasons
    frame = STANDARD.frame(scorer.bundle.schema)
    frame.loc[frame["Field"] == weightiest.field, "Wording"] = "In our words: {value}"
    own = ReasonList.from_frame(frame, scorer.bundle.schema)
    return Scorer.load(workspace, change_wordings(workspace, scorer.model.id, own).id)


def test_other_words_change_nothing_else(scorer: Scorer, worded: Scorer) -> None:
    """Score, decision and the choice of reasons are the same; the words are new."""
    old, new = scorer.assess(APPLICANT), worded.assess(APPLICANT)
    assert (old.log_odds, old.decision) == (new.log_odds, new.decision)
    assert [reason.field for reason in old.reasons] == [reason.field for reason in new.reasons]
    assert new.reasons[0].sentence == f"In our words: {new.reasons[0].value}"
    assert worded.model.policy == scorer.model.policy


def test_the_record_holds_the_words_that_were_used(workspace: Workspace, worded: Scorer) -> None:
    """Its method names the list, and the open wording of each reason that has its own."""
    said = worded.assess(APPLICANT)
    written = record(workspace, worded, said, APPLICANT, "ada", "officer", "A-1234")
    first = said.reasons[0]
    assert written.reasons[0]["sentence"] == first.sentence
    assert written.method["wording"]["id"] == worded.wordings.digest
    assert "In our words: {value}" in written.method["wording"]["own"][first.field].values()


def test_other_cut_offs_keep_the_words(workspace: Workspace, worded: Scorer) -> None:
    """The list goes along with the version it was made for."""
    again = change_policy(workspace, worded.model.id, Policy(0.11, 0.77))
    assert wordings_of(workspace, again.id) == worded.wordings


def test_the_next_model_on_the_data_inherits_the_words(
    workspace: Workspace, worded: Scorer
) -> None:
    """Nobody has to type them again after each training; fields that are gone drop out."""
    schema = worded.bundle.schema
    run = workspace.registry.run(worded.model.run_id)
    again = register(workspace, run.id, "Loans", Policy(0.2, 0.4))
    assert wordings_of(workspace, again.id) == worded.wordings
    (name,) = worded.wordings.own
    without = schema.change(name, role="protected")
    assert inherited(workspace, run.data_set_id, without) == STANDARD


def test_the_same_words_make_no_version(workspace: Workspace, worded: Scorer) -> None:
    """Nothing would tell the two apart."""
    with pytest.raises(ModelError, match="already has these wordings"):
        change_wordings(workspace, worded.model.id, worded.wordings)


def test_words_for_a_field_that_is_not_scored_are_refused(
    workspace: Workspace, scorer: Scorer
) -> None:
    """No version is made of them."""
    with pytest.raises(ExplanationError, match="no field that this model scores"):
        change_wordings(workspace, scorer.model.id, ReasonList({"Sex": {"differs": "x"}}))


def test_the_standard_words_come_back(workspace: Workspace, worded: Scorer) -> None:
    """A list that is emptied leaves nothing of the old one in the new version."""
    again = change_wordings(workspace, worded.model.id, STANDARD)
    assert wordings_of(workspace, again.id) == STANDARD
    assert Scorer.load(workspace, again.id).assess(APPLICANT).method["wording"]["id"] == ""
