"""The form that makes a cohort."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    """Draw the form as the pages do, inside a fragment."""
    import streamlit as st

    from ui.cohort_form import cohort_form
    from ui.cohorts import loan_rows
    from ui.session import workspace

    st.fragment(cohort_form)(loan_rows(workspace().registry.runs()[0]))


@pytest.fixture
def form(seeded):
    """The form on the seeded workspace."""
    return AppTest.from_function(page, default_timeout=30).run()


def captions(at):
    """Return the captions on screen."""
    return " ".join(str(each.value) for each in at.get("caption"))


def test_one_condition_is_enough(seeded, form):
    """Field, condition and value; the count is shown before it is saved."""
    form.selectbox(key="cohort-field-0").select("Home").run()
    assert captions(form) == ""
    form.multiselect(key="cohort-value-0-Home").select("rent").run()
    assert captions(form) == "973 of 4,454 applicants of the loan file."
    form.text_input(key="cohort-name").set_value("Renters").run()
    form.button(key="cohort-save").click().run()
    assert not form.exception
    (saved,) = seeded.registry.cohorts(seeded.registry.data_sets()[0].source_id)
    assert saved.conditions == [{"field": "Home", "test": "is", "value": ["rent"]}]
    assert form.query_params["cohort"] == saved.id


def test_a_second_condition_narrows_it(form):
    """Conditions are joined by and; a bound begins at the median."""
    form.selectbox(key="cohort-field-0").select("Home").run()
    form.multiselect(key="cohort-value-0-Home").select("rent").run()
    form.button(key="cohort-and").click().run()
    form.selectbox(key="cohort-field-1").select("Age").run()
    assert form.number_input(key="cohort-value-1-Age").value == 36
    narrowed = int(captions(form).split(" of ")[0].replace(",", ""))
    assert 0 < narrowed < 973
    form.button(key="cohort-drop-0").click().run()
    assert not form.exception


def test_a_cohort_without_a_name_is_not_saved(seeded, form):
    """What was chosen stays, and the message says what is missing."""
    form.selectbox(key="cohort-field-0").select("Income").run()
    form.selectbox(key="cohort-test-0-Income").select("missing").run()
    form.button(key="cohort-save").click().run()
    assert form.error[0].value == "Give the cohort a name."
    assert captions(form).startswith("381 of 4,454")
    assert seeded.registry.cohorts(seeded.registry.data_sets()[0].source_id) == []
