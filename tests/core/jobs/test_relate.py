"""The job that compares columns: what it keeps, and that it is asked for once."""

import pytest

from core.data import catalog
from core.data.cleaning import Recipe
from core.data.schema import Schema
from core.errors import NotFoundError
from core.jobs.progress import JobContext, Stopped
from core.jobs.relate import last_relating, run, start_relating

RAW = ("age,income,home,status\n" + "".join(
    f"{20 + n},{n * n},{'rent' if n % 2 else 'own'},{'bad' if n % 4 == 0 else 'good'}\n"
    for n in range(80)
)).encode()  # fmt: skip


@pytest.fixture
def asked(workspace):
    """A small file and its draft as the page asks for it."""
    source = catalog.add_source(workspace, "loans.csv", RAW)
    return source.id, Schema.from_json(source.schema), Recipe(()), "digest-1"


def test_the_comparison_is_kept_under_the_state_of_the_draft(workspace, asked):
    """Over all rows; another state has none."""
    job = start_relating(workspace, *asked)
    result = run(JobContext(workspace, workspace.registry.claim("test", 0)))
    found = catalog.relations(workspace, "digest-1")
    assert result == {"digest": "digest-1", "rows": 80, "columns": 4}
    assert found.of("correlation").iloc[0]["value"] == pytest.approx(1)
    assert catalog.relations(workspace, "digest-2") is None
    assert last_relating(workspace, "digest-1").id == job.id


def test_it_is_asked_for_once(workspace, asked):
    """A second tab watches the same job."""
    assert start_relating(workspace, *asked).id == start_relating(workspace, *asked).id


def test_it_stops_between_two_measures(workspace, asked, monkeypatch):
    """Nothing is kept then."""
    start_relating(workspace, *asked)
    context = JobContext(workspace, workspace.registry.claim("test", 0))
    monkeypatch.setattr(context, "should_stop", lambda: True)
    with pytest.raises(Stopped):
        run(context)
    assert catalog.relations(workspace, "digest-1") is None


def test_a_file_that_is_gone_is_named(workspace, asked):
    """The page then says what is missing."""
    workspace.artifacts.delete(f"sources/{asked[0]}")
    start_relating(workspace, *asked)
    with pytest.raises(NotFoundError, match="Upload them again"):
        run(JobContext(workspace, workspace.registry.claim("test", 0)))
