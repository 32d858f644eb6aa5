"""The explanation job: what it stores, and that nothing done is done twice or lost."""

import json
import multiprocessing
from functools import partial
from itertools import pairwise

import pytest

from core.decision.policy import Policy
from core.decision.registration import change_policy
from core.decision.scoring import Scorer
from core.errors import NotFoundError
from core.explanation.challenger_figures import ChallengerFigures
from core.explanation.global_ import Explained
from core.explanation.interactions import Interactions
from core.explanation.needs import Needs
from core.jobs import explain
from core.jobs.explain_request import active_explanation, scorer_against, start_explanation
from core.jobs.progress import JobContext, Stopped
from core.store.workspace import explanation_parts


@pytest.fixture
def model(seeded):
    """The champion of the seeded workspace."""
    return seeded.registry.champion()


@pytest.fixture
def context(seeded, model, monkeypatch):
    """A claimed job that explains 25 rows in chunks of 10."""
    monkeypatch.setattr(explain, "CHUNK", 10)
    return claimed(seeded, model, rows=25)


def claimed(workspace, model, rows):
    """Submit an explanation and claim it, as a worker would."""
    start_explanation(workspace, model.id, rows=rows)
    return JobContext(workspace, workspace.registry.claim("test", 0))


def stop_after(context, rows, monkeypatch):
    """Let `should_stop` say yes once so many rows were asked about."""
    asked = iter(range(1000))
    monkeypatch.setattr(context, "should_stop", lambda: next(asked) >= rows)


def stored(workspace, result):
    """Return a stored set and what is told about it."""
    folder = f"explanations/{result['explanation_id']}"
    workspace.artifacts.verify(folder, workspace.registry.explanation(folder[13:]).digest)
    read = lambda name: workspace.artifacts.read(folder, name)  # noqa: E731
    return Explained.from_files(read), json.loads(read("meta.json"))


def test_the_set_holds_what_scoring_says(seeded, model, context):
    """Each stored row has the bits the scorer gives for it, of the test part alone."""
    result = explain.run(context)
    explained, meta = stored(seeded, result)
    assert (result["rows"], result["of"]) == (25, meta["of"])
    assert result["of"] > 800
    assert meta["reference"]["kind"] == "near_cut_off"
    assert explained.largest_gap <= 1e-6
    scorer = Scorer.load(seeded, model.id)
    row = explained.values.index[3]
    alone = scorer.explainer().explain(explained.features.loc[[row]])
    assert explained.values.loc[row].to_numpy().tobytes() == alone.values.tobytes()
    (record,) = seeded.registry.explanations(model.id)
    assert (record.rows, record.of, record.reference) == (25, result["of"], "near_cut_off")


def test_progress_counts_applicants_and_tells_the_time_left(seeded, context, monkeypatch):
    """Those who watch read n of N and how long it will take."""
    said = []
    monkeypatch.setattr(context, "due", lambda: True)
    monkeypatch.setattr(context, "report", lambda *told, **_: said.append(told))
    explain.run(context)
    assert [told[0] for told in said[1:26]] == pytest.approx([n / 25 for n in range(1, 26)])
    assert said[13][1] == "Explained 13 of 25 applicants"
    assert said[13][2] > 0
    assert said[25][2] == 0
    assert said[26][1].startswith("Working out which fields work together: 1 of 25")
    assert "Explaining the challengers: Boosted trees" in [told[1] for told in said]
    assert said[-1][1] == "Measuring what the ranking loses without each field: 12 of 12"


def figure(workspace, model, kind):
    """Return a stored figure of a model, its files checked."""
    (record,) = (each for each in workspace.registry.figures(model.id) if each.kind == kind)
    workspace.artifacts.verify(f"explanations/{record.id}", record.digest)
    readers = {"interactions": Interactions, "challengers": ChallengerFigures, "needs": Needs}
    read = partial(workspace.artifacts.read, f"explanations/{record.id}")
    return record, readers[kind].from_files(read)


