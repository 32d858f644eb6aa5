"""What speaks for a model version: its figures, its cut-offs at work, and all versions beside."""

import io
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.data.catalog import data_set_source
from core.decision.effect import Effect, Share, effect
from core.decision.policy import Policy
from core.errors import LendlensError
from core.evaluation.intervals import Estimate
from core.evaluation.report import Report
from core.evaluation.words import TERMS
from core.formatting import MISSING, count, interval, metric, percent
from core.model.settings import PRESETS, NetworkSettings
from core.store.tables import ModelVersion
from core.store.workspace import Workspace
from ui import links
from ui.components.metrics import Figure, metric_row
from ui.components.pickers import data_set_name, run_name
from ui.components.shelf import shelf
from ui.components.table import table, worded_table
from ui.components.words import literal
from ui.session import workspace
from ui.training_settings import settings_table

APPROVED = "Approved test applicants whose probability of default lies below the approval cut-off."
BAD_AMONG = "How many of the applicants approved on the test rows turned out bad."


@dataclass(frozen=True, eq=False)
class UnseenRows:
    """Outcomes and probabilities of a run's test part, and its rows as the loan file has them."""

    y: np.ndarray
    pd_hat: np.ndarray
    rows: pd.DataFrame

    def effect(self, policy: Policy) -> Effect:
        """Return what a policy does to them."""
        return effect(policy, self.y, self.pd_hat, self.rows)


def evidence_of(model: ModelVersion) -> Report | None:
    """Return the report stored with a model version; None where there is none to read."""
    return _evidence(workspace(), model.id)


def unseen_rows(model: ModelVersion) -> UnseenRows:
    """Return the test rows of the run a model version came from."""
    return _unseen_rows(workspace(), model.run_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def _evidence(_workspace: Workspace, model_id: str) -> Report | None:
    try:
        raw = _workspace.artifacts.read(f"models/{model_id}", "evidence.json")
    except LendlensError:
        return None
    return Report.from_json(json.loads(raw))


@st.cache_resource(max_entries=16, show_spinner=False)
def _unseen_rows(_workspace: Workspace, run_id: str) -> UnseenRows:
    raw = _workspace.artifacts.read(f"runs/{run_id}", "predictions.parquet")
    frame = pd.read_parquet(io.BytesIO(raw), columns=["row", "part", "y", "network"])
    test = frame[frame["part"] == "test"]
    source, _, _ = data_set_source(_workspace, _workspace.registry.run(run_id).data_set_id)
    rows = source.loc[test["row"].to_numpy()]
    return UnseenRows(test["y"].to_numpy(), test["network"].to_numpy(float), rows)


def figures(model: ModelVersion) -> None:
    """Draw what a version achieves on rows it has never seen."""
    report = evidence_of(model)
    policy = Policy.from_json(model.policy)
    works = unseen_rows(model).effect(policy)
    shown = [] if report is None else [_figure(name, report.of(name)) for name in ("auc", "ks")]
    shown += [
        _share("Approved", works.share("approve"), APPROVED),
        _share("Bad among approved", works.bad_rate("approve"), BAD_AMONG),
    ]
    metric_row(shown)
    st.caption(
        f"Measured on the {count(works.n)} test rows of its run, which the network never saw. "
        f"{policy.sentence}"
    )


def _figure(name: str, estimate: Estimate) -> Figure:
    ends = interval(estimate.low, estimate.high)
    detail = f"{ends} · n = {count(estimate.n)}"
    return Figure(TERMS[name].label, metric(estimate.value), detail, TERMS[name].help)


def _share(label: str, share: Share, about: str) -> Figure:
    low, high = share.interval
    detail = f"[{percent(low)}, {percent(high)}] · n = {count(share.n)}"
    return Figure(label, percent(share.value), detail, f"{about} With a 95 % interval.")


SHARES = ("Approve below", "Decline from", "Approved", "Bad among approved")
PERCENT = st.column_config.NumberColumn(format="%.1f %%")


def versions(models: list[ModelVersion], champion: ModelVersion | None) -> None:
    """Draw all versions side by side, the champion marked; a selected row is shown above."""
    event = table(
        pd.DataFrame([_line(model, champion) for model in models]),
        alt="All model versions with their evidence, the newest first",
        key="model-versions",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            **dict.fromkeys(SHARES, PERCENT),
            "Made": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="In UTC"),
        },
    )
    st.caption("Select a row to look at that version.")
    if event.selection.rows:
        links.go("models", model=models[event.selection.rows[0]].id)


def _line(model: ModelVersion, champion: ModelVersion | None) -> dict[str, object]:
    policy = Policy.from_json(model.policy)
    line: dict[str, object] = {
        "Model": model.name,
        "Version": model.version,
        "State": "Champion" if champion is not None and champion.id == model.id else "",
        "ROC-AUC": _ranking(model),
        "Approve below": 100 * policy.approve_below,
        "Decline from": 100 * policy.decline_from,
        "Approved": None,
        "Bad among approved": None,
        "Made": model.created_at.replace(tzinfo=None),
    }
    try:
        works = unseen_rows(model).effect(policy)
    except LendlensError:  # one damaged run must not hide the other versions
        return line
    return line | {
        "Approved": 100 * works.share("approve").value,
        "Bad among approved": 100 * works.bad_rate("approve").value,
    }


def _ranking(model: ModelVersion) -> str:
    report = evidence_of(model)
    if report is None:
        return MISSING
    auc = report.of("auc")
    return f"{metric(auc.value)} {interval(auc.low, auc.high)}"


def origin(model: ModelVersion) -> None:
    """Draw where a version comes from: data set, run, settings, files."""
    shelf(
        "Where it comes from",
        lambda: _origin(model),
        key="shelf-origin",
        icon=":material/account_tree:",
    )


def _origin(model: ModelVersion) -> None:
    registry = workspace().registry
    run = registry.run(model.run_id)
    data_set = registry.data_set(run.data_set_id)
    with st.container(horizontal=True):
        links.link(
            f"Data set: {literal(data_set_name(data_set))}",
            "data",
            icon=":material/table_view:",
            source=data_set.source_id,
        )
        links.link(
            f"Run: {literal(run_name(run))}",
            "evaluation",
            icon=":material/query_stats:",
            run=run.id,
        )
        links.link("Explanation", "explanation", icon=":material/lightbulb:", model=model.id)
    facts, settings = st.columns(2, gap="large")
    with facts:
        st.markdown("**Model version**")
        rows = [{"What": what, "Value": value} for what, value in _facts(model).items()]
        worded_table(rows, alt="Where the version comes from", wraps=True)
    with settings:
        st.markdown(f"**Settings** ({PRESETS[run.preset].title.lower()})")
        settings_table(NetworkSettings.from_json(run.settings))


def _facts(model: ModelVersion) -> dict[str, str]:
    run = workspace().registry.run(model.run_id)
    data_set = workspace().registry.data_set(run.data_set_id)
    rows = run.summary.get("rows", {})
    scale = Policy.from_json(model.policy).scale
    return {
        "Id": model.id,
        "SHA-256 of its manifest": model.digest,
        "SHA-256 of its data set": data_set.sha256,
        "Rows for training": count(rows.get("train")),
        "Rows for validation": count(rows.get("validation")),
        "Rows for test": count(rows.get("test")),
        "Split": str(run.summary.get("split", MISSING)),
        "Points": scale.sentence,
    }
