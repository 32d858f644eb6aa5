"""Runs side by side: what differs, who ranks better, and when it cannot be told."""

import json

from tests.pages.filling_runs import copied, parquet, predictions_of
from tests.pages.worded import worded_tables


def text(at):
    """Everything written on the page."""
    kinds = (at.markdown, at.caption, at.subheader, at.info, at.error, at.warning)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def compared(open_page, *runs):
    """Open the page by its address."""
    return open_page("training", compare=",".join(run.id for run in runs))


def test_only_what_differs_is_shown(seeded, open_page):
    """Dropout and seed of two runs, under a letter each."""
    first = seeded.registry.runs()[0]
    second = copied(seeded, settings={"dropout": 0.3, "seed": 7})
    at = compared(open_page, first, second)
    assert not at.exception
    settings = worded_tables(at)[-1]
    assert settings["Setting"].tolist() == ["Dropout", "Seed"]
    assert settings.columns.tolist() == ["Setting", "A · run 1", "B · run 2"]
    assert settings["B · run 2"].tolist() == ["0.3", "7"]


def test_same_settings_say_so(seeded, open_page):
    """A repeated run differs in nothing that was chosen."""
    at = compared(open_page, seeded.registry.runs()[0], copied(seeded))
    assert "The settings are the same" in text(at)


def test_figures_have_intervals_and_chance_is_named(seeded, open_page):
    """Equal predictions are no win."""
    at = compared(open_page, seeded.registry.runs()[0], copied(seeded))
    figures = worded_tables(at)[0]
    assert figures["Figure"].tolist()[:4] == ["ROC-AUC", "Gini", "KS", "Brier score"]
    assert all("[" in each for each in figures["A · run 1"])
    assert "By ROC-AUC there is no clear winner" in text(at)
    assert "different rows" not in text(at)


def test_a_clear_win_is_named(seeded, open_page):
    """A run that was guessing loses on the same rows."""
    guessing = predictions_of(seeded)
    guessing["network"] = guessing["row"] % 97 / 97
    first = seeded.registry.runs()[0]
    auc = {**first.summary["auc"], "network": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 891}}
    second = copied(seeded, summary={"auc": auc}, files={"predictions.parquet": parquet(guessing)})
    assert "By ROC-AUC, B beats A" in text(compared(open_page, second, first))


def test_different_test_rows_are_warned_about(seeded, open_page):
    """Then nobody wins."""
    moved = predictions_of(seeded)
    moved["row"] += 1
    first = seeded.registry.runs()[0]
    second = copied(seeded, files={"predictions.parquet": parquet(moved)}, split={"seed": 1})
    at = compared(open_page, first, second)
    assert "tested on different rows" in at.warning[0].value
    assert "Figures of each run" in text(at)
    assert "Seed of the draw" in worded_tables(at)[-1]["Setting"].tolist()


def test_curves_lie_over_each_other(seeded, open_page):
    """Validation loss and AUC, a line per run."""
    at = compared(open_page, seeded.registry.runs()[0], copied(seeded), copied(seeded))
    specs = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
    lines = [[each["name"] for each in spec["data"] if each["mode"] == "lines"] for spec in specs]
    assert lines == [["A", "B", "C"]] * 2
    assert "Validation loss of the kept epochs is the same" in text(at)


def test_the_address_follows_the_choice(seeded, open_page):
    """So that a refresh keeps it."""
    first, second, third = seeded.registry.runs()[0], copied(seeded), copied(seeded)
    at = compared(open_page, first, second)
    at.multiselect(key="pick-compare").set_value([second.id, third.id]).run()
    assert at.query_params["compare"] == f"{second.id},{third.id}"
    assert at.multiselect(key="pick-compare").value == [second.id, third.id]


def test_one_run_is_no_comparison(seeded, open_page):
    """One sentence, and the choice stays there."""
    copied(seeded)
    at = compared(open_page, seeded.registry.runs()[0])
    assert "Choose at least two runs" in text(at)


def test_a_run_that_is_gone_is_left_out(seeded, open_page):
    """The others are compared."""
    first, second = seeded.registry.runs()[0], copied(seeded)
    at = open_page("training", compare=f"{first.id},run_gone,{second.id}")
    assert "no finished run run_gone" in at.warning[0].value
    assert len(worded_tables(at)) == 1


def test_without_two_finished_runs_it_says_what_comes_first(seeded, open_page):
    """An address that was kept from another workspace."""
    at = open_page("training", compare="run_a,run_b")
    assert "needs two finished runs" in text(at)


def test_a_changed_file_is_told_instead_of_compared(seeded, open_page):
    """What cannot be trusted is not shown."""
    first, second = seeded.registry.runs()[0], copied(seeded)
    path = seeded.settings.home / "artifacts" / "runs" / second.id / "predictions.parquet"
    path.write_bytes(b"changed")
    at = compared(open_page, first, second)
    assert at.error


def test_ticked_runs_lead_to_the_comparison(seeded, open_page):
    """From the list of runs, newest first."""
    first, second = seeded.registry.runs()[0], copied(seeded)
    at = open_page("training")
    at.session_state["earlier-runs"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    at.run()
    at.button(key="compare-runs").click().run()
    assert at.query_params["compare"] == f"{second.id},{first.id}"
