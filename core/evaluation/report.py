"""Everything said about a run on one part of its data, ready to be stored and read aloud."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from core.data.splitting import FEW_ROWS
from core.data.step import listing
from core.evaluation.comparison import Compared, compare_decisions, compare_scores, tidy
from core.evaluation.curves import decile_table, reliability
from core.evaluation.holdout import BASELINE, SUBJECT, Holdout, Part, holdout
from core.evaluation.intervals import Estimate, num_replicates
from core.evaluation.metrics import CUT_OFF_METRICS, Confusion, confusion_of
from core.evaluation.words import in_sentence
from core.formatting import count, percent


@dataclass(frozen=True, slots=True)
class Report:
    """The evidence of a run.

    Attributes:
        part: Which part was judged.
        n: Its rows.
        bads: How many of them defaulted.
        num_rows: Rows of all parts together.
        cut_off: Where the figures of decisions were taken.
        expected_bads: The sum of the network's probabilities.
        replicates: Bootstrap draws behind the intervals.
        seed: Of the draws.
        compared: Every figure of every model.
        confusion: The network's decisions at `cut_off`.
        deciles: Rows of `curves.decile_table` for the network.
        reliability: Rows of `curves.reliability` for the network.
    """

    part: Part
    n: int
    bads: int
    num_rows: int
    cut_off: float
    expected_bads: float
    replicates: int
    seed: int
    compared: tuple[Compared, ...]
    confusion: Confusion
    deciles: tuple[dict[str, Any], ...]
    reliability: tuple[dict[str, Any], ...]

    @property
    def models(self) -> list[str]:
        """Keys of the models, the network first."""
        return list(dict.fromkeys(one.model for one in self.compared))

    @property
    def bad_rate(self) -> float:
        """Share of bads in this part."""
        return self.bads / self.n

    def of(self, metric: str, model: str = SUBJECT) -> Estimate:
        """Return one figure; KeyError where there is none."""
        return self.comparison(metric, model).estimate

    def comparison(self, metric: str, model: str) -> Compared:
        """Return one figure with its difference to the network."""
        for one in self.compared:
            if (one.metric, one.model) == (metric, model):
                return one
        raise KeyError(f"There is no {metric!r} of {model!r} in this report.")

    @property
    def cross_validated(self) -> bool:
        """Whether every row was a test row, so that differences are those over folds."""
        return self.n == self.num_rows

    def frame(self) -> pd.DataFrame:
        """Return every figure as a tidy frame (see `comparison.compare`)."""
        return tidy(list(self.compared))

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        simple = ("part", "n", "bads", "num_rows", "cut_off", "expected_bads", "replicates", "seed")
        return {name: getattr(self, name) for name in simple} | {
            "compared": [one.to_json() for one in self.compared],
            "confusion": self.confusion.to_json(),
            "deciles": list(self.deciles),
            "reliability": list(self.reliability),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Report":
        """Return the report that `to_json` wrote."""
        return cls(
            **data
            | {
                "compared": tuple(Compared.from_json(one) for one in data["compared"]),
                "confusion": Confusion(**data["confusion"]),
                "deciles": tuple(data["deciles"]),
                "reliability": tuple(data["reliability"]),
            }
        )


def evaluate(
    predictions: pd.DataFrame,
    part: Part = "test",
    cut_off: float = 0.5,
    replicates: int | None = None,
    seed: int = 0,
) -> Report:
    """Judge a run on one part of its data; 6,000 rows and four models take about a second.

    Args:
        predictions: Columns row, part, y (0/1), network, and one column of probabilities per
            further model (logistic, trees, majority).
        part: Which rows.
        cut_off: Probability from which an applicant counts as declined.
        replicates: Bootstrap draws; 1,000 if not given, fewer beyond 20,000 rows.
        seed: Of the draws.

    Raises:
        EvaluationError: A column or the part is missing, one outcome is absent, or a probability
            is not one.
    """
    rows = holdout(predictions, part)
    replicates = replicates or num_replicates(rows.y_true.size)
    return _report(rows, cut_off, replicates, seed)


def at_cut_off(report: Report, predictions: pd.DataFrame, cut_off: float) -> Report:
    """Return the report with its figures of decisions taken at another cut-off."""
    moved = evaluate(predictions, report.part, cut_off, report.replicates, report.seed)
    kept = [one for one in report.compared if one.metric not in CUT_OFF_METRICS]
    decided = [one for one in moved.compared if one.metric in CUT_OFF_METRICS]
    return replace(moved, compared=(*kept, *decided))


def _report(rows: Holdout, cut_off: float, replicates: int, seed: int) -> Report:
    scores = rows.scores[SUBJECT]
    return Report(
        part=rows.part,
        n=int(rows.y_true.size),
        bads=int(rows.y_true.sum()),
        num_rows=rows.num_rows,
        cut_off=float(cut_off),
        expected_bads=float(scores.sum()),
        replicates=replicates,
        seed=seed,
        compared=(
            *compare_scores(rows, replicates, seed),
            *compare_decisions(rows, cut_off, seed=seed),
        ),
        confusion=confusion_of(rows.y_true, rows.declined(SUBJECT, cut_off)),
        deciles=_records(decile_table(rows.y_true, scores)),
        reliability=_records(reliability(rows.y_true, scores)),
    )


def _records(frame: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    return tuple(
        {str(name): getattr(value, "item", lambda v=value: v)() for name, value in row.items()}
        for row in frame.to_dict("records")
    )


def plain_summary(report: Report) -> list[str]:
    """Return what the report says, one sentence each, the most important first."""
    return [
        _ranking(report),
        *_against_others(report),
        _calibration(report),
        *_caution(report),
    ]


def _ranking(report: Report) -> str:
    auc = report.of("auc")
    return (
        "The network ranks a random bad applicant above a random good one in "
        f"{_of_100(auc.value)} of 100 cases ({_of_100(auc.low)} to {_of_100(auc.high)}); "
        "a coin toss manages 50."
    )


def _of_100(share: float) -> str:
    return f"{100 * share:.0f}"


def _against_others(report: Report) -> list[str]:
    """Return one sentence per verdict, each challenger with its own number of cases."""
    others: dict[str, list[str]] = {}
    for model in report.models:
        verdict = report.comparison("auc", model).verdict
        if verdict and model != BASELINE:
            cases = _of_100(report.of("auc", model).value)
            others.setdefault(verdict, []).append(f"{in_sentence(model)} ({cases} of 100)")
    return [_VERDICTS[verdict].format(listing(names, most=9)) for verdict, names in others.items()]


_VERDICTS = {
    "network better": "It ranks better than {}.",
    "network worse": "It ranks worse than {}.",
    "no clear winner": "Between it and {} there is no clear winner; the gap could be chance.",
    "too small to matter": "Its difference to {} is too small to matter.",
}


def _calibration(report: Report) -> str:
    expected = percent(report.expected_bads / report.n)
    return (
        f"It expected {expected} of the {count(report.n)} {report.part} applicants to default; "
        f"{percent(report.bad_rate)} did."
    )


def _caution(report: Report) -> list[str]:
    if report.num_rows >= FEW_ROWS or report.cross_validated:
        return []
    return [
        f"With {count(report.num_rows)} rows in all, one test part is shaky ground: another split "
        "of the same file can move ROC-AUC by several hundredths, more than these intervals show."
    ]
