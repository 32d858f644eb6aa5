import numpy as np
import pandas as pd
import pytest

from core.data.allowed import Allowed
from core.data.casting import cast
from core.data.cleaning import Recipe
from core.data.column_guards import separation
from core.data.guards import check, require_trainable
from core.data.schema import Column, Schema
from core.data.steps import (
    Bin,
    Clip,
    CodesToMissing,
    DropDuplicates,
    Logarithm,
    MergeRare,
    Standardise,
)
from core.data.tally import tally
from core.errors import SchemaError

ROWS = 100
SCHEMA = Schema(
    (
        Column("status", "category", "outcome"),
        Column("income", "number", "feature"),
        Column("home", "category", "feature"),
    ),
    "bad",
)


def frame(rows=ROWS, **columns):
    """A sound loan file of which some columns are replaced."""
    sound = {
        "status": ["good", "good", "bad", "good"] * (rows // 4),
        "income": [float(n * 7 % 101 + n / 1000) for n in range(rows)],
        "home": ["rent", "own", "own", "rent", "other"] * (rows // 5),
    }
    return cast(pd.DataFrame(sound | columns), SCHEMA)


def codes(data, schema=SCHEMA):
    """Return the codes of everything found."""
    return [finding.code for finding in check(data, schema)]


def found(code, data, schema=SCHEMA):
    """Return the one finding of a code."""
    [finding] = [finding for finding in check(data, schema) if finding.code == code]
    return finding


def test_a_sound_file_has_no_finding():
    """Nothing is made up."""
    assert codes(frame()) == []
    require_trainable(frame(), SCHEMA)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": ["good"] * ROWS}, "'status' holds only 'good' in 100 rows"),
        ({"status": [None] * ROWS}, "'status' holds no value at all in 100 rows"),
        ({"status": ["good", "bad", "late", "good"] * 25}, "holds 3: 'bad', 'good', 'late'"),
        ({"status": ["good", "bad", None, "good"] * 25}, "missing in 25 of 100 rows. Drop these"),
        ({"status": ["good", "late"] * 50}, "'bad' does not occur in 'status'"),
        ({"status": ["good"] * 95 + ["bad"] * 5}, "5 bads and 95 goods; at least 10 of each"),
        ({"income": [np.nan] * ROWS}, "'income' is missing in all 100 rows. Set its role"),
    ],
)
def test_what_stops_a_training_says_where_and_what_to_do(columns, words):
    """Every bad outcome and every empty feature is named with its evidence."""
    with pytest.raises(SchemaError, match=words):
        require_trainable(frame(**columns), SCHEMA)


def test_fewer_than_50_rows_are_refused():
    """The message says how many there are and how many are needed."""
    with pytest.raises(SchemaError, match="40 rows; at least 50 are needed"):
        require_trainable(frame(40), SCHEMA)


def test_infinite_numbers_are_refused():
    """A frame that did not come through reading may hold them."""
    data = frame()
    data.loc[7, "income"] = np.inf
    with pytest.raises(SchemaError, match="'income' is infinite in 1 of 100 rows, first in row 8"):
        require_trainable(data, SCHEMA)


def test_roles_that_cannot_work_are_refused():
    """No outcome, no feature, text as a feature, a date without dates."""
    assert "no_outcome" in codes(frame(), SCHEMA.change("status", role="ignore"))
    no_features = SCHEMA.change("income", role="ignore").change("home", role="ignore")
    assert codes(frame(), no_features) == ["no_features"]
    assert codes(frame(), SCHEMA.change("home", kind="text")) == ["wrong_kind"]
    assert codes(frame(), SCHEMA.change("home", role="date")) == ["not_a_date"]


def test_duplicates_come_with_a_step():
    """Equal rows are counted without looking at identifiers."""
    data = pd.concat([frame(), frame().head(3)], ignore_index=True)
    data["id"] = range(len(data))
    schema = SCHEMA.add(Column("id", "number", "identifier"))
    finding = found("duplicates", data, schema)
    assert finding.evidence.startswith("3 of 103 rows")
    assert finding.fix == DropDuplicates(("status", "income", "home"))


@pytest.mark.parametrize(
    ("values", "found_codes"),
    [
        ([-9.0, 1.0, 2.0, 3.0, 4.0], ["-9"]),
        ([-999.0, -99.0, 20.0, 30.0, 40.0], ["-999", "-99"]),
        ([96.0, 98.0, 0.0, 1.0, 2.0, 3.0], ["96", "98"]),
        ([9999999.0, 100.0, 200.0, 300.0], ["9999999"]),
        ([-2.0, -1.0, 0.0, 1.0, 2.0, 8.0], []),
        ([99.0, 95.0, 80.0, 60.0, 100.0], []),
        ([0.0, 1.0, 2.0, 3.0], []),
    ],
)
def test_codes_among_numbers_lie_apart(values, found_codes):
    """-9 far below the rest is a code; -2 next to -1 is a value."""
    data = frame(income=list(np.resize(values, ROWS)))
    steps = [f.fix for f in check(data, SCHEMA) if f.code == "special_codes"]
    assert steps == ([CodesToMissing(("income",), tuple(found_codes))] if found_codes else [])