def test_what_concerns_the_model_as_a_whole_is_kept(seeded, model, context):
    """Interactions of all pairs, and every challenger of the run on the same rows."""
    result = explain.run(context)
    record, pairs = figure(seeded, model, "interactions")
    fields = len(Scorer.load(seeded, model.id).bundle.features)
    assert (record.rows, record.of, pairs.rows) == (25, result["of"], 25)
    assert len(pairs.pairs) == fields * (fields - 1) // 2
    _, others = figure(seeded, model, "challengers")
    assert list(others.about) == ["logistic", "scorecard", "trees"]
    assert all(each["gap"] < 1e-5 for each in others.about.values())
    assert len(others.importance) == 3 * fields
    _, needs = figure(seeded, model, "needs")
    assert (needs.rows, needs.of, len(needs.falls)) == (result["of"], result["of"], fields)
    reported = seeded.registry.run(model.run_id).summary["auc"]["network"]["value"]
    assert needs.auc == pytest.approx(reported)


def test_figures_are_made_once_and_without_rows_on_request(seeded, model, context):
    """More rows leave them as they are; asking for no rows makes those of another population.

    What the ranking needs waits for rows that are explained against it.
    """
    explain.run(context)
    explain.run(claimed_after(seeded, context, model, rows=30))
    assert len(seeded.registry.figures(model.id)) == 3
    job = claimed_after(seeded, context, model, rows=0, compared_with="all")
    assert explain.run(job) == {}
    assert len(seeded.registry.figures(model.id)) == 5
    explain.run(claimed_after(seeded, context, model, rows=30, compared_with="all"))
    assert len(seeded.registry.figures(model.id)) == 6


def claimed_after(workspace, context, model, **asked):
    """End the job before, and claim another."""
    for job in workspace.registry.jobs(active=True):
        workspace.registry.finish(job.id, "done")
    start_explanation(workspace, model.id, **asked)
    return JobContext(workspace, workspace.registry.claim("test", 0))


def test_a_long_job_shows_larger_and_larger_sets(seeded, model, context, monkeypatch):
    """Sets of the first 10 and 20 of 25 rows are there before the end, each a part of the next."""
    monkeypatch.setattr(explain, "FIRST_SET", 10)
    monkeypatch.setattr(explain, "NEXT_SET", 2)
    shown = []
    monkeypatch.setattr(context, "put_result", shown.append)
    shown.append(explain.run(context))
    assert [each["rows"] for each in shown] == [10, 20, 25]
    sets = [stored(seeded, each)[0] for each in shown]
    for small, large in pairwise(sets):
        assert small.values.equals(large.values.loc[small.values.index])
    assert len(seeded.registry.explanations(model.id)) == 3


def test_a_stopped_job_keeps_the_chunks_it_has_done(seeded, context, monkeypatch):
    """Stopping in the third chunk stores the first two."""
    stop_after(context, 22, monkeypatch)
    result = explain.run(context)
    explained, _ = stored(seeded, result)
    assert result["rows"] == len(explained) == 20


def test_helpers_of_a_long_job_end_when_it_is_stopped(seeded, context, monkeypatch):
    """Stopped between two rows, the chunks are kept and no process is left."""
    monkeypatch.setattr(explain, "helpers_for", lambda rows: 1)
    stop_after(context, 12, monkeypatch)
    result = explain.run(context)
    assert result["rows"] == 10
    assert multiprocessing.active_children() == []


def test_a_job_stopped_at_once_stores_nothing(seeded, model, context, monkeypatch):
    """Without a chunk there is no set."""
    stop_after(context, 3, monkeypatch)
    with pytest.raises(Stopped):
        explain.run(context)
    assert seeded.registry.explanations(model.id) == []


def test_a_killed_job_is_continued(seeded, model, context, monkeypatch):
    """The next job reads the chunks that were stored and explains only the rest."""

    class Killed(BaseException):
        pass

    def die(done):
        raise Killed

    with monkeypatch.context() as patch:
        collect, chunks = explain.collect, iter(range(10))
        patch.setattr(
            explain,
            "collect",
            lambda *args: collect(*args) if next(chunks) < 2 else die(0),
        )
        with pytest.raises(Killed):
            explain.run(context)
    seeded.registry.finish(context.job.id, "failed", "killed")

    fresh = []
    collect = explain.collect
    monkeypatch.setattr(
        explain, "collect", lambda *args: fresh.append(len(args[1])) or collect(*args)
    )
    result = explain.run(claimed(seeded, model, rows=25))
    explained, _ = stored(seeded, result)
    assert fresh == [5]
    assert len(explained) == 25
    assert explained.values.index.is_unique


