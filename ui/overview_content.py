"""What the workspace holds: figures, champion, last decisions, recent runs, and ways on."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.formatting import count, counted, interval, metric, percent
from core.store.base import now
from core.store.tables import DecisionRecord, Run
from ui import links
from ui.components.metrics import Figure, metric_row
from ui.components.pickers import data_set_name, model_name, run_name
from ui.components.verdict import LOOKS
from ui.components.words import literal
from ui.overview_demo import run_button
from ui.session import workspace

NUM_LISTED = 5


def welcome() -> None:
    """Draw the first thing anybody sees: what this is, and one button."""
    with st.container(border=True, key="welcome", gap="medium"):
        st.header("See why before you lend", anchor=False)
        st.markdown(
            "Lendlens takes a loan file to an explained, recorded decision. The demo does it on "
            "4,454 real applications of a bank, in about half a minute, and says at each step what "
            "it does and why."
        )
        run_button()


def figures(counts: Mapping[str, int]) -> None:
    """Draw how much there is of everything, with the newest of each."""
    registry = workspace().registry
    data_sets, runs = registry.data_sets(), registry.runs(limit=1)
    champion, decisions = registry.champion(), registry.decisions(limit=1)
    metric_row(
        [
            Figure(
                "Data sets",
                count(counts["data_sets"]),
                f"newest: {data_set_name(data_sets[0])}" if data_sets else "none yet",
                "Cleaned loan files, each with the recipe that made it.",
            ),
            Figure(
                "Runs",
                count(counts["runs"]),
                f"newest {ago(runs[0].created_at)}" if runs else "none yet",
                "Trainings of a network, each beside its challengers.",
            ),
            Figure(
                "Model versions",
                count(counts["models"]),
                "one is champion" if champion else "no champion yet",
                "Networks with cut-offs, ready to score. The champion is the one in force.",
            ),
            Figure(
                "Decisions",
                count(counts["decisions"]),
                f"last {ago(decisions[0].at)}" if decisions else "none yet",
                "Recorded decisions on applicants; they can never be changed.",
            ),
        ]
    )


def draw_content() -> None:
    """Draw the champion, the last decisions and the recent runs."""
    left, right = st.columns(2, gap="medium")
    with left:
        _champion()
        _runs()
    with right:
        _decisions()


def ways_on() -> None:
    """Say where each visitor goes next."""
    registry = workspace().registry
    champion = registry.champion()
    officer, analyst, stakeholder = st.columns(3, gap="medium")
    with officer, _card("For the loan officer", "way-officer"):
        st.caption("One applicant: default probability, decision, the reasons, and a record.")
        links.link("Assess an applicant", "scoring", icon=":material/person_search:")
    with analyst, _card("For the risk analyst", "way-analyst"):
        st.caption("A loan file: clean it by a recipe, train on it, compare and publish.")
        links.link("Bring a loan file", "data", icon=":material/upload_file:")
    with stakeholder, _card("For the stakeholder", "way-stakeholder"):
        st.caption("Five minutes: how good the model is and what it looks at, in plain words.")
        run_id = champion.run_id if champion else None
        links.link("See how good it is", "evaluation", icon=":material/query_stats:", run=run_id)


def _champion() -> None:
    champion = workspace().registry.champion()
    with _card("Champion in force", "champion"):
        if champion is None:
            st.caption("No model is in force yet. Publish one, and scoring and REST use it.")
            links.link("See the model versions", "models", icon=":material/deployed_code:")
            return
        run = workspace().registry.run(champion.run_id)
        st.markdown(f"**{literal(model_name(champion))}**")
        st.caption(
            f"{literal(_auc(run))} · approves below {percent(champion.policy['approve_below'])} · "
            f"declines from {percent(champion.policy['decline_from'])}"
        )
        with st.container(horizontal=True):
            to = {"run": champion.run_id}
            links.link("Evidence", "evaluation", icon=":material/query_stats:", **to)
            links.link(
                "What it looks at", "explanation", icon=":material/lightbulb:", model=champion.id
            )
            links.link("Versions", "models", icon=":material/deployed_code:", model=champion.id)


def _decisions() -> None:
    decisions = workspace().registry.decisions(limit=NUM_LISTED)
    with _card("Last decisions", "decisions"):
        if not decisions:
            st.caption("No decision is recorded yet. Assess an applicant and save the result.")
            links.link("Assess an applicant", "scoring", icon=":material/person_search:")
            return
        for record in decisions:
            _decision(record)
        links.link("All decisions", "decisions", icon=":material/arrow_forward:")


def _decision(record: DecisionRecord) -> None:
    said = record.override["decision"] if record.override else record.decision
    look = LOOKS[said]
    with _line():
        links.link(
            f"**{look.word}** · {percent(record.pd_hat)} · {counted(record.points, 'point')}",
            "decisions",
            icon=f":material/{look.icon}:",
            decision=record.id,
        )
        st.caption(f"{literal(record.applicant_ref)} · {ago(record.at)}", width="content")


def _runs() -> None:
    runs = workspace().registry.runs(limit=NUM_LISTED)
    with _card("Recent runs", "runs"):
        if not runs:
            st.caption("No network is trained yet. Prepare a data set first, or run the demo.")
            links.link("Prepare data", "data", icon=":material/table_view:")
            return
        for run in runs:
            page: links.PageName = "evaluation" if run.digest else "training"
            name = f"**{literal(run_name(run))}**"
            with _line():
                links.link(name, page, icon=":material/model_training:", run=run.id)
                st.caption(f"{literal(_auc(run))} · {ago(run.created_at)}", width="content")


def _auc(run: Run) -> str:
    """Return the headline figure of a run, or where it stands."""
    auc = run.summary.get("auc", {}).get("network")
    if auc is None:
        status = workspace().registry.job(run.job_id).status
        return {"queued": "waiting", "running": "training", "done": "finished"}.get(status, status)
    return f"AUC {metric(auc['value'])} {interval(auc['low'], auc['high'])}"


def _line() -> DeltaGenerator:
    """Return a line for a link and what is said about it; on a phone it becomes two."""
    return st.container(horizontal=True, vertical_alignment="center", gap="xsmall")


def _card(title: str, key: str) -> DeltaGenerator:
    card = st.container(border=True, key=f"card-{key}", height="stretch", gap="small")
    card.subheader(title, anchor=False)
    return card


def ago(then: datetime) -> str:
    """Return how long ago something was, in its largest unit."""
    minutes = int((now() - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    days = minutes // (24 * 60)
    return "yesterday" if days == 1 else f"{days} days ago"
