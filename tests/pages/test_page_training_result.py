"""The training page with a finished run: figures, folds, calibration and the ways on."""

import pytest

from core.store.tables import Epoch
from tests.pages.filling_runs import calibration, copied, over_folds
from tests.pages.worded import worded_tables

AUC = {"value": 0.8, "low": 0.75, "high": 0.85, "n": 891}


def text(at):
    """Everything written on the page."""
    kinds = (at.markdown, at.caption, at.subheader, at.info, at.error, at.warning)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def test_figures_of_network_and_challengers_come_with_intervals(seeded, open_page):
    """And one way on."""
    run = seeded.registry.runs()[0]
    at = open_page("training", run=run.id)
    figures = {metric.label: metric.delta for metric in at.metric}
    assert "n = " in figures["AUC, network"]
    assert {"AUC, logistic", "AUC, boosted trees", "Kept epoch"} <= set(figures)
    assert "Evaluate this run" in [button.label for button in at.button]
    assert run.summary["findings"][0] in text(at)


def test_many_challengers_are_a_table(seeded, open_page):
    """Six models are no row of cards: the network, the best challenger, and all in a table."""
    models = ["network", "logistic", "trees", "scorecard", "lightgbm", "catboost", "majority"]
    auc = {key: AUC | {"value": 0.8 + place / 100} for place, key in enumerate(models)}
    run = copied(seeded, summary={"auc": auc})
    at = open_page("training", run=run.id)
    assert len(at.metric) == 3
    assert at.metric[1].value == "0.850"
    rows = worded_tables(at)[0]
    assert rows["Model"].tolist()[0] == "CatBoost"
    assert rows["Model"].tolist()[-1] == "Network"
    assert rows["AUC, 95 % interval"].tolist()[-1] == "0.800 [0.750,\xa00.850]"
    assert len(rows) == 6


def test_what_the_checks_found_is_named(seeded, open_page):
    """The evaluation says more; here it is one line."""
    run = copied(seeded, summary={"to_look_at": ["Few bads", "One column carries the model"]})
    said = "To look at before it is used:** Few bads; One column carries the model."
    assert said in text(open_page("training", run=run.id))


def test_over_folds_the_page_says_who_wins(seeded, open_page):
    """An interval that holds 0 is no win, whatever single draws say."""
    folds = over_folds({"logistic": (0.01, 0.03), "trees": (-0.01, 0.02)})
    split = {"kind": "cross_validation", "folds": 5, "repeats": 2}
    run = copied(seeded, split=split, summary={"folds": folds})
    at = open_page("training", run=run.id)
    said = text(at)
    assert "Over 2 times 5 folds the network ranks a random bad applicant" in said
    assert "in 80 of 100 cases (75 to 85)" in said
    unclear = "the network beats logistic regression; against the boosted trees there is no clear"
    assert f"By ROC-AUC, {unclear} winner" in said
    assert f"By log-loss, {unclear} winner" in said
    assert run.summary["findings"][1] not in said
    auc, loss = worded_tables(at)[:2]
    assert auc["Verdict"].tolist() == ["–", "Network better", "No clear winner"]
    assert loss["Verdict"].tolist() == ["–", "Network better", "No clear winner"]
    assert loss["Network minus this"][1] == "−0.020 [−0.030,\xa0−0.010]"


def test_a_cross_validation_cut_short_says_what_was_kept(seeded, open_page):
    """The repeats that are complete count, not those that were asked for."""
    told = {"cut_short": "Stopped after 1 of 2 repeats.", "repeats": 1}
    told["folds"] = over_folds({"logistic": (0.01, 0.03)})
    split = {"kind": "cross_validation", "folds": 5, "repeats": 2}
    said = text(open_page("training", run=copied(seeded, split=split, summary=told).id))
    assert "Stopped after 1 of 2 repeats." in said
    assert "Over 5 folds the network ranks" in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "were shifted, the simplest change that lowered the log-loss"),
        ({}, "the calibration error on test rows went from 3.1\xa0% to 1.2\xa0%"),
        ({"method": "none", "ece_before": 0.012}, "stay as they came, because no change clearly"),
        ({"method": "none", "log_loss": None, "n": 40}, "40 rows held too few goods or bads"),
        ({"ece_before": 0.012}, "stayed at 1.2\xa0%"),
    ],
)
def test_calibration_is_told_in_words(seeded, open_page, changes, words):
    """What was chosen, and the calibration error before and after."""
    files = {"calibration.json": calibration(**changes)}
    run = copied(seeded, settings={"calibrate": True}, files=files)
    at = open_page("training", run=run.id)
    assert not at.exception
    assert words in text(at)


