"""The data page: nothing yet, a seeded file, and everything that can go wrong."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.data import catalog
from core.data.allowed import Allowed
from core.data.cleaning import Recipe
from core.data.dialect import Dialect
from core.data.finding import Finding
from core.data.schema import Schema
from core.data.steps import STEPS, Clip, Impute
from core.jobs import relate
from core.jobs.progress import JobContext
from ui.data_answer import _found
from ui.data_draft import Draft

ROWS = [f"{n % 40 + 20},{n * 10},{'bad' if n % 4 == 0 else 'good'}" for n in range(100)]
RAW = "\n".join(["age,income,status", *ROWS, "30,,bad"]).encode()


@pytest.fixture
def source(workspace):
    """A small loan file with one gap."""
    return catalog.add_source(workspace, "loans.csv", RAW)


def draft(workspace, source):
    """Return schema and recipe as the store holds them now."""
    kept = workspace.registry.source(source.id).draft
    return Schema.from_json(kept["schema"]), Recipe.from_json(kept["recipe"])


def texts(at):
    """Everything said on the page."""
    return " ".join(
        element.value for kind in (at.markdown, at.caption, at.error, at.warning, at.info)
        for element in kind
    )  # fmt: skip


def test_an_empty_workspace_offers_upload_and_samples(workspace, open_page):
    """The first visit says what to do next."""
    at = open_page("data")
    assert not at.exception
    assert [header.value for header in at.subheader] == [
        "Upload a loan file",
        "Or start from a bundled one",
    ]


def test_a_sample_is_one_click_away(workspace, open_page):
    """It comes with roles and recipe, ready to save."""
    at = open_page("data")
    at.button(key="use-credit_data").click().run()
    assert not at.exception
    assert {metric.label: metric.value for metric in at.metric} == {
        "Rows": "4,452",
        "Bad rate": "28.1\xa0%",
        "Features": "12",
        "Missing": "0.8\xa0%",
        "To look at": "0",
    }
    assert at.button(key="save-data-set").disabled is False


def test_an_upload_is_read_and_kept(workspace, open_page):
    """Its address then names the file."""
    at = open_page("data", source="new")
    at.file_uploader(key="upload").upload("my_loans.csv", RAW, "text/csv").run()
    [source] = workspace.registry.sources()
    assert not at.exception
    assert (source.name, source.rows) == ("My loans", 101)
    assert at.query_params["source"] == source.id


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04 workbook", "The zip archive is damaged"),
        (b"x\n1\n2\n", "one column"),
        (b"a,b\n1,2\n3,4,5\n", "Line 3 has 3 cells"),
    ],
)
def test_what_cannot_be_read_says_why_and_offers_another_reading(workspace, open_page, raw, words):
    """The message stands beside the upload; nothing is stored."""
    at = open_page("data", source="new")
    at.file_uploader(key="upload").upload("odd.csv", raw, "text/csv").run()
    assert not at.exception
    assert words in at.error[0].value
    assert workspace.registry.sources() == []


def test_a_file_that_was_read_wrongly_is_read_again(workspace, source, open_page):
    """Taking the first row for a loan makes another source, which the address then names."""
    at = open_page("data", source=source.id)
    at.session_state["reading"] = True
    at.run()
    at.selectbox(key=f"The first row is-{source.id}").select(False)
    next(button for button in at.button if button.label == "Read the file again").click().run()
    newest = workspace.registry.sources()[0]
    assert not at.exception
    assert (source.rows, newest.rows) == (101, 102)
    assert at.query_params["source"] == newest.id


def test_a_file_in_view_is_profiled(workspace, source, open_page):
    """Figures, findings and the picture of the column the address names."""
    at = open_page("data", source=source.id, column="age")
    assert not at.exception
    assert at.metric[0].value == "101"
    assert any("age" in header.value.lower() for header in at.subheader)
    assert len(at.get("plotly_chart")) == 1


def test_roles_are_edited_in_a_table_and_kept(workspace, source, open_page):
    """The draft in the store follows every edit; age becomes a feature when the user says so."""
    at = open_page("data", source=source.id, view="Columns")
    assert "age is protected" in texts(at)
    key = f"columns-{source.id}-0"
    at.session_state[key] = {
        "edited_rows": {0: {"role": "feature"}}, "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    at.run()
    schema, _ = draft(workspace, source)
    assert schema["age"].role == "feature"
    assert schema["age"].why == "Chosen by you."


def edit(at, source, row, **cells):
    """Type into the table of columns."""
    at.session_state[f"columns-{source.id}-0"] = {
        "edited_rows": {row: cells}, "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    return at.run()


def test_what_a_column_may_hold_is_edited_in_the_table(workspace, source, open_page):
    """Bounds, values and changeable are kept, and values outside are found with a remedy."""
    at = open_page("data", source=source.id, view="Columns")
    edit(at, source, 1, low="0", high="900,5", values="-9; 0", changeable="only up")
    column = draft(workspace, source)[0]["income"]
    assert column.allowed == Allowed(0.0, 900.5, ("-9", "0"))
    assert column.changeable == "only up"
    (finding,) = [f for f in Draft.of(workspace.registry.source(source.id)).look().findings
                  if f.code == "outside_allowed"]  # fmt: skip
    assert "is not in 9 of 101 rows" in finding.evidence


def test_a_bound_that_cannot_be_read_is_said_and_other_edits_are_kept(workspace, source, open_page):
    """The message names the column; another row's edit goes through."""
    at = open_page("data", source=source.id, view="Columns")
    at.session_state[f"columns-{source.id}-0"] = {
        "edited_rows": {1: {"low": "none"}, 0: {"unit": "years"}},
        "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    at.run()
    assert "income was not changed. 'none' is not a number." in texts(at)
    schema, _ = draft(workspace, source)
    assert schema["age"].unit == "years"
    assert not schema["income"].allowed


def test_bounds_do_not_outlive_the_type_they_are_of(workspace, source, open_page):
    """A category has no range; its list of values stays."""
    at = open_page("data", source=source.id, view="Columns")
    edit(at, source, 1, low="0", values="-9")
    edit(at, source, 1, low="0", values="-9", kind="category")
    assert draft(workspace, source)[0]["income"].allowed == Allowed(values=("-9",))


def test_a_dictionary_is_uploaded_looked_at_and_used(workspace, source, open_page):
    """Nothing changes before the button; what did not fit is listed; undo takes it back."""
    at = open_page("data", source=source.id, view="Columns")
    at.session_state["dictionary"] = True
    at.run()
    raw = b"Column,Called,Allowed to,Unit,Owner\nAGE,Age of applicant,x,years,Ann\nshoe,,,,\n"
    at.file_uploader(key=f"dictionary-file-{source.id}").upload("dictionary.csv", raw).run()
    assert draft_of(workspace, source).get("schema") is None
    assert "It describes 1 of 3 columns. 1 cell or row could not be read" in texts(at)
    said = at.dataframe[-1].value
    assert said.values.tolist() == [
        ["Could not be read", "Line 2, Allowed to: 'x' is not a number."],
        ["Not in this loan file", "shoe"],
        ["Heading not used", "Owner"],
        ["Described", "age"],
        ["Not described", "income"],
        ["Not described", "status"],
    ]
    at.button(key=f"dictionary-use-{source.id}").click().run()
    assert not at.exception
    column = draft(workspace, source)[0]["age"]
    assert (column.label, column.unit, column.role) == ("Age of applicant", "years", "protected")
    assert "Everything that could be read is in the table above." in texts(at)


def draft_of(workspace, source):
    """Return the draft as stored; empty while nothing was changed."""
    return workspace.registry.source(source.id).draft or {}


def test_a_file_that_is_no_dictionary_is_said_so(workspace, source, open_page):
    """With the heading that is needed."""
    at = open_page("data", source=source.id, view="Columns")
    at.session_state["dictionary"] = True
    at.run()
    at.file_uploader(key=f"dictionary-file-{source.id}").upload("loans.csv", RAW).run()
    assert "This file was not read. The first row of the dictionary holds 'age'" in texts(at)
    assert not [button for button in at.button if button.label == "Use this dictionary"]


def test_a_type_that_does_not_fit_is_refused(workspace, open_page):
    """The message says which row cannot be read, and the draft stays as it was."""
    raw = RAW.replace(b"income", b"grade").replace(b",10,", b",A1,").replace(b",20,", b",B2,")
    raw = b"\n".join(line.replace(b"0,", b"0x,") for line in raw.splitlines())
    source = catalog.add_source(workspace, "grades.csv", raw)
    at = open_page("data", source=source.id, view="Columns")
    at.session_state[f"columns-{source.id}-0"] = {
        "edited_rows": {1: {"kind": "number"}}, "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    at.run()
    assert "should hold numbers, but row" in at.error[0].value
    assert workspace.registry.source(source.id).draft == {}


def test_the_bad_value_can_be_chosen(workspace, source, open_page):
    """Turning good and bad around turns the bad rate around."""
    at = open_page("data", source=source.id, view="Columns")
    at.selectbox(key=f"bad-status-{source.id}-0").select("good").run()
    assert draft(workspace, source)[0].bad_value == "good"
    assert at.metric[1].value == "74.3\xa0%"


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


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_has_a_form(workspace, source, open_page, kind):
    """No kind of step breaks the page."""
    at = open_page("data", source=source.id, view="Cleaning")
    at.selectbox(key="step-kind").select(kind).run()
    assert not at.exception
    assert not at.error


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


def act(at, icon, place):
    """Press a button beside a step."""
    keys = [b.key for b in at.button if (b.key or "").startswith(f"{icon}-")]
    at.button(key=next(key for key in keys if key.endswith(f"-{place}"))).click().run()


def seeded(workspace, source, *steps):
    """Keep these steps as the draft."""
    kept = {"schema": source.schema, "recipe": Recipe(steps).to_json(), "history": []}
    workspace.registry.save_draft(source.id, kept)


def test_steps_are_switched_off_and_change_places(workspace, source, open_page):
    """Undo takes it back, redo does it again; what is off says so."""
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
    from ui.data_draft import Draft
    from ui.data_recipe_file import _take_file

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


def test_a_recipe_is_exported(workspace, source, open_page):
    """As JSON that can be taken again, and as a script."""
    seeded(workspace, source, Impute(("income",)))
    at = open_page("data", source=source.id, view="Cleaning")
    at.session_state["export-recipe"] = True
    at.run()
    assert not at.exception
    labels = [button.label for button in at.get("download_button")]
    assert labels == ["Recipe as JSON", "Recipe as a Python script"]


def test_saving_makes_a_version_and_leads_to_training(workspace, source, open_page):
    """The one primary button becomes the next step, also after a refresh."""
    at = open_page("data", source=source.id)
    at.button(key="save-data-set").click().run()
    [saved] = workspace.registry.data_sets()
    assert (saved.name, saved.version, saved.rows) == ("Loans", 1, 101)
    again = open_page("data", source=source.id)
    assert again.button(key="train-on-it").label == "Train on this data set"
    assert "Saved as **Loans · version 1**: 101 rows, 25.7\xa0% bad." in texts(again)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (RAW.replace(b"bad", b"good"), "The outcome never changes"),
        (RAW.replace(b",50,good", b",50,late"), "holds 3: 'bad', 'good', 'late'"),
        (b"\n".join(RAW.splitlines()[:31]), "at least 50 are needed"),
        (RAW.replace(b"status", b"car").replace(b"good", b"red"), "No column is the outcome"),
    ],
)
def test_what_cannot_be_trained_on_says_why_and_is_not_saved(workspace, open_page, raw, words):
    """The error stands on top, and saving is off until it is mended."""
    source = catalog.add_source(workspace, "odd.csv", raw)
    at = open_page("data", source=source.id)
    assert not at.exception
    assert words in texts(at)
    assert at.button(key="save-data-set").disabled is True


