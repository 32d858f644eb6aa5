"""A large upload on the data page: read in the background, whatever the browser does."""

import threading

import pytest

from tests.core.jobs.waiting import wait_until
from tests.pages.loans import RAW
from ui import data_intake, data_reading
from ui.data_reading import readings


@pytest.fixture
def gate(monkeypatch):
    """Every upload counts as large, and is read once this is opened."""
    opened, add_source = threading.Event(), data_reading.catalog.add_source

    def slowly(*given):
        given[-1](0.5, "telling what each column is")
        assert opened.wait(30)
        return add_source(*given)

    monkeypatch.setattr(data_intake, "AT_ONCE", 0)
    monkeypatch.setattr(data_reading.catalog, "add_source", slowly)
    yield opened
    opened.set()


def uploaded(open_page, raw):
    """Open the page and upload a file."""
    at = open_page("data", source="new")
    at.file_uploader(key="upload").upload("loans.csv", raw, "text/csv").run()
    assert not at.exception
    return at


def under_way(at):
    """The upload that the address names."""
    return readings().known[at.query_params["reading"]]


def test_a_refresh_finds_the_upload_as_far_as_it_is(workspace, open_page, gate):
    """Its address is enough; the file is kept, and the page goes to it."""
    at = uploaded(open_page, RAW)
    wait_until(lambda: under_way(at).done)
    again = open_page("data", source="new", reading=at.query_params["reading"])
    [progress] = again.get("progress")
    assert progress.proto.text == "Reading loans.csv: telling what each column is"
    assert not again.file_uploader
    gate.set()
    wait_until(lambda: under_way(at).result.done())
    for each in (at, again):
        each.run()
        assert not each.exception
        assert each.query_params["source"] == workspace.registry.sources()[0].id
    assert workspace.registry.sources()[0].rows == 101


def test_a_file_that_cannot_be_read_says_why_and_is_read_in_another_way(workspace, open_page, gate):
    """The bytes are still there: nobody uploads them again."""
    at = uploaded(open_page, RAW + b"\n1,2\n")
    first = under_way(at)
    gate.set()
    wait_until(first.result.done)
    at.run()
    assert "Line 103 has 2 cells" in at.error[0].value
    gate.clear()
    at.button(key="skip-broken").click().run()
    second = under_way(at)
    assert second is not first
    gate.set()
    wait_until(second.result.done)
    at.run()
    assert not at.exception
    assert workspace.registry.sources()[0].rows == 101
    assert not len(second.raw)
