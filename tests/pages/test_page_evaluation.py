"""The evaluation page: empty, unfinished, judged, and with predictions that cannot be judged."""

import json
import re
from typing import Any, NamedTuple

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from core.evaluation.checks import Check
from core.evaluation.metrics import Confusion
from core.store.tables import Run
from core.store.workspace import Workspace
from tests.core.evaluation.runs import predictions
from tests.pages.judged_runs import add_run, finish
from tests.pages.worded import worded_tables
from ui.evaluation_cut_off import confusion_frame


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A finished run."""
    return finish(workspace, add_run(workspace))


class Figure(NamedTuple):
    """A figure as it is read."""

    label: str
    help: str
    value: str
    detail: str


def board(at) -> dict[str, Any]:
    """What the page tells the browser about the cut-off."""
    told = [json.loads(each.proto.json) for each in at.get("bidi_component")]
    return next(each for each in told if "step" in each)


def move(at, step: int | None, turn: int = 1) -> AppTest:
    """Let the slider come to rest, or go back, as the browser says it."""
    part = next(each for each in at.get("bidi_component") if '"step"' in each.proto.json)
    said = json.dumps({"moved": {"step": step, "turn": turn}})
    states = at._tree.get_widget_states()
    states.widgets.append(WidgetState(id=part.proto.id, json_value=said))
    return at._run(states)


def text(at) -> str:
    """Everything written on the page."""
    parts = [*at.markdown, *at.caption, *at.subheader, *at.header, *at.info, *at.error, *at.warning]
    return "\n".join(str(part.value) for part in parts)


def worded_rows(at) -> list[list[str]]:
    """The rows below the heads of the first table of words."""
    return worded_tables(at)[0].to_numpy().tolist()


def figures(at) -> list[Figure]:
    """The figures on the page, those of the cut-off as a browser that has filled its slots."""
    bodies = "".join(each.proto.body for each in at.get("html"))
    if at.get("bidi_component"):
        bodies += _filled(board(at))
    return [
        Figure(*parts)
        for parts in re.findall(
            r"<dt>([^<]*)<i[^>]*aria-label=\"([^\"]*)\".*?<dd class=\"value\">([^<]*)</dd>"
            r"<dd>([^<]*)</dd>",
            bodies.replace("\xa0", " "),
        )
    ]


def _filled(told: dict[str, Any]) -> str:
    slot = r'<(\w+) data-slot="(\w+)"></\1>'
    return re.sub(slot, lambda found: told["words"][found[2]], told["html"])


def metrics(at) -> dict[str, str]:
    """The figures on the page by label."""
    return {figure.label: figure.value for figure in figures(at)}


def test_empty_workspace_leads_to_training(workspace, open_page):
    """Without a run there is one sentence and one button."""
    at = open_page("evaluation")
    assert not at.exception
    assert "There is no trained network to judge yet." in text(at)
    assert [button.label for button in at.button] == ["Train a network"]


def test_summary_comes_first(run, open_page):
    """The first words say what the figures mean."""
    at = open_page("evaluation", run=run.id)
    assert not at.exception
    assert at.subheader[0].value.startswith("The network ranks a random bad applicant above")
    assert "one test part is shaky ground" in text(at)


def test_every_figure_has_interval_n_and_explanation(run, open_page):
    """All eleven figures carry their interval, their n and a hover explanation."""
    at = open_page("evaluation", run=run.id)
    assert len(figures(at)) == 11
    for figure in figures(at):
        assert figure.help, figure.label
        assert "[" in figure.detail, figure.label
        assert "n = " in figure.detail, figure.label


def test_report_is_made_where_none_is_stored(workspace, open_page):
    """A run with predictions alone is judged on the spot."""
    run = finish(workspace, add_run(workspace), evidence=False)
    at = open_page("evaluation", run=run.id)
    assert not at.exception
    assert "ROC-AUC" in metrics(at)


def test_cut_off_starts_at_the_policy(run, open_page):
    """Without a choice the page shows what the model's policy declines."""
    told = board(open_page("evaluation", run=run.id))
    assert (told["step"], told["proposed"]) == (300, 300)
    assert "the policy of First run, version 1" in told["html"]
    assert "Back to 30.0\xa0%" in told["html"]