def test_a_finding_is_mended_with_one_click(workspace, open_page):
    """The step a finding proposes is added to the recipe."""
    source = catalog.add_source(
        workspace, "twice.csv", RAW + b"\n" + b"\n".join(RAW.splitlines()[1:6])
    )
    at = open_page("data", source=source.id)
    at.button(key="mend-0").click().run()
    assert [step.kind for step in draft(workspace, source)[1].steps] == ["drop_duplicates"]
    assert at.metric[0].value == "101"


def test_an_unknown_file_in_the_address_is_said(workspace, source, open_page):
    """The newest file is shown instead."""
    at = open_page("data", source="src_gone")
    assert not at.exception
    assert "src_gone" in texts(at)


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        (("note",), "nothing stops training · 1 note"),
        (("note", "note", "warning"), "nothing stops training · 2 notes"),
        (("error", "warning"), "1 to look at"),
    ],
)
def test_findings_are_counted_in_words(severities, said):
    """One note is no "notes", and none are not mentioned."""
    findings = [Finding("code", "Title", each, None, "Seen.", "Mend.") for each in severities]
    view = SimpleNamespace(findings=findings, survey=findings)
    assert _found(view).detail == said


BROKEN = b"age,status\n30,good\n40\n50,bad\n60,bad,1\n" + b"25,good\n" * 40


