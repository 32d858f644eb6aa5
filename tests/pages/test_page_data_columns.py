"""Roles, types and the data dictionary on the data page: every edit is kept, or refused."""

import pytest

from core.data import catalog
from core.data.allowed import Allowed
from tests.pages.loans import RAW, draft, texts
from ui.data_draft import Draft


@pytest.fixture
def source(workspace):
    """A small loan file with one gap."""
    return catalog.add_source(workspace, "loans.csv", RAW)


@pytest.fixture
def at(source, open_page):
    """The table of columns of that file."""
    return open_page("data", source=source.id, view="Columns")


def edit(at, source, rows):
    """Type into the table of columns."""
    edits = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    at.session_state[f"columns-{source.id}-0"] = edits
    return at.run()


def test_roles_are_edited_in_a_table_and_kept(workspace, source, at):
    """Age becomes a feature when the user says so; what cannot be read is said beside it."""
    assert "age is protected" in texts(at)
    edit(at, source, {0: {"role": "feature", "unit": "years"}, 1: {"low": "none"}})
    assert "income was not changed. 'none' is not a number." in texts(at)
    schema, _ = draft(workspace, source)
    about = schema["age"]
    assert (about.role, about.why, about.unit) == ("feature", "Chosen by you.", "years")
    assert not schema["income"].allowed


def test_what_a_column_may_hold_is_edited_in_the_table(workspace, source, at):
    """Values outside are found with a remedy; bounds do not outlive the type they are of."""
    cells = {"low": "0", "high": "900,5", "values": "-9; 0", "changeable": "only up"}
    edit(at, source, {1: cells})
    column = draft(workspace, source)[0]["income"]
    assert column.allowed == Allowed(0.0, 900.5, ("-9", "0"))
    assert column.changeable == "only up"
    (finding,) = [f for f in Draft.of(workspace.registry.source(source.id)).look().findings
                  if f.code == "outside_allowed"]  # fmt: skip
    assert "is not in 9 of 101 rows" in finding.evidence
    edit(at, source, {1: cells | {"kind": "category"}})
    assert draft(workspace, source)[0]["income"].allowed == Allowed(values=("-9", "0"))


def test_a_dictionary_is_uploaded_looked_at_and_used(workspace, source, at):
    """Nothing changes before the button, and what did not fit is listed; no dictionary is said."""
    at.session_state["dictionary"] = True
    at.run()
    upload = at.file_uploader(key=f"dictionary-file-{source.id}").upload
    upload("loans.csv", RAW).run()
    assert "This file was not read. The first row of the dictionary holds 'age'" in texts(at)
    assert not [button for button in at.button if button.label == "Use this dictionary"]
    raw = b"Column,Called,Allowed to,Unit,Owner\nAGE,Age of applicant,x,years,Ann\nshoe,,,,\n"
    at.file_uploader(key=f"dictionary-file-{source.id}").upload("dictionary.csv", raw)
    at.session_state["dictionary"] = True
    at.run()
    assert not workspace.registry.source(source.id).draft
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


def test_a_type_that_does_not_fit_is_refused(workspace, open_page):
    """The message says which row cannot be read, and the draft stays as it was."""
    raw = RAW.replace(b"income", b"grade").replace(b",10,", b",A1,").replace(b",20,", b",B2,")
    raw = b"\n".join(line.replace(b"0,", b"0x,") for line in raw.splitlines())
    source = catalog.add_source(workspace, "grades.csv", raw)
    at = open_page("data", source=source.id, view="Columns")
    edit(at, source, {1: {"kind": "number"}})
    assert "should hold numbers, but row" in at.error[0].value
    assert workspace.registry.source(source.id).draft == {}


def test_the_bad_value_can_be_chosen(workspace, source, at):
    """Turning good and bad around turns the bad rate around."""
    at.selectbox(key=f"bad-status-{source.id}-0").select("good").run()
    assert draft(workspace, source)[0].bad_value == "good"
    assert at.metric[1].value == "74.3\xa0%"
