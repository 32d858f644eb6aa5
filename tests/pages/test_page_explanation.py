"""The explanation page: empty, before and after the overall picture, and with bad addresses."""

import itertools
import re
import shutil
from functools import partial

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import delete

from core.config import Settings
from core.decision.scoring import Scorer
from core.explanation.global_ import Explained
from core.explanation.interactions import Interactions
from core.jobs import explain
from core.jobs.explain_request import start_explanation
from core.jobs.progress import JobContext
from core.jobs.without_request import start_without
from core.store.tables import ExplanationFigure
from core.store.workspace import Workspace
from tests.conftest import open_workspace
from ui import explanation_overall
from ui.explanation_selection import _finding


@pytest.fixture(scope="module")
def explained_home(seed_home, tmp_path_factory):
    """The folder of the seeded workspace with 40 rows of the champion explained, once for all."""
    home = tmp_path_factory.mktemp("explained") / "home"
    shutil.copytree(seed_home, home)
    workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": str(home)}))
    start_explanation(workspace, workspace.registry.champion().id, rows=40)
    job = workspace.registry.claim("test", 0)
    workspace.registry.finish(job.id, "done", result=explain.run(JobContext(workspace, job)))
    workspace.close()
    return home


@pytest.fixture
def explained(home, explained_home):
    """A copy of it."""
    shutil.copytree(explained_home, home)
    yield from open_workspace()


def words_on(at):
    """Return everything that is written on the page."""
    return " ".join(str(e.value) for kind in ("markdown", "caption") for e in at.get(kind))


def headings_on(at):
    """Return the titles of charts and sections."""
    return [str(e.value) for kind in ("header", "subheader") for e in at.get(kind)]


def test_without_a_model_it_says_what_to_do_first(workspace, open_page):
    """One sentence and one button."""
    at = open_page("explanation")
    assert not at.exception
    assert "There is no model to explain yet." in words_on(at)
    assert [button.label for button in at.main.button] == ["Train a network"]


def test_before_the_picture_it_offers_to_work_it_out(seeded, open_page):
    """One applicant is explained at once; the overall picture is one click away."""
    at = open_page("explanation")
    assert not at.exception
    assert "has not been worked out for this model yet" in words_on(at)
    assert any(title.startswith("The risk") for title in headings_on(at))
    at.button(key="explain-1000").click().run()
    (job,) = seeded.registry.jobs(active=True)
    assert (job.kind, job.payload["compared_with"]) == ("explain", "near_cut_off")
    assert "You can leave this page" in words_on(at)


def test_the_answer_stands_above_the_evidence(explained, open_page):
    """Which fields move the risk, who is compared, on how many, and the unexplained rest."""
    at = open_page("explanation")
    assert not at.exception
    headings = headings_on(at)
    assert any("move the risk most" in title for title in headings)
    labels = [metric.label for metric in at.metric]
    assert labels == ["Strongest field", "Starting point", "Explained", "Unexplained rest"]
    assert at.metric[2].value == "40"
    assert at.metric[3].value == "< 0.000001"
    assert len(at.get("plotly_chart")) == 4
    assert "One field" in headings
    assert "One applicant" in headings


def test_the_row_in_the_address_is_the_one_explained(explained, open_page):
    """A deep link shows that row, with the PD the scorer gives it."""
    model = explained.registry.champion()
    at = open_page("explanation", model=model.id, row="17")
    assert not at.exception
    assert at.number_input(key="explanation-row").value == 17
    assert "Row 17 of the loan file" in words_on(at)


def test_a_telling_row_is_one_click_away(explained, open_page):
    """The shortcut goes to the stored row with the highest score, and writes the address."""
    (record,) = explained.registry.explanations(explained.registry.champion().id)
    stored = Explained.from_files(
        lambda name: explained.artifacts.read(f"explanations/{record.id}", name)
    )
    riskiest = int(stored.scores["log_odds"].idxmax())
    at = open_page("explanation")
    at.button(key="explanation-row-Highest risk").click().run()
    assert at.number_input(key="explanation-row").value == riskiest
    assert at.query_params["row"] == str(riskiest)