def test_broken_rows_are_shown_and_skipped_when_asked(workspace, open_page):
    """They are counted, and kept with the file."""
    at = open_page("data", source="new")
    at.file_uploader(key="upload").upload("broken.csv", BROKEN, "text/csv").run()
    assert "Line 3 has 1 cell" in at.error[0].value
    assert at.dataframe[0].value["Line"].tolist() == [3, 5]
    at.button(key="skip-broken").click().run()
    assert not at.exception
    [source] = workspace.registry.sources()
    assert (source.rows, source.dialect["broken"]) == (42, 2)
    kept = catalog.broken_rows(workspace, source.id).decode().splitlines()
    assert kept[1:] == ["3\t1\t2\t40", "5\t3\t2\t60,bad,1"]


def test_the_limit_and_its_setting_are_said(workspace, open_page):
    """Before anything is uploaded."""
    uploader = open_page("data", source="new").file_uploader(key="upload")
    assert "At most 200 MB, unpacked." in uploader.label
    assert "LENDLENS_MAX_UPLOAD_MB" in uploader.help


def test_columns_are_compared_in_the_background_and_kept(workspace, source, open_page):
    """Opened, the section watches a job; when it is done, it shows the strongest pair."""
    at = open_page("data", source=source.id)
    assert workspace.registry.jobs(kind="relate") == []
    at.session_state["relations"] = True
    at.run()
    assert not at.exception
    [job] = workspace.registry.jobs(kind="relate")
    relate.run(JobContext(workspace, workspace.registry.claim("test", 0)))
    workspace.registry.finish(job.id, "done")
    at.run()
    assert not at.exception
    assert not at.error
    assert "All 101 rows" in texts(at)
    assert any("income" in header.value for header in at.subheader)