def test_words_for_unknown_come_with_a_step():
    """The word "ignore" among the kinds of home may mean that nobody asked."""
    finding = found("special_words", frame(home=["rent", "own", "ignore", "own"] * 25))
    assert finding.severity == "note"
    assert finding.fix == CodesToMissing(("home",), ("ignore",))


def test_impossible_ages_come_with_a_step():
    """Age 144 is shown with the range that was found."""
    schema = SCHEMA.add(Column("age", "number", "protected"))
    data = frame().assign(age=[20.0 + n % 40 for n in range(99)] + [144.0])
    finding = found("impossible", data, schema)
    assert "from 20 to 144; 1 of 100 rows" in finding.evidence
    assert finding.fix == Clip(("age",), 16.0, 110.0, "missing")


def test_rare_categories_come_with_a_step():
    """A category of three rows is named."""
    finding = found("rare_categories", frame(home=["rent", "own"] * 48 + ["own"] + ["boat"] * 3))
    assert "'boat' in 3 of 100 rows" in finding.evidence
    assert finding.fix == MergeRare(("home",), 0.01)


def test_spreadsheet_formulas_are_named():
    """A cell that would run in a spreadsheet is shown before it is exported."""
    assert "formulas" in codes(frame(home=["=cmd()", "own"] * 50))


@pytest.mark.parametrize("name", ["recoveries", "last_pymnt_d", "chargeoff_within_12_mths"])
def test_what_is_known_only_afterwards_is_flagged_by_name(name):
    """A name that speaks of recovery or the last payment asks for a decision."""
    schema = SCHEMA.add(Column(name, "number", "feature"))
    finding = found("known_afterwards", frame().assign(**{name: frame()["income"]}), schema)
    assert finding.fix_role == "ignore"


@pytest.mark.parametrize("column", ["income", "home"])
def test_a_column_that_alone_separates_is_flagged(column):
    """What tells good from bad by itself is probably not known in advance."""
    data = frame()
    bad = data["status"] == "bad"
    data[column] = (
        np.where(bad, 1.0, 2.0) if column == "income" else bad.map({True: "y", False: "n"})
    )
    assert "100.0\xa0% of pairs" in found("separates", data).evidence


@pytest.mark.parametrize(
    ("values", "auc"),
    [([1, 2, 3, 4], 1.0), ([4, 3, 2, 1], 1.0), ([1, 1, 1, 1], 0.5), ([1, 3, 2, 4], 0.75)],
)
def test_separation_is_the_auc_in_either_direction(values, auc):
    """Pairs ranked correctly, ties counted half."""
    assert separation(tally(pd.Series(values, dtype=float), np.array([2, 3]))) == auc


def test_the_gravest_comes_first():
    """Errors, then warnings, then notes."""
    data = frame(income=[np.nan] * ROWS, home=["rent", "=own", "own", "ignore"] * 25)
    severities = [finding.severity for finding in check(data, SCHEMA)]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)


@pytest.mark.parametrize(
    ("name", "allowed", "words", "fix"),
    [
        (
            "income", Allowed(0.0, 99.5),
            "'income' should be 0 to 99.5 EUR, and is not in 1 of 100 rows: 100.072.",
            Clip(("income",), 0.0, 99.5, "missing"),
        ),
        (
            "income", Allowed(0.0, 99.5, ("7",)),
            "should be 0 to 99.5 EUR, or 7, and is not in 1 of 100 rows: 100.072.",
            CodesToMissing(("income",), ("100.072",)),
        ),
        (
            "home", Allowed(values=("rent", "own")),
            "'home' should be rent, own, and is not in 20 of 100 rows: other.",
            CodesToMissing(("home",), ("other",)),
        ),
    ],
)  # fmt: skip
def test_values_outside_the_dictionary_are_found_and_can_be_read_as_missing(
    name, allowed, words, fix
):
    """N of N, and one click that leaves nothing to find."""
    schema = SCHEMA.change("income", unit="EUR").change(name, allowed=allowed)
    finding = found("outside_allowed", frame(), schema)
    assert words in finding.evidence
    assert finding.fix == fix
    assert finding.fix is not None
    fitted = Recipe((finding.fix,)).fit(frame(), schema)
    assert "outside_allowed" not in codes(fitted.apply(frame()), schema)


@pytest.mark.parametrize(
    "step", [Standardise(("income",)), Logarithm(("income",)), Bin(("income",))]
)
def test_what_was_allowed_does_not_hold_for_rescaled_values(step):
    """Standard deviations are no longer euros."""
    schema = SCHEMA.change("income", allowed=Allowed(0.0, 1000.0))
    assert not step.schema(schema)["income"].allowed


def test_what_was_allowed_does_not_hold_for_merged_categories():
    """The dictionary cannot know of "other"."""
    schema = SCHEMA.change("home", allowed=Allowed(values=("own", "rent")))
    assert not MergeRare(("home",), 0.1).schema(schema)["home"].allowed