def test_moving_the_cut_off_moves_the_figures_and_the_address(run, open_page):
    """A higher cut-off approves more, and a colleague's link shows the same."""
    at = open_page("evaluation", run=run.id)
    before = metrics(at)["Approval rate"]
    at = move(at, 605)
    assert at.query_params["cut_off"] == "60.5"
    after = metrics(at)["Approval rate"]
    assert float(after.split()[0]) > float(before.split()[0])
    assert metrics(open_page("evaluation", run=run.id, cut_off="60.5"))["Approval rate"] == after


def test_the_server_says_which_move_it_has_heard(run, open_page):
    """So that the browser can tell an answer that a later move has overtaken."""
    at = open_page("evaluation", run=run.id)
    assert board(at)["turn"] == 0
    told = board(move(at, 605, turn=3))
    assert (told["step"], told["turn"], told["proposed"]) == (605, 3, 300)


def test_moving_sends_no_picture_and_no_positions_again(run, open_page):
    """They are the same at every cut-off, and Streamlit sends what has not changed only once."""
    at = open_page("evaluation", run=run.id)
    before = [json.loads(each.proto.json) for each in at.get("bidi_component")]
    after = [json.loads(each.proto.json) for each in move(at, 605).get("bidi_component")]
    assert before[1:] == after[1:]
    assert [name for name in before[0] if before[0][name] != after[0][name]] == [
        "words",
        "step",
        "turn",
    ]
    assert [before[0]["mark"]] == [each["mark"] for each in before if "packed" in each]
    assert len(json.dumps(after[0])) < 10_000


def test_back_to_the_policy(run, open_page):
    """One button undoes the visitor's cut-off, in the address too."""
    at = move(open_page("evaluation", run=run.id, cut_off="60"), None)
    assert board(at)["step"] == 300
    assert "cut_off" not in at.query_params


@pytest.mark.parametrize("asked", ["much", "-1", "101", "nan"])
def test_unusable_cut_off_in_the_address(run, open_page, asked):
    """A mistyped address is told, and the policy's cut-off is shown."""
    at = open_page("evaluation", run=run.id, cut_off=asked)
    assert not at.exception
    assert "no percentage from 0 to 100" in text(at)
    assert board(at)["step"] == 300


@pytest.mark.parametrize("cut_off", ["0", "100"])
def test_ends_of_the_slider(run, open_page, cut_off):
    """Approving nobody or everybody leaves some shares undefined: they read as a dash."""
    at = open_page("evaluation", run=run.id, cut_off=cut_off)
    assert not at.exception
    undefined = "Bad rate among approved" if cut_off == "0" else "Bads among declined (precision)"
    assert metrics(at)[undefined] == "–"


SHELVES = ["curves", "deciles", "reliability", "trade-off", "all-models", "method", "downloads"]


@pytest.mark.parametrize("cut_off", ["0", "30", "100"])
def test_depth_opens_at_any_cut_off(run, open_page, cut_off):
    """Every shelf opens, also where nobody or everybody is declined."""
    at = open_page("evaluation", run=run.id, cut_off=cut_off)
    closed = len(at.get("plotly_chart"))
    for shelf in SHELVES:
        at.session_state[f"shelf-{shelf}"] = True
    at.run()
    assert not at.exception
    assert len(at.get("plotly_chart")) == closed + 6
    assert "bootstrap draws" in text(at)


@pytest.mark.parametrize("metric", ["gini", "ks", "pr_auc", "brier", "ece"])
def test_challengers_by_any_figure(run, open_page, metric):
    """The network stands beside its challengers by the figure of choice."""
    at = open_page("evaluation", run=run.id)
    at.selectbox(key="compare_by").select(metric).run()
    assert not at.exception
    assert [row[0] for row in worded_rows(at)] == [
        "Network",
        "Logistic regression",
        "Boosted trees",
        "Majority class",
    ]


def test_challengers_verdict(run, open_page):
    """The clear loser is named, and the equal is not called a winner or a loser."""
    verdicts = [row[-1] for row in worded_rows(open_page("evaluation", run=run.id))]
    assert verdicts == ["–", "Network better", "No clear winner", "Network better"]


