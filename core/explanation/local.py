"""One applicant's explanation as a tidy path from the reference population to the score."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.data.schema import Schema
from core.explanation.attribution import Attribution
from core.explanation.reasons import shown
from core.model.served import sigmoid


def path(
    attribution: Attribution, features: Mapping[str, Any], schema: Schema, most: int = 10
) -> pd.DataFrame:
    """Return the steps from base to score, the largest first, small ones as one last step.

    Columns: field ("" for the sum of the rest), label, value (as text), log_odds, error_bar (the
    exact value lies so near in 95 cases of 100; 0 if it is exact); start and end:
    where the step leads from and to, in log-odds; pd_start and pd_end: the same as PD.

    Args:
        attribution: Of the applicant.
        features: The applicant's value of every feature.
        schema: Of the cleaned frame.
        most: Fields with a step of their own.
    """
    bars = np.zeros(len(attribution.values)) if attribution.bars is None else attribution.bars
    order = np.argsort(-np.abs(attribution.values), kind="stable")
    # A single field left over gets its own step: "1 other field" would only hide its name.
    single = order if len(order) <= most + 1 else order[:most]
    steps = [
        {
            "field": name,
            "label": schema[name].label,
            "value": shown(schema[name], features.get(name)),
            "log_odds": float(attribution.values[place]),
            "error_bar": float(bars[place]),
        }
        for place in single
        for name in [attribution.names[place]]
    ]
    if len(single) < len(order):
        rest = float(attribution.values[order[most:]].sum())
        label = f"{len(order) - most} other fields"
        # At most: errors of fields make up for each other, since values add up to the score.
        unsure = float(bars[order[most:]].sum())
        steps.append(
            {"field": "", "label": label, "value": "", "log_odds": rest, "error_bar": unsure}
        )
    frame = pd.DataFrame(steps)
    frame["end"] = attribution.base + frame["log_odds"].cumsum()
    frame["start"] = frame["end"] - frame["log_odds"]
    frame["pd_start"], frame["pd_end"] = (
        sigmoid(frame["start"].to_numpy()),
        sigmoid(frame["end"].to_numpy()),
    )
    return frame
