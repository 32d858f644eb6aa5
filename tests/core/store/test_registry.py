"""core.store.registry and its parts: data, runs, models."""

import pytest

from core.errors import InUseError, NotFoundError, StoreError
from core.store.tables import Epoch
from tests.core.store.filling import a_data_set, a_decision, a_model, a_run, a_source


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("source", "no loan file 'x'"),
        ("data_set", "no data set 'x'"),
        ("job", "no job 'x'"),
        ("run", "no run 'x'"),
        ("model", "no model 'x'"),
        ("explanation", "no explanation 'x'"),
        ("decision", "no decision 'x'"),
    ],
)
def test_missing_records_are_named(registry, method, words):
    """Every missing record is reported in words for the user."""
    with pytest.raises(NotFoundError, match=words):
        getattr(registry, method)("x")


def test_sources_newest_first(registry):
    """Sources come back as stored, the newest first, and are found by their bytes."""
    first, second = a_source(registry, "A", "11"), a_source(registry, "B", "22")
    assert registry.sources() == [second, first]
    assert registry.source_with("11") == first
    assert registry.source_with("33") is None


def test_draft_and_name_change(registry):
    """The unsaved work and the name of a source can be replaced; nothing else moves."""
    source = a_source(registry)
    assert registry.save_draft(source.id, {"recipe": [1]}).draft == {"recipe": [1]}
    assert registry.rename_source(source.id, "New").name == "New"
    assert registry.source(source.id).draft == {"recipe": [1]}


def test_ids_may_be_chosen(registry):
    """A folder can be written before its record, under the same id."""
    source = registry.add_source("A", "a.csv", 1, "s", 1, {}, {}, id="src_mine")
    assert registry.source("src_mine") == source


def test_same_content_is_one_data_set(registry):
    """Saving the same content of the same source twice gives the first data set."""
    source = a_source(registry)
    first = registry.add_data_set(source.id, "Loans", 3, 1, "h", {}, [])
    assert registry.add_data_set(source.id, "Other name", 3, 1, "h", {}, []) == first
    assert len(registry.data_sets()) == 1


def test_data_set_versions_count_by_name(registry):
    """Other content under the same name is the next version; another name begins at 1."""
    source = a_source(registry)
    names = ["Loans", "Loans", "Loans without age"]
    saved = [
        registry.add_data_set(source.id, name, 3, 1, str(i), {}, []) for i, name in enumerate(names)
    ]
    assert [data_set.version for data_set in saved] == [1, 2, 1]
    assert registry.data_sets(source.id) == saved[::-1]
    assert registry.data_sets("src_other") == []


def test_data_set_needs_its_source(registry):
    """A data set of an unknown source is refused before anything is stored."""
    with pytest.raises(NotFoundError, match="no loan file 'src_x'"):
        registry.add_data_set("src_x", "Loans", 3, 1, "h", {}, [])


def test_run_keeps_its_figures(registry):
    """A run is stored without figures and gets them when it has finished."""
    run = a_run(registry)
    assert (run.summary, run.digest) == ({}, "")
    registry.finish_run(run.id, {"auc": 0.783}, "dd")
    assert registry.run(run.id).summary == {"auc": 0.783}
    assert [found.id for found in registry.runs(run.data_set_id)] == [run.id]
    assert registry.runs("ds_other") == []


def test_running_epoch_is_overwritten(registry):
    """The row of an epoch advances in place; a figure that is not a number is missing."""
    run = a_run(registry)
    registry.put_epochs(run.id, [Epoch(epoch=1, loss=0.6), Epoch(epoch=2, step=3, loss=0.5)])
    registry.put_epochs(run.id, [Epoch(epoch=2, step=9, loss=0.4, auc=float("nan"))])
    first, second = registry.epochs(run.id)
    assert (first.epoch, first.loss) == (1, 0.6)
    assert (second.step, second.loss, second.auc) == (9, 0.4, None)


def test_model_versions_count_by_name(registry):
    """Each name has its own versions; the models of one run are found by it."""
    first, second, other = (a_model(registry, name) for name in ("A", "A", "B"))
    assert [model.version for model in (first, second, other)] == [1, 2, 1]
    assert registry.models() == [other, second, first]
    assert registry.models(first.run_id) == [first]


def test_champion_is_the_last_publication(registry):
    """Nothing is champion before the first publication; then always the last one."""
    first, second = a_model(registry), a_model(registry)
    assert registry.champion() is None
    registry.publish(first.id, "ann")
    registry.publish(second.id, "ben", "Better calibrated")
    assert registry.champion() == second
    assert [(entry.seq, entry.user) for entry in registry.publications()] == [
        (1, "ann"),
        (2, "ben"),
    ]


def test_roll_back_walks_back_step_by_step(registry):
    """Rolling back twice returns to the first champion, not to the one just left."""
    models = [a_model(registry) for _ in range(3)]
    for model in models:
        registry.publish(model.id, "ann")
    for expected in (models[1], models[0]):
        assert registry.previous_champion() == expected
        registry.roll_back("ann")
        assert registry.champion() == expected
    assert registry.previous_champion() is None
    with pytest.raises(StoreError, match="no earlier champion"):
        registry.roll_back("ann")


def test_publish_after_roll_back(registry):
    """A new champion after a roll-back can be rolled back to the one in force before it."""
    first, second, third = (a_model(registry) for _ in range(3))
    registry.publish(first.id, "ann")
    registry.publish(second.id, "ann")
    registry.roll_back("ann")
    registry.publish(third.id, "ann")
    assert registry.roll_back("ann").model_id == first.id


def test_publishing_the_champion_again_is_no_step(registry):
    """Publishing what is already in force does not make roll-back return to itself."""
    first, second = a_model(registry), a_model(registry)
    for model in (first, second, second):
        registry.publish(model.id, "ann")
    assert registry.roll_back("ann").model_id == first.id


def test_unused_model_can_be_deleted(registry):
    """A model that was never published nor decided with goes, with its explanations."""
    model = a_model(registry)
    registry.add_explanation(model.id, "job_2", "all", 5, 5, "d")
    registry.delete_model(model.id)
    assert registry.models() == []
    assert registry.explanations(model.id) == []


def test_model_with_decisions_is_kept(registry):
    """What a decision refers to cannot disappear."""
    model = a_model(registry)
    a_decision(registry, model)
    with pytest.raises(InUseError, match="1 decision was made with it"):
        registry.delete_model(model.id)


def test_explanations_of_a_model(registry):
    """Explanation sets are listed by model, the newest first."""
    model = a_model(registry)
    sets = [registry.add_explanation(model.id, "job", "all", n, 9, "d") for n in (1, 2)]
    assert registry.explanations(model.id) == sets[::-1]
    assert registry.explanation(sets[0].id).rows == 1


def test_counts(registry):
    """The overview's numbers, in one query."""
    a_decision(registry, a_model(registry))
    a_data_set(registry, sha256="cc")
    assert registry.counts() == {
        "sources": 2, "data_sets": 2, "runs": 1, "models": 1, "decisions": 1,
    }  # fmt: skip
