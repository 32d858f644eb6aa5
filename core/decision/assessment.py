"""What is said about one applicant: the form in which pages, REST and records receive it."""

from dataclasses import dataclass, field
from typing import Any

from core.decision.applicant import Flag
from core.decision.policy import Decision
from core.decision.rules import Rule
from core.explanation.attribution import Attribution
from core.explanation.reasons import MOST, Reason


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a model version says about one applicant.

    Attributes:
        default_probability: In [0, 1].
        log_odds: ln(PD / (1 − PD)); points and reasons are computed from it.
        points: Whole points on the policy's scale.
        decision: By the policy's cut-offs and rules.
        reasons: Up to four, the weightiest first; empty when they were not asked for.
        flags: What is unusual about the values.
        model_id: Which model version said so.
        rules: The policy's rules that concern the applicant.
        by_score: What the cut-offs alone would decide.
        attribution: Each feature's share in the log-odds; None when reasons were not asked for.
        method: How the reasons were found and worded, as kept in a decision record.
        features: What the reasons speak of: each feature's value, None where it was not given.
    """

    default_probability: float
    log_odds: float
    points: int
    decision: Decision
    reasons: tuple[Reason, ...]
    flags: tuple[Flag, ...]
    model_id: str
    rules: tuple[Rule, ...] = ()
    by_score: Decision = "approve"
    attribution: Attribution | None = None
    method: dict[str, Any] = field(default_factory=dict)
    features: dict[str, Any] = field(default_factory=dict)

    @property
    def stated(self) -> tuple[str, ...]:
        """What a notice states, at most four: rules that led to the decision, then the score's.

        Where the score alone would approve and a rule does not, its reasons led to nothing.
        """
        by_rule = tuple(rule.reason for rule in self.rules if rule.decision == self.decision)
        if by_rule and self.by_score == "approve":
            return by_rule[:MOST]
        return (*by_rule, *(reason.sentence for reason in self.reasons))[:MOST]

    def to_json(self) -> dict[str, Any]:
        """Return what another system receives."""
        return {
            "default_probability": self.default_probability,
            "log_odds": self.log_odds,
            "points": self.points,
            "decision": self.decision,
            "reasons": [reason.to_json() for reason in self.reasons],
            "rules": [rule.to_json() for rule in self.rules],
            "flags": [flag.to_json() for flag in self.flags],
            "model_id": self.model_id,
        }
