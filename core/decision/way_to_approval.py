"""What would have to change for an applicant to be approved, by the model version that decides."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.decision.applicant import Value
from core.decision.scoring import Scorer
from core.explanation.recourse import Lever, Option, Recourse, recourse


def way_to_approval(
    scorer: Scorer, values: Mapping[str, Value], levers: Sequence[Lever]
) -> Recourse:
    """Return the smallest changes after which the policy approves.

    Every option is scored once more the way an applicant is scored, so that what is promised is
    what the applicant would get.

    Args:
        scorer: The model version with its policy.
        values: One per field, as `Scorer.read` returns them.
        levers: The fields that may change.
    """
    threshold = scorer.policy.approve_below
    if not 0 < threshold < 1 or not levers:
        return Recourse((), math.inf, 0)

    def score(frame: pd.DataFrame) -> np.ndarray:
        return scorer.bundle.log_odds(scorer.bundle.prepare(frame))

    goal = math.log(threshold / (1 - threshold))
    found = recourse(values, scorer.bundle.fields, levers, score, goal)
    kept = tuple(option for option in found.options if _approved(scorer, values, option))
    return replace(found, options=kept)


def _approved(scorer: Scorer, values: Mapping[str, Value], option: Option) -> bool:
    changed = {change.name: change.after for change in option.changes}
    return scorer.assess({**values, **changed}, reasons=False).decision == "approve"
