import dataclasses

import pandas as pd
import pytest

from core.data import catalog
from core.data.cleaning import Recipe
from core.data.reading import Dialect
from core.data.schema import Schema
from core.data.steps import DropMissing, Impute, Ratio
from core.errors import IntegrityError, NotFoundError, ReadError, SchemaError

ROWS = [f"{20 + n % 40};{n * 10},5;{'bad' if n % 4 == 0 else 'good'}" for n in range(100)]
RAW = "\n".join(["age;income;status", *ROWS, "30;;bad"]).encode()


@pytest.fixture
def source(workspace):
    """A stored file of 101 rows, one without income."""
    return catalog.add_source(workspace, "my_loans.csv", RAW)


def test_a_file_is_kept_as_it_came_and_as_it_was_read(workspace, source):
    """The bytes, the typed frame, the dialect and the proposed schema."""
    frame, schema = catalog.source_frame(workspace, source.id)
    assert catalog.original(workspace, source.id) == RAW
    assert (source.name, source.rows, source.size) == ("My loans", 101, len(RAW))
    assert Dialect.from_json(source.dialect) == Dialect(";", ",", "utf-8", header=True)
    assert frame["income"].iloc[1] == 10.5
    assert [column.role for column in schema.columns] == ["protected", "feature", "outcome"]


def test_it_is_said_how_much_of_a_file_is_read(workspace):
    """In megabytes; then what is done with it, up to the end."""
    said = []
    raw = "\n".join(["age;income;status", *ROWS * 2_400]).encode()
    catalog.add_source(workspace, "made.csv", raw, tell=lambda *told: said.append(told))
    assert "2 of 3 MB" in [words for _, words in said]
    assert (0.5, "telling what each column is") in said
    assert [done for done, _ in said] == sorted(done for done, _ in said)
    assert said[-1] == (0.7, "keeping it")


def test_the_same_file_is_kept_once(workspace, source):
    """Uploading it again, under any name, finds the first one."""
    assert catalog.add_source(workspace, "copy.csv", RAW).id == source.id


def test_another_way_of_reading_is_another_source(workspace, source):
    """A corrected dialect keeps the first reading for the data sets made from it."""
    other = catalog.reread(workspace, source.id, Dialect(";", ",", "utf-8", header=False))
    assert other.id != source.id
    assert catalog.source_frame(workspace, other.id)[1].names == [
        "column_1", "column_2", "column_3",
    ]  # fmt: skip


def test_a_file_over_the_limit_is_refused(workspace):
    """The message says how large it is and how large it may be."""
    workspace.settings = dataclasses.replace(workspace.settings, max_upload_mb=1)
    with pytest.raises(ReadError, match=r"big.csv has 1.2 MB; at most 1 MB are accepted"):
        catalog.add_source(workspace, "big.csv", b"a,b\n" + b"1,2\n" * 300_000)


def save(workspace, source, recipe, name="Loans"):
    """Save a data set with the proposed roles."""
    return catalog.save_data_set(
        workspace, source.id, name, Schema.from_json(source.schema), recipe
    )


def test_a_data_set_holds_rows_recipe_schema_and_hash(workspace, source):
    """What a training needs is there, and the counts are those of the cleaned rows."""
    recipe = Recipe((DropMissing(("income",)), Ratio("share", "income", "age")))
    saved = save(workspace, source, recipe)
    frame, schema = catalog.data_set_frame(workspace, saved.id)
    assert (saved.name, saved.version, saved.rows, saved.bads) == ("Loans", 1, 100, 25)
    assert "share" in schema
    assert len(frame) == 100
    assert workspace.artifacts.names(f"datasets/{saved.id}") == [
        "frame.parquet",
        "recipe.json",
        "schema.json",
        "source_schema.json",
    ]


def test_a_training_gets_the_source_and_the_recipe(workspace, source):
    """So that everything learnt can be learnt again on training rows alone."""
    recipe = Recipe((Impute(("income",)),))
    saved = save(workspace, source, recipe)
    frame, schema, again = catalog.data_set_source(workspace, saved.id)
    cleaned, _ = catalog.data_set_frame(workspace, saved.id)
    assert again == recipe
    assert frame["income"].isna().sum() == 1
    pd.testing.assert_frame_equal(again.fit(frame, schema).apply(frame), cleaned)


def test_the_same_content_is_saved_once_and_other_content_counts_up(workspace, source):
    """Versions of a name count; saving nothing new makes no version."""
    first = save(workspace, source, Recipe())
    assert save(workspace, source, Recipe()).id == first.id
    assert save(workspace, source, Recipe((DropMissing(("income",)),))).version == 2


def test_what_cannot_be_trained_on_is_not_saved(workspace, source):
    """The reason is the guard's, and nothing is left behind."""
    schema = Schema.from_json(source.schema).change("income", role="ignore")
    with pytest.raises(SchemaError, match="No column is a feature"):
        catalog.save_data_set(workspace, source.id, "x", schema, Recipe())
    assert workspace.registry.data_sets() == []


def test_a_file_changed_on_disk_is_refused(workspace, source):
    """Rows are checked against what was written."""
    [path] = workspace.settings.home.rglob(f"{source.id}/frame.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(IntegrityError):
        catalog.source_frame(workspace, source.id)


def test_rows_that_are_gone_are_named(workspace, source):
    """A record without its files says so."""
    workspace.artifacts.delete(f"sources/{source.id}")
    with pytest.raises(NotFoundError, match="Upload them again"):
        catalog.source_frame(workspace, source.id)


def test_a_sample_comes_described_and_with_its_recipe(workspace):
    """Labels, units and steps are in the draft at once; using it twice keeps it once."""
    source = catalog.add_sample(workspace, "credit_data")
    assert Schema.from_json(source.draft["schema"])["Income"].unit == "thousand a month"
    assert len(Recipe.from_json(source.draft["recipe"]).steps) == 4
    assert catalog.add_sample(workspace, "credit_data").id == source.id