def test_another_population_has_a_picture_of_its_own(explained, open_page):
    """Choosing all applicants offers to work that out, and explains the row against them.

    The address names them by their kind, which lasts, not by the words on the button.
    """
    at = open_page("explanation")
    at.get("button_group")[0].set_value("all").run()
    assert not at.exception
    assert "compared with all applicants, has not been worked out" in words_on(at)
    assert at.query_params["compared-with"] == "all"
    again = open_page("explanation", **{"compared-with": "all"})
    assert again.segmented_control(key="compared-with").value == "all"


def interactions_of(workspace):
    """Return the stored interactions of the champion."""
    records = workspace.registry.figures(workspace.registry.champion().id)
    (record,) = (each for each in records if each.kind == "interactions")
    read = partial(workspace.artifacts.read, f"explanations/{record.id}")
    return Interactions.from_files(read)


def test_a_field_is_drawn_with_its_partner(explained, open_page):
    """The second field starts as the one that works together most with the first."""
    at = open_page("explanation")
    field = at.selectbox(key="explanation-field").value
    other = next(box for box in at.selectbox if box.label == "Coloured by")
    assert other.value == interactions_of(explained).of(field)["other"].iloc[0]
    at.selectbox(key="explanation-field").select("Records").run()
    assert not at.exception
    assert any(title.startswith("Bad records “yes” raises") for title in headings_on(at))
    at.selectbox(key="explanation-other-Records").select("Seniority").run()
    pair = interactions_of(explained).of("Records").set_index("other").loc["Seniority"]
    clear = f"±\xa0{pair['strength']:.2f} beyond the sum"
    assert (clear if pair["low"] > 0 else "Chance alone could explain") in words_on(at)


def test_the_field_in_view_has_an_address(explained, open_page):
    """A link leads to it, a choice is written, and nonsense is told."""
    at = open_page("explanation", field="Records")
    assert at.selectbox(key="explanation-field").value == "Records"
    at.selectbox(key="explanation-field").select("Income").run()
    assert at.query_params["field"] == "Income"
    assert at.selectbox(key="explanation-field").value == "Income"
    at = open_page("explanation", field="Zip")
    assert "There is no field of the model Zip" in at.warning[0].value
    assert "field" not in at.query_params


@pytest.mark.parametrize(("field", "words"), [("Income", "Income"), ("Home", "Home “")])
def test_a_field_can_be_given_to_everyone(explained, open_page, field, words):
    """The other view draws mean and single applicants, and says how many and what it rests on."""
    at = open_page("explanation")
    at.selectbox(key="explanation-field").select(field).run()
    view = next(group for group in at.get("button_group") if group.label == "Show")
    view.set_value("If everyone had the same value").run()
    assert not at.exception
    assert any(title.startswith(f"With {words}") for title in headings_on(at)) or any(
        "hardly changes the default probability" in title for title in headings_on(at)
    )
    assert "Thick: mean over 40 of" in words_on(at)


@pytest.fixture
def opened(monkeypatch):
    """Every expander of the page stands open."""
    monkeypatch.setattr(st, "expander", lambda *args, **options: Opened(st.container()))


class Opened:
    """A container that stands in for an expander somebody opened."""

    open = True

    def __init__(self, container):
        self._container = container

    def __enter__(self):
        """Enter the container."""
        return self._container.__enter__()

    def __exit__(self, *failure):
        """Leave the container."""
        return self._container.__exit__(*failure)

    def __getattr__(self, name):
        """Draw into the container."""
        return getattr(self._container, name)


def test_more_is_one_click_away(explained, open_page, opened):
    """Pairs of fields and the challengers' ranks stand in expanders, with method and n."""
    at = open_page("explanation")
    assert not at.exception
    assert "Shapley interaction" in words_on(at)
    assert "From 40 of" in words_on(at)
    assert "TreeExplainer" in words_on(at)
    assert "40 test applicants; network: of 40" in words_on(at)


