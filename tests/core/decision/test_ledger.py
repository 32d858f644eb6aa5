import csv
import io
import json
import sqlite3
from typing import Any

import pytest

from core.decision.chain import ChainCheck, canonical, digest
from core.decision.ledger import (
    export_csv,
    export_json,
    final_decision,
    record,
    records,
    replay,
    require_reference,
    suggest_reference,
    verify,
)
from core.decision.notice import Override
from core.decision.scoring import Scorer
from core.errors import DecisionError, InputError
from core.store.tables import DecisionRecord
from core.store.workspace import Workspace

APPLICANT: dict[str, Any] = {"Age": 35, "Income": None, "Amount": 900, "Home": "castle"}


def write(
    workspace: Workspace,
    scorer: Scorer,
    reference: str = "A-1",
    override: Override | None = None,
    **changes: Any,
) -> DecisionRecord:
    """Assess an applicant and record the decision."""
    inputs = {**APPLICANT, **changes}
    said = scorer.assess(inputs)
    return record(workspace, scorer, said, inputs, "ann", "loan officer", reference, override)


def test_a_record_holds_what_the_field_asks_for(workspace: Workspace, scorer: Scorer) -> None:
    """Who, when, about whom, with what, by which model and policy, and what came out."""
    said = scorer.assess(APPLICANT)
    written = workspace.registry.decision(write(workspace, scorer).id)
    assert (written.user, written.role, written.applicant_ref) == ("ann", "loan officer", "A-1")
    assert written.inputs == {"Age": 35.0, "Income": None, "Amount": 900.0, "Home": "castle"}
    assert (written.model_id, written.model_digest) == (scorer.model.id, scorer.model.digest)
    assert written.policy == {**scorer.policy.to_json(), "digest": scorer.policy.digest}
    assert (written.pd_hat, written.log_odds) == (said.default_probability, said.log_odds)
    assert (written.points, written.decision) == (said.points, said.decision)
    assert written.reasons == [reason.to_json() for reason in said.reasons]
    assert [flag["kind"] for flag in written.flags] == ["missing", "never_seen"]
    assert written.method["reference"]["id"] == scorer.references["near_cut_off"].id
    assert written.notice.startswith("Application A-1\n")
    assert written.inputs_hash == digest(canonical(written.inputs))


def test_records_follow_one_another(workspace: Workspace, scorer: Scorer) -> None:
    """Each names the hash before it, and the chain is whole."""
    first, second = write(workspace, scorer), write(workspace, scorer, "A-2")
    assert (second.seq, second.prev_hash) == (first.seq + 1, first.hash)
    check = verify(workspace)
    assert (check.whole, check.records) == (True, 2)


def test_a_record_changed_in_the_database_is_found(workspace: Workspace, scorer: Scorer) -> None:
    """Even somebody who drops the triggers leaves a trace."""
    for number in range(3):
        write(workspace, scorer, f"A-{number}")
    with sqlite3.connect(workspace.settings.home / "lendlens.db") as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE decisions SET points = points + 1 WHERE seq = 2")
    check = verify(workspace)
    assert (check.whole, check.broken_seq, check.why) == (
        False,
        2,
        "Its content is not what was written.",
    )


