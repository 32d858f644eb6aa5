import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.data.splitting import (
    SplitSettings,
    cross_validation,
    inner_folds,
    proposed_kind,
    split,
)
from core.errors import SplitError

SCHEMA = Schema(
    (Column("y", "category", "outcome"), Column("day", "date", "date", label="Applied")), "1"
)


def frame(rows=100, bads=30):
    """Bads spread evenly; one row a day; row ids do not begin at 0."""
    y = np.zeros(rows, int)
    y[np.linspace(0, rows - 1, bads).astype(int)] = 1
    days = pd.date_range("2020-01-01", periods=rows, unit="us")
    return pd.DataFrame({"y": [str(v) for v in y], "day": days}, index=range(1000, 1000 + rows))


@pytest.mark.parametrize("kind", ["stratified", "out_of_time"])
def test_every_row_is_in_exactly_one_part(kind):
    """Parts are labels of the frame, complete and without overlap."""
    parts = split(frame(), SCHEMA, SplitSettings(kind))
    labels = [*parts.train, *parts.validation, *parts.test]
    assert sorted(labels) == list(range(1000, 1100))
    assert [len(parts.train), len(parts.validation), len(parts.test)] == [60, 20, 20]


def test_stratified_parts_share_the_bad_rate():
    """Each part holds 30 % bads."""
    data = frame()
    parts = split(data, SCHEMA, SplitSettings())
    for part in (parts.train, parts.validation, parts.test):
        assert (data.loc[part, "y"] == "1").mean() == pytest.approx(0.3)


def test_the_seed_decides_the_draw():
    """The same seed gives the same rows, another seed others."""
    first, again, other = (split(frame(), SCHEMA, SplitSettings(seed=s)).test for s in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_out_of_time_tests_on_the_newest_rows():
    """No test row is older than a training row, and the sentence says from when."""
    data = frame()
    parts = split(data, SCHEMA, SplitSettings("out_of_time"))
    assert data.loc[parts.train, "day"].max() < data.loc[parts.validation, "day"].min()
    assert data.loc[parts.validation, "day"].max() < data.loc[parts.test, "day"].min()
    assert parts.why == "Trained on the oldest rows, tested on rows from 2020-03-21 on (Applied)."


def test_no_day_is_both_learnt_and_tested():
    """The cut moves to the beginning of a day."""
    data = frame()
    data["day"] = np.repeat(data["day"].to_numpy()[::10], 10)
    parts = split(data, SCHEMA, SplitSettings("out_of_time", test=0.15, validation=0.15))
    assert not set(data.loc[parts.test, "day"]) & set(data.loc[parts.validation, "day"])


@pytest.mark.parametrize(
    ("settings", "change", "words"),
    [
        (SplitSettings("out_of_time"), {"role": "ignore"}, "role date, and there is none"),
        (SplitSettings("out_of_time"), {"missing": 3}, "missing in 3 of 100 rows"),
        (SplitSettings(), {"bads": 1}, "train part would hold .* not one bad"),
        (SplitSettings("out_of_time"), {"early": True}, "part would hold 20 rows and not one bad"),
    ],
)
def test_a_split_that_cannot_work_says_why(settings, change, words):
    """A class missing in a part, or no date, is told with counts and a remedy."""
    data = frame(bads=change.get("bads", 30))
    schema = SCHEMA.change("day", role=change.get("role", "date"))
    data.loc[data.index[: change.get("missing", 0)], "day"] = pd.NaT
    if change.get("early"):
        data["y"] = ["1"] * 30 + ["0"] * 70
    with pytest.raises(SplitError, match=words):
        split(data, schema, settings)


@pytest.mark.parametrize(("test", "validation"), [(0, 0.2), (0.5, 0.5), (0.2, -0.1), (1, 0.2)])
def test_shares_have_to_leave_rows_to_learn_from(test, validation):
    """Impossible shares are refused when they are made."""
    with pytest.raises(SplitError, match="sum is below 1"):
        SplitSettings(test=test, validation=validation)


def test_settings_survive_json():
    """A run stores how it was split."""
    settings = SplitSettings("out_of_time", 0.3, 0.1, 7)
    assert SplitSettings.from_json(settings.to_json()) == settings


GROUPED = Schema((*SCHEMA.columns, Column("client", "text", "identifier")), "1")


@pytest.mark.parametrize("kind", ["stratified", "cross_validation"])
def test_rows_of_one_client_stay_together(kind):
    """A client with three loans is learnt or tested, never both."""
    data = frame(300, 90).assign(client=[f"c{n // 3}" for n in range(300)])
    settings = SplitSettings(kind)
    parts = split(data, GROUPED, settings)
    splits = [parts] + [each for _, each in cross_validation(data, GROUPED, settings)]
    for each in splits:
        learnt = set(data.loc[each.train, "client"])
        assert not learnt & set(data.loc[each.test, "client"])
        assert not learnt & set(data.loc[each.validation, "client"])
    assert parts.why.endswith("Rows that share client stay together.")


def test_out_of_time_leaves_out_older_rows_of_who_comes_back():
    """Parts 60-20-20: client a is in all three, b in the first two, and c never comes back."""
    data = frame().assign(client=[f"c{n}" for n in range(100)])
    data.iloc[[0, 10, 70, 95], 2] = "a"
    data.iloc[[20, 65], 2] = "b"
    data.iloc[[30, 31], 2] = "c"
    data.iloc[[40, 90], 2] = None  # without an identifier each row stands for itself
    parts = split(data, GROUPED, SplitSettings("out_of_time"))
    assert set(data.index) - set(parts.train) - set(parts.validation) - set(parts.test) == {
        1000, 1010, 1070, 1020,
    }  # fmt: skip
    assert len(parts.test) == 20
    assert parts.why.endswith(
        "4 older rows, whose client also has newer rows, were left out, so that nobody is learnt "
        "and tested."
    )


def test_every_row_is_tested_once_per_repeat():
    """Two repeats of five folds; the model that is kept learns from all rows."""
    settings = SplitSettings("cross_validation")
    found = list(cross_validation(frame(), SCHEMA, settings))
    assert len(found) == 10
    for repeat in (0, 1):
        tested = [row for number, each in found if number == repeat for row in each.test]
        assert sorted(tested) == list(range(1000, 1100))
    kept = split(frame(), SCHEMA, settings)
    assert (len(kept.train), len(kept.validation), len(kept.test)) == (80, 20, 0)


def test_folds_that_lack_an_outcome_are_refused():
    """Three bads cannot be in four folds."""
    with pytest.raises(SplitError, match="4 folds need at least 4 goods and 4 bads"):
        inner_folds(np.array([1, 1, 1] + [0] * 50), None, 4)


@pytest.mark.parametrize(
    ("schema", "rows", "kind"),
    [
        (SCHEMA, 100, "out_of_time"),
        (Schema(SCHEMA.columns[:1], "1"), 4999, "cross_validation"),
        (Schema(SCHEMA.columns[:1], "1"), 5000, "stratified"),
    ],
)
def test_the_kind_that_tells_most_is_proposed(schema, rows, kind):
    """A date decides; without one, the number of rows does."""
    assert proposed_kind(schema, rows) == kind
