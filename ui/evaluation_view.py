"""The first screen of the evaluation page: in words, in figures, and beside the challengers."""

import streamlit as st

from core.charts.evaluation import comparison
from core.data.step import listing
from core.evaluation.comparison import Compared
from core.evaluation.holdout import BASELINE, SUBJECT
from core.evaluation.intervals import Estimate
from core.evaluation.report import Report, plain_summary
from core.evaluation.words import TERMS, in_sentence, model_label
from core.formatting import MISSING, count, interval, metric, percent
from core.store.tables import Run
from ui import links, theme
from ui.components.figure import draw
from ui.components.jobs import job_progress
from ui.components.metrics import Figure
from ui.components.page import empty_state
from ui.components.table import worded_table
from ui.components.words import literal
from ui.evaluation_evidence import Evidence
from ui.evaluation_figures import figure_grid
from ui.session import workspace

_CHANCE = {"auc": 0.5, "gini": 0.0, "ks": 0.0}


def unfinished(run: Run) -> None:
    """Say why a run has no figures yet, and what to do about it."""
    job = workspace().registry.job(run.job_id)
    if job.active:
        st.markdown("This run is still training. Its figures appear here when it ends.")
        job_progress(run.job_id)
        links.link("Watch the training", "training", icon=":material/model_training:", run=run.id)
        return
    job_progress(run.job_id)
    empty_state(
        "This run did not finish, so there is nothing to judge.",
        "Train again",
        "training",
        dataset=run.data_set_id,
    )


def summary(report: Report) -> None:
    """Say what the figures mean before showing them."""
    first, *rest = plain_summary(report)
    with st.container(border=True, key="summary"):
        st.subheader(literal(first), anchor=False)
        st.markdown(literal(" ".join(rest)))


def score_figures(report: Report) -> None:
    """Draw the figures that need no cut-off."""
    names = ("auc", "gini", "ks", "pr_auc", "brier")
    figure_grid([figure(name, report.of(name)) for name in names])


def figure(name: str, estimate: Estimate, more: str = "") -> Figure:
    """Return one figure with interval and n as its second line."""
    term = TERMS[name]
    value, ends = worded(name, estimate)
    n = f"n = {count(estimate.n)}".replace(" ", "\N{NO-BREAK SPACE}")
    detail = f"{ends} · {n}" if ends else n
    return Figure(term.label, value, detail, f"{term.help} {more}".strip())


def worded(name: str, estimate: Estimate) -> tuple[str, str]:
    r"""Return a figure and its interval as text; no interval where the figure is undefined.

    >>> worded("auc", Estimate(0.7831, 0.7719, 0.7942, 891))
    ('0.783', '[0.772, 0.794]')
    >>> worded("precision", Estimate(0.5, 0.4214, 0.5786, 120))
    ('50.0\xa0%', '[42.1\xa0%, 57.9\xa0%]')
    """
    if estimate.value != estimate.value:
        return MISSING, ""
    if TERMS[name].share:
        ends = f"[{percent(estimate.low)}, {percent(estimate.high)}]"
        return percent(estimate.value), ends
    return metric(estimate.value), interval(estimate.low, estimate.high)


@st.fragment
def challengers(evidence: Evidence) -> None:
    """Draw the network beside its challengers and the majority class, by a figure of choice."""
    title, chooser = st.columns([3, 2], vertical_alignment="bottom")
    title.header("Beside its challengers", anchor=False)
    names = ["auc", "gini", "ks", "pr_auc", "brier", "ece"]
    name = chooser.selectbox(
        "Compare by",
        names,
        format_func=lambda key: TERMS[key].label,
        key="compare_by",
        persist_state="session",
        help="All models were trained on the same rows and are judged on the same test rows.",
    )
    compared = [one for one in evidence.report.compared if one.metric == name]
    frame = evidence.figures[evidence.figures["metric"] == name]
    chart, words = st.columns([3, 4], gap="large")
    with chart:
        label = TERMS[name].label
        draw(
            comparison(frame, label, _CHANCE.get(name), theme.current()),
            finding(compared),
            frame,
            key=f"comparison-{name}",
            alt=f"{label} of each model with its 95 % interval",
        )
    with words:
        difference_table(compared, evidence.report.cross_validated)


def finding(compared: list[Compared]) -> str:
    """Return in one sentence who wins by this figure; the baseline does not count."""
    label = TERMS[compared[0].metric].label
    by_verdict: dict[str, list[str]] = {}
    for one in compared:
        if one.model not in (SUBJECT, BASELINE):
            by_verdict.setdefault(one.verdict, []).append(in_sentence(one.model))
    if set(by_verdict) == {"network better"}:
        return f"The network beats every challenger by {label}"
    if worse := by_verdict.get("network worse"):
        return f"By {label}, the network is beaten by {listing(worse, most=9)}"
    if better := by_verdict.get("network better"):
        return f"By {label}, the network beats {listing(better, most=9)} only"
    return f"By {label}, there is no clear winner"


def difference_table(compared: list[Compared], cross_validated: bool) -> None:
    """Draw figure, paired difference to the network and verdict of each model."""
    rows = []
    for one in compared:
        value, ends = worded(one.metric, one.estimate)
        rows.append(
            {
                "Model": model_label(one.model),
                TERMS[one.metric].label: f"{value} {ends}",
                "Network minus this": _gap(one),
                "Verdict": one.verdict.capitalize() or MISSING,
            }
        )
    worded_table(
        rows, alt=f"{TERMS[compared[0].metric].label} of each model, and the network beside it"
    )
    st.caption(
        f"In brackets: 95 % intervals. {_OVER_FOLDS if cross_validated else _PAIRED} "
        '"No clear winner" means that the interval of the difference holds 0.'
    )


_PAIRED = "They come from a bootstrap in which all models are judged on the same drawn applicants."
_OVER_FOLDS = (
    "Differences in ROC-AUC, Gini, KS and Brier score are means over all folds, with a t-test "
    "corrected for the rows that folds share; all else comes from a paired bootstrap."
)


def _gap(one: Compared) -> str:
    """Return the difference with its sign, as +0.032 [0.019, 0.045]."""
    if one.difference is None or one.difference.value != one.difference.value:
        return MISSING
    value, ends = worded(one.metric, one.difference)
    sign = "+" if one.difference.value > 0 else ""
    return f"{sign}{value} {ends}".replace("-", "−")


def next_step(model_id: str) -> None:
    """Draw the one button that leads on."""
    if st.button("Explain this model", type="primary", icon=":material/lightbulb:"):
        links.go("explanation", model=model_id)