def test_long_ledgers_are_read_in_parts(
    workspace: Workspace, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No record is lost or read twice between two parts."""
    monkeypatch.setattr("core.decision.ledger.RECORDS_AT_ONCE", 2)
    for number in range(5):
        write(workspace, scorer, f"A-{number}")
    assert [entry.seq for entry in records(workspace)] == [1, 2, 3, 4, 5]


def test_the_newest_records_can_be_checked_alone(workspace: Workspace, scorer: Scorer) -> None:
    """A long ledger is checked in part; what lies before is trusted."""
    assert verify(workspace, newest=2).records == 0
    for number in range(3):
        write(workspace, scorer, f"A-{number}")
    assert verify(workspace, newest=2) == ChainCheck(2)
    assert verify(workspace, newest=9) == ChainCheck(3)


def test_replay_gives_the_same_number(workspace: Workspace, scorer: Scorer) -> None:
    """Probability, log-odds, points and decision are equal to the last bit."""
    again = replay(workspace, write(workspace, scorer).id)
    assert again.same
    assert again.recorded == again.computed


def test_values_changed_after_the_score_are_refused(workspace: Workspace, scorer: Scorer) -> None:
    """A record never joins one applicant's values with another's score."""
    said = scorer.assess(APPLICANT)
    with pytest.raises(DecisionError, match="changed after the score"):
        record(workspace, scorer, said, {**APPLICANT, "Age": 60}, "ann", "officer", "A-1")
    assert workspace.registry.decisions() == []


def test_unusable_values_are_refused(workspace: Workspace, scorer: Scorer) -> None:
    """What could not be scored cannot be recorded."""
    said = scorer.assess(APPLICANT)
    with pytest.raises(InputError, match="Age: received 'x'"):
        record(workspace, scorer, said, {"Age": "x"}, "ann", "officer", "A-1")


def test_an_override_is_kept_with_its_rationale(workspace: Workspace, scorer: Scorer) -> None:
    """The model's decision stays visible beside the person's."""
    override = Override("approve", "Guarantor with full income signed today.")
    written = write(workspace, scorer, override=override, Age=35, Income=120.0, Home="rent")
    assert (written.decision, final_decision(written)) == ("decline", "approve")
    assert written.override == {
        "decision": "approve",
        "rationale": "Guarantor with full income signed today.",
    }
    assert "was approved" in written.notice


def test_decisions_are_found_by_what_was_done(workspace: Workspace, scorer: Scorer) -> None:
    """An overridden decline is among the approved and not among the declined."""
    declined = {"Age": 35, "Income": 120.0, "Home": "rent"}
    plain = write(workspace, scorer, "A-1", **declined)
    override = Override("approve", "Guarantor with full income signed today.")
    approved = write(workspace, scorer, "A-2", override, **declined)
    found = {
        decision: [entry.id for entry in workspace.registry.decisions(decision=decision)]
        for decision in ("approve", "refer", "decline")
    }
    assert found == {"approve": [approved.id], "refer": [], "decline": [plain.id]}


def test_an_override_has_to_change_something(workspace: Workspace, scorer: Scorer) -> None:
    """Agreeing with the cut-offs is no override."""
    decision = scorer.assess(APPLICANT).decision
    with pytest.raises(DecisionError, match="needs another decision"):
        write(workspace, scorer, override=Override(decision, "I think so as well, really."))


@pytest.mark.parametrize(
    "text", ["", "  ", "Ann Miller", "miller", "ann@example.org", "1 2", "12", "A" * 41 + "1"]
)
def test_names_are_no_references(text: str) -> None:
    """The ledger is kept for years and holds no names."""
    with pytest.raises(DecisionError, match="Never a name"):
        require_reference(text)


@pytest.mark.parametrize("text", ["A-7F3K-90Q2", " 2026/000123 ", "B.12"])
def test_numbers_of_the_lender_are_references(text: str) -> None:
    """Outer spaces do not matter."""
    assert require_reference(text) == text.strip()


def test_suggested_references_are_valid_and_new() -> None:
    """One click is enough, and two applications do not collide."""
    suggested = {suggest_reference() for _ in range(200)}
    assert len(suggested) == 200
    assert all(require_reference(text) == text for text in suggested)


def test_the_json_export_can_be_checked_elsewhere(workspace: Workspace, scorer: Scorer) -> None:
    """Each hash is the sha256 of the entry's canonical JSON without it."""
    write(workspace, scorer)
    (entry,) = json.loads(export_json(records(workspace)))
    stated = entry.pop("hash")
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert digest(text) == stated


def test_the_csv_export_starts_no_formula(workspace: Workspace, scorer: Scorer) -> None:
    """A value that a spreadsheet would run is written as text; numbers stay numbers."""
    written = write(workspace, scorer)
    written.user, written.role, written.notice = "=cmd()", "@role", "-1+2"
    written.applicant_ref = "+1"
    (row,) = csv.DictReader(io.StringIO(export_csv([written])))
    assert [row[name] for name in ("user", "role", "notice", "applicant_ref")] == [
        "'=cmd()",
        "'@role",
        "'-1+2",
        "'+1",
    ]
    assert float(row["log_odds"]) == written.log_odds
    assert json.loads(row["inputs"]) == written.inputs
    assert row["final_decision"] == written.decision
