"""What was made of a file: the versions saved of it, how two of them differ, and what followed."""

import pandas as pd
import streamlit as st

from core.charts.lineage import Box, tree
from core.data import catalog
from core.data.drift import ACT, WATCH, ColumnDrift, compare
from core.formatting import MISSING, count, metric
from core.store.lineage import KINDS, Node, lineage
from core.store.tables import DataSet
from ui import links, theme
from ui.components.pickers import data_set_name
from ui.components.table import csv_download, table
from ui.components.words import literal
from ui.data_draft import Draft, View
from ui.session import workspace

_HEADS = ("File", "Recipe", "Data set", "Run", "Model", "Decisions")


def versions(draft: Draft, _: View) -> None:
    """Draw where everything made of this file comes from, and compare versions of it."""
    nodes = lineage(workspace().registry, draft.source.id)
    st.subheader(_finding(nodes), anchor=False)
    boxes = [
        Box(KINDS.index(node.kind), node.title, node.detail, node.parent, _address(node, draft))
        for node in nodes
    ]
    st.html(tree(boxes, _HEADS, "From the file to the decisions", theme.current()))
    saved = workspace().registry.data_sets(draft.source.id)
    if len(saved) < 2:
        st.caption("Two versions of a data set can be compared once there are two.")
        return
    st.subheader("Compare two versions", anchor=False)
    _compare(saved)


def _finding(nodes: tuple[Node, ...]) -> str:
    kinds = [node.kind for node in nodes]
    if "data set" not in kinds:
        return "Nothing was made of this file yet"
    said = [
        f"{count(kinds.count(kind))} {kind if kinds.count(kind) == 1 else plural}"
        for kind, plural in (("data set", "data sets"), ("run", "runs"), ("model", "models"))
        if kind in kinds
    ]
    return f"Made of this file: {', '.join(said)}"


def _address(node: Node, draft: Draft) -> str:
    if node.kind in ("file", "recipe"):
        view = "Cleaning" if node.kind == "recipe" else None
        return links.address("data", source=draft.source.id, view=view)
    if node.kind == "data set":
        return links.address("training", dataset=node.id)
    if node.kind == "run":
        return links.address("training", run=node.id)
    if node.kind == "model":
        return links.address("models", model=node.id)
    return links.address("decisions", model=node.id)


def _compare(saved: list[DataSet]) -> None:
    left, right = st.columns(2)
    before = left.selectbox("Earlier", saved[1:], format_func=data_set_name, key="compare-before")
    later = [each for each in saved if each.id != before.id]
    after = right.selectbox("Later", later, format_func=data_set_name, key="compare-after")
    found = _drift(before.id, after.id)
    st.markdown(_said(found, before, after))
    frame = pd.DataFrame([_row(each) for each in found])
    table(
        frame,
        alt="Columns of both versions with what changed",
        key="versions-compared",
        column_config={
            "PSI": st.column_config.NumberColumn(
                format="%.3f",
                help="Population stability index: 0 is the same distribution; from "
                f"{WATCH:g} watch the column, from {ACT:g} act.",
            )
        },
    )
    csv_download(frame, "versions.csv", key="versions-csv")


@st.cache_resource(max_entries=16, show_spinner="Comparing the versions")
def _drift(before: str, after: str) -> tuple[ColumnDrift, ...]:
    earlier, later = (catalog.data_set_frame(workspace(), each) for each in (before, after))
    return compare(*earlier, *later)


def _row(found: ColumnDrift) -> dict[str, object]:
    return {
        "Column": found.name,
        "Change": found.said or {"same": MISSING}.get(found.change, found.change),
        "PSI": found.psi,
        "Verdict": found.verdict or MISSING,
    }


def _said(found: tuple[ColumnDrift, ...], before: DataSet, after: DataSet) -> str:
    rows = f"{count(before.rows)} → {count(after.rows)} rows"
    changed = [each for each in found if each.change != "same"]
    moved = max((each for each in found if each.psi), key=lambda each: each.psi or 0, default=None)
    most = (
        f" **{literal(moved.name)}** moved most (PSI {metric(moved.psi)}: {moved.verdict})."
        if moved
        else " No distribution moved."
    )
    columns = f"{count(len(changed))} of {count(len(found))} columns changed"
    return f"{rows}; {columns}.{most}"
