"""Figures of models that were fitted again and again, and whether their differences hold.

Folds share most of their training rows, so their figures are not independent and the usual
t-test finds differences that are not there. The variance is corrected for the overlap
(Nadeau & Bengio, "Inference for the Generalization Error", 2003).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from core.evaluation.intervals import Estimate
from core.evaluation.metrics import score_figures
from core.evaluation.report import Report

FIGURES = ("auc", "log_loss", "brier", "ks")


def fold_figures(y_true: np.ndarray, scores: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Return one row per model: its key and FIGURES on the test rows of one fold."""
    return [{"model": key} | _figures(y_true, pd_hat) for key, pd_hat in scores.items()]


def _figures(y_true: np.ndarray, pd_hat: np.ndarray) -> dict[str, float]:
    known = score_figures(y_true, pd_hat)
    sure = np.clip(pd_hat, 1e-15, 1 - 1e-15)
    log_loss = -np.mean(np.where(y_true == 1, np.log(sure), np.log1p(-sure)))
    return {name: known.get(name, float(log_loss)) for name in FIGURES}


@dataclass(frozen=True, slots=True)
class Resampled:
    """The mean of a figure over all folds and repeats, with a corrected 95 % interval."""

    model: str
    metric: str
    estimate: Estimate
    difference: Estimate | None

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {
            "model": self.model,
            "metric": self.metric,
            "estimate": self.estimate.to_json(),
            "difference": self.difference.to_json() if self.difference else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Resampled":
        """Return what `to_json` wrote."""
        gap = data["difference"]
        return cls(
            data["model"],
            data["metric"],
            Estimate.from_json(data["estimate"]),
            Estimate.from_json(gap) if gap else None,
        )


def summarise(folds: pd.DataFrame, subject: str = "network") -> list[Resampled]:
    """Return each figure of each model, and the subject's figure minus it.

    Args:
        folds: One row per repeat, fold and model: columns repeat, fold, model, n_train, n_test and
            FIGURES.
        subject: Whom the differences belong to.
    """
    ratio = float((folds["n_test"] / folds["n_train"]).mean())
    one = folds[(folds["repeat"] == folds["repeat"].min()) & (folds["model"] == subject)]
    n = int(one["n_test"].sum())
    found = []
    for metric in FIGURES:
        wide = folds.pivot_table(index=["repeat", "fold"], columns="model", values=metric)
        for model in dict.fromkeys(folds["model"]):
            own = _interval(wide[model].to_numpy(), ratio, n)
            gaps = (wide[subject] - wide[model]).to_numpy()
            gap = None if model == subject else _interval(gaps, ratio, n)
            found.append(Resampled(model, metric, own, gap))
    return found


def over_folds(report: Report, folds: pd.DataFrame) -> Report:
    """Return a report whose differences are those over folds, with their corrected intervals.

    The bootstrap of pooled test rows knows how far the rows could mislead, but not the training:
    it finds winners that other folds would not confirm.
    """
    found = {(each.model, each.metric): each.difference for each in summarise(folds)}
    for model in report.models:
        gap = found.get((model, "auc"))
        found[model, "gini"] = gap and Estimate(2 * gap.value, 2 * gap.low, 2 * gap.high, gap.n)
    return replace(
        report,
        compared=tuple(
            replace(one, difference=found.get((one.model, one.metric), one.difference))
            for one in report.compared
        ),
    )


def _interval(values: np.ndarray, ratio: float, n: int) -> Estimate:
    """Return mean ± t · sqrt((1 / k + test rows / training rows) · variance) over k values."""
    mean, k = float(values.mean()), len(values)
    if k < 2:
        return Estimate(mean, float("nan"), float("nan"), n)
    error = np.sqrt((1 / k + ratio) * values.var(ddof=1))
    reach = float(student.ppf(0.975, k - 1) * error)
    return Estimate(mean, mean - reach, mean + reach, n)
