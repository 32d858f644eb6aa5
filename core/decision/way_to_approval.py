"""What would have to change for an applicant to be approved, by the model version that decides."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.decision.applicant import Value
from core.decision.scoring import Scorer
from core.decision.what_if import WhatIf
from core.explanation.levers import Lever
from core.explanation.recourse import Option, Recourse, recourse

FLOAT32 = 1e-5
"""Log-odds: the search computes in single precision, so it goes so much further."""


def way_to_approval(
    scorer: Scorer, values: Mapping[str, Value], levers: Sequence[Lever], beyond: bool = False
) -> Recourse:
    """Return the smallest changes after which the policy approves.

    Every option is scored once more the way an applicant is scored, so that what is promised is
    what the applicant would get.

    Args:
        scorer: The model version with its policy.
        values: One per field, as `Scorer.read` returns them.
        levers: The fields that may change.
        beyond: Whether their bounds may lie outside of what was seen in training.
    """
    threshold = scorer.policy.approve_below
    if not 0 < threshold < 1 or not levers:
        return Recourse((), math.inf, 0)

    goal = math.log(threshold / (1 - threshold)) - FLOAT32
    search = WhatIf(scorer.bundle, values)
    found = recourse(values, scorer.bundle.fields, levers, search, goal, beyond)
    scored = [_scored(scorer, values, option) for option in found.options]
    return replace(found, options=tuple(option for option in scored if option is not None))


def _scored(scorer: Scorer, values: Mapping[str, Value], option: Option) -> Option | None:
    """Return the option with the log-odds the scorer gives; None where it does not approve."""
    changed = {change.name: change.after for change in option.changes}
    said = scorer.assess({**values, **changed}, reasons=False)
    return replace(option, log_odds=said.log_odds) if said.decision == "approve" else None
