"""core.evaluation.resampled: figures over folds, with honest intervals."""

import numpy as np
import pandas as pd
import pytest

from core.evaluation.report import evaluate
from core.evaluation.resampled import Resampled, fold_figures, over_folds, summarise
from tests.core.evaluation.runs import predictions


def folds(gaps, repeats=2):
    """Return two models over five folds; the network is ahead by these gaps in ROC-AUC."""
    rows = []
    for repeat in range(repeats):
        for fold, gap in enumerate(gaps):
            for model, value in (("network", 0.8 + gap), ("trees", 0.8)):
                rows.append(
                    {"repeat": repeat, "fold": fold, "model": model, "n_train": 80, "n_test": 20}
                    | {"auc": value, "log_loss": 0.5, "brier": 0.2, "ks": 0.4}
                )
    return pd.DataFrame(rows)


def test_the_variance_is_corrected_for_shared_training_rows():
    """By hand: gaps .01 to .05 twice, whose variance counts (1/10 + 20/80) times."""
    found = summarise(folds([0.01, 0.02, 0.03, 0.04, 0.05]))
    gap = next(each.difference for each in found if (each.model, each.metric) == ("trees", "auc"))
    values = np.tile([0.01, 0.02, 0.03, 0.04, 0.05], 2)
    error = np.sqrt((1 / 10 + 20 / 80) * values.var(ddof=1))
    assert gap.value == pytest.approx(0.03)
    assert gap.high - gap.value == pytest.approx(2.262 * error, rel=1e-3)
    assert gap.n == 100


def test_a_gap_that_most_folds_show_may_still_be_chance():
    """Uncorrected, these five folds would be significant; corrected they are not."""
    found = summarise(folds([0.004, 0.03, 0.01, 0.03, 0.001], repeats=1))
    gap = next(each.difference for each in found if (each.model, each.metric) == ("trees", "auc"))
    assert gap.holds_zero


def test_figures_of_a_fold():
    """Log-loss of .8 for a bad and .5 for a good: -(ln .8 + ln .5) / 2."""
    rows = fold_figures(np.array([1, 0]), {"network": np.array([0.8, 0.5])})
    assert rows[0]["auc"] == 1
    assert rows[0]["log_loss"] == pytest.approx(-(np.log(0.8) + np.log(0.5)) / 2)


def test_a_summary_can_be_stored():
    """Nothing is lost."""
    found = summarise(folds([0.01, 0.02, 0.03]))
    assert [Resampled.from_json(each.to_json()) for each in found] == found


def test_a_report_takes_its_differences_from_the_folds():
    """Gini's is twice that of ROC-AUC; figures that folds do not hold keep their bootstrap."""
    report = evaluate(predictions(), replicates=50)
    models = ("network", "logistic", "trees", "majority")
    frame = pd.concat(
        [folds([0.01, 0.02, 0.03]).query("model == 'network'")]
        + [folds([0.01, 0.02, 0.03]).query("model == 'trees'").assign(model=m) for m in models[1:]]
    )
    moved = over_folds(report, frame)
    assert moved.comparison("auc", "trees").difference.value == pytest.approx(0.02)
    assert moved.comparison("gini", "trees").difference.value == pytest.approx(0.04)
    assert moved.comparison("ece", "trees") == report.comparison("ece", "trees")
    assert moved.of("auc") == report.of("auc")
