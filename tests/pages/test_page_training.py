"""The training page: empty, its form, and a run that trains, was stopped or failed."""

import json

import pytest

from core.data.schema import Schema
from core.data.splitting import SplitSettings
from core.jobs.train_request import start_run
from core.model.settings import PRESETS
from core.store.tables import Epoch

HOLD_OUT = SplitSettings()
CROSSED = SplitSettings(kind="cross_validation", folds=3, repeats=2)
TEAM = 16


def text(at):
    """Everything written on the page."""
    kinds = (at.markdown, at.caption, at.subheader, at.info, at.error, at.warning)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def labels(at):
    """The labels of all buttons."""
    return [button.label for button in at.button]


def ask(workspace, preset="recommended", split=HOLD_OUT):
    """Put a training into the queue."""
    data_set = workspace.registry.data_sets()[0]
    return start_run(workspace, data_set.id, preset, PRESETS[preset].settings, split)


def epochs():
    """Two finished epochs of a team and a third that is on its way."""
    done = {"step": 21, "steps": 21}
    first, second = [0.5 + n / 100 for n in range(TEAM)], [0.55 + n / 100 for n in range(TEAM)]
    return [
        Epoch(epoch=1, loss=0.6, val_loss=0.5, auc=0.7, val_auc=0.72, member_losses=first, **done),
        Epoch(
            epoch=2, loss=0.5, val_loss=0.55, auc=0.8, val_auc=0.71, member_losses=second, **done
        ),
        Epoch(epoch=3, step=8, steps=21, loss=0.45),
    ]


@pytest.fixture
def running(seeded):
    """A team in its third epoch."""
    run = ask(seeded)
    job = seeded.registry.claim("test", 1)
    seeded.registry.report(job.id, 0.2, "Epoch 3 of at most 60", 12.0)
    seeded.registry.put_epochs(run.id, epochs())
    return run


@pytest.fixture
def crossing(seeded):
    """A run whose network is done and whose folds are judged."""
    run = ask(seeded, split=CROSSED)
    job = seeded.registry.claim("test", 1)
    seeded.registry.put_epochs(run.id, epochs()[:2])
    seeded.registry.report(job.id, 0.8, "Cross-validation: 5 of 6 folds done")
    return run


@pytest.fixture
def described(seeded):
    """Return a way to add the same data set with another schema or number of rows."""

    def add(rows=None, **roles):
        known = seeded.registry.data_sets()[0]
        schema = Schema.from_json(known.schema)
        for name, role in roles.items():
            schema = schema.change(name, role=role)
        id = f"ds_{len(roles)}{rows}"
        folder = f"datasets/{known.id}"
        files = {
            name: seeded.artifacts.read(folder, name) for name in seeded.artifacts.names(folder)
        }
        seeded.artifacts.write(f"datasets/{id}", files, {})
        return seeded.registry.add_data_set(
            source_id=known.source_id,
            name="Changed",
            rows=rows or known.rows,
            bads=known.bads,
            sha256=id,
            schema=schema.to_json(),
            recipe=known.recipe,
            id=id,
        )

    return add


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
    """What is typed is what is trained; the form begins with the recommended settings."""
    at = open_page("training")
    at.button(key="preset-custom").click().run()
    at.number_input(key="depth").set_value(3).run()
    at.number_input(key="width-2").set_value(5)
    at.number_input(key="folds").set_value(3)
    at.number_input(key="members").set_value(2)
    at.number_input(key="taught").set_value(0.3)
    at.number_input(key="cuts").set_value(7)
    at.toggle(key="calibrate").set_value(False)
    at.selectbox(key="activation").select("tanh")
    at.selectbox(key="optimiser").select("gradient_descent")
    at.toggle(key="early").set_value(False).run()
    at.button(key="start").click().run()
    settings = seeded.registry.runs()[0].settings
    assert settings["layers"] == [64, 64, 5]
    assert (settings["folds"], settings["members"], settings["cuts"]) == (3, 2, 7)
    assert settings["taught"] == 0.3
    assert (settings["activation"], settings["optimiser"]) == ("tanh", "gradient_descent")
    assert (settings["patience"], settings["calibrate"]) == (0, False)


