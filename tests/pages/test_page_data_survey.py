"""A large file on the data page: usable while it is looked through, which is done once."""

import threading

import pytest

from core.data import catalog
from tests.core.jobs.waiting import wait_until
from tests.pages.loans import RAW
from ui import data_survey
from ui.data_draft import Draft
from ui.data_survey import Looking


@pytest.fixture
def source(workspace):
    """A file that counts as large."""
    return catalog.add_source(workspace, "loans.csv", RAW)


@pytest.fixture
def gate(monkeypatch):
    """Lets the background go on."""
    opened, look_through = threading.Event(), data_survey.look_through

    def slowly(frame, schema):
        assert opened.wait(30)
        return look_through(frame, schema)

    monkeypatch.setattr(data_survey, "AT_ONCE", 0)
    monkeypatch.setattr(data_survey, "look_through", slowly)
    yield opened
    opened.set()


def figures(at):
    """The figures at the top of the page."""
    return {metric.label: metric.value for metric in at.metric}


def kept(workspace, source):
    """What the store holds of the file as it was proposed."""
    return catalog.survey(workspace, Draft.of(source).digest)


def test_the_page_is_usable_meanwhile_and_drawn_again_then(workspace, source, open_page, gate):
    """Rows, roles and recipe at once; what is being found is said, and nothing is made up."""
    at = open_page("data", source=source.id)
    assert not at.exception
    assert "Looking through 101 rows of 3 columns" in at.info[0].value
    assert figures(at)["Rows"] == "101"
    assert figures(at)["Missing"] == figures(at)["To look at"] == "–"
    assert "The first 10 rows after all steps" in " ".join(c.value for c in at.caption)
    assert at.button(key="save-data-set").disabled
    gate.set()
    wait_until(lambda: kept(workspace, source))
    at.run()
    assert not at.exception
    assert figures(at)["To look at"] == "0"
    assert not any("Looking through" in info.value for info in at.info)
    assert not at.button(key="save-data-set").disabled


@pytest.mark.parametrize("view", ["Columns", "Cleaning", "Versions"])
def test_every_part_opens_meanwhile(source, open_page, gate, view):
    """None of them needs what is still being found."""
    at = open_page("data", source=source.id, view=view)
    assert not at.exception
    assert "Looking through" in " ".join(info.value for info in at.info)


def test_another_process_does_not_look_again(workspace, source, monkeypatch):
    """What was found is in the store."""
    draft = Draft.of(source)
    frame, schema = catalog.source_frame(workspace, source.id)
    found = Looking().at(workspace, draft.digest, frame, schema)
    monkeypatch.setattr(data_survey, "look_through", None)
    again = Looking().at(workspace, draft.digest, frame, schema)
    assert again is not found
    assert again.findings == found.findings


def test_drafts_nobody_looks_at_any_more_do_not_wait(workspace, source, gate):
    """After several changes only the one under way and the last are looked through."""
    frame, schema = catalog.source_frame(workspace, source.id)
    looking = Looking()
    assert looking.at(workspace, "first", frame, schema) is None
    wait_until(lambda: looking.under_way["first"].running())
    for digest in ("second", "third"):
        assert looking.at(workspace, digest, frame, schema) is None
    assert set(looking.under_way) == {"first", "third"}
    gate.set()
    wait_until(lambda: looking.under_way["third"].done())
    assert looking.at(workspace, "third", frame, schema) is not None
    assert catalog.survey(workspace, "second") is None


def test_what_goes_wrong_is_said_and_tried_again(workspace, source, gate, monkeypatch):
    """A failure does not leave the page waiting."""
    frame, schema = catalog.source_frame(workspace, source.id)
    monkeypatch.setattr(data_survey, "look_through", lambda *_: gate.wait(30) / 0)
    looking = Looking()
    assert looking.at(workspace, "digest", frame, schema) is None
    gate.set()
    wait_until(lambda: looking.under_way["digest"].done())
    with pytest.raises(ZeroDivisionError):
        looking.at(workspace, "digest", frame, schema)
    assert not looking.under_way
