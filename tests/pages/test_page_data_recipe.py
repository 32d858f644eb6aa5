"""Cleaning on the data page: steps are tried, ordered, taken from elsewhere and handed on."""

import pytest
from streamlit.testing.v1 import AppTest

from core.data import catalog
from core.data.cleaning import Recipe
from core.data.steps import STEPS, Clip, Impute
from tests.pages.loans import RAW, draft, texts
from ui.data_draft import Draft
from ui.data_recipe_file import _take_file


@pytest.fixture
def source(workspace):
    """A small loan file with one gap."""
    return catalog.add_source(workspace, "loans.csv", RAW)


def act(at, icon, place):
    """Press a button beside a step."""
    keys = [b.key for b in at.button if (b.key or "").startswith(f"{icon}-")]
    at.button(key=next(key for key in keys if key.endswith(f"-{place}"))).click().run()


def seeded(workspace, source, *steps):
    """Keep these steps as the draft."""
    kept = {"schema": source.schema, "recipe": Recipe(steps).to_json(), "history": []}
    workspace.registry.save_draft(source.id, kept)


def test_a_step_is_tried_added_and_undone(workspace, source, open_page):
    """The preview counts what it touches; adding and undoing are kept in the store."""
    at = open_page("data", source=source.id, view="Cleaning")
    at.selectbox(key="step-kind").select("impute").run()
    assert "Touches 1 value in 1 of 101 rows." in texts(at)
    at.button(key="add-step").click().run()
    assert [step.kind for step in draft(workspace, source)[1].steps] == ["impute"]
    at.button(key="undo").click().run()
    assert draft(workspace, source)[1].steps == ()
    assert not at.exception


def test_every_step_has_a_form(workspace, source, open_page):
    """No kind of step breaks the page."""
    at = open_page("data", source=source.id, view="Cleaning")
    for kind in STEPS:
        at.selectbox(key="step-kind").select(kind).run()
        assert not at.exception, kind
        assert not at.error, kind


def test_a_step_can_be_removed_from_the_middle(workspace, source, open_page):
    """Removing a step that others need is refused with the reason."""
    catalog_recipe = [
        {"step": "ratio", "name": "r", "numerator": "income", "denominator": "age"},
        {"step": "standardise", "columns": ["r"]},
    ]
    kept = {"schema": source.schema, "recipe": catalog_recipe, "history": []}
    workspace.registry.save_draft(source.id, kept)
    at = open_page("data", source=source.id, view="Cleaning")
    act(at, "delete", 0)
    assert "there is no column 'r' at this point" in at.error[0].value
    act(at, "delete", 1)
    assert len(draft(workspace, source)[1].steps) == 1


def test_steps_are_switched_off_and_change_places(workspace, source, open_page):
    """Undo takes it back, redo does it again; what is off says so; they can be exported."""
    first, second = Impute(("income",)), Clip(("age",), 25.0)
    seeded(workspace, source, first, second)
    at = open_page("data", source=source.id, view="Cleaning")
    act(at, "arrow_downward", 0)
    assert draft(workspace, source)[1].steps == (second, first)
    act(at, "visibility_off", 0)
    assert draft(workspace, source)[1] == Recipe((second, first), frozenset({0}))
    assert "Switched off." in texts(at)
    at.button(key="undo").click().run()
    assert draft(workspace, source)[1] == Recipe((second, first))
    at.button(key="redo").click().run()
    assert draft(workspace, source)[1] == Recipe((second, first), frozenset({0}))
    assert not any(button.key == "redo" for button in at.button)
    at.session_state["export-recipe"] = True
    at.run()
    labels = [button.label for button in at.get("download_button")]
    assert labels == ["Recipe as JSON", "Recipe as a Python script"]


def test_steps_are_taken_from_another_data_set(workspace, source, open_page):
    """What does not fit the file is switched off and says why."""
    recipe = Recipe((Impute(("income",)), Clip(("age",), 25.0)))
    _, schema = catalog.source_frame(workspace, source.id)
    catalog.save_data_set(workspace, source.id, "Loans", schema, recipe)
    other = catalog.add_source(workspace, "young.csv", RAW.replace(b"age", b"years"))
    at = open_page("data", source=other.id, view="Cleaning")
    at.selectbox(key="take-from").select_index(0).run()
    at.button(key="take-its-steps").click().run()
    assert not at.exception
    assert draft(workspace, other)[1] == Recipe(recipe.steps, frozenset({1}))
    assert "1 of 2 steps of Loans · version 1 fit this file." in texts(at)
    assert "no column 'age'" in texts(at)


def test_a_recipe_is_kept_under_a_name_and_used_for_another_file(workspace, source, open_page):
    """Listed with where it is from; renamed, deleted and put back; what does not fit is said."""
    seeded(workspace, source, Impute(("income",)), Clip(("age",), 25.0))
    other = catalog.add_source(workspace, "young.csv", RAW.replace(b"age", b"years"))
    at = open_page("data", source=source.id, view="Cleaning")

    def run():
        at.session_state["recipe-shelf"] = True  # as a browser would say again
        at.run()

    run()
    at.text_input(key=f"recipe-name-{source.id}").set_value("Fill and clip")
    at.button(key="keep-recipe").click()
    run()
    [kept] = workspace.registry.recipes()
    assert "**Fill and clip**  \n2 steps, made for Loans on 20" in texts(at)
    at.button(key="keep-recipe").click()
    run()
    assert "There is already a recipe 'Fill and clip'" in texts(at)
    at.text_input(key=f"rename-{kept.id}").set_value("Both")
    run()
    assert workspace.registry.recipe(kept.id).name == "Both"
    at.button(key=f"delete-{kept.id}").click()
    run()
    assert workspace.registry.recipes() == []
    at.button(key="recipe-back").click()
    run()
    at.query_params["source"] = other.id
    run()
    at.button(key=f"use-{kept.id}").click()
    run()
    assert not at.exception
    assert draft(workspace, other)[1].off == {1}
    assert "1 of 2 steps of Both fit this file." in texts(at)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b'{"steps": 3}',
        b'{"steps": [{"step": "clip", "columns": ["age"], "low": "x"}]}',
    ],
)
def test_a_file_that_is_no_recipe_is_refused(workspace, source, open_page, raw):
    """Whatever it holds, the steps stay and the message names the file."""
    seeded(workspace, source, Impute(("income",)))

    def page():
        import streamlit as st

        draft, taken, raw = st.session_state["about"]
        taken(draft, "odd.json", raw)

    at = AppTest.from_function(page)
    at.session_state["about"] = (Draft.of(workspace.registry.source(source.id)), _take_file, raw)
    at.run()
    assert not at.exception
    assert at.session_state["recipe-taken"][0] == "odd.json is no recipe."
    assert draft(workspace, source)[1] == Recipe((Impute(("income",)),))