def test_trees_teach_no_team_of_fewer_than_three_folds(seeded, open_page):
    """The field is closed, and what stood in it is back with the third fold."""
    at = open_page("training")
    at.button(key="preset-custom").click().run()
    at.number_input(key="folds").set_value(2).run()
    assert at.number_input(key="untaught").disabled
    at.button(key="start").click().run()
    assert seeded.registry.runs()[0].settings["taught"] == 0
    at = open_page("training")
    at.button(key="preset-custom").click().run()
    assert at.number_input(key="taught").value == PRESETS["recommended"].settings.taught


def test_only_a_team_of_several_networks_per_fold_is_asked_about_near_copies(seeded, open_page):
    """Others have a fold each already, or none."""
    at = open_page("training")
    at.button(key="preset-custom").click().run()
    assert at.toggle(key="apart").value
    for key in ("members", "folds"):
        before = at.number_input(key=key).value
        at.number_input(key=key).set_value(1).run()
        assert "apart" not in [each.key for each in at.toggle]
        at.number_input(key=key).set_value(before).run()
    at.toggle(key="apart").set_value(False).run()
    at.button(key="start").click().run()
    assert seeded.registry.runs()[0].settings["apart"] is False


def test_only_a_team_can_learn_again_from_all_rows(seeded, open_page):
    """One network alone is judged by its validation rows."""
    at = open_page("training")
    at.button(key="preset-custom").click().run()
    at.number_input(key="folds").set_value(1).run()
    assert "refit" not in [each.key for each in at.toggle]
    at.number_input(key="folds").set_value(2).run()
    assert at.toggle(key="refit").value
    at.button(key="start").click().run()
    assert seeded.registry.runs()[0].settings["refit"] is True


def test_untouched_custom_settings_are_the_recommended_ones(seeded, open_page):
    """Whoever changes one thing changes one thing."""
    at = open_page("training")
    at.button(key="preset-custom").click().run()
    at.button(key="start").click().run()
    assert seeded.registry.runs()[0].settings == PRESETS["recommended"].settings.to_json()


def test_a_custom_additive_network_cannot_be_asked_for_wrongly(seeded, open_page):
    """One hidden layer, one member per fold, and no gelu beside a direction."""
    at = open_page("training")
    at.button(key="preset-custom").click().run()
    at.selectbox(key="activation").select("gelu").run()
    at.toggle(key="additive").set_value(True).run()
    assert at.number_input(key="one-member").disabled
    at.multiselect(key=f"raises-{seeded.registry.data_sets()[0].id}").select("Debt").run()
    assert "gelu" not in at.selectbox(key="activation").options
    at.button(key="start").click().run()
    settings = seeded.registry.runs()[0].settings
    assert (settings["additive"], settings["members"]) == (True, 1)
    assert settings["taught"] == PRESETS["additive"].settings.taught
    assert settings["layers"] == [16]
    assert settings["monotone"] == {"Debt": 1}
    assert not at.error


def test_directions_of_the_additive_preset_reach_the_run(seeded, open_page):
    """Only numbers among the features are offered, each for one direction."""
    id = seeded.registry.data_sets()[0].id
    at = open_page("training")
    at.button(key="preset-additive").click().run()
    assert "Home" not in at.multiselect(key=f"raises-{id}").options
    at.multiselect(key=f"raises-{id}").set_value(["Debt", "Income"]).run()
    at.multiselect(key=f"lowers-{id}").set_value(["Income"]).run()
    assert at.multiselect(key=f"raises-{id}").value == ["Debt"]
    at.button(key="start").click().run()
    run = seeded.registry.runs()[0]
    assert run.settings["monotone"] == {"Debt": 1, "Income": -1}
    assert run.settings["additive"]


def test_a_small_file_is_cross_validated(seeded, open_page):
    """4,452 rows: the proposal says why, what it costs, and reaches the run."""
    at = open_page("training")
    assert at.segmented_control[0].options == ["At random", "Cross-validation"]
    assert "**Proposed:** every row is tested in its turn, because with 4,452 rows" in text(at)
    assert "needs a column with the role date" in text(at)
    at.number_input(key="split-folds").set_value(4)
    at.number_input(key="split-repeats").set_value(3).run()
    assert "12 times more, once for each fold: about 7 times as long" in text(at)
    at.button(key="start").click().run()
    split = seeded.registry.runs()[0].split
    assert (split["kind"], split["folds"], split["repeats"]) == ("cross_validation", 4, 3)


