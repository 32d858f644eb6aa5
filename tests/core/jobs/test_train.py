"""core.jobs.train: the whole job, run in this process the way a worker runs it."""

import dataclasses
import io
import json
from functools import partial

import numpy as np
import pandas as pd
import pytest

from core.config import Settings
from core.data.catalog import add_source, data_set_source, save_data_set, source_frame
from core.data.cleaning import Recipe
from core.data.splitting import SplitSettings
from core.data.steps import DropDuplicates, Impute
from core.decision.policy import probability
from core.decision.scoring import Scorer
from core.errors import ModelError, SplitError
from core.evaluation.holdout import holdout
from core.jobs.progress import JobContext, Stopped
from core.jobs.train import run as train_job
from core.jobs.train_request import start_run
from core.model import settings as settings_module
from core.model.bundle import Bundle
from core.model.challengers import read_challenger
from core.model.settings import NetworkSettings
from core.store.workspace import Workspace
from tests.seeding import QUICK, trained


@pytest.fixture
def run(seeded):
    """Return the finished run of the seeded workspace."""
    return seeded.registry.runs()[0]


@pytest.fixture
def read(seeded, run):
    """Read a file of the finished run."""
    return partial(seeded.artifacts.read, f"runs/{run.id}")


@pytest.fixture
def predictions(read):
    """Return what each model said about each row."""
    return pd.read_parquet(io.BytesIO(read("predictions.parquet")))


def test_every_row_is_in_one_part(seeded, run, predictions):
    """Train, validation and test hold all rows of the data set, each once."""
    assert predictions["row"].is_unique
    assert len(predictions) == seeded.registry.data_set(run.data_set_id).rows
    assert predictions["part"].value_counts().to_dict() == run.summary["rows"]


def test_all_models_predict_probabilities(predictions):
    """The network stands beside its challengers and the baseline that knows no applicant."""
    models = predictions[["network", "logistic", "scorecard", "trees", "majority"]]
    judged = predictions["part"] == "validation"
    assert models[~judged].to_numpy().min() > 0
    assert models[~judged].to_numpy().max() < 1
    developed = predictions[predictions["part"] != "test"]
    assert models["majority"].dropna().unique() == pytest.approx([developed["y"].mean()])


def test_challengers_say_nothing_of_rows_that_only_the_network_left_out(predictions):
    """They have learnt from validation rows, so what they say there would flatter them."""
    judged = predictions[predictions["part"] == "validation"]
    assert judged["network"].notna().all()
    assert judged[["logistic", "trees", "majority"]].isna().all(axis=None)


def test_the_scorer_says_what_the_run_said(seeded, run, predictions):
    """A row scored through the form's fields gets the probability of the stored predictions."""
    scorer = Scorer.load(seeded, seeded.registry.champion().id)
    source, _, _ = data_set_source(seeded, run.data_set_id)
    names = [field.name for field in scorer.bundle.fields]
    for _, row in predictions.groupby("part").head(3).iterrows():
        applicant = source.loc[row["row"], names]
        values = {name: None if pd.isna(value) else value for name, value in applicant.items()}
        assessed = scorer.assess(values, reasons=False)
        assert assessed.default_probability == pytest.approx(row["network"], abs=1e-12)
        assert assessed.default_probability == probability(assessed.log_odds)


def test_challengers_can_be_read_back(seeded, run, read, predictions):
    """Their files give the predictions that were stored."""
    frame, _, _ = data_set_source(seeded, run.data_set_id)
    bundle = Scorer.load(seeded, seeded.registry.champion().id).bundle
    features = bundle.prepare(frame.loc[predictions["row"]])
    for key in ("logistic", "scorecard", "trees"):
        pd_hat = read_challenger(key, read).predict(features)
        stored = predictions[key].to_numpy()
        assert pd_hat[~np.isnan(stored)] == pytest.approx(stored[~np.isnan(stored)])


def test_evidence_and_references_are_stored(seeded, read, run):
    """Evaluation and explanation find what they need without training anything.

    Reference populations depend on the cut-offs, so they are the model version's and not the run's.
    """
    assert json.loads(read("evidence.json"))["n"] == run.summary["rows"]["test"]
    assert "references.json" not in seeded.artifacts.names(f"runs/{run.id}")
    model = seeded.registry.models(run.id)[0]
    written = seeded.artifacts.read(f"models/{model.id}", "references.json")
    references = {each["kind"]: each["n"] for each in json.loads(written)}
    assert references == {"near_cut_off": 100, "all": 100, "approved": 100}


