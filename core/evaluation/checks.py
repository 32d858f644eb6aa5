"""What an experienced reader would look for in a run before trusting its figures.

Each check says what it saw and what to do. One that cannot be made on this run says so: not
applicable is not passed. Thresholds are conventions, named below with their reasons.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.repeats import RELATIVES
from core.data.step import listing
from core.evaluation.holdout import SUBJECT, holdout
from core.evaluation.metrics import auc
from core.evaluation.report import Report
from core.evaluation.words import in_sentence
from core.formatting import count, counted, metric, percent

Result = Literal["finding", "passed", "not applicable"]
Severity = Literal["warning", "note"]

WIDE_GAP = 0.05
"""ROC-AUC on rows learnt from above that on test rows; a team of small networks stays below."""
NARROW_GAP = 0.01
DISAGREE = 0.03
"""Between rows left out and test rows, if it also lies outside the interval."""
CARRIES = 0.8
"""Share of the Gini lost without one column: the model is that column, with decorations."""
RARE = 0.05
FEW_PER_FEATURE = 10
"""Bads per feature below which coefficients are shaky (Peduzzi et al. 1996)."""
FEW_TESTED = 50
UNSTABLE = 0.03
"""Standard deviation of ROC-AUC over folds; chance alone gives .02 with 70 bads a fold."""
SHARED = 0.01
MOST_ROWS = 2_000
"""Rows on which columns are shuffled; which column carries a model is plain on fewer."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a run.

    Attributes:
        code: Short name for tests and links.
        title: What was found or looked for, as a sentence without a full stop.
        result: Whether it was found.
        severity: Of a finding.
        evidence: What was seen, with numbers.
        remedy: What to do; empty where nothing was found.
    """

    code: str
    title: str
    result: Result
    severity: Severity
    evidence: str
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain data: the arguments of this class."""
        return asdict(self)


@dataclass(frozen=True)
class Subject:
    """A run to be checked.

    Attributes:
        predictions: Of all parts; see core.evaluation.holdout.
        report: On its test rows.
        features: (n, p) features of every row, by row label.
        learnt: Labels of the rows the network has learnt from.
        score: Returns (m,) log-odds for a frame of features.
        folds: Figures per repeat, fold and model (core.evaluation.resampled); None without a
            cross-validation.
        kinship: How much rows are near copies of one another (core.model.relatives); None where
            an identifier ties them together, or where they are too few.
    """

    predictions: pd.DataFrame
    report: Report
    features: pd.DataFrame
    learnt: pd.Index
    score: Callable[[pd.DataFrame], np.ndarray]
    folds: pd.DataFrame | None = None
    kinship: float | None = 0.0

    @property
    def rows(self) -> pd.DataFrame:
        """The test rows."""
        return self.predictions[self.predictions["part"] == "test"]


def check_run(subject: Subject) -> tuple[Check, ...]:
    """Return every check, findings first, warnings before notes."""
    checks = [make(subject) for make in _CHECKS]
    order = {"finding": 0, "passed": 1, "not applicable": 2}
    return tuple(sorted(checks, key=lambda each: (order[each.result], each.severity == "note")))


def findings(checks: Iterable[Check]) -> list[Check]:
    """Return those that found something."""
    return [each for each in checks if each.result == "finding"]


def _fit(subject: Subject) -> Check:
    test, learnt = subject.report.of("auc"), _auc(subject, "train")
    gap = learnt - test.value
    seen = f"ROC-AUC is {metric(learnt)} on rows learnt from and {metric(test.value)} on test rows."
    if gap > WIDE_GAP and learnt > test.high:
        return Check(
            "overfit", "The network knows its training rows better than new ones", "finding",
            "warning", seen, "Use more dropout or weight decay, smaller layers, or more rows.",
        )  # fmt: skip
    trees = "trees" in subject.report.models and subject.report.comparison("auc", "trees").verdict
    if gap < NARROW_GAP and trees == "network worse":
        return Check(
            "underfit", "The network has not learnt all there is to learn", "finding", "warning",
            f"{seen} Boosted trees rank better.",
            "Use wider layers, more epochs or a larger learning rate.",
        )  # fmt: skip
    return Check("fit", "Training and test rows agree", "passed", "warning", seen)


