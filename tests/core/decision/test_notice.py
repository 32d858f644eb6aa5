from datetime import UTC, datetime

import pytest

from core.decision.notice import Override, notice
from core.errors import DecisionError

AT = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
REASONS = [f"Reason {letter}." for letter in "ABCDEF"]


def test_a_decline_names_at_most_four_reasons() -> None:
    """More than four are not helpful; the weightiest come first."""
    text = notice("decline", REASONS, "A-1", AT, "100 applicants who just pass")
    assert text.startswith("Application A-1\nDecided on 5 March 2026\n\nWe are not able to approve")
    assert "1. Reason A.\n2. Reason B.\n3. Reason C.\n4. Reason D.\n" in text
    assert "Reason E." not in text
    assert "by comparing this application with 100 applicants who just pass." in text
    assert "ask for a person to review" in text


def test_an_officers_decline_states_the_officers_reason_first() -> None:
    """A decline against the model draws on both, still with four reasons in all."""
    override = Override("decline", "The employer confirmed that the job ends in May.")
    text = notice("decline", REASONS, "A-1", AT, override=override)
    assert "1. The employer confirmed that the job ends in May.\n2. Reason A." in text
    assert "Reason D." not in text


@pytest.mark.parametrize(
    ("decision", "says"), [("approve", "was approved"), ("refer", "has not been decided yet")]
)
def test_other_decisions_name_no_reasons(decision: str, says: str) -> None:
    """Reasons belong to a decline."""
    text = notice(decision, REASONS, "A-1", AT)  # type: ignore[arg-type]
    assert says in text
    assert "Reason" not in text


def test_the_score_is_no_reason() -> None:
    """A notice without reasons does not fall back on the score or the cut-off."""
    text = notice("decline", [], "A-1", AT)
    assert "available on request" in text
    assert not any(word in text.lower() for word in ("score", "cut-off", "points"))


@pytest.mark.parametrize("rationale", ["", "   ok          ", "x" * 2001])
def test_an_override_needs_a_rationale(rationale: str) -> None:
    """Somebody has to be able to follow it later."""
    with pytest.raises(DecisionError, match="needs a rationale of 15 to 2,000 characters"):
        Override("approve", rationale)


def test_a_rationale_loses_outer_spaces() -> None:
    """It is quoted in the notice."""
    assert Override("approve", "  Guarantor with full income. ").rationale == (
        "Guarantor with full income."
    )
