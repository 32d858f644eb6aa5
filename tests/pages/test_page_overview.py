"""The overview page: empty, seeded, with a demo in every state, and with something broken."""

import shutil
from datetime import timedelta

import pytest

from core.jobs.demo_story import PLAN, start_demo
from core.store.base import now
from core.store.tables import Epoch
from core.store.workspace import Workspace
from tests.core.store.filling import a_decision
from ui.overview_content import ago

STEPS = [chapter.to_json() for chapter in PLAN]


def text(at) -> str:
    """Everything written on the page."""
    parts = [*at.markdown, *at.caption, *at.subheader, *at.header, *at.info, *at.error, *at.warning]
    return "\n".join(str(part.value) for part in parts)


def labels(at) -> list[str]:
    """The buttons on the page."""
    return [button.label for button in at.button]


def links(at) -> list[str]:
    """The links on the page, outside the navigation."""
    return [link.proto.label for link in at.main.get("page_link")]


def told(key: str, **changes) -> list[dict]:
    """The plan with one chapter changed and those before it done."""
    place = [step["key"] for step in STEPS].index(key)
    return [
        step | ({} if n > place else changes if n == place else {}) for n, step in enumerate(STEPS)
    ]


@pytest.fixture
def demo(workspace: Workspace):
    """A demo that a worker has taken."""
    start_demo(workspace)
    return workspace.registry.claim("test", 1)


def test_empty_workspace_offers_one_thing(workspace, open_page):
    """The first visit says what this is and has one button; every visitor sees a way."""
    at = open_page("overview")
    assert not at.exception
    assert labels(at) == ["Run the demo"]
    assert "See why before you lend" in text(at)
    assert links(at) == ["Assess an applicant", "Bring a loan file", "See how good it is"]
    assert at.metric == []


def test_run_the_demo(workspace, open_page):
    """The button puts a demo into the queue, names it in the address and shows its plan."""
    at = open_page("overview")
    at.button(key="run-demo").click().run()
    (job,) = workspace.registry.jobs()
    assert not at.exception
    assert (job.kind, job.status) == ("demo", "queued")
    assert at.query_params["demo"] in (job.id, [job.id])
    assert at.main.get("progress")[0].proto.text == "Waiting for a free worker"
    assert "The demo is running" in labels(at)
    for chapter in PLAN:
        assert chapter.title in text(at)


def test_running_demo_is_in_view_everywhere(workspace, demo, open_page):
    """A second browser without the address sees the running demo too, with a stop button."""
    at = open_page("overview")
    assert "From a loan file to a decision" in text(at)
    assert "Stop" in labels(at)


def test_end_of_a_demo_is_seen_without_its_address(workspace, demo, open_page):
    """Who found the demo running also sees how it ended, and closes it."""
    at = open_page("overview")
    workspace.registry.add_source("Loans", "loans.csv", 1, "aa", 1, {}, {})
    workspace.registry.finish(demo.id, "failed", "The disk is full.")
    at.run()
    assert "The disk is full." in text(at)
    assert "Show the last demo" not in labels(at)
    at.button[labels(at).index("Close")].click().run()
    assert "From a loan file" not in text(at)


@pytest.mark.parametrize(("epochs", "charts"), [(1, 0), (2, 1), (5, 1)])
def test_no_empty_chart_while_training(seeded, open_page, epochs, charts):
    """The curve is drawn once there is a line to draw."""
    registry = seeded.registry
    start_demo(seeded)
    job = registry.claim("test", 1)
    data_set = registry.data_sets()[0]
    run = registry.add_run(data_set.id, job.id, "Demo", "recommended", {}, {})
    rows = [Epoch(epoch=n + 1, loss=0.6 - n / 10, val_loss=0.6 - n / 20) for n in range(epochs)]
    registry.put_epochs(run.id, [*rows, Epoch(epoch=epochs + 1, step=1, steps=9, loss=0.1)])
    running = {"status": "running", "query": {"run": run.id}}
    registry.put_result(job.id, {"steps": told("train", **running)})
    at = open_page("overview")
    assert not at.exception
    assert len(at.main.get("plotly_chart")) == charts