def test_what_was_not_worked_out_is_offered(explained, open_page, opened):
    """A set from before has no interactions: one button makes them, without explaining rows."""
    with explained.registry._writing() as session:
        session.execute(delete(ExplanationFigure))
    at = open_page("explanation")
    at.button(key="work-out-pairs").click().run()
    assert not at.exception
    (job,) = explained.registry.jobs(active=True)
    assert job.payload["rows"] == 0


def test_the_reference_population_is_shown_with_its_typical_values(explained, open_page):
    """Who is compared with, and what is typical of them, opens on demand."""
    model = explained.registry.champion()
    reference = Scorer.load(explained, model.id).references["near_cut_off"]
    at = open_page("explanation")
    assert reference.id not in words_on(at)
    labels = [expander.label for expander in at.expander]
    assert any(f"{reference.n} applicants who just pass" in label for label in labels)


@pytest.mark.parametrize("row", ["999999", "-3", "many", "9" * 5000])
def test_a_row_that_is_not_there_falls_back_to_one_that_is(explained, open_page, row):
    """A mistyped address shows a row that exists, and says so, without a traceback."""
    at = open_page("explanation", row=row)
    assert not at.exception
    assert f"There is no row {row[:39]}" in at.warning[0].value
    assert not at.error
    assert at.query_params["row"] != row


def test_a_damaged_set_is_refused_with_its_name(explained, open_page):
    """A changed file is told by name; nothing of it is shown."""
    (record,) = explained.registry.explanations(explained.registry.champion().id)
    folder = explained.settings.home / "artifacts" / "explanations" / record.id
    (folder / "base.json").write_text("0.5")
    st.cache_resource.clear()  # the same set was read for the tests before
    at = open_page("explanation")
    assert not at.exception
    assert "base.json is not the file that was written" in at.error[0].value


@pytest.fixture
def renters(explained):
    """A saved cohort of about a quarter of the file."""
    data_set = explained.registry.data_sets()[0]
    conditions = [{"field": "Home", "test": "is", "value": ["rent"]}]
    return explained.registry.add_cohort(data_set.source_id, "Renters", conditions)


def test_a_cohort_in_the_address_is_shown_beside_everyone(explained, renters, open_page, lower):
    """Its conditions, n of N and the figures of both."""
    at = open_page("explanation", cohort=renters.id)
    assert not at.exception
    assert not at.error
    assert "Cohort: Renters" in headings_on(at)
    assert "Applicants for whom Home is rent." in words_on(at)
    assert at.selectbox(key="pick-cohort").value == renters.id
    assert any("of 40 explained applicants" in words for words in words_on(at).split(". "))


@pytest.fixture
def lower(monkeypatch):
    """Figures of a handful are shown: forty rows are explained here."""
    monkeypatch.setattr("core.explanation.cohort.require_enough.__defaults__", (5,))


def test_a_cohort_that_is_too_small_says_so(explained, renters, open_page):
    """No figure is drawn from a handful of applicants."""
    at = open_page("explanation", cohort=renters.id)
    assert not at.exception
    assert "“Renters” has" in at.info[0].value
    assert "figures need at least 30" in at.info[0].value


def test_a_cohort_can_be_compared_with(explained, renters, open_page):
    """It stands beside the stored populations, and is offered to be worked out."""
    at = open_page("explanation", cohort=renters.id)
    at.get("button_group")[0].set_value(f"cohort:{renters.id}").run()
    assert not at.exception
    assert "compared with applicants of “Renters”, has not been worked out" in words_on(at)
    at.button(key="explain-1000").click().run()
    (job,) = explained.registry.jobs(active=True)
    assert job.payload["compared_with"] == f"cohort:{renters.id}"


def test_a_removed_cohort_can_be_put_back(explained, renters, open_page):
    """Its address says so, shows everyone, and offers to undo it."""
    explained.registry.remove_cohort(renters.id)
    at = open_page("explanation", cohort=renters.id)
    assert "“Renters” was removed" in at.info[0].value
    at.button(key="cohort-back").click().run()
    assert at.selectbox(key="pick-cohort").value == renters.id


