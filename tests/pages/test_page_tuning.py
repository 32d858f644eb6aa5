"""The tuning page: empty, its form, and a study that waits, runs, ended, was stopped or failed."""

import pytest

from core.data.splitting import SplitSettings
from core.jobs.tune_request import start_study, stop_study
from core.model.search_space import USUALLY, Range, SearchSpace, proposed
from core.model.settings import PRESETS, NetworkSettings

BASE = PRESETS["recommended"].settings
SPACE = SearchSpace((Range("width", 32, 256), Range("learning_rate", 5e-4, 5e-3)))
BEGINS = {"width": 64, "learning_rate": 1.5e-3}
OTHER = {"width": 128, "learning_rate": 0.00279}


def text(at):
    """Everything written on the page."""
    kinds = (at.markdown, at.caption, at.subheader, at.info, at.error, at.warning)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def labels(at):
    """The labels of all buttons."""
    return [button.label for button in at.button]


def figures(at):
    """The metrics by their label."""
    return {metric.label: (metric.value, metric.delta) for metric in at.metric}


def a_trial(number, loss, values=OTHER, gain=None, state="complete", **told):
    """What the store keeps of a trial."""
    told |= {"auc": 0.75, "rows": 3561, "gain": gain, "epochs": 30, "seconds": 12.5}
    return {"number": number, "state": state, "loss": loss, "values": values, **told}


FIRST = a_trial(1, 0.42, BEGINS)
CLEAR = a_trial(2, 0.41, gain=[0.01, 0.004, 0.016])
UNCLEAR = a_trial(2, 0.419, gain=[0.001, -0.002, 0.004])


@pytest.fixture
def study(seeded):
    """A study of ten minutes whose first trial waits."""
    data_set = seeded.registry.data_sets()[0]
    return start_study(seeded, data_set.id, BASE, SplitSettings(), SPACE)


def told(seeded, study, *trials, importances=None):
    """End the waiting trial with these trials told; another waits."""
    registry = seeded.registry
    job = registry.claim("test", 1)
    registry.note_trial(study.id, 90, list(trials), importances or {})
    registry.finish(job.id, "done")
    return registry.next_trial(study.id)


def ended(seeded, study, *trials, status="done", **more):
    """The same, and the study ends."""
    told(seeded, study, *trials, **more)
    seeded.registry.end_study(study.id, status)
    seeded.registry.finish(seeded.registry.claim("test", 1).id, "done")


def test_without_a_data_set_it_says_what_comes_first(workspace, open_page):
    """One sentence and one button."""
    at = open_page("tuning")
    assert "no data set to tune on yet" in text(at)
    assert "Prepare data" in labels(at)


def test_start_leads_to_the_study(seeded, open_page):
    """Ten minutes from the recommended settings, and the address names the study."""
    at = open_page("tuning")
    at.button(key="start-study").click().run()
    study = seeded.registry.studies()[0]
    assert at.query_params["study"] == study.id
    assert study.budget_s == 600
    assert NetworkSettings.from_json(study.settings) == BASE
    space = SearchSpace.from_json(study.space)
    assert space.parameters == tuple(each for each in proposed(BASE) if each.name in USUALLY)
    assert seeded.registry.job(study.job_id).kind == "trial"
    assert "Waiting for a free worker" in at.get("progress")[0].proto.text


def test_what_is_typed_reaches_the_study(seeded, open_page):
    """Budget, seed, test rows, limits, what is ticked, and words with more than one option."""
    at = open_page("tuning")
    at.session_state["space-recommended"] = {
        "edited_rows": {
            0: {"search": False},
            1: {"high": 128},
            2: {"search": False},
            4: {"search": False},
            5: {"search": False},
        },
        "added_rows": [],
        "deleted_rows": [],
    }
    at.number_input(key="tuning-minutes").set_value(3)
    at.number_input(key="tuning-seed").set_value(7)
    at.number_input(key="tuning-test").set_value(30)
    at.multiselect(key="tuning-activation").set_value(["relu", "tanh"]).run()
    at.button(key="start-study").click().run()
    study = seeded.registry.studies()[0]
    assert [each["name"] for each in study.space] == ["width", "learning_rate", "activation"]
    assert study.space[0]["high"] == 128
    assert (study.budget_s, study.settings["seed"], study.split["test"]) == (180, 7, 0.3)


def test_an_additive_base_has_its_own_space(seeded, open_page):
    """One hidden layer, one network per fold: neither is offered."""
    at = open_page("tuning")
    at.segmented_control(key="tuning-base").set_value("additive").run()
    at.button(key="start-study").click().run()
    study = seeded.registry.studies()[0]
    assert study.settings["additive"]
    assert "depth" not in [each["name"] for each in study.space]


def test_a_space_that_cannot_be_is_told_beside_it(seeded, open_page):
    """The button waits until it is mended; what was typed stays."""
    at = open_page("tuning")
    at.session_state["space-recommended"] = {
        "edited_rows": {2: {"high": -1.0}},
        "added_rows": [],
        "deleted_rows": [],
    }
    at.run()
    assert "Dropout should go from a lower to a higher value" in text(at)
    assert at.button(key="start-study").disabled