def test_finished_demo_stays_readable(seeded, open_page):
    """A demo that has ended is opened by its address, with links and a picture."""
    registry = seeded.registry
    record = a_decision(registry, registry.champion(), reasons=[{"sentence": "Income is low."}])
    start_demo(seeded)
    job = registry.claim("test", 1)
    done = {"status": "done", "sentence": "Decided.", "query": {"decision": record.id}}
    registry.finish(job.id, "done", result={"steps": told("decide", **done)})
    at = open_page("overview", demo=job.id)
    assert not at.exception
    assert "Decided." in text(at)
    assert "1. Income is low." in text(at)
    assert "Open the decision record" in links(at)
    assert "Close" in labels(at)


def test_last_demo_can_be_shown_again(workspace, demo, open_page):
    """After its end the demo is one click away, and can be closed."""
    workspace.registry.finish(demo.id, "failed", "The disk is full.")
    workspace.registry.add_source("Loans", "loans.csv", 1, "aa", 1, {}, {})
    at = open_page("overview")
    assert "From a loan file" not in text(at)
    at.button[labels(at).index("Show the last demo")].click().run()
    assert "The disk is full." in text(at)
    at.button[labels(at).index("Close")].click().run()
    assert "From a loan file" not in text(at)


def test_unknown_demo_is_left_out(workspace, open_page):
    """A link from another workspace shows this one instead of an error."""
    at = open_page("overview", demo="job_elsewhere")
    assert not at.exception
    assert labels(at) == ["Run the demo"]


def test_seeded_workspace(seeded, open_page):
    """The figures, the champion, the runs and the ways on are there, each with its link."""
    at = open_page("overview")
    assert not at.exception
    assert [(metric.label, metric.value) for metric in at.metric] == [
        ("Data sets", "1"),
        ("Runs", "1"),
        ("Model versions", "1"),
        ("Decisions", "0"),
    ]
    assert "**Bank credit · version 1**" in text(at)
    assert "AUC 0." in text(at)
    assert "No decision is recorded yet." in text(at)
    assert {"Evidence", "What it looks at", "Versions"} <= set(links(at))


def test_decisions_are_listed_newest_first(seeded, open_page):
    """Each of the last five decisions is a link; an override shows what was decided."""
    registry = seeded.registry
    for decision in ("approve", "decline", "refer", "refer", "refer"):
        a_decision(registry, registry.champion(), decision)
    override = {"decision": "approve", "rationale": "A guarantor signed for the whole sum."}
    a_decision(registry, registry.champion(), "refer", override=override)
    at = open_page("overview")
    listed = [label for label in links(at) if "points" in label]
    assert [label.split("**")[1] for label in listed] == [
        "Approve",
        "Refer",
        "Refer",
        "Refer",
        "Decline",
    ]
    assert listed[0] == "**Approve** · 30.0\xa0% · 541 points"
    assert "A-6 · just now" in text(at)


def test_missing_files_of_a_demo_do_not_hide_the_rest(seeded, open_page):
    """A demo whose run was deleted from disk says so; the rest of the page is drawn."""
    registry = seeded.registry
    run = registry.runs()[0]
    start_demo(seeded)
    job = registry.claim("test", 1)
    done = {"status": "done", "query": {"run": run.id}}
    registry.finish(job.id, "done", result={"steps": told("judge", **done)})
    shutil.rmtree(seeded.settings.home / "artifacts" / "runs" / run.id)
    at = open_page("overview", demo=job.id)
    assert not at.exception
    assert "There are no files in" in text(at)
    assert "**Bank credit · version 1**" in text(at)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "just now"),
        (59, "59 min ago"),
        (60, "1 h ago"),
        (23 * 60 + 59, "23 h ago"),
        (24 * 60, "yesterday"),
        (3 * 24 * 60, "3 days ago"),
    ],
)
def test_ago(minutes, words):
    """Times are told in their largest unit."""
    assert ago(now() - timedelta(minutes=minutes, seconds=1)) == words