def test_an_unknown_cohort_shows_everyone(explained, open_page):
    """A mistyped address is told."""
    at = open_page("explanation", cohort="coh_0")
    assert not at.exception
    assert "There is no cohort coh_0" in at.warning[0].value


def selecting(open_page):
    """The page with the shelf of the fields that could be left out open."""
    at = open_page("explanation")
    at.session_state["shelf-selection"] = True
    return at.run()


def test_fields_are_ranked_by_need(explained, open_page):
    """Evidence with an interval for each, on how many rows, and a file of it."""
    at = selecting(open_page)
    assert not at.exception
    said = words_on(at)
    assert "of 891 test rows" in said
    assert "for the ranking" in said or "Every field earns its place" in said
    assert any(button.key == "train-without" for button in at.button)


def test_one_field_that_hardly_matters_is_one():
    """The sentence and its verb are in the singular."""
    frame = pd.DataFrame({"label": ["Duration", "Debt"]})
    said = _finding(frame.head(1), frame)
    assert said.startswith("**1 of 2 fields hardly matters for the ranking:** Duration.")
    assert said.endswith("without it.")
    assert "fields hardly matter for the ranking:** Duration and Debt." in _finding(frame, frame)


def test_a_training_without_fields_is_a_normal_run(explained, open_page):
    """It starts on a data set of its own, and the shelf leads to it from then on."""
    at = selecting(open_page)
    (run,) = explained.registry.runs()
    model = explained.registry.champion()
    picture = explained.registry.explanations(model.id)[0]
    key = f"selection-{model.id}-{picture.id}"
    ticked = {"edited_rows": {k: {"Leave out": k == 1} for k in range(11)}}
    at.session_state[key] = ticked | {"added_rows": [], "deleted_rows": []}
    at.run()
    at.button(key="train-without").click().run()
    made = explained.registry.runs()[0]
    assert made.id != run.id
    assert len(made.settings) == len(run.settings)
    again = words_on(selecting(open_page))
    assert "Trained without" in again


def test_a_finished_run_without_fields_leads_to_the_comparison(explained, open_page):
    """The link names both runs."""
    (run,) = explained.registry.runs()
    made = start_without(explained, run.id, ["Debt"])
    explained.registry.finish_run(made.id, run.summary, run.digest)
    at = selecting(open_page)
    links = [element.proto for element in at.get("page_link")]
    assert any(f"{run.id}%2C{made.id}" in link.query_string for link in links)


def test_another_group_changes_the_reasons(explained, open_page, opened):
    """Typical values stand side by side; what is not worked out says so, what is has n."""
    at = open_page("explanation")
    assert not at.exception
    tables = [each.value for each in at.dataframe]
    changes = next(each for each in tables if "Other reasons" in each)
    assert changes["Other reasons"].tolist() == ["shown here", "not worked out", "not worked out"]
    who = next(each for each in tables if "All applicants (n = 100)" in each)
    assert list(who.columns)[1] == "Applicants who just pass (n = 100)"
    start_explanation(explained, explained.registry.champion().id, "all", rows=40)
    job = explained.registry.claim("test", 0)
    explained.registry.finish(job.id, "done", result=explain.run(JobContext(explained, job)))
    at = open_page("explanation")
    changes = next(each.value for each in at.dataframe if "Other reasons" in each.value)
    assert re.search(r"\] of \d+$", changes["Other reasons"].iloc[1])


@pytest.mark.parametrize(("seen", "redrawn"), [(0, True), (40, False)])
def test_a_larger_set_is_shown_while_the_job_goes_on(explained, monkeypatch, seen, redrawn):
    """Whoever watches sees the rows so far, and nothing is drawn anew without more of them."""
    model_id = explained.registry.champion().id
    job = start_explanation(explained, model_id, rows=80)
    drawn = []
    monkeypatch.setattr(st, "rerun", lambda: drawn.append(1))
    looks = itertools.count()
    explanation_overall._watch_sets(job, seen, looks)
    assert drawn == []
    explanation_overall._watch_sets(job, seen, looks)
    assert bool(drawn) == redrawn
