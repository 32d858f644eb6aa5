"""Scripts of recipes: run where Lendlens is not, they give the frame that Lendlens gives."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.cleaning import Recipe
from core.data.recipe_script import _lines, script
from core.data.samples import SAMPLES, sample
from core.data.steps import STEPS, Clip, DropMissing, FilterRows, Impute
from tests.core.data.test_cleaning import FRAME, OTHER_STEPS, RECIPE, SCHEMA
from tests.core.data.test_steps import ALL_STEPS
from tests.core.data.test_steps import SCHEMA as ALL_COLUMNS


def cleaned_by_script(recipe, frame, schema):
    """Return what the script makes of a frame, in this process."""
    names = {"__name__": "script"}
    exec(compile(script(recipe.fit(frame, schema), "loans"), "script", "exec"), names)
    return names["clean"](frame)


@pytest.mark.parametrize("recipe", [RECIPE, OTHER_STEPS], ids=["first", "other"])
def test_a_script_gives_the_same_frame(recipe):
    """Every value, type and row label."""
    expected = recipe.fit(FRAME, SCHEMA).apply(FRAME)
    made = cleaned_by_script(recipe, FRAME, SCHEMA)
    pd.testing.assert_frame_equal(made, expected, check_exact=True)


def test_every_step_can_be_written():
    """A new kind of step needs its lines."""
    assert all(_lines.dispatch(kind) is not _lines.dispatch(object) for kind in STEPS.values())


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: step.title)
def test_each_step_alone_gives_the_same_frame(step):
    """On columns of every kind, with values missing."""
    dates = pd.to_datetime(["1980-02-29", None, "2000-12-31", "1970-06-15"]).as_unit("us")
    texts = pd.Series(["rent", "own", None, " Rent"], dtype="str")
    numbers = pd.Series([10.0, np.nan, -9.0, 30.5])
    kinds = {"number": numbers, "category": texts, "text": texts, "date": dates}
    frame = pd.DataFrame({column.name: kinds[column.kind] for column in ALL_COLUMNS.columns})
    expected = Recipe((step,)).fit(frame, ALL_COLUMNS).apply(frame)
    made = cleaned_by_script(Recipe((step,)), frame, ALL_COLUMNS)
    pd.testing.assert_frame_equal(made, expected, check_exact=True)


@given(
    low=st.floats(-1e6, 1e6),
    fill=st.floats(-1e9, 1e9),
    name=st.text(min_size=1, max_size=20).filter(str.strip),
)
@settings(max_examples=40, deadline=None)
def test_awkward_settings_are_written_as_they_are(low, fill, name):
    """Numbers to the last bit, and names with quotes, braces and line ends."""
    frame = FRAME.rename(columns={"income": name} if name not in FRAME else {})
    held = name if name not in SCHEMA.names else "income"
    schema = SCHEMA if held == "income" else Recipe().schema(renamed(held))
    recipe = Recipe(
        (
            Clip((held,), low, None),
            Impute((held,), "constant", fill),
            FilterRows(held, "at least", low),
            DropMissing((held,)),
        )
    )
    expected = recipe.fit(frame, schema).apply(frame)
    made = cleaned_by_script(recipe, frame, schema)
    pd.testing.assert_frame_equal(made, expected, check_exact=True)


def renamed(name):
    """Return the schema with the income under another name."""
    from core.data.steps import Rename

    return Rename("income", name).schema(SCHEMA)


def test_a_script_runs_by_itself_on_the_file(tmp_path):
    """The bundled file, its recipe, and nothing of Lendlens on the path."""
    chosen = sample(next(each.key for each in SAMPLES if each.key == "credit_data"))
    from core.data.reading import read_table
    from core.data.roles import typed

    frame, schema = typed(read_table(chosen.read()).frame)
    recipe = Recipe((Impute(("Income",)), FilterRows("Age", "at least", 25.0)))
    (tmp_path / "rows.csv").write_bytes(chosen.read())
    (tmp_path / "clean.py").write_text(script(recipe.fit(frame, schema), "credit data"), "utf-8")
    subprocess.run(
        [sys.executable, "-I", "clean.py", "rows.csv", "cleaned.parquet"], cwd=tmp_path, check=True
    )
    made = pd.read_parquet(tmp_path / "cleaned.parquet")
    expected = recipe.fit(frame, schema).apply(frame)
    pd.testing.assert_frame_equal(made, expected[made.columns], check_exact=True)
    assert set(made) == set(expected)