def test_the_cost_of_folds_is_told_in_minutes_after_a_run(seeded, open_page):
    """One training and ten more, two at a time, of 30 s are three minutes."""
    run = ask(seeded)
    seeded.registry.finish_run(run.id, {"seconds": {"network": 28.0, "trees": 2.0}}, "digest")
    assert "about 3 min in all, judging by an earlier run" in text(open_page("training"))


def test_shares_reach_the_run(seeded, open_page):
    """Percentages on screen, shares in the store; the page says what is proposed instead."""
    at = open_page("training")
    at.segmented_control[0].select("stratified").run()
    assert "**Cross-validation is proposed.** With 4,452 rows" in text(at)
    at.number_input(key="split-validation").set_value(15)
    at.number_input(key="split-test").set_value(30)
    at.button(key="start").click().run()
    split = seeded.registry.runs()[0].split
    assert (split["kind"], split["validation"], split["test"]) == ("stratified", 0.15, 0.3)


def test_a_large_file_has_one_test_part(described, open_page):
    """From 5,000 rows on a cross-validation is seldom worth its time."""
    at = open_page("training", dataset=described(rows=30_000).id)
    assert at.segmented_control[0].value == "stratified"
    assert "of 30,000 rows, one test part says enough" in text(at)
    at.segmented_control[0].select("cross_validation").run()
    assert "from 5,000 rows on it is seldom worth its time" in text(at)


def test_a_date_divides_by_time(described, open_page):
    """Every kind is possible, and the date decides."""
    at = open_page("training", dataset=described(Seniority="date").id)
    assert at.segmented_control[0].options == ["Out of time", "At random", "Cross-validation"]
    assert at.segmented_control[0].value == "out_of_time"
    assert "trains on the oldest rows and tests on the newest by Seniority" in text(at)
    at.segmented_control[0].select("cross_validation").run()
    assert "flatters a model that will score a later time" in text(at)


def test_rows_of_one_identifier_stay_together(described, open_page):
    """The page names the identifier whose values repeat, and what becomes of its rows in time."""
    at = open_page("training", dataset=described(Records="identifier", Seniority="date").id)
    assert "its newer rows stay and its older ones are left out of the run" in text(at)
    at.segmented_control[0].select("stratified").run()
    assert "Rows that share Bad records stay together" in text(at)


def test_a_running_training_is_live(running, open_page):
    """Epoch and step, losses, the best epoch so far, time left and a way to stop."""
    at = open_page("training", run=running.id)
    figures = {metric.label: (metric.value, metric.delta) for metric in at.metric}
    assert figures["Epoch"] == ("3 of 200", "step 8 of 21")
    assert figures["Best epoch"][0] == "1"
    assert figures["Validation AUC"] == ("0.710", "training 0.800")
    assert figures["Training loss"][0] == "0.450"
    loss, auc = (json.loads(chart.proto.spec) for chart in at.get("plotly_chart"))
    assert [trace["name"] for trace in loss["data"]] == ["Each network", "Training", "Validation"]
    assert [trace["name"] for trace in auc["data"]] == ["Training", "Validation"]
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


def test_folds_are_told_after_the_network(crossing, open_page):
    """The progress names the fold; the curves stay, and stopping is still possible."""
    at = open_page("training", run=crossing.id)
    assert at.get("progress")[0].proto.text == "Cross-validation: 5 of 6 folds done · 80\xa0%"
    assert len(at.get("plotly_chart")) == 2
    assert not at.button(key="stop-training").disabled
    assert (
        "the repeats of the cross-validation that are complete"
        in at.button(key="stop-training").help
    )


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
    assert "stopped before there was anything to keep" in text(at)


def test_earlier_runs_are_listed_with_their_status(seeded, running, open_page):
    """Newest first."""
    at = open_page("training")
    frame = at.dataframe[0].value
    assert frame["Status"].tolist() == ["Training", "Finished"]
    assert frame["Preset"].tolist() == ["Recommended", "Custom"]


def test_one_ticked_run_is_opened_and_two_are_not(seeded, running, open_page):
    """Open takes one; Compare takes finished ones only, and the page says so."""
    at = open_page("training")
    assert at.button(key="open-run").disabled
    at.session_state["earlier-runs"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    at.run()
    assert (at.button(key="open-run").disabled, at.button(key="compare-runs").disabled) == (
        True,
        True,
    )
    assert "Only finished runs can be compared" in text(at)
    at.session_state["earlier-runs"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    at.button(key="open-run").click().run()
    assert at.query_params["run"] == running.id