def test_rows_that_were_skipped_are_counted_in_sight(workspace, open_page):
    """Whoever looks at the number of rows sees that some are not among them."""
    raw = RAW + b"\n30,1"
    source = catalog.add_source(workspace, "short.csv", raw, Dialect(skip_broken=True))
    at = open_page("data", source=source.id)
    [rows] = [metric for metric in at.metric if metric.label == "Rows"]
    assert rows.value == "101"
    assert rows.delta == "1 broken row skipped"


def test_versions_of_a_file_are_drawn_and_compared(workspace, source, open_page):
    """Nothing yet, then a tree, then what two versions changed."""
    at = open_page("data", source=source.id, view="Versions")
    assert at.subheader[0].value == "Nothing was made of this file yet"
    _, schema = catalog.source_frame(workspace, source.id)
    for recipe in (Recipe(), Recipe((Clip(("age",), 25.0),))):
        catalog.save_data_set(workspace, source.id, "Loans", schema, recipe)
    at = open_page("data", source=source.id, view="Versions")
    assert not at.exception
    assert at.subheader[0].value == "Made of this file: 2 data sets"
    assert "101 → 101 rows; 0 of 3 columns changed. **age** moved most" in texts(at)


def test_personal_data_are_masked_and_not_learnt_from(workspace, open_page):
    """In the profile, in the rows as read, and in what a step would do."""
    head, *rows = RAW.decode().splitlines()
    people = [f"{row},person{n}@example.org" for n, row in enumerate(rows)]
    raw = "\n".join([f"{head},contact", *people]).encode()
    source = catalog.add_source(workspace, "people.csv", raw)
    contact = Schema.from_json(source.schema)["contact"]
    assert (contact.role, contact.personal) == ("ignore", "e-mail addresses")
    for view in ("Profile", "Cleaning"):
        at = open_page("data", source=source.id, view=view, column="contact")
        at.session_state["reading"] = True
        at.run()
        assert not at.exception
        shown = " ".join(frame.value.to_string() for frame in at.dataframe) + texts(at)
        assert "example.org" not in shown
        assert "p••••" in shown
