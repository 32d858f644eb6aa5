"""Made applicants: repeatable, true to the probabilities that are written down."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from core.data import made
from core.data.guards import check
from core.data.made import Plan, make, write
from core.data.made_rules import BETWEEN, OPTIONS, ruled
from core.data.reading import read_table
from core.data.roles import typed
from core.errors import DataError

TRUTH = "true_default_probability"


def frame(plan: Plan) -> pd.DataFrame:
    """All blocks of a plan."""
    return pd.concat([block.to_pandas() for block in make(plan)], ignore_index=True)


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    """Rows enough to compare shares."""
    return frame(Plan(40_000))


def test_the_same_seed_makes_the_same_file(tmp_path):
    """Byte for byte; another seed makes another file."""
    files = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, seed in zip(files, (1, 1, 2), strict=True):
        write(Plan(300, seed), path)
    first, second, third = (path.read_bytes() for path in files)
    assert first == second != third


def test_a_longer_file_begins_with_the_shorter_one(monkeypatch):
    """Blocks have random streams of their own."""
    monkeypatch.setattr(made, "BLOCK", 100)
    pd.testing.assert_frame_equal(frame(Plan(250)).head(120), frame(Plan(120)))


def test_identifiers_go_on_from_block_to_block(monkeypatch):
    """No applicant occurs twice."""
    monkeypatch.setattr(made, "BLOCK", 100)
    assert frame(Plan(250))["application_id"].is_unique


def test_outcomes_follow_the_true_probabilities(many):
    """In each tenth of the true probability, the bads are as many as it says, within 4 errors."""
    tenths = many.groupby(pd.qcut(many[TRUTH], 10))
    expected, found = tenths[TRUTH].mean(), tenths["default"].mean()
    error = np.sqrt(expected * (1 - expected) / tenths.size())
    assert (abs(found - expected) < 4 * error).all()


def test_there_are_25_columns_and_the_truth(many):
    """The leak is no column unless it is asked for."""
    assert many.shape[1] == 26
    assert "recovered_amount" not in many


def test_the_leak_tells_good_from_bad():
    """It is positive for defaults alone, and the guards name it."""
    rows = frame(Plan(2_000, leak=True))
    assert ((rows["recovered_amount"] > 0) == (rows["default"] == 1)).all()
    table, schema = typed(read_table(rows.drop(columns=TRUTH).to_csv(index=False).encode()).frame)
    found = {(finding.code, finding.column) for finding in check(table, schema)}
    assert ("separates", "recovered_amount") in found


def test_special_codes_and_blanks_can_be_switched(many):
    """Unknown scores are -9 and -8, or blank; without missing there is neither."""
    assert set(many.loc[many["bureau_score"] < 0, "bureau_score"]) == {-9, -8}
    blank = frame(Plan(2_000, codes=False))["bureau_score"]
    assert blank.min() >= 300
    assert blank.isna().any()
    complete = frame(Plan(2_000, missing=0))
    assert complete.notna().all(axis=None)
    assert complete["bureau_score"].min() >= 300


def test_the_command_writes_file_and_truth(tmp_path):
    """The truth has one row for each applicant, in the same order."""
    out, truth = tmp_path / "made.csv.gz", tmp_path / "truth.csv"
    said = subprocess.run(
        [sys.executable, "-m", "core.data.samples", "--rows", "500", "--truth", truth, out],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "500 made applicants" in said.stdout
    pd.testing.assert_series_equal(
        pd.read_csv(out)["application_id"], pd.read_csv(truth)["application_id"]
    )
    assert TRUTH not in pd.read_csv(out)


def test_rules_move_the_risk_and_nothing_else(monkeypatch):
    """In boxes that are the same in every block; applicants stay who they are."""
    monkeypatch.setattr(made, "BLOCK", 100)
    plain, ruled = frame(Plan(300, seed=3)), frame(Plan(300, seed=3, rules=20))
    changed = plain[TRUTH] != ruled[TRUTH]
    assert 0.5 < changed.mean() <= 1
    pd.testing.assert_frame_equal(
        plain.drop(columns=["default", TRUTH]), ruled.drop(columns=["default", TRUTH])
    )


def test_a_rule_is_a_box_of_two_or_three_fields():
    """Inside, all log-odds move by the same; every second rule lowers them."""
    rng = np.random.default_rng(0)
    numbers = {name: rng.uniform(low / 2, 2 * high, 5_000) for name, (low, high) in BETWEEN.items()}
    options = {name: rng.integers(0, many, 5_000) for name, many in OPTIONS.items()}
    moved = []
    for seed in range(20):
        first = ruled(numbers | options, 1, seed)
        second = ruled(numbers | options, 2, seed) - first
        for added, sign in ((first, 1), (second, -1)):
            steps = np.unique(np.round(added[added != 0], 9))
            moved.append(len(steps))
            assert len(steps) <= 1
            assert (steps * sign >= 0.8).all()
    assert sum(moved) > 30
    assert not ruled(numbers | options, 0, 0).any()


def test_an_applicant_may_have_several_rows(monkeypatch):
    """Sums a few per cent apart, all else the same, but for the number of the row."""
    monkeypatch.setattr(made, "BLOCK", 100)
    rows, once = frame(Plan(150, each=3)), frame(Plan(150))
    assert rows["application_id"].equals(once["application_id"])
    person = np.arange(150) % 100 // 3 + np.arange(150) // 100 * 100
    sums = ["income_monthly", "expenses_monthly", "assets", "debt"]
    same = rows.drop(columns=["application_id", *sums])
    pd.testing.assert_frame_equal(same, once.loc[person, same.columns].reset_index(drop=True))
    ratio = rows["income_monthly"] / once.loc[person, "income_monthly"].to_numpy()
    assert 0.02 < ratio.std() < 0.1
    assert rows["debt"].isna().sum() == once.loc[person, "debt"].isna().sum()


@pytest.mark.parametrize(
    "plan",
    [
        {"rows": 0},
        {"rows": 5, "seed": -1},
        {"rows": 5, "missing": 9},
        {"rows": 5, "rules": -1},
        {"rows": 5, "rules": 2_000},
        {"rows": 5, "each": 0},
        {"rows": 5, "each": 21},
    ],
)
def test_a_plan_that_cannot_be_drawn_is_refused(plan):
    """The message says what came and what is possible."""
    with pytest.raises(DataError, match="Ask for at least 1 row"):
        Plan(**plan)
