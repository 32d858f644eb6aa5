import csv
import json

import pytest

from core.data.guards import require_trainable
from core.data.reading import read_table
from core.data.replay import replay
from core.data.roles import typed
from core.data.samples import FOLDER, SAMPLES, sample
from core.errors import NotFoundError


@pytest.fixture(params=SAMPLES, ids=lambda known: known.key)
def known(request):
    """Each bundled file."""
    return request.param


def test_every_column_is_described(known):
    """The JSON beside a file names each of its columns, and the README explains them."""
    with known.path.open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    about = json.loads((FOLDER / f"{known.key}.json").read_text("utf-8"))
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert set(about["columns"]) == set(header)
    assert all(column["description"].endswith(".") for column in about["columns"].values())
    assert [name for name in header if f"| `{name}` |" not in readme] == []


def test_a_sample_with_its_recipe_can_be_trained_on(known):
    """The proposed roles and the ready recipe need no further hand."""
    table = read_table(known.read())
    assert table.notes == ()
    frame, schema = typed(table.frame)
    cleaned = replay(known.recipe, frame, known.describe(schema))
    require_trainable(cleaned.frame, cleaned.schema)
    assert cleaned.schema.bad_value == "bad"
    assert all(seen.cells_touched or seen.rows_dropped for seen in cleaned.previews), (
        "a step of the recipe touches nothing"
    )


def test_a_sample_carries_a_dictionary_that_its_values_keep(known):
    """Numbers have a range, some fields can be changed, and no value lies outside."""
    frame, proposed = typed(read_table(known.read()).frame)
    schema = known.describe(proposed)
    numbers = [column for column in schema.features if column.kind == "number"]
    assert all(column.allowed.has_range for column in numbers)
    assert {"", "only down"} < {column.changeable for column in schema.columns}
    cleaned = replay(known.recipe, frame, schema)
    for column in cleaned.schema.columns:
        assert not column.allowed.outside(cleaned.frame[column.name]).any(), column.name


@pytest.mark.parametrize(
    ("key", "protected"),
    [
        ("credit_data", {"Age", "Marital"}),
        ("german_credit", {"personal_status_and_sex", "age_in_years", "foreign_worker"}),
        ("lending_club", set()),
    ],
)
def test_protected_columns_of_the_samples_are_no_features(key, protected):
    """Sex, marital status, origin and age are kept for fairness checks."""
    _, schema = typed(read_table(sample(key).read()).frame)
    assert {column.name for column in schema.with_role("protected")} == protected


def test_missing_income_stays_missing():
    """Not having proved an income says something, and the model is told."""
    known = sample("credit_data")
    frame, schema = typed(read_table(known.read()).frame)
    cleaned = replay(known.recipe, frame, known.describe(schema))
    assert cleaned.frame["Income"].isna().sum() == 381
    assert cleaned.frame[["Assets", "Debt"]].notna().all(axis=None)


def test_an_unknown_sample_is_named():
    """The message lists what there is."""
    with pytest.raises(NotFoundError, match=r"no sample 'x'\. There are: credit_data"):
        sample("x")
