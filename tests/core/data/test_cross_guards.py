"""What is odd between columns: found where it was put, and not where it was not."""

import numpy as np
import pandas as pd
import pytest

from core.data.guards import check
from core.data.reading import read_table
from core.data.roles import typed
from core.data.samples import SAMPLES
from core.data.schema import Column, Schema

ROWS = 1200
SCHEMA = Schema(
    (
        Column("status", "category", "outcome"),
        Column("age", "number", "feature"),
        Column("years_employed", "number", "feature"),
        Column("income", "number", "feature"),
        Column("applied", "date", "date"),
    ),
    "bad",
)


def frame(**columns):
    """A sound file of which some columns are replaced."""
    random = np.random.default_rng(1)
    age = random.integers(20, 70, ROWS).astype(float)
    sound = {
        "status": pd.Series(np.where(np.arange(ROWS) % 4 == 0, "bad", "good"), dtype="str"),
        "age": age,
        "years_employed": np.floor((age - 18) * random.random(ROWS)),
        "income": np.round(np.exp(random.normal(7.5, 0.6, ROWS))),
        "applied": pd.date_range("2020-01-01", periods=ROWS, freq="D").as_unit("us"),
    }
    return pd.DataFrame(sound | columns)


def found(data):
    """Return findings by code."""
    return {finding.code: finding for finding in check(data, SCHEMA)}


def test_a_sound_file_has_no_finding():
    """Nothing is made up."""
    assert found(frame()) == {}


@pytest.mark.parametrize(("when", "words"), [("bad", "missing"), ("good", "known")])
def test_gaps_that_tell_the_outcome_are_found(when, words):
    """Missing for every bad, or known for no good."""
    sound = frame()
    gone = sound.assign(income=sound["income"].where(sound["status"] != when))
    finding = found(gone)["missing_tells"]
    assert finding.column == "income"
    assert "every one turned out" in finding.evidence
    assert finding.fix_role == "ignore"


def test_gaps_by_chance_are_no_finding():
    """Twenty missing values that are all good are not unlikely where most are good."""
    sound = frame()
    goods = sound.index[sound["status"] == "good"][:25]
    gone = sound.assign(income=sound["income"].mask(sound.index.isin(goods)))
    assert "missing_tells" not in found(gone)


@pytest.mark.parametrize(("factor", "words"), [(1000, "thousands"), (100, "cents"), (12, "months")])
def test_mixed_units_are_found(factor, words):
    """A tenth of the amounts in another unit, in a column of narrow spread."""
    income = np.round(np.exp(np.random.default_rng(2).normal(7.5, 0.12, ROWS)))
    mixed = np.where(np.arange(ROWS) % 10 == 0, income * factor, income)
    finding = found(frame(income=mixed))["mixed_units"]
    assert words in finding.evidence
    assert "mixed_units" not in found(frame(income=income))


def test_work_before_birth_is_found():
    """Forty years in the job at thirty."""
    sound = frame()
    odd = sound.assign(years_employed=sound["years_employed"].mask(sound.index < 3, 90.0))
    assert "3 of 1,200 rows" in found(odd)["longer_than_life"].evidence.replace("\xa0", " ")


def test_drift_in_time_is_found():
    """Incomes that double over the years; shuffled rows have the same incomes and no drift."""
    sound = frame()
    grown = sound.assign(income=sound["income"] * np.linspace(1, 3, ROWS))
    finding = found(grown)["drift"]
    assert finding.column == "income"
    shuffled = grown.assign(income=grown["income"].sample(frac=1, random_state=0).to_numpy())
    assert "drift" not in found(shuffled)


@pytest.mark.parametrize("chosen", SAMPLES, ids=lambda each: each.key)
def test_bundled_files_have_none_of_it(chosen):
    """Real files, real spreads."""
    rows, schema = typed(read_table(chosen.read()).frame)
    odd = {"missing_tells", "mixed_units", "drift"}
    assert not odd & {finding.code for finding in check(rows, schema)}
