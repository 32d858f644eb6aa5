"""A run like another one without some of its fields."""

import pytest

from core.data.schema import Schema
from core.errors import SchemaError
from core.jobs.without_request import runs_with_less, start_without


@pytest.fixture
def run(seeded):
    """The finished run of the seeded workspace."""
    (run,) = seeded.registry.runs()
    return run


def features(workspace, run):
    """What a run learns from."""
    schema = workspace.registry.data_set(run.data_set_id).schema
    return [column.name for column in Schema.from_json(schema).features]


def test_the_run_is_the_same_but_for_the_fields(seeded, run):
    """Settings, split and rows stay; a data set of its own says what is missing."""
    before = features(seeded, run)
    made = start_without(seeded, run.id, ["Debt", "Assets"])
    assert (made.settings, made.split, made.preset) == (run.settings, run.split, run.preset)
    assert features(seeded, made) == [name for name in before if name not in ("Debt", "Assets")]
    old, new = (seeded.registry.data_set(each.data_set_id) for each in (run, made))
    assert (new.rows, new.bads, new.source_id) == (old.rows, old.bads, old.source_id)
    assert new.name == "Bank credit without Assets and Debt"
    assert seeded.registry.job(made.job_id).status == "queued"


def test_asked_twice_it_is_one_data_set(seeded, run):
    """The same fields left out of the same rows are the same version."""
    one, other = (start_without(seeded, run.id, ["Debt"]) for _ in range(2))
    assert one.data_set_id == other.data_set_id
    assert one.id != other.id


def test_runs_with_less_are_found_again(seeded, run):
    """From the store alone, so a refresh keeps the way to the comparison."""
    assert runs_with_less(seeded, run) == []
    made = start_without(seeded, run.id, ["Debt", "Assets"])
    ((found, without),) = runs_with_less(seeded, run)
    assert (found.id, without) == (made.id, ("Assets", "Debt"))
    assert runs_with_less(seeded, made) == []


def test_a_direction_of_a_field_goes_with_it(seeded, run):
    """A monotone field that is left out leaves no direction behind."""
    run.settings["additive"] = True
    run.settings["monotone"] = {"Debt": 1, "Income": -1}
    again = seeded.registry.add_run(
        data_set_id=run.data_set_id,
        job_id="job_x",
        name="x",
        preset="additive",
        settings=run.settings,
        split=run.split,
    )
    assert start_without(seeded, again.id, ["Debt"]).settings["monotone"] == {"Income": -1}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (["Shoe"], "'Shoe' is no feature of Bank credit"),
        ([], "it should be at least one, and not all"),
        (None, "it should be at least one, and not all"),
    ],
)
def test_what_cannot_be_left_out_is_refused(seeded, run, fields, why):
    """Unknown fields, none, and all of them (None)."""
    with pytest.raises(SchemaError, match=why):
        start_without(seeded, run.id, features(seeded, run) if fields is None else fields)
