"""core.jobs.demo: the whole path, told in chapters while it happens."""

import json
from itertools import pairwise

import pytest

from core.config import Settings
from core.decision import ledger
from core.jobs.demo_story import PLAN, chapters, start_demo
from core.jobs.launcher import Launcher
from core.store.workspace import Workspace
from tests.core.jobs.quick_demo import ARGUMENTS, STATES
from tests.core.jobs.waiting import wait_until

ORDER = ["waiting", "running", "done"]


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """Return a workspace in which the demo ran twice, and the two jobs."""
    home = str(tmp_path_factory.mktemp("demo"))
    settings = Settings.from_environment({"LENDLENS_HOME": home})
    workspace, launcher = Workspace.open(settings), Launcher(settings, ARGUMENTS)
    launcher.start()
    jobs = []
    for _ in range(2):
        id = start_demo(workspace).id
        wait_until(lambda id=id: not workspace.registry.job(id).active, 200)
        jobs.append(workspace.registry.job(id))
    launcher.stop()
    assert [(job.status, job.error, job.output) for job in jobs] == [("done", "", "")] * 2
    yield workspace, *jobs
    workspace.close()


def sentence(job, key):
    """Return what one chapter of a demo says."""
    return next(chapter.sentence for chapter in chapters(job) if chapter.key == key)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("read", "Read 4,454 applications of a bank with 14 columns; 1,254 of them (28.2\xa0%)"),
        ("clean", "Applied 4 named steps, mended 85 cells, added 1 column and kept 4,452 of 4,454"),
        ("clean", "Age and Marital status stay out of the model."),
        ("train", "Trained on 2,670 applicants and kept epoch 3 of 3"),
        ("judge", "Scored 891 applicants it had never seen: a bad one ranks above a good one in"),
        ("publish", "Made Bank credit version 1 the champion"),
        ("publish", "because there was none yet; it approves below a default probability of"),
        ("decide", "whom training never saw: "),
    ],
)
def test_each_chapter_says_what_and_why(demos, key, words):
    """Every sentence carries the numbers of this very demo, and a reason."""
    _, first, _ = demos
    assert words in sentence(first, key)
    assert sentence(first, key).endswith(".")


def test_chapters_come_one_after_the_other(demos):
    """Whoever watches sees one chapter running at a time, each going only forward."""
    workspace, _, _ = demos
    states = [
        [ORDER.index(step["status"]) for step in json.loads(line)]
        for line in (workspace.settings.home / STATES).read_text().splitlines()
    ]
    first = states[: len(states) // 2]
    assert first[0] == [1, 0, 0, 0, 0, 0]
    assert first[-1] == [2] * len(PLAN)
    assert all(state.count(ORDER.index("running")) <= 1 for state in first)
    for before, after in pairwise(first):
        assert all(one <= other for one, other in zip(before, after, strict=True))


def test_every_link_leads_to_something_stored(demos):
    """The addresses of the chapters name records that exist."""
    workspace, first, _ = demos
    find = {
        "source": workspace.registry.source,
        "dataset": workspace.registry.data_set,
        "run": workspace.registry.run,
        "model": workspace.registry.model,
        "decision": workspace.registry.decision,
    }
    for chapter in chapters(first):
        assert chapter.query
        for name, id in chapter.query.items():
            assert find[name](id).id == id


def test_run_belongs_to_the_demo(demos):
    """The training page finds the demo's job under the run, and its epochs."""
    workspace, first, _ = demos
    run = workspace.registry.runs()[-1]
    assert (run.job_id, run.name) == (first.id, "Bank credit · demo · run 1")
    assert len(workspace.registry.epochs(run.id)) == 3


def test_decision_can_be_replayed(demos):
    """The recorded decision is about an unseen applicant and gives the same number again."""
    workspace, _, _ = demos
    for record in workspace.registry.decisions():
        assert record.applicant_ref.startswith("demo-row-")
        assert 1 <= len(record.reasons) <= 4
        assert ledger.replay(workspace, record.id).same


def test_second_demo_leaves_the_champion(demos):
    """A champion is only replaced by a person; the demo says so."""
    workspace, _, second = demos
    words = "Kept Bank credit version 2 beside the champion, Bank credit version 1, because only a"
    assert words in sentence(second, "publish")
    assert workspace.registry.champion().version == 1
    assert len(workspace.registry.publications()) == 1
    assert len(workspace.registry.data_sets()) == 1