def leftovers(workspace, model):
    """The chunks of a model that lie in the workspace."""
    folder = workspace.settings.home / "artifacts" / explanation_parts(model.id)
    return sorted(chunk.name for chunk in folder.glob("*/*"))


def test_chunks_stay_while_they_can_be_continued(seeded, model, context, monkeypatch):
    """A stopped job leaves them to the next; a job that comes to its end leaves none."""
    with monkeypatch.context() as patch:
        stop_after(context, 22, patch)
        explain.run(context)
    assert leftovers(seeded, model) == ["00000-10", "00001-10"]
    seeded.registry.finish(context.job.id, "stopped")
    explain.run(claimed(seeded, model, rows=25))
    assert leftovers(seeded, model) == []


def test_nothing_is_left_of_a_model_deleted_meanwhile(seeded, model, monkeypatch):
    """The job fails in words and takes along what it made after the model was gone."""
    monkeypatch.setattr(explain, "CHUNK", 10)
    version = change_policy(seeded, model.id, Policy(0.3, 0.9))
    context = claimed(seeded, version, rows=25)
    collect = explain.collect

    def delete_and_go_on(*args):
        if seeded.registry.models()[0].id == version.id:
            seeded.delete_model(version.id)
        return collect(*args)

    monkeypatch.setattr(explain, "collect", delete_and_go_on)
    monkeypatch.setattr(context, "should_stop", lambda: False)
    with pytest.raises(NotFoundError, match="There is no model"):
        explain.run(context)
    assert leftovers(seeded, version) == []
    assert not list((seeded.settings.home / "artifacts" / "explanations").glob("exp_*"))


def test_more_rows_begin_with_the_same_ones(seeded, model, context):
    """A larger set contains the smaller one, so figures sharpen and do not jump."""
    few, _ = stored(seeded, explain.run(context))
    seeded.registry.finish(context.job.id, "done")
    more, _ = stored(seeded, explain.run(claimed(seeded, model, rows=40)))
    assert list(more.values.index[:25]) == list(few.values.index)


def test_the_same_is_not_explained_twice_at_once(seeded, model):
    """A second click finds the first job; another population gets its own."""
    job = start_explanation(seeded, model.id)
    assert start_explanation(seeded, model.id).id == job.id
    assert start_explanation(seeded, model.id, "all").id != job.id
    assert active_explanation(seeded, model.id, "near_cut_off").id == job.id
    assert active_explanation(seeded, model.id, "approved") is None


def test_an_unknown_model_is_refused(workspace):
    """Nothing is queued for a model that is not there."""
    with pytest.raises(NotFoundError, match="mod_0"):
        start_explanation(workspace, "mod_0")
    assert workspace.registry.jobs() == []


def test_a_cohort_is_compared_with(seeded, model):
    """Rows are explained against applicants of the training part that are in the cohort."""
    source_id = seeded.registry.data_sets()[0].source_id
    conditions = [{"field": "Home", "test": "is", "value": ["rent"]}]
    cohort = seeded.registry.add_cohort(source_id, "Renters", conditions)
    start_explanation(seeded, model.id, f"cohort:{cohort.id}", rows=3)
    context = JobContext(seeded, seeded.registry.claim("test", 0))
    _, meta = stored(seeded, explain.run(context))
    assert meta["reference"]["kind"] == f"cohort:{cohort.id}"
    assert meta["reference"]["n"] == 100
    assert meta["reference"]["sentence"].startswith("“Renters”: 100 drawn at random from the")
    reference = scorer_against(seeded, model.id, f"cohort:{cohort.id}").references
    assert set(reference[f"cohort:{cohort.id}"].frame["Home"]) == {"rent"}