def _baseline(subject: Subject) -> Check:
    worse = [
        model
        for model in subject.report.models
        if subject.report.comparison("auc", model).verdict == "network worse"
    ]
    seen = f"ROC-AUC of the network: {metric(subject.report.of('auc').value)}."
    passed = Check(
        "baseline", "No challenger ranks better beyond chance", "passed", "warning", seen
    )
    if subject.report.of("auc").low <= 0.5:
        return replace(
            passed, result="finding", title="The network may rank no better than a coin toss",
            remedy="Look for columns that tell goods from bads, or for a wrong outcome column.",
        )  # fmt: skip
    if not worse:
        return passed
    named = listing(
        [
            f"{in_sentence(model)} {metric(subject.report.of('auc', model).value)}"
            for model in worse
        ],
        most=9,
    )
    return replace(
        passed, result="finding", title="A challenger ranks better",
        evidence=f"{seen} Better: {named}.",
        remedy="Choose the recommended preset, or publish the challenger's kind of model instead.",
    )  # fmt: skip


def _agreement(subject: Subject) -> Check:
    test, judged = subject.report.of("auc"), _auc(subject, "validation")
    seen = f"ROC-AUC is {metric(judged)} on rows left out and {metric(test.value)} on test rows."
    apart = abs(judged - test.value) > DISAGREE and not test.low <= judged <= test.high
    passed = Check("agreement", "Validation and test rows agree", "passed", "warning", seen)
    return passed if not apart else replace(
        passed, result="finding", title="Validation and test rows disagree",
        remedy="The parts may come from different times or branches: look at how rows were "
        "divided, or use cross-validation.",
    )  # fmt: skip


def _one_column(subject: Subject) -> Check:
    """Shuffle one column at a time and see what is left of the ranking."""
    part = subject.predictions[subject.predictions["part"] == "train"]
    rows = part.sample(min(len(part), MOST_ROWS), random_state=0)
    y, features = rows["y"].to_numpy(), subject.features.loc[rows["row"]]
    passed = Check("one_column", "No single column carries the model", "passed", "warning", "")
    if features.shape[1] < 2:
        return replace(passed, result="not applicable", evidence="There is only one feature.")
    whole = 2 * auc(y, _ranks(subject.score(features))) - 1
    order = np.random.default_rng(0).permutation(len(features))
    left = {
        name: 2 * auc(y, _ranks(subject.score(_shuffled(features, str(name), order)))) - 1
        for name in features
    }
    column = min(left, key=left.__getitem__)
    lost = min(1.0, 1 - left[column] / whole) if whole > 0 else 0.0
    seen = (
        f"Shuffling {column} costs {percent(lost, 0)} of the Gini, more than any other column "
        f"(on {count(len(rows))} of {count(len(part))} rows)."
    )
    return replace(passed, evidence=seen) if lost < CARRIES else replace(
        passed, result="finding", title=f"{column} carries the model nearly alone", evidence=seen,
        remedy="Ask whether it was known when the loan was applied for. If not, it gives the "
        "outcome away: set its role to ignore.",
    )  # fmt: skip


def _imbalance(subject: Subject) -> Check:
    share = subject.report.bad_rate
    passed = Check(
        "imbalance", "Both outcomes are frequent enough", "passed", "note",
        f"{percent(share)} of the test applicants are bad.",
    )  # fmt: skip
    return passed if RARE <= share <= 1 - RARE else replace(
        passed, result="finding", title="One outcome is rare",
        remedy="Read PR-AUC and the decile table beside ROC-AUC; accuracy says little here.",
    )  # fmt: skip


