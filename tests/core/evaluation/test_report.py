"""What is said about a run."""

import json
import math
from dataclasses import replace

import pytest

from core.errors import EvaluationError
from core.evaluation.comparison import Compared
from core.evaluation.intervals import Estimate
from core.evaluation.metrics import score_figures
from core.evaluation.report import Report, evaluate, plain_summary
from tests.core.evaluation.runs import predictions


@pytest.fixture(scope="module")
def report():
    """500 of 1,500 rows judged at a cut-off of 30 %."""
    return evaluate(predictions(), cut_off=0.3, replicates=100)


def test_figures_are_of_the_test_part(report):
    """Training rows do not flatter the figures."""
    rows = predictions()
    test = rows[rows["part"] == "test"]
    assert report.n == 500
    assert report.bads == test["y"].sum()
    assert report.of("auc").value == pytest.approx(score_figures(test["y"], test["network"])["auc"])


def test_decisions_agree_with_the_cells(report):
    """Accuracy in the comparison is that of the confusion matrix."""
    assert report.of("accuracy").value == report.confusion.figures["accuracy"]
    assert report.confusion.n == report.n
    assert report.of("approval_rate", "majority").value == 1


def test_report_survives_json(report):
    """What is stored is strict JSON and comes back whole."""
    text = json.dumps(report.to_json(), allow_nan=False)
    again = Report.from_json(json.loads(text))
    assert again.to_json() == report.to_json()
    assert again.deciles == report.deciles
    assert math.isnan(again.of("precision", "majority").value)


def test_tables_come_along(report):
    """Decile table and reliability of the network are part of the evidence."""
    assert sum(band["rows"] for band in report.deciles) == 500
    assert sum(band["bads"] for band in report.reliability) == report.bads


def test_unknown_figure_is_named(report):
    """A typing error does not pass for a missing figure."""
    with pytest.raises(KeyError, match="no 'auk' of 'network'"):
        report.of("auk")


def test_run_without_challengers_can_be_judged():
    """A network alone still gets a report."""
    alone = evaluate(predictions()[["row", "part", "y", "network"]], replicates=20)
    assert alone.models == ["network"]
    assert len(plain_summary(alone)) == 3


def test_part_without_bads_is_refused():
    """A figure that is not defined is not shown as a number."""
    with pytest.raises(EvaluationError, match="at least one of each"):
        evaluate(predictions().assign(y=0))


def with_auc(report, model, difference):
    """The report in which a model differs from the network by a given AUC."""
    compared = tuple(
        Compared(model, "auc", Estimate(0.81, 0.8, 0.82, 500), difference)
        if (one.model, one.metric) == (model, "auc")
        else one
        for one in report.compared
    )
    return replace(report, compared=compared)


def test_summary_in_words(report):
    """The first sentence says what ROC-AUC means, with its interval, in cases of 100."""
    certain = with_auc(report, "network", None)
    assert plain_summary(certain)[0] == (
        "The network ranks a random bad applicant above a random good one in 81 of 100 cases "
        "(80 to 82); a coin toss manages 50."
    )


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (Estimate(0.03, 0.02, 0.04, 500), "It ranks better than logistic regression (81 of 100)"),
        (Estimate(-0.03, -0.04, -0.02, 500), "It ranks worse than logistic regression"),
        (Estimate(0.03, -0.02, 0.04, 500), "there is no clear winner"),
        (Estimate(0.001, 0.0005, 0.002, 500), "too small to matter"),
    ],
)
def test_summary_names_the_winner(report, difference, sentence):
    """Each verdict has its own plain sentence."""
    assert sentence in " ".join(plain_summary(with_auc(report, "logistic", difference)))


def test_summary_compares_expected_and_actual_defaults(report):
    """Calibration in the large, in percent of applicants."""
    even = replace(report, n=200, bads=50, expected_bads=48.0)
    assert (
        "It expected 24.0\xa0% of the 200 test applicants to default; 25.0\xa0% did."
        in plain_summary(even)
    )


@pytest.mark.parametrize(("num_rows", "shaky"), [(4999, True), (5000, False)])
def test_small_files_are_called_shaky(report, num_rows, shaky):
    """Below 5,000 rows one test part misleads, and the summary says so."""
    words = " ".join(plain_summary(replace(report, num_rows=num_rows)))
    assert ("shaky ground" in words) is shaky
