"""Two to four finished runs side by side; the address says which: `?compare=run_a,run_b`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import pandas as pd
import streamlit as st

from core.charts.training import overlaid
from core.evaluation.comparison import Compared, compare_scores
from core.evaluation.holdout import SUBJECT, Holdout
from core.evaluation.intervals import Estimate, num_replicates
from core.evaluation.words import TERMS
from core.formatting import MISSING
from core.store.tables import Run
from ui import links, theme
from ui.components.figure import draw
from ui.components.page import empty_state
from ui.components.pickers import run_name, told_apart_in_time
from ui.components.table import worded_table
from ui.components.words import literal, quoted
from ui.session import workspace
from ui.training_differences import described, differing
from ui.training_folds import estimate_text, figure_label

PARAM = "compare"
FEWEST, MOST = 2, 4
METRICS = ("auc", "gini", "ks", "brier", "log_loss")
SIGNS = "ABCD"


@dataclass(frozen=True)
class Side:
    """One of the runs that are compared.

    Attributes:
        sign: Its letter in charts and tables.
        run: The run.
        name: Its name, without what all names have in common.
    """

    sign: str
    run: Run
    name: str

    @property
    def title(self) -> str:
        """What heads its column."""
        return f"{self.sign} · {self.name}"


def comparison() -> None:
    """Draw the choice of runs and, side by side, what they came to and how they differ."""
    finished = [run for run in workspace().registry.runs() if run.digest]
    if len(finished) < FEWEST:
        empty_state("A comparison needs two finished runs.", "Train a network", "training")
        return
    chosen = _pick(finished)
    links.link("All runs", "training", icon=":material/arrow_back:")
    if len(chosen) < FEWEST:
        st.info("Choose at least two runs to compare.", icon=":material/compare_arrows:")
        return
    sides = _sides(chosen)
    st.set_page_config(page_title=f"{' beside '.join(side.name for side in sides)} · Lendlens")
    _same_rows(sides)
    _metrics(sides)
    _curves(sides)
    _settings(sides)
    _open(sides)


def _pick(finished: list[Run]) -> list[Run]:
    """Let the visitor choose runs; keep widget and URL the same."""
    by_id = {run.id: run for run in finished}
    asked = [id for id in st.query_params.get(PARAM, "").split(",") if id]
    if unknown := [id for id in asked if id not in by_id]:
        st.warning(f"There is no finished run {quoted(', '.join(unknown))}. It is left out.")
    key = "pick-compare"
    st.session_state[key] = [id for id in dict.fromkeys(asked) if id in by_id][:MOST]

    def write_url() -> None:
        st.query_params[PARAM] = ",".join(st.session_state[key])

    chosen = st.multiselect(
        "Runs, two to four",
        list(by_id),
        format_func=told_apart_in_time(finished, run_name).__getitem__,
        max_selections=MOST,
        key=key,
        placeholder="Choose runs",
        on_change=write_url,
        select_all=False,
    )
    return [by_id[id] for id in chosen]


def _sides(runs: Sequence[Run]) -> list[Side]:
    """Give each run a letter, and drop the words with which all names begin."""
    words = [run_name(run).split(" · ") for run in runs]
    shared = 0
    while len({tuple(each[: shared + 1]) for each in words}) == 1 and shared < len(words[0]) - 1:
        shared += 1
    names = [
        " · ".join(each[shared:]) or run_name(run) for each, run in zip(words, runs, strict=True)
    ]
    return [Side(*each) for each in zip(SIGNS, runs, names, strict=False)]


def _same_rows(sides: Sequence[Side]) -> None:
    if _on_same_rows(sides):
        return
    st.warning(
        "These runs were tested on different rows, so their figures can differ by the draw of the "
        "rows alone. Train them with the same split on one data set to compare them fairly.",
        icon=":material/warning:",
    )


def _on_same_rows(sides: Sequence[Side]) -> bool:
    sources = {workspace().registry.data_set(side.run.data_set_id).source_id for side in sides}
    tested = [_tested(side.run.id, side.run.digest) for side in sides]
    return len(sources) == 1 and all(tested[0].index.equals(each.index) for each in tested[1:])


@st.cache_data(max_entries=16, show_spinner=False)
def _tested(run_id: str, digest: str) -> pd.DataFrame:
    """Return outcome and network of each test row, in the order of the rows."""
    written = workspace().artifacts.read(f"runs/{run_id}", "predictions.parquet")
    rows = pd.read_parquet(BytesIO(written), columns=["row", "part", "y", SUBJECT])
    return rows[rows["part"] == "test"].set_index("row")[["y", SUBJECT]].sort_index()


def _metrics(sides: Sequence[Side]) -> None:
    """Draw the figures of each network, and who ranks better where the rows are the same."""
    st.subheader(literal(_finding(sides)), anchor=False)
    found = [_figures(side.run) for side in sides]
    rows = [
        {"Figure": figure_label(name)}
        | {
            side.title: estimate_text(each[name]) if name in each else MISSING
            for side, each in zip(sides, found, strict=True)
        }
        for name in METRICS
        if any(name in each for each in found)
    ]
    worded_table(rows, alt="Figures of each run")
    st.caption(
        "On the test rows of each run, with 95 % intervals; of a cross-validated run on all rows, "
        "each scored by models that had not seen it. Brier score and log-loss: lower is better."
    )


def _figures(run: Run) -> dict[str, Estimate]:
    """Return the network's figures; the log-loss of a cross-validation is the mean over folds."""
    written = workspace().artifacts.read(f"runs/{run.id}", "evidence.json")
    found = {
        each["metric"]: Estimate.from_json(each["estimate"])
        for each in json.loads(written)["compared"]
        if each["model"] == SUBJECT
    }
    folds = {
        each["metric"]: Estimate.from_json(each["estimate"])
        for each in run.summary.get("folds", ())
        if each["model"] == SUBJECT
    }
    return folds | found