def _bads(subject: Subject) -> Check:
    rows = subject.predictions[subject.predictions["part"] == "train"]
    learnt, tested = int(rows["y"].sum()), subject.report.bads
    features = subject.features.shape[1]
    columns = counted(features, "feature")
    seen = f"{counted(learnt, 'bad')} to learn {columns} from, {count(tested)} to test on."
    passed = Check("bads", "There are enough bads", "passed", "warning", seen)
    return passed if learnt >= FEW_PER_FEATURE * features and tested >= FEW_TESTED else replace(
        passed, result="finding", title="There are few bads",
        remedy="Use fewer features or a longer file, and read the intervals, not the figures.",
    )  # fmt: skip


def _stability(subject: Subject) -> Check:
    passed = Check("stability", "Folds agree", "passed", "warning", "")
    if subject.folds is None:
        return replace(
            passed, title="Whether folds agree", result="not applicable",
            evidence="This run was not cross-validated.",
        )  # fmt: skip
    own = subject.folds.loc[subject.folds["model"] == SUBJECT, "auc"]
    seen = f"ROC-AUC lies between {metric(own.min())} and {metric(own.max())} in {len(own)} folds."
    return replace(passed, evidence=seen) if own.std() <= UNSTABLE else replace(
        passed, result="finding", title="The figures depend on the fold", evidence=seen,
        remedy="Trust the mean over folds, not one of them; a longer file would steady it.",
    )  # fmt: skip


def _duplicates(subject: Subject) -> Check:
    passed = Check("duplicates", "Test rows are new to the network", "passed", "warning", "")
    rows = pd.Index(subject.rows["row"])
    if rows.isin(subject.learnt).all():  # cross-validation: every row is both, in turn
        shared, of = int(subject.features.duplicated(keep=False).sum()), len(subject.features)
        seen = f"{count(shared)} of {count(of)} rows have a twin with the same features."
    else:
        learnt = pd.util.hash_pandas_object(subject.features.loc[subject.learnt], index=False)
        tested = pd.util.hash_pandas_object(subject.features.loc[rows], index=False)
        shared, of = int(tested.isin(learnt).sum()), len(rows)
        seen = f"{count(shared)} of {count(of)} test rows have a twin among the training rows."
    return replace(passed, evidence=seen) if shared <= SHARED * of else replace(
        passed, result="finding", title="Test rows have twins among training rows", evidence=seen,
        remedy="Drop duplicates in the recipe, or give the column that ties rows together the "
        "role identifier, so that they stay in one part.",
    )  # fmt: skip


def _relatives(subject: Subject) -> Check:
    passed = Check("relatives", "Rows stand for themselves", "passed", "warning", "")
    if subject.kinship is None:
        return replace(
            passed, title="Whether rows are near copies", result="not applicable",
            evidence="An identifier keeps the rows of one applicant together, or they are too "
            "few to tell.",
        )  # fmt: skip
    seen = (
        f"What the fields leave untold of an outcome correlates by {subject.kinship:.2f} between a "
        f"row and the one nearest to it; beyond {RELATIVES:g} that is no chance."
    )
    return replace(passed, evidence=seen) if subject.kinship < RELATIVES else replace(
        passed, result="finding", title="Rows are near copies of one another", evidence=seen,
        remedy="The same applicants may stand in the file several times, so that figures are too "
        "good for new ones. Give the column that ties their rows together the role identifier.",
    )  # fmt: skip


_CHECKS: tuple[Callable[[Subject], Check], ...] = (
    _fit, _baseline, _agreement, _one_column, _imbalance, _bads, _stability, _duplicates,
    _relatives,
)  # fmt: skip


def _auc(subject: Subject, part: Literal["train", "validation"]) -> float:
    rows = holdout(subject.predictions, part)
    return auc(rows.y_true, rows.scores[SUBJECT])


def _ranks(log_odds: np.ndarray) -> np.ndarray:
    """Return probabilities in the order of the log-odds; the metrics take nothing else."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _shuffled(features: pd.DataFrame, column: str, order: np.ndarray) -> pd.DataFrame:
    return features.assign(**{column: features[column].to_numpy()[order]})
