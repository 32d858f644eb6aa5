"""`python -m benchmarks quality`: every model on the same folds of any file."""

import json
import os

import numpy as np
import pandas as pd
import pytest

from benchmarks import quality, quality_process
from benchmarks.contract import Options
from benchmarks.quality_data import LoanFile
from benchmarks.quality_models import MODELS, missing_library
from core.errors import LendlensError, SplitError

CHEAP = ("logistic", "scorecard")


@pytest.fixture
def odd_file(tmp_path):
    """Write a file with blanks, texts, dates, an identifier and outcomes that are not known yet."""
    random = np.random.default_rng(0)
    income = random.normal(30, 8, 400).round(1)
    bad = income + random.normal(0, 6, 400) < 25
    frame = pd.DataFrame(
        {
            "customer_id": np.arange(400) + 1000,
            "applied": pd.date_range("2024-01-01", periods=400).strftime("%Y-%m-%d"),
            "income": np.where(random.random(400) < 0.1, np.nan, income),
            "home": random.choice(["rent", "own", None], 400),
            "sex": random.choice(["f", "m"], 400),
            "always": "EUR",
            "rarely": np.where(np.arange(400) == 7, 1.5, 0.25),
            "remark": [f"came {n} times, said {n * 7919 % 1000}" for n in range(400)],
            "outcome": np.where(np.arange(400) % 50 == 0, None, np.where(bad, "bad", "good")),
        }
    )
    path = tmp_path / "odd.csv"
    frame.to_csv(path, index=False)
    return Options(path, "outcome", "bad", folds=3)


def test_columns_and_rows_are_those_the_app_would_use(odd_file):
    """Only what may be learnt from is a feature, and rows without an outcome are counted."""
    about = LoanFile.read(odd_file).to_json()
    assert set(about["features"]) >= {"income", "home"}
    assert not {"customer_id", "applied", "sex", "always", "remark"} & set(about["features"])
    assert about["not_features"]["protected"] == ["sex"]
    assert about["rows_without_outcome"] == 8


def test_folds_share_no_row_and_hold_no_constant(odd_file):
    """A column with a single value in what is learnt is left out of that fold."""
    file = LoanFile.read(odd_file)
    folds = list(file.folds(3, seed=0))
    assert sum(len(fold.y) for fold in folds) == len(file.y) == 392
    for fold in folds:
        lesson = fold.lesson
        assert len(lesson.y) + len(fold.y) == 392
        assert 0.1 < lesson.validates.mean() < 0.2
        learnt = lesson.frame[~lesson.validates]
        assert all(learnt[c.name].nunique(dropna=False) > 1 for c in lesson.columns)


@pytest.fixture
def measured_here(monkeypatch):
    """Measure in this process, and only what is quick."""
    monkeypatch.setattr(quality, "MODELS", CHEAP)
    monkeypatch.setattr(
        quality, "measure_alone", lambda options, key, home: quality_process.measure(options, key)
    )


@pytest.mark.usefixtures("measured_here")
def test_answer_holds_figures_differences_and_ranks(odd_file):
    """One JSON object, and a table that names every model."""
    answer = json.loads(json.dumps(quality.run(odd_file)))
    (data,) = answer["data_sets"]
    assert (data["rows"], data["folds"], data["seeds"]) == (400, 3, [0])
    assert set(data["models"]) == set(CHEAP)
    best = data["best"]["auc"]
    for key, model in data["models"].items():
        assert model["auc"]["mean"] == pytest.approx(np.mean(model["auc"]["folds"]))
        assert ("best_minus_this" in model["auc"]) == (key != best)
        assert model["peak_memory_mb"] >= model["memory_before_mb"] > 0
    ranks = [each["auc_over_folds"] for each in answer["mean_rank"].values()]
    assert sum(ranks) == pytest.approx(3)
    text = quality.as_text(answer)
    assert "Scorecard" in text
    assert "odd.csv: 400 rows" in text


@pytest.mark.usefixtures("measured_here")
def test_a_model_that_fails_does_not_take_the_others_along(odd_file, monkeypatch):
    """What could be measured is told, and why the other could not."""

    def measure(options, key, home):
        if key == "logistic":
            raise SplitError("Too few bads.")
        return quality_process.measure(options, key)

    monkeypatch.setattr(quality, "measure_alone", measure)
    (data,) = quality.run(odd_file)["data_sets"]
    assert data["failed"] == {"logistic": "SplitError: Too few bads."}
    assert list(data["models"]) == ["scorecard"]


@pytest.mark.usefixtures("measured_here")
def test_nothing_measured_is_an_error(odd_file, monkeypatch):
    """A table without a line would look like an answer."""
    monkeypatch.setattr(quality, "MODELS", ())
    with pytest.raises(LendlensError, match="No model could be measured"):
        quality.run(odd_file)


def test_models_that_are_not_installed_are_told(monkeypatch, odd_file, measured_here):
    """A table without LightGBM says that LightGBM is missing."""
    monkeypatch.setattr(quality, "MODELS", (*CHEAP, "lightgbm"))
    monkeypatch.setattr(quality, "missing_library", lambda key: key == "lightgbm")
    answer = quality.run(odd_file)
    assert answer["left_out"] == {"lightgbm": "not installed"}
    assert "Not installed: LightGBM." in quality.as_text(answer)
    assert not missing_library("recommended")
    assert "recommended" in MODELS


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="Linux tells the peak there")
def test_memory_of_a_process_is_told():
    """Python with pandas takes more than 50 MB and less than 5 GB."""
    assert 50 < quality_process.peak_mb() < 5000
