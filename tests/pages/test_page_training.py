"""The training page: empty, its form, and a run that trains, ended, was stopped or failed."""

import pytest

from core.data.splitting import SplitSettings
from core.jobs.train_request import start_run
from core.model.settings import PRESETS
from core.store.tables import Epoch


def text(at):
    """Everything written on the page."""
    kinds = (at.markdown, at.caption, at.subheader, at.info, at.error, at.warning)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def labels(at):
    """The labels of all buttons."""
    return [button.label for button in at.button]


def ask(workspace, preset="recommended"):
    """Put a training into the queue."""
    data_set = workspace.registry.data_sets()[0]
    return start_run(workspace, data_set.id, preset, PRESETS[preset].settings, SplitSettings())


@pytest.fixture
def running(seeded):
    """A run in its third epoch."""
    run = ask(seeded)
    job = seeded.registry.claim("test", 1)
    seeded.registry.report(job.id, 0.2, "Epoch 3 of at most 60", 12.0)
    seeded.registry.put_epochs(
        run.id,
        [
            Epoch(epoch=1, step=21, steps=21, loss=0.6, val_loss=0.5, auc=0.7, val_auc=0.72),
            Epoch(epoch=2, step=21, steps=21, loss=0.5, val_loss=0.55, auc=0.8, val_auc=0.71),
            Epoch(epoch=3, step=8, steps=21, loss=0.45),
        ],
    )
    return run


def test_without_a_data_set_it_says_what_comes_first(workspace, open_page):
    """One sentence and one button."""
    at = open_page("training")
    assert "no data set to train on yet" in text(at)
    assert "Prepare data" in labels(at)


def test_start_leads_to_the_run(seeded, open_page):
    """The click stores the run with the chosen preset, and the address names it."""
    at = open_page("training")
    at.button(key="start").click().run()
    run = seeded.registry.runs()[0]
    assert run.preset == "recommended"
    assert run.settings == PRESETS["recommended"].settings.to_json()
    assert seeded.registry.job(run.job_id).status == "queued"
    assert at.query_params["run"] == run.id
    assert at.get("progress")[0].proto.text == "Waiting for a free worker"


def test_a_preset_is_chosen_by_its_card(seeded, open_page):
    """Each card says in a sentence when to choose it."""
    at = open_page("training")
    for preset in PRESETS.values():
        assert preset.sentence in text(at)
    at.button(key="preset-paper").click().run()
    assert at.button(key="preset-paper").disabled
    at.button(key="start").click().run()
    assert seeded.registry.runs()[0].settings == PRESETS["paper"].settings.to_json()


def test_custom_settings_reach_the_run(seeded, open_page):
    """What is typed is what is trained."""
    at = open_page("training")
    at.button(key="preset-custom").click().run()
    at.number_input(key="depth").set_value(3).run()
    at.number_input(key="width-2").set_value(5)
    at.selectbox(key="activation").select("tanh")
    at.selectbox(key="optimiser").select("gradient_descent")
    at.toggle(key="early").set_value(False).run()
    at.button(key="start").click().run()
    settings = seeded.registry.runs()[0].settings
    assert settings["layers"] == [32, 16, 5]
    assert (settings["activation"], settings["optimiser"]) == ("tanh", "gradient_descent")
    assert settings["patience"] == 0


def test_out_of_time_is_offered_only_with_a_date(seeded, open_page):
    """Without one the page says why."""
    at = open_page("training")
    assert not at.get("segmented_control")
    assert "needs a column with the role date" in text(at)


def test_shares_reach_the_run(seeded, open_page):
    """Percentages on screen, shares in the store."""
    at = open_page("training")
    at.number_input(key="split-validation").set_value(15)
    at.number_input(key="split-test").set_value(30)
    at.button(key="start").click().run()
    split = seeded.registry.runs()[0].split
    assert (split["validation"], split["test"]) == (0.15, 0.3)


def test_a_running_training_is_live(running, open_page):
    """Epoch and step, losses, the best epoch so far, time left and a way to stop."""
    at = open_page("training", run=running.id)
    figures = {metric.label: (metric.value, metric.delta) for metric in at.metric}
    assert figures["Epoch"] == ("3 of 80", "step 8 of 21")
    assert figures["Best epoch"][0] == "1"
    assert figures["Validation AUC"] == ("0.710", "training 0.800")
    assert figures["Training loss"][0] == "0.450"
    assert len(at.get("plotly_chart")) == 2
    assert at.get("progress")[0].proto.text == "Epoch 3 of at most 60 · 20\xa0% · 12 s left"


def test_stop_reaches_the_store(seeded, running, open_page):
    """Any browser can ask; the button says that it was heard."""
    at = open_page("training", run=running.id)
    at.button(key="stop-training").click().run()
    assert seeded.registry.stop_requested(running.job_id)
    assert at.button(key="stop-training").label == "Stopping"


def test_the_form_points_to_what_trains_now(running, open_page):
    """Coming back through the sidebar, one finds the running training."""
    at = open_page("training")
    assert running.name in text(at)
    assert "Epoch 3 of at most 60" in text(at)


def test_a_finished_run_shows_its_result_and_the_next_step(seeded, open_page):
    """Network and challengers with intervals, and one way on."""
    run = seeded.registry.runs()[0]
    at = open_page("training", run=run.id)
    figures = {metric.label: metric.delta for metric in at.metric}
    assert "n = " in figures["AUC, network"]
    assert {"AUC, logistic", "AUC, trees"} <= set(figures)
    assert "Evaluate this run" in labels(at)
    assert run.summary["findings"][0] in text(at)


def test_a_failed_run_says_why_and_shows_the_last_output(seeded, running, open_page):
    """The message, the worker's last words, and the way back to the form."""
    seeded.registry.finish(running.job_id, "failed", "The loss went away.", "last words")
    at = open_page("training", run=running.id)
    assert "The loss went away." in text(at)
    assert at.code[0].value == "last words"
    at.button(key="again").click().run()
    assert at.query_params["dataset"] == running.data_set_id


def test_a_run_stopped_too_early_says_so(seeded, open_page):
    """There is nothing to keep, and nothing pretends otherwise."""
    run = ask(seeded)
    seeded.registry.request_stop(run.job_id)
    at = open_page("training", run=run.id)
    assert "stopped before its first epoch ended" in text(at)


def test_earlier_runs_are_listed_with_their_status(seeded, running, open_page):
    """Newest first."""
    at = open_page("training")
    frame = at.dataframe[0].value
    assert frame["Status"].tolist() == ["Training", "Finished"]
    assert frame["Preset"].tolist() == ["Recommended", "Custom"]