def test_running_training_is_followed(workspace, open_page):
    """A run that still trains shows its progress instead of figures."""
    run = add_run(workspace)
    workspace.registry.report(run.job_id, 0.4, "Epoch 4 of 10", 12.0)
    at = open_page("evaluation", run=run.id)
    assert not at.exception
    assert "still training" in text(at)
    assert not figures(at)


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_unfinished_run_says_why(workspace, open_page, status):
    """A run that failed or was stopped leads back to training."""
    run = add_run(workspace)
    workspace.registry.finish(run.job_id, status, error="The loss became NaN.")
    at = open_page("evaluation", run=run.id)
    assert not at.exception
    assert "did not finish" in text(at)
    assert "Train again" in [button.label for button in at.button]


def test_one_class_alone_is_explained(workspace, open_page):
    """Predictions without a bad among the test rows give words, not figures."""
    frame = predictions()
    frame.loc[frame["part"] == "test", "y"] = 0
    run = finish(workspace, add_run(workspace), frame, evidence=False)
    at = open_page("evaluation", run=run.id)
    assert not at.exception
    assert "there are 0 bads and 500 goods" in text(at)


def test_changed_file_is_refused(workspace, run, open_page):
    """Predictions that are not those written are not shown."""
    path = workspace.settings.home / "artifacts" / "runs" / run.id / "predictions.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    at = open_page("evaluation", run=run.id)
    assert "predictions.parquet" in text(at)
    assert not figures(at)


def test_real_run_is_judged(seeded, open_page):
    """The seeded run, trained on the bundled loan file, fills the whole page."""
    (run,) = seeded.registry.runs()
    at = open_page("evaluation", run=run.id)
    assert not at.exception
    assert len(figures(at)) == 11
    assert "Explain this model" in [button.label for button in at.button]


def test_cells_are_shares_of_their_outcome():
    """Of three bads two are declined."""
    frame = confusion_frame(Confusion(tp=2, fp=1, fn=1, tn=6))
    bad = frame[frame["outcome"] == "Bad"].set_index("decision")
    assert bad.loc["Declined", "share"] == pytest.approx(2 / 3)
    assert bad["right"].to_dict() == {"Approved": False, "Declined": True}


CHECKS = [
    Check("overfit", "It knows its rows", "finding", "warning", "ROC-AUC .9, .7.", "Use dropout."),
    Check("bads", "There are enough bads", "passed", "warning", "900 bads."),
    Check("stability", "Whether folds agree", "not applicable", "warning", "No folds."),
]


def test_checks_say_what_to_do(workspace, open_page):
    """A finding is said at once; what passed, and what could not be made, is on the shelf."""
    finished = finish(workspace, add_run(workspace), checks=CHECKS)
    page = open_page("evaluation", run=finished.id)
    said = [each.value for each in page.markdown]
    assert ":material/warning: **It knows its rows.** ROC-AUC .9, .7. Use dropout." in said
    shelf = next(each for each in page.expander if "checks found" in each.label)
    assert shelf.label == "1 of 2 checks found nothing to worry about"


def test_a_cohort_has_figures_of_its_own(seeded, open_page):
    """The address names it; n of N, what was expected, and the figures of both stand there."""
    run = seeded.registry.runs()[0]
    source_id = seeded.registry.data_sets()[0].source_id
    conditions = [{"field": "Age", "test": "below", "value": 40.0}]
    cohort = seeded.registry.add_cohort(source_id, "Below 40", conditions)
    at = open_page("evaluation", run=run.id, cohort=cohort.id)
    assert not at.exception
    titles = [str(each.value) for each in at.get("subheader")]
    assert any(title.startswith("The network ranks “Below 40”") for title in titles)
    said = " ".join(str(each.value) for each in at.get("markdown"))
    assert re.search(r"\d+ of [\d,]+ test applicants, for whom Age is below 40 years\.", said)


def test_a_cohort_of_few_is_not_judged(seeded, open_page):
    """The message has n of N instead of a figure."""
    source_id = seeded.registry.data_sets()[0].source_id
    conditions = [{"field": "Age", "test": "at least", "value": 67.0}]
    cohort = seeded.registry.add_cohort(source_id, "Old", conditions)
    at = open_page("evaluation", cohort=cohort.id)
    assert not at.exception
    assert any("figures need at least 30" in each.value for each in at.info)
