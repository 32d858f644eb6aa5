"""Policy rules: what a lender decides by a fact about the applicant, whatever the score says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.conditions import Condition
from core.data.fields import Field
from core.decision.applicant import Value
from core.errors import DecisionError

SHORTEST, LONGEST = 10, 200
"""Letters of a rule's reason: enough to name a fact, few enough for a notice."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        condition: On a field that the model asks for.
        decision: What it comes to at the least: a rule makes a decision stricter, never milder.
        reason: The fact in specific words, as the applicant will read them; in a notice it stands
            before the reasons of the score.
    """

    condition: Condition
    decision: Literal["refer", "decline"]
    reason: str

    def __post_init__(self) -> None:
        """Refuse a reason nobody could act on, and a decision that is no stricter.

        Raises:
            DecisionError: It says which.
        """
        if self.decision not in ("refer", "decline"):
            raise DecisionError(f"A policy rule refers or declines; {self.decision!r} is neither.")
        text = " ".join(self.reason.split())
        if not SHORTEST <= len(text) <= LONGEST:
            raise DecisionError(
                f"The reason of a policy rule takes {SHORTEST} to {LONGEST} letters, but this one "
                f"has {len(text)}. Name the fact, as the applicant should read it."
            )
        object.__setattr__(self, "reason", text)

    def applies(self, values: Mapping[str, Value]) -> bool:
        """Return whether the rule concerns an applicant, given one value per field."""
        return self.condition.holds_for(values.get(self.condition.field))

    def concerns(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) bool for rows of a loan file, as read.

        Raises:
            ConditionError: The column is not there.
        """
        return self.condition.holds(frame)

    def require_field(self, fields: tuple[Field, ...]) -> None:
        """Refuse a rule about something the model does not ask for.

        Raises:
            DecisionError: It names the field.
        """
        if self.condition.field not in {field.name for field in fields}:
            raise DecisionError(
                f"A policy rule speaks of a field that the model asks for, and it does not ask "
                f"for {self.condition.field!r}."
            )

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {**self.condition.to_json(), "decision": self.decision, "reason": self.reason}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Rule":
        """Return the rule that `to_json` wrote."""
        return cls(Condition.from_json(data), data["decision"], data["reason"])