def _finding(sides: Sequence[Side]) -> str:
    """Return in one sentence which run ranks best; None does where chance could explain it."""
    if not _on_same_rows(sides):
        return "Figures of each run"
    best = max(sides, key=lambda side: float(side.run.summary["auc"][SUBJECT]["value"]))
    others = [side for side in sides if side is not best]
    verdicts = _against(
        (best.run.id, best.run.digest), tuple((side.run.id, side.run.digest) for side in others)
    )
    beaten = [
        side.sign
        for side, verdict in zip(others, verdicts, strict=True)
        if verdict == "network better"
    ]
    label = TERMS["auc"].label
    if not beaten:
        return f"By {label} there is no clear winner; the gaps could be chance"
    rest = "" if len(beaten) == len(others) else "; the other gaps could be chance"
    return f"By {label}, {best.sign} beats {' and '.join(beaten)}{rest}"


@st.cache_data(max_entries=16, show_spinner="Comparing on the same rows")
def _against(best: tuple[str, str], others: tuple[tuple[str, str], ...]) -> list[str]:
    """Return the verdict on the best run against each other, from paired replicates."""
    first = _tested(*best)
    scores = {SUBJECT: first[SUBJECT].to_numpy()}
    scores |= {id: _tested(id, digest)[SUBJECT].to_numpy() for id, digest in others}
    rows = Holdout("test", first["y"].to_numpy(), scores, first.index.to_numpy(), len(first))
    compared = compare_scores(rows, num_replicates(len(first)))
    found: dict[str, Compared] = {one.model: one for one in compared if one.metric == "auc"}
    return [found[id].verdict for id, _ in others]


def _curves(sides: Sequence[Side]) -> None:
    left, right = st.columns(2, gap="large")
    for column, field, y_title in (
        (left, "val_loss", "Validation loss"),
        (right, "val_auc", "Validation AUC"),
    ):
        points = _points(sides, field)
        with column:
            draw(
                overlaid(points, theme.current(), y_title),
                _course(points, y_title, field == "val_loss"),
                points.drop(columns="sign"),
                key=f"compare-{field}",
                alt=f"{y_title} by epoch of each run",
            )


def _points(sides: Sequence[Side], field: str) -> pd.DataFrame:
    rows = [
        (side.sign, side.name, epoch.epoch, getattr(epoch, field), epoch.epoch == kept)
        for side in sides
        for kept in [side.run.summary["best_epoch"]]
        for epoch in workspace().registry.epochs(side.run.id)
        if getattr(epoch, field) is not None
    ]
    return pd.DataFrame(rows, columns=["sign", "run", "epoch", "value", "kept"])


def _course(points: pd.DataFrame, y_title: str, lowest: bool) -> str:
    kept = points[points["kept"]]
    if kept.empty:
        return f"{y_title} by epoch"
    if kept["value"].nunique() == 1 and len(kept) > 1:
        return f"{y_title} of the kept epochs is the same"
    best = kept.sort_values("value", ascending=lowest).iloc[0]
    return f"{y_title} is best in {best['sign']}, epoch {best['epoch']}"


def _settings(sides: Sequence[Side]) -> None:
    """Draw the settings that differ, and only those."""
    rows = differing([described(side.run) for side in sides])
    if not rows:
        st.subheader("The settings are the same", anchor=False)
        st.caption("What differs comes from the data, or from another version of Lendlens.")
        return
    st.subheader("Settings that differ", anchor=False)
    worded_table(
        [
            {"Setting": name} | {side.title: text for side, text in zip(sides, texts, strict=True)}
            for name, texts in rows
        ],
        alt="Settings that differ",
        wraps=True,
    )


def _open(sides: Sequence[Side]) -> None:
    """Draw the way to each run."""
    with st.container(horizontal=True):
        for side in sides:
            links.link(
                f"Open {side.sign}", "training", run=side.run.id, icon=":material/open_in_new:"
            )