def test_candidates_of_the_calibration_stand_in_the_shelf(seeded, open_page):
    """The log-loss of each, and which was chosen."""
    run = copied(
        seeded, settings={"calibrate": True}, files={"calibration.json": calibration("shift")}
    )
    at = open_page("training", run=run.id)
    frame = next(each.value for each in at.dataframe if "Log-loss" in each.value)
    assert frame["Log-loss"].tolist() == [0.45, 0.41, 0.44, 0.4095]
    assert frame["Choice"].tolist() == ["", "chosen", "", ""]


def test_without_calibration_nothing_is_said_of_it(seeded, open_page):
    """The paper's network is not calibrated."""
    assert "Calibration" not in text(open_page("training", run=seeded.registry.runs()[0].id))


def test_the_settings_of_a_team_are_told(seeded, open_page):
    """In one line, and with every new setting in the table."""
    team = {"folds": 4, "members": 4, "layers": [64, 32], "cuts": 32}
    at = open_page("training", run=copied(seeded, settings=team).id)
    assert "16 networks of 64-32-1 relu, 4 folds" in text(at)
    settings = next(each for each in worded_tables(at) if "Setting" in each)
    assert {"Folds of the team", "Networks per fold", "Calibrated on rows left out"} <= set(
        settings["Setting"]
    )


@pytest.mark.parametrize(
    ("share", "taught", "stopped", "why_not", "when"),
    [
        (1.0, False, False, True, False),
        (1.0, True, False, False, True),
        (0, False, False, False, False),
        (1.0, False, True, False, False),
    ],
)
def test_whether_trees_taught_is_told(seeded, open_page, share, taught, stopped, why_not, when):
    """And why not, where they might have; a run that was stopped early never came to it."""
    run = copied(seeded, settings={"folds": 4, "taught": share}, summary={"stopped": stopped})
    told = [Epoch(epoch=n, loss=0.5, val_loss=0.5, taught=taught) for n in (1, 2)]
    seeded.registry.put_epochs(run.id, told)
    said = text(open_page("training", run=run.id))
    assert ("Boosted trees did not teach" in said) == why_not
    assert ("boosted trees teach" in said) == when


@pytest.mark.parametrize(("folds", "told"), [(4, False), (16, True)])
def test_a_team_with_one_fold_each_is_told(seeded, open_page, folds, told):
    """Where rows are near copies, the settings of the run are not the whole story."""
    team = {"folds": 4, "members": 4}
    run = copied(seeded, settings=team, summary={"team_folds": folds})
    said = text(open_page("training", run=run.id))
    assert ("each of 16 networks left out a part of its own" in said) == told


@pytest.mark.parametrize("epochs", [None, 0, 21])
def test_a_team_that_learnt_again_from_all_rows_is_told(seeded, open_page, epochs):
    """Runs of before say nothing of it."""
    run = copied(seeded, summary={} if epochs is None else {"refit_epochs": epochs})
    said = text(open_page("training", run=run.id))
    assert ("learnt again, from all rows, in the 21 epochs" in said) == bool(epochs)


def test_a_second_finished_run_can_be_compared_at_once(seeded, open_page):
    """The link names both."""
    first = seeded.registry.runs()[0]
    assert "Compare with another run" not in _links(open_page("training", run=first.id))
    second = copied(seeded)
    link = _links(open_page("training", run=second.id))["Compare with another run"]
    assert f"{second.id}%2C{first.id}" in link or f"{second.id},{first.id}" in link


def _links(at):
    return {link.proto.label: str(link.proto.query_string) for link in at.main.get("page_link")}
