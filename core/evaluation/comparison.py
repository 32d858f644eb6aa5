"""The network beside its challengers and the majority class, on the same rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import Any, Literal

import pandas as pd

from core.evaluation.holdout import SUBJECT, Holdout, Part, holdout
from core.evaluation.intervals import (
    Estimate,
    confusion_intervals,
    estimate,
    num_replicates,
    paired_cut_off_differences,
    replicate_figures,
)
from core.evaluation.metrics import CUT_OFF_METRICS, Ranked, confusion_of
from core.evaluation.words import TERMS, model_label

Verdict = Literal["", "network better", "network worse", "no clear winner", "too small to matter"]

SMALLEST_GAP = {"auc": 0.005, "gini": 0.01}
"""Differences below these are noise between any two trainings (FIELD: .005 AUC)."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of one model.

    Attributes:
        model: Its key, such as "trees".
        metric: Its key, such as "auc".
        estimate: The figure.
        difference: The network's figure minus this one, from paired replicates; None for the
            network itself.
    """

    model: str
    metric: str
    estimate: Estimate
    difference: Estimate | None = None

    @property
    def verdict(self) -> Verdict:
        """Who wins, seen from the network."""
        better = TERMS[self.metric].higher_is_better
        if self.difference is None or better is None or isnan(self.difference.value):
            return ""
        if self.difference.holds_zero:
            return "no clear winner"
        if abs(self.difference.value) < SMALLEST_GAP.get(self.metric, 0):
            return "too small to matter"
        return "network better" if (self.difference.value > 0) == better else "network worse"

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {
            "model": self.model,
            "metric": self.metric,
            "estimate": self.estimate.to_json(),
            "difference": self.difference.to_json() if self.difference else None,
            "verdict": self.verdict,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Compared":
        """Return what `to_json` wrote."""
        difference = data["difference"]
        return cls(
            data["model"],
            data["metric"],
            Estimate.from_json(data["estimate"]),
            Estimate.from_json(difference) if difference else None,
        )


def compare_scores(rows: Holdout, replicates: int, seed: int = 0) -> Iterator[Compared]:
    """Yield each of SCORE_METRICS for each model, with paired differences to the network."""
    ranked = {key: Ranked.of(rows.y_true, scores) for key, scores in rows.scores.items()}
    values = {
        key: {name: float(one[0]) for name, one in model.figures().items()}
        for key, model in ranked.items()
    }
    drawn = replicate_figures(ranked, replicates, seed)
    n, subject = rows.y_true.size, values[SUBJECT]
    for key, figures in values.items():
        for name, value in figures.items():
            own = estimate(name, value, drawn[key][name], n)
            gaps = drawn[SUBJECT][name] - drawn[key][name]
            gap = None if key == SUBJECT else estimate(name, subject[name] - value, gaps, n)
            yield Compared(key, name, own, gap)


def compare_decisions(
    rows: Holdout, cut_off: float, replicates: int = 1000, seed: int = 0
) -> Iterator[Compared]:
    """Yield each of CUT_OFF_METRICS for each model at one cut-off; fast enough for a slider."""
    subject = rows.declined(SUBJECT, cut_off)
    for key in rows.scores:
        declined = rows.declined(key, cut_off)
        own = confusion_intervals(confusion_of(rows.y_true, declined))
        gaps = (
            {}
            if key == SUBJECT
            else paired_cut_off_differences(rows.y_true, subject, declined, replicates, seed)
        )
        for name in CUT_OFF_METRICS:
            yield Compared(key, name, own[name], gaps.get(name))


def compare(
    predictions: pd.DataFrame,
    part: Part = "test",
    cut_off: float = 0.5,
    replicates: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return one row per model and figure.

    Columns: model, label, metric, value, low, high, n, difference (network minus this model),
    difference_low, difference_high, verdict.

    Raises:
        EvaluationError: As `holdout`.
    """
    rows = holdout(predictions, part)
    replicates = replicates or num_replicates(rows.y_true.size)
    return tidy(
        [*compare_scores(rows, replicates, seed), *compare_decisions(rows, cut_off, seed=seed)]
    )


def tidy(compared: list[Compared]) -> pd.DataFrame:
    """Return comparisons as a frame, in the columns `compare` describes."""
    nothing = Estimate(float("nan"), float("nan"), float("nan"), 0)
    return pd.DataFrame(
        [
            {
                "model": one.model,
                "label": model_label(one.model),
                "metric": one.metric,
                "value": one.estimate.value,
                "low": one.estimate.low,
                "high": one.estimate.high,
                "n": one.estimate.n,
                "difference": (one.difference or nothing).value,
                "difference_low": (one.difference or nothing).low,
                "difference_high": (one.difference or nothing).high,
                "verdict": one.verdict,
            }
            for one in compared
        ]
    )