def test_a_running_study_is_live(seeded, study, open_page):
    """Time used, what is tried now, the best so far and a way to stop."""
    job = told(seeded, study, FIRST, CLEAR)
    seeded.registry.claim("test", 1)
    seeded.registry.put_result(job.id, {"number": 3, "values": {"width": 32}})
    seeded.registry.report(job.id, 0.2, "Trial 3: epoch 4", 480)
    at = open_page("tuning", study=study.id)
    assert "Trial 3: epoch 4" in at.get("progress")[0].proto.text
    assert "Trial 3 tries width of the first layer 32" in text(at)
    assert figures(at)["Best log-loss"] == ("0.4100", "trial 2 · n = 3,561")
    assert figures(at)["Trials"] == ("2", "2 complete")
    assert figures(at)["Budget used"][1].startswith("of 10 min")
    assert len(at.get("plotly_chart")) == 1
    assert "Train the winner" not in labels(at)


def test_stop_reaches_the_study(seeded, study, open_page):
    """The running trial is asked, nothing further is submitted, and the button says so."""
    seeded.registry.claim("test", 1)
    at = open_page("tuning", study=study.id)
    at.button(key="stop-study").click().run()
    assert seeded.registry.study(study.id).status == "stopped"
    assert seeded.registry.stop_requested(study.job_id)
    assert at.button(key="stop-study").disabled


def test_a_finished_study_shows_its_winner(seeded, study, open_page):
    """By how much it is better, with an interval; what matters; its settings beside the first."""
    shares = {"learning_rate": 0.8, "width": 0.2}
    ended(seeded, study, FIRST, CLEAR, importances=shares)
    at = open_page("tuning", study=study.id)
    assert "Trial 2 is better than the settings one began with" in text(at)
    assert figures(at)["Gain"] == ("0.0100", "[0.0040, 0.0160]")
    assert "80\xa0% of the differences come from learning rate" in text(at)
    frame = at.dataframe[0].value
    assert frame["Trial 2"].tolist() == ["128", "0.00279"]
    assert frame["Began with"].tolist() == ["64", "0.0015"]


def test_a_gain_that_may_be_chance_is_called_so(seeded, study, open_page):
    """Its interval holds 0."""
    ended(seeded, study, FIRST, UNCLEAR)
    at = open_page("tuning", study=study.id)
    assert "No clear gain" in text(at)
    assert figures(at)["Gain"] == ("0.0010", "[−0.0020, 0.0040]")


def test_when_nothing_beats_the_beginning_it_says_so(seeded, study, open_page):
    """The first trial is the winner."""
    ended(seeded, study, FIRST, a_trial(2, 0.43, gain=[-0.01, -0.02, -0.001]))
    at = open_page("tuning", study=study.id)
    assert "No trial has beaten the settings one began with" in text(at)


def test_the_winner_becomes_a_run(seeded, study, open_page):
    """The click leads to its training; afterwards the study points there."""
    ended(seeded, study, FIRST, CLEAR)
    at = open_page("tuning", study=study.id)
    at.button(key="train-best").click().run()
    run = seeded.registry.runs()[0]
    assert at.query_params["run"] == run.id
    assert (run.settings["layers"], run.settings["learning_rate"]) == ([128, 128], 0.00279)
    again = open_page("tuning", study=study.id)
    assert "Train the winner" not in labels(again)


def test_minutes_are_added_where_the_budget_is_used(seeded, study, open_page):
    """600 of 600 seconds: ten more are proposed, and the study goes on."""
    seeded.registry.note_trial(study.id, 510, [], {})
    ended(seeded, study, FIRST)
    at = open_page("tuning", study=study.id)
    at.button(key="resume-study").click().run()
    resumed = seeded.registry.study(study.id)
    assert (resumed.status, resumed.budget_s) == ("running", 1200)
    assert "Waiting for a free worker" in at.get("progress")[0].proto.text


def test_a_stopped_study_goes_on_without_more_minutes(seeded, study, open_page):
    """There is time left."""
    stop_study(seeded, study.id)
    at = open_page("tuning", study=study.id)
    assert "Search on whenever you like" in text(at)
    at.button(key="resume-study").click().run()
    assert seeded.registry.study(study.id).status == "running"
    assert seeded.registry.study(study.id).budget_s == 600


def test_a_study_broken_off_by_a_restart_says_so(seeded, study, open_page):
    """Nothing else is lost, and it can go on."""
    job = seeded.registry.claim("test", 1)
    seeded.registry.finish(job.id, "failed", "The server was stopped while this ran. Start it.")
    at = open_page("tuning", study=study.id)
    assert "The server was stopped while this ran. Search on" in text(at)
    assert "Search on" in labels(at)


def test_a_failed_study_says_why(seeded, study, open_page):
    """The message and the worker's last words."""
    job = seeded.registry.claim("test", 1)
    seeded.registry.end_study(study.id, "failed")
    seeded.registry.finish(job.id, "failed", "The rows cannot be divided.", "last words")
    at = open_page("tuning", study=study.id)
    assert "The rows cannot be divided." in text(at)
    assert at.code[0].value == "last words"


def test_the_form_points_to_what_is_tuned_now_and_earlier(seeded, study, open_page):
    """Coming back through the sidebar, one finds it."""
    at = open_page("tuning")
    assert study.name in text(at)
    frame = at.dataframe[-1].value
    assert frame["Status"].tolist() == ["Waiting"]
    assert frame["Study"].tolist() == [study.name]


def test_an_unknown_study_is_said(seeded, study, open_page):
    """Another one is shown."""
    at = open_page("tuning", study="stu_gone")
    assert "There is no study stu_gone" in text(at)