def test_nothing_is_learnt_from_validation_or_test_rows(workspace):
    """The stored median and ranges are those of the training rows, not of all."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"income": random.normal(size=300), "age_of_car": random.normal(size=300)})
    frame["outcome"] = np.where(frame["income"] + random.normal(size=300) < -0.5, "bad", "ok")
    frame.loc[::7, "income"] = np.nan
    source = add_source(workspace, "few.csv", frame.to_csv(index=False).encode())
    schema = source_frame(workspace, source.id)[1]
    recipe = Recipe((Impute(("income",), "median"),))
    run = trained(workspace, save_data_set(workspace, source.id, "Few", schema, recipe).id)
    read = partial(workspace.artifacts.read, f"runs/{run.id}")
    rows = pd.read_parquet(io.BytesIO(read("predictions.parquet")))
    training = source_frame(workspace, source.id)[0].loc[rows[rows["part"] == "train"]["row"]]
    bundle = Bundle.from_files(read)
    blank = pd.DataFrame({"income": [np.nan], "age_of_car": [0.0]})
    assert bundle.prepare(blank)["income"][0] == training["income"].median()
    assert training["income"].median() != frame["income"].median()
    assert {field.name: field.high for field in bundle.fields} == {
        name: training[name].max() for name in ("income", "age_of_car")
    }


def test_same_seed_same_predictions(seeded, run, predictions):
    """A run repeated on the same machine gives the same numbers."""
    again = trained(seeded, run.data_set_id)
    stored = seeded.artifacts.read(f"runs/{again.id}", "predictions.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(stored)), predictions)


def test_epochs_are_in_the_store(seeded, run):
    """Each epoch once, measured, in order."""
    epochs = seeded.registry.epochs(run.id)
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3]
    assert all(epoch.val_auc and epoch.step == epoch.steps for epoch in epochs)


def begin(workspace, settings, split=None, data_set_id=None):
    """Ask for a training and claim its job."""
    chosen = data_set_id or workspace.registry.data_sets()[0].id
    run = start_run(workspace, chosen, "custom", settings, split or SplitSettings())
    return run, JobContext(workspace, workspace.registry.claim("test", 0))


def test_stopping_keeps_the_best_epoch_and_finishes(seeded):
    """The flag is obeyed, and what there is is stored, compared and registered."""
    run, context = begin(seeded, dataclasses.replace(QUICK, epochs=10_000))
    registry = seeded.registry
    put = registry.put_epochs

    def put_and_stop(run_id, epochs):
        put(run_id, epochs)
        if any(epoch.val_loss for epoch in registry.epochs(run_id)):
            registry.request_stop(context.job.id)

    registry.put_epochs = put_and_stop
    result = train_job(context)
    assert context.stop_seen
    assert registry.run(run.id).summary["stopped"]
    assert 1 <= registry.run(run.id).summary["epochs"] < 10_000
    assert registry.model(result["model_id"]).run_id == run.id


def test_stopping_before_the_first_epoch_keeps_nothing(seeded):
    """The job says it was stopped; the run has no files."""
    run, context = begin(seeded, QUICK)
    seeded.registry.request_stop(context.job.id)
    with pytest.raises(Stopped):
        train_job(context)
    assert not seeded.registry.run(run.id).digest


def test_a_run_without_dates_cannot_be_split_by_time(seeded):
    """The message says what is missing."""
    _, context = begin(seeded, QUICK, SplitSettings("out_of_time"))
    with pytest.raises(SplitError, match="needs a column with the role date"):
        train_job(context)


def test_a_part_without_bads_is_explained(workspace):
    """All bads are among the oldest rows: an out-of-time test part has none."""
    days = pd.date_range("2024-01-01", periods=80).strftime("%Y-%m-%d")
    rows = [f"{i % 17},{day},{'bad' if i < 20 else 'ok'}" for i, day in enumerate(days)]
    text = "\n".join(["income,applied_on,outcome", *rows])
    source = add_source(workspace, "few.csv", text.encode())
    schema = source_frame(workspace, source.id)[1].change("income", role="feature")
    data_set = save_data_set(workspace, source.id, "Few", schema, Recipe())
    _, context = begin(workspace, QUICK, SplitSettings("out_of_time"), data_set.id)
    with pytest.raises(SplitError, match=r"part would hold .* not one bad"):
        train_job(context)


def test_refitting_the_recipe_keeps_the_rows_that_were_split(workspace):
    """A median of the training rows alone makes another duplicate; no split row may go missing."""
    rows = [f"{i},{'bad' if i % 4 == 0 else 'good'}" for i in range(100)]
    text = "\n".join(["amount,status", *rows, ",good"])
    source = add_source(workspace, "medians.csv", text.encode())
    schema = source_frame(workspace, source.id)[1].change("amount", role="feature")
    recipe = Recipe((Impute(("amount",)), DropDuplicates(("amount", "status"))))
    data_set = save_data_set(workspace, source.id, "Medians", schema, recipe)
    finished = trained(workspace, data_set.id, QUICK, SplitSettings(seed=1))
    assert sum(finished.summary["rows"].values()) == data_set.rows == 101


@pytest.mark.parametrize(("each", "folds"), [(3, 4), (1, 2)])
def test_near_copies_are_told_and_each_network_leaves_out_a_part_of_its_own(workspace, each, folds):
    """Whoever stands in the file several times is known again; the figures say too much."""
    random = np.random.default_rng(0)
    person = np.arange(900) // each
    sums = np.exp(random.normal(8, 1, (900, 6)))[person] * np.exp(random.normal(0, 0.02, (900, 6)))
    bad = (np.log(sums[person * each, 0]) + random.normal(0, 2, 900)[person] < 7).astype(int)
    frame = pd.DataFrame(sums.round(2), columns=[f"sum_{n}" for n in range(6)]).assign(bad=bad)
    source = add_source(workspace, "copies.csv", frame.to_csv(index=False).encode())
    schema = source_frame(workspace, source.id)[1]
    data_set = save_data_set(workspace, source.id, "Copies", schema, Recipe())
    settings = dataclasses.replace(TEAM, apart=True, folds=2, members=2)
    run = trained(workspace, data_set.id, settings)
    assert run.summary["team_folds"] == folds
    told = "Rows are near copies of one another" in run.summary["to_look_at"]
    assert told == (each > 1)


@pytest.mark.parametrize(("least", "epochs"), [(10, 3), (10_000, 0)])
def test_a_team_of_many_rows_learns_again_from_all(workspace, monkeypatch, least, epochs):
    """The rows that were left out judge it as before."""
    monkeypatch.setattr(settings_module, "REFIT_FROM", least)
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"income": random.normal(size=300), "amount": random.normal(size=300)})
    frame["outcome"] = np.where(frame["income"] + random.normal(size=300) < -0.5, "bad", "ok")
    source = add_source(workspace, "many.csv", frame.to_csv(index=False).encode())
    schema = source_frame(workspace, source.id)[1]
    data_set = save_data_set(workspace, source.id, "Many", schema, Recipe())
    run = trained(workspace, data_set.id, dataclasses.replace(TEAM, refit=True))
    assert run.summary["refit_epochs"] == epochs
    rows = stored_predictions(workspace, run).query("part == 'train'")
    assert rows["held_out"].notna().all()


def test_a_learning_rate_that_explodes_is_explained(seeded):
    """No traceback: the message says which setting to change."""
    settings = NetworkSettings(layers=(64,), optimiser="sgd", learning_rate=10.0, l2=10.0)
    _, context = begin(seeded, settings)
    with pytest.raises(ModelError, match=r"loss of epoch . is not a number"):
        train_job(context)


TEAM = NetworkSettings(layers=(8, 4), folds=2, members=2, epochs=3, patience=0, calibrate=True)


@pytest.fixture(scope="module")
def crossed(tmp_path_factory):
    """Return a workspace with a team that was cross-validated on 300 rows, and its run."""
    home = str(tmp_path_factory.mktemp("crossed"))
    workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": home}))
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"income": random.normal(size=300), "amount": random.normal(size=300)})
    frame["outcome"] = np.where(frame["income"] + random.normal(size=300) < -0.5, "bad", "ok")
    source = add_source(workspace, "few.csv", frame.to_csv(index=False).encode())
    data_set = save_data_set(
        workspace, source.id, "Few", source_frame(workspace, source.id)[1], Recipe()
    )
    shares = SplitSettings("cross_validation", folds=3)
    return workspace, trained(workspace, data_set.id, TEAM, shares)


def stored_predictions(workspace, run):
    """Return what each model of a run said about each row."""
    written = workspace.artifacts.read(f"runs/{run.id}", "predictions.parquet")
    return pd.read_parquet(io.BytesIO(written))


def test_cross_validation_tests_every_row_with_models_that_had_not_seen_it(crossed):
    """300 rows learnt from, and each of them a test row."""
    workspace, run = crossed
    assert run.summary["rows"] == {"train": 300, "test": 300}
    predictions = stored_predictions(workspace, run)
    tested = predictions[predictions["part"] == "test"]
    assert tested["row"].is_unique
    assert tested[["network", "logistic", "trees", "majority"]].notna().all(axis=None)


def test_rows_of_a_team_are_listed_once_with_what_others_say(crossed):
    """Training rows; the networks that left them out judge them in a column of its own."""
    workspace, run = crossed
    predictions = stored_predictions(workspace, run)
    learnt = predictions[predictions["part"] == "train"]
    assert learnt["row"].is_unique
    assert learnt["held_out"].notna().all()
    assert not np.allclose(learnt["held_out"], learnt["network"])
    assert predictions.loc[predictions["part"] == "test", "held_out"].isna().all()
    judged = holdout(predictions, "validation")
    assert np.array_equal(judged.scores["network"], learnt["held_out"])


def test_cross_validation_keeps_the_figures_of_each_fold(crossed):
    """Three folds, two repeats, all models; the summary says whether differences hold."""
    workspace, run = crossed
    folds = json.loads(workspace.artifacts.read(f"runs/{run.id}", "cross_validation.json"))
    models = {each["model"] for each in folds}
    assert models >= {"network", "logistic", "scorecard", "trees", "majority"}
    assert len(folds) == 3 * 2 * len(models)
    assert {(each["repeat"], each["fold"]) for each in folds} == {
        (repeat, fold) for repeat in (0, 1) for fold in (0, 1, 2)
    }
    over = {(each["model"], each["metric"]): each for each in run.summary["folds"]}
    assert over["network", "auc"]["difference"] is None
    gap = over["trees", "auc"]["difference"]
    assert gap["low"] < gap["value"] < gap["high"]
    assert "Every row was a test row twice, in 3 folds" in run.summary["split"]


def test_calibration_is_stored_with_its_effect(crossed):
    """The method, its line, and the ECE on test rows before and after."""
    workspace, run = crossed
    found = json.loads(workspace.artifacts.read(f"runs/{run.id}", "calibration.json"))
    assert found["method"] == run.summary["calibration"]
    assert found["n"] == 300
    assert 0 <= found["ece_before"] <= 1 >= found["ece_after"] >= 0


def cross_validated_and_stopped(workspace, when):
    """Stop a cross-validation of 3 x 2 folds when a report contains these words."""
    registry = workspace.registry
    shares = SplitSettings("cross_validation", folds=3)
    run, context = begin(workspace, TEAM, shares)
    report = registry.report

    def report_and_stop(job_id, done, message, eta_s):
        report(job_id, done, message, eta_s)
        if when in message:
            registry.request_stop(job_id)
            context._next_question = 0  # without waiting for the next time it asks

    registry.report = report_and_stop
    try:
        result = train_job(context)
    finally:
        registry.report = report
    assert context.stop_seen
    return registry.run(run.id), registry.model(result["model_id"])


def test_a_cross_validation_stopped_before_a_repeat_is_complete_keeps_the_network(crossed):
    """Rows that networks left out stand in for test rows, and the run says so."""
    workspace, whole = crossed
    run, model = cross_validated_and_stopped(workspace, "0 of 6 folds")
    assert model.run_id == run.id
    assert "no challenger was tested" in run.summary["cut_short"] == run.summary["split"]
    predictions = stored_predictions(workspace, run)
    tested = predictions[predictions["part"] == "test"]
    learnt = predictions[predictions["part"] == "train"]
    assert np.array_equal(tested["network"], learnt["held_out"])
    assert "trees" not in tested
    assert set(run.summary["auc"]) == {"network", "majority"}
    assert run.summary["folds"] == []
    assert np.array_equal(
        learnt["network"],
        stored_predictions(workspace, whole).query("part == 'train'")["network"],
    )


def test_a_cross_validation_stopped_later_keeps_the_repeats_that_are_complete(crossed):
    """Three folds of the first repeat are the same as in the whole; the fourth is dropped."""
    workspace, whole = crossed
    run, _ = cross_validated_and_stopped(workspace, "4 of 6 folds")
    assert run.summary["cut_short"].startswith("Stopped after 1 of 2 repeats")
    read = partial(workspace.artifacts.read, name="cross_validation.json")
    kept, all_folds = (json.loads(read(f"runs/{each.id}")) for each in (run, whole))
    assert kept == [fold for fold in all_folds if fold["repeat"] == 0]
