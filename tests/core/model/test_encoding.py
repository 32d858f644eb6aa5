"""core.model.encoding: columns become blocks of slots, the same for one row and for many."""

import json

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.errors import ModelError
from core.model.blocks import MOST_CATEGORIES
from core.model.encoding import Encoder


def columns(**kinds):
    """Return feature columns by name and kind."""
    return [Column(name, kind, "feature") for name, kind in kinds.items()]


@pytest.fixture
def frame():
    """Return five applicants, one number and one category missing."""
    return pd.DataFrame(
        {
            "income": [0.0, 10.0, 20.0, 30.0, np.nan],
            "home": pd.Series(["rent", "owner", "rent", None, "rent"], dtype="str"),
        }
    )


@pytest.fixture
def encoder(frame):
    """Return an encoder with two bins, [0, 15] and [15, 30]."""
    return Encoder.fit(frame, columns(home="category", income="number"), bins=2)


def test_bins_fill_from_left_to_right(encoder):
    """Two bins, [0, 15] and [15, 30]: a value fills the bins below it and part of its own."""
    values = pd.DataFrame({"income": [0.0, 7.5, 15.0, 30.0], "home": ["rent"] * 4})
    income = encoder.encode(values)[:, encoder.block("income")]
    assert income.tolist() == [[0, 0, 0], [0.5, 0, 0], [1, 0, 0], [1, 1, 0]]


@pytest.mark.parametrize(("value", "slots"), [(-99.0, [0, 0, 0]), (1e300, [1, 1, 0])])
def test_values_beyond_the_training_range_count_as_its_end(encoder, value, slots):
    """A typing mistake cannot push the network where it has never been."""
    row = encoder.encode_row({"income": value, "home": "rent"})
    assert row[encoder.block("income")].tolist() == slots


@pytest.mark.parametrize("missing", [None, np.nan])
def test_missing_category_has_a_slot_of_its_own(encoder, missing):
    """Slots are the categories by frequency, then other, then missing."""
    row = encoder.encode_row({"income": 1.0, "home": missing})
    assert row[encoder.block("home")].tolist() == [0, 0, 0, 1]


def test_unseen_category_is_other(encoder):
    """A value no training row had is told apart from a missing one."""
    row = encoder.encode_row({"income": 1.0, "home": "castle"})
    assert row[encoder.block("home")].tolist() == [0, 0, 1, 0]


def states(several, rows_each=80):
    """Return applicants of so many states, a tenth of them bad, and their outcomes."""
    names = [f"s{i:02}" for i in range(several)]
    frame = pd.DataFrame({"state": pd.Series(np.repeat(names, rows_each), dtype="str")})
    return frame, (np.arange(len(frame)) % 10 == 0).astype(np.int8)


def test_slots_of_many_categories_are_low_where_few_rows_tell():
    """50 states of 80 rows tell 80 x 0.1 x 0.9 = 7.2 each: 7.2 / (7.2 + 3 x 40)."""
    frame, y = states(50)
    encoder = Encoder.fit(frame, columns(state="category"), cuts=4, y=y)
    row = encoder.encode_row({"state": "s00"})
    assert row[:50].max() == pytest.approx(7.2 / 127.2)
    assert encoder.encode_row({"state": "elsewhere"})[50] == 1  # no row taught it anything


@pytest.mark.parametrize(
    ("several", "numeric", "knows_outcomes"),
    [(10, "piecewise", True), (50, "standard", True), (50, "piecewise", False)],
)
def test_other_categories_fill_their_slots(several, numeric, knows_outcomes):
    """Few categories, the plain encoding, or outcomes that are not known."""
    frame, y = states(several)
    outcomes = y if knows_outcomes else None
    encoder = Encoder.fit(frame, columns(state="category"), numeric, y=outcomes)
    assert set(encoder.encode(frame).ravel().tolist()) == {0, 1}


def test_encoders_from_before_heights_fill_their_slots(frame, encoder):
    """What scored a year ago scores the same today."""
    old = encoder.to_json()
    for block in old["categories"]:
        del block["heights"]
    assert (Encoder.from_json(old).encode(frame) == encoder.encode(frame)).all()


