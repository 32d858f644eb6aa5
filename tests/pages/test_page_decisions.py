"""The decisions page: empty, listed, filtered, one record, replay, and a broken ledger."""

import sqlite3

import pytest

from core.decision.ledger import record
from core.decision.notice import Override
from core.decision.scoring import Scorer, forget
from core.store.tables import DecisionRecord
from core.store.workspace import Workspace

POOR = {"Income": 10.0, "Seniority": 0.0, "Records": "yes", "Job": "partime", "Amount": 5000.0}
RICH = {"Income": 400.0, "Seniority": 30.0, "Records": "no", "Job": "fixed", "Amount": 300.0}


def decide(workspace: Workspace, reference: str, override: Override | None, **changes):
    """Record a decision on typical values with some changed."""
    champion = workspace.registry.champion()
    assert champion is not None
    scorer = Scorer.load(workspace, champion.id)
    inputs = {field.name: field.typical for field in scorer.bundle.fields} | changes
    said = scorer.assess(inputs)
    return record(workspace, scorer, said, inputs, "ann", "loan officer", reference, override)


@pytest.fixture
def decided(seeded: Workspace) -> list[DecisionRecord]:
    """An approval, a decline, and a decline that a person turned into an approval."""
    guarantor = Override("approve", "A guarantor with full income signed.")
    return [
        decide(seeded, "A-1", None, **RICH),
        decide(seeded, "A-2", None, **POOR),
        decide(seeded, "A-3", guarantor, **POOR),
    ]


def text(at) -> str:
    """Everything written on the page."""
    parts = [*at.title, *at.markdown, *at.caption, *at.subheader, *at.header, *at.text]
    parts += [*at.info, *at.success, *at.error, *at.warning]
    return "\n".join(str(part.value) for part in parts)


def figures(at) -> dict[str, str]:
    """The figures on the page by label."""
    return {metric.label: metric.value for metric in at.metric}


def tamper(workspace: Workspace, statement: str) -> None:
    """Change the ledger behind the application's back."""
    with sqlite3.connect(workspace.settings.home / "lendlens.db") as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement)


def test_without_decisions_the_way_leads_to_scoring(workspace, open_page):
    """There is one sentence and one button."""
    at = open_page("decisions")
    assert not at.exception
    assert "No decision has been recorded yet." in text(at)
    assert [button.label for button in at.button] == ["Score an applicant"]


def test_the_list_counts_what_was_done(decided, open_page):
    """An override counts as what it decided; the ledger is whole."""
    at = open_page("decisions")
    assert not at.exception
    assert figures(at) == {
        "Decisions": "3",
        "Approved": "66.7\xa0%",
        "Referred": "0.0\xa0%",
        "Declined": "33.3\xa0%",
        "Ledger": "Whole",
    }
    listed = at.dataframe[0].value
    assert listed["Applicant"].tolist() == ["A-3", "A-2", "A-1"]
    assert listed["Decision"].tolist() == ["Approve", "Decline", "Approve"]
    assert listed["Cut-offs said"].tolist() == ["Decline", "Decline", "Approve"]


@pytest.mark.parametrize(
    ("decision", "search", "applicants"),
    [
        ("approve", "", ["A-3", "A-1"]),
        ("decline", "", ["A-2"]),
        (None, "a-2", ["A-2"]),
        (None, "ann", ["A-3", "A-2", "A-1"]),
    ],
)
def test_filters_narrow_the_list(decided, open_page, decision, search, applicants):
    """By what was done, and by reference, record or user."""
    at = open_page("decisions")
    at.selectbox(key="decided").set_value(decision)
    at.text_input(key="decided-text").set_value(search)
    at.run()
    assert at.dataframe[0].value["Applicant"].tolist() == applicants


def test_filters_that_nothing_passes(decided, open_page):
    """An empty list says so instead of showing an empty table."""
    at = open_page("decisions")
    at.text_input(key="decided-text").set_value("nobody").run()
    assert "No decision passes these filters." in text(at)
    assert len(at.dataframe) == 0


def test_a_record_opens_by_its_address(decided, open_page):
    """Reasons, notice, values and the replay are on one page."""
    entry = decided[1]
    at = open_page("decisions", decision=entry.id)
    assert not at.exception
    assert "Decision on A-2" in text(at)
    assert all(reason["sentence"] in text(at) for reason in entry.reasons)
    assert entry.notice in text(at)
    assert "the same probability, points and decision, to the last digit" in text(at)
    known = at.dataframe[0].value
    assert known.loc[known["Field"] == "Bad records", "Value"].tolist() == ["yes"]


def test_an_override_shows_both_decisions(decided, open_page):
    """The verdict is the person's; the cut-offs' and the rationale stand beneath it."""
    at = open_page("decisions", decision=decided[2].id)
    assert "Approve" in at.header[0].value
    assert "A person decided so; the cut-offs said decline." in text(at)
    assert "Rationale: A guarantor with full income signed." in text(at)


def test_the_way_back_shows_the_list(decided, open_page):
    """The address no longer names a record."""
    at = open_page("decisions", decision=decided[0].id)
    next(button for button in at.button if button.label == "All decisions").click().run()
    assert "decision" not in at.query_params
    assert figures(at)["Decisions"] == "3"


def test_an_unknown_record_is_said_so(decided, open_page):
    """A mistyped address leads back to the list."""
    at = open_page("decisions", decision="dec_0")
    assert "There is no decision 'dec_0'." in text(at)
    assert "All decisions" in [button.label for button in at.button]


def test_a_changed_record_is_named(seeded, decided, open_page):
    """The list says that the ledger is broken, where, and how."""
    tamper(seeded, "UPDATE decisions SET user = 'bob' WHERE seq = 2")
    at = open_page("decisions")
    assert figures(at)["Ledger"] == "Broken"
    assert f"Record 2 ({decided[1].id}) is not what was written." in text(at)


def test_a_changed_score_does_not_replay(seeded, decided, open_page):
    """The record shows what was written and what the model says today."""
    tamper(seeded, "UPDATE decisions SET points = 999 WHERE seq = 2")
    at = open_page("decisions", decision=decided[1].id)
    assert "it differs" in text(at)
    assert "999 points" in text(at)


def test_a_damaged_model_cannot_replay(seeded, decided, open_page):
    """The record itself stays readable."""
    entry = decided[0]
    forget(seeded, entry.model_id)
    path = seeded.settings.home / "artifacts" / "models" / entry.model_id / "weights.npz"
    path.write_bytes(b"x")
    at = open_page("decisions", decision=entry.id)
    assert not at.exception
    assert "It cannot be replayed." in text(at)
    assert entry.notice in text(at)
