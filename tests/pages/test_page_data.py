"""The data page: nothing yet, a file in view, and everything that can go wrong."""

from types import SimpleNamespace

import pytest

from core.data import catalog
from core.data.cleaning import Recipe
from core.data.dialect import Dialect
from core.data.finding import Finding
from core.data.schema import Schema
from core.data.steps import Clip
from core.jobs import relate
from core.jobs.progress import JobContext
from tests.pages.loans import RAW, draft, texts
from ui.data_answer import _found


@pytest.fixture
def source(workspace):
    """A small loan file with one gap."""
    return catalog.add_source(workspace, "loans.csv", RAW)


def test_an_empty_workspace_offers_upload_and_samples(workspace, open_page):
    """The first visit says what to do next, and the limit with its setting."""
    at = open_page("data")
    assert not at.exception
    assert [header.value for header in at.subheader] == [
        "Upload a loan file",
        "Or start from a bundled one",
    ]
    uploader = at.file_uploader(key="upload")
    assert "At most 200 MB, unpacked." in uploader.label
    assert "LENDLENS_MAX_UPLOAD_MB" in uploader.help


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
    """Its address then names the file; saved, the one primary button becomes the next step."""
    at = open_page("data", source="new")
    at.file_uploader(key="upload").upload("my_loans.csv", RAW, "text/csv").run()
    [source] = workspace.registry.sources()
    assert not at.exception
    assert (source.name, source.rows) == ("My loans", 101)
    assert at.query_params["source"] == source.id
    at.button(key="save-data-set").click().run()
    [saved] = workspace.registry.data_sets()
    assert (saved.name, saved.version, saved.rows) == ("My loans", 1, 101)
    again = open_page("data", source=source.id)
    assert again.button(key="train-on-it").label == "Train on this data set"
    assert "Saved as **My loans · version 1**: 101 rows, 25.7\xa0% bad." in texts(again)


def test_a_slip_in_the_file_is_shown_with_the_step_that_mends_it(workspace, open_page):
    """A number below zero is set as one, with a minus; the step is one click away."""
    lines = RAW.decode().splitlines()
    place = lines[0].split(",").index("income")
    cells = lines[7].split(",")
    cells[place] = "-1200"
    lines[7] = ",".join(cells)
    source = catalog.add_source(workspace, "slip.csv", "\n".join(lines).encode())
    at = open_page("data", source=source.id)
    assert "goes down to −1,200; 1 of 101 rows are below 0" in texts(at)
    at.button(key="mend-0").click().run()
    assert not at.exception
    assert "goes down to" not in texts(at)


def test_what_cannot_be_read_says_why_and_offers_another_reading(workspace, open_page):
    """The message stands beside the upload; nothing is stored."""
    at = open_page("data", source="new")
    for raw, words in (
        (b"", "The file is empty"),
        (b"PK\x03\x04 workbook", "The zip archive is damaged"),
        (b"x\n1\n2\n", "one column"),
        (b"a,b\n1,2\n3,4,5\n", "Line 3 has 3 cells"),
    ):
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
    """Figures, and the picture of the column the address names; a job compares columns."""
    at = open_page("data", source=source.id, column="age")
    assert not at.exception
    assert at.metric[0].value == "101"
    assert any("age" in header.value.lower() for header in at.subheader)
    assert len(at.get("plotly_chart")) == 1
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
    assert at.subheader[-1].value.endswith("of each other")


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


def test_of_two_files_of_one_name_the_one_in_view_stays(workspace, open_page):
    """A box to choose from knows its options by their words alone, so these must differ."""
    first = catalog.add_source(workspace, "loans.csv", RAW)
    second = catalog.add_source(workspace, "loans.csv", RAW + b"\n40,50,good")
    for source in (first, second):
        at = open_page("data", source=source.id)
        box = at.selectbox(key="pick-source")
        assert len(set(box.options)) == 2
        at.text_input(key=f"data-set-name-{source.id}").set_value("Mine").run()
        assert at.query_params["source"] == source.id
