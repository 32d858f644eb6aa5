"""The letter to the applicant: what was decided, the principal reasons, and what they can do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.decision.policy import Decision
from core.errors import DecisionError

MOST_REASONS = 4
"""More than four reasons are "not likely to be helpful" (Reg B, comment 9(b)(2)-1)."""

SHORTEST_RATIONALE = 15
"""Characters that a rationale needs at least to name a fact."""

LONGEST_RATIONALE = 2000


@dataclass(frozen=True, slots=True)
class Override:
    """A person decided otherwise than the cut-offs, and says why.

    Attributes:
        decision: What is done instead.
        rationale: The fact behind it, in the officer's words; a decline quotes it in the notice.
    """

    decision: Decision
    rationale: str

    def __post_init__(self) -> None:
        """Refuse an override nobody could follow later."""
        text = self.rationale.strip()
        if not SHORTEST_RATIONALE <= len(text) <= LONGEST_RATIONALE:
            raise DecisionError(
                f"An override needs a rationale of {SHORTEST_RATIONALE} to {LONGEST_RATIONALE:,} "
                f"characters, but this one has {len(text):,}. Name the fact that the model does "
                "not know and why it outweighs the score."
            )
        object.__setattr__(self, "rationale", text)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def notice(
    decision: Decision,
    reasons: Sequence[str],
    applicant_ref: str,
    at: datetime,
    compared_with: str = "",
    override: Override | None = None,
) -> str:
    """Return the notice as plain text, to print or to paste into a letter.

    A notice tells neither score nor cut-off: "score too low" is no reason (Reg B, App. C).

    Args:
        decision: What is done in the end, override included.
        reasons: Principal reasons in words, the weightiest first; at most four are named.
        applicant_ref: The pseudonymous reference the applicant can quote.
        at: When it was decided.
        compared_with: Whom, such as "100 applicants who just pass".
        override: Who declines against the model states that rationale first.
    """
    paragraphs = [
        f"Application {applicant_ref}\nDecided on {at.day} {at:%B %Y}",
        OPENINGS[decision],
        *_reasons(decision, reasons, compared_with, override),
        *_next_steps(decision),
    ]
    return "\n\n".join(paragraphs) + "\n"


OPENINGS: dict[Decision, str] = {
    "approve": "Your application was approved.",
    "refer": (
        "Your application has not been decided yet. A person looks at it and may ask you for "
        "further documents."
    ),
    "decline": "We are not able to approve your application.",
}


def _reasons(
    decision: Decision, reasons: Sequence[str], compared_with: str, override: Override | None
) -> list[str]:
    if decision != "decline":
        return []
    own = [override.rationale] if override else []
    named = [*own, *reasons][:MOST_REASONS]
    if not named:
        return ["The principal reasons are available on request."]
    lines = [f"{place}. {reason}" for place, reason in enumerate(named, start=1)]
    head = "The principal reason is:" if len(lines) == 1 else "The principal reasons are:"
    compared = f"The reasons were found by comparing this application with {compared_with}."
    return ["\n".join([head, *lines]), *([compared] if compared_with and reasons else [])]


def _next_steps(decision: Decision) -> list[str]:
    if decision != "decline":
        return []
    return [
        "If one of these facts is wrong or has changed, tell us and we look at your application "
        "again. You may also ask for a person to review this decision. Please quote the "
        "application number above."
    ]