def test_missing_number_fills_the_flag_alone(encoder):
    """A column left out is missing too."""
    assert encoder.encode_row({"home": "rent"})[encoder.block("income")].tolist() == [0, 0, 1]


def test_standard_encoding_is_distance_in_deviations():
    """(value - mean) / deviation; a missing value stands at the mean with its flag."""
    frame = pd.DataFrame({"age": [20.0, 40.0, np.nan]})
    encoder = Encoder.fit(frame, columns(age="number"), "standard")
    assert encoder.encode(frame).tolist() == [[-1, 0], [1, 0], [0, 1]]


@pytest.mark.parametrize("numeric", ["piecewise", "standard"])
def test_one_row_has_the_same_bits_as_many(numeric):
    """REST and lists must not differ in the last bit."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {f"n{i}": np.where(random.random(1500) < 0.1, np.nan, random.lognormal(size=1500))
         for i in range(7)}
    )  # fmt: skip
    frame["c"] = pd.Series(random.choice(["a", "b", "Zürich", None], 1500), dtype="str")
    encoder = Encoder.fit(
        frame, columns(c="category", **{f"n{i}": "number" for i in range(7)}), numeric
    )
    many = encoder.encode(frame)
    rows = np.stack([encoder.encode_row(row) for row in frame.to_dict("records")])
    assert many.dtype == rows.dtype == np.float32
    assert np.array_equal(many, rows)


def test_json_keeps_heights():
    """To the bit, also of a column of many categories."""
    frame, y = states(50)
    encoder = Encoder.fit(frame, columns(state="category"), y=y)
    assert Encoder.from_json(json.loads(json.dumps(encoder.to_json()))) == encoder


def test_one_of_many_has_the_same_bits_alone():
    """Heights are rounded to float32 the same way."""
    frame, y = states(50)
    encoder = Encoder.fit(frame, columns(state="category"), y=y)
    alone = encoder.encode_row({"state": frame.loc[7, "state"]})
    assert (encoder.encode(frame)[7] == alone).all()


@pytest.mark.parametrize("numeric", ["piecewise", "standard"])
def test_json_round_trip_is_exact(frame, numeric):
    """What is stored encodes to the same bits."""
    encoder = Encoder.fit(frame, columns(home="category", income="number"), numeric)
    again = Encoder.from_json(json.loads(json.dumps(encoder.to_json(), allow_nan=False)))
    assert again == encoder
    assert again.names == ["home", "income"]
    assert np.array_equal(again.encode(frame), encoder.encode(frame))


@pytest.mark.parametrize(
    ("values", "kind"), [([7.0] * 4, "number"), ([np.nan] * 4, "number"), (["a"] * 4, "category")]
)
def test_constant_columns_are_refused(values, kind):
    """A single value teaches nothing; the message names the column and the way out."""
    frame = pd.DataFrame({"x": values}).astype({"x": "float64" if kind == "number" else "str"})
    with pytest.raises(ModelError, match=r"4 training rows hold a single value in 'x'.*ignore"):
        Encoder.fit(frame, columns(x=kind))


def test_one_value_and_blanks_can_be_learnt():
    """Whether a field was filled in is information."""
    frame = pd.DataFrame({"x": [5.0, np.nan]})
    assert Encoder.fit(frame, columns(x="number")).encode(frame).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("kind", ["date", "text"])
def test_dates_and_texts_are_no_features(kind):
    """The message says which column and what it is."""
    frame = pd.DataFrame({"x": ["a", "b"]})
    with pytest.raises(ModelError, match=f"'x' is a {kind} and cannot be a feature"):
        Encoder.fit(frame, columns(x=kind))


def test_no_feature_is_refused(frame):
    """There is nothing to encode."""
    with pytest.raises(ModelError, match="No column is a feature"):
        Encoder.fit(frame, [])


@pytest.mark.parametrize(
    ("distinct", "words"), [(300, "looks like an identifier"), (100, "100 different values")]
)
def test_many_categories_are_warned_about(distinct, words):
    """The most frequent keep slots of their own, the rest share one."""
    values = [f"v{i % distinct:03}" for i in range(300)]
    encoder = Encoder.fit(pd.DataFrame({"x": values}), columns(x="category"))
    assert encoder.width == MOST_CATEGORIES + 2
    assert words in encoder.warnings[0]
