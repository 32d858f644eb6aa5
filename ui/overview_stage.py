"""The picture beside each chapter of the demo; one that has nothing to show yet is not offered."""

import io
import json
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import streamlit as st

from core.charts.evaluation import score_distribution as distribution_chart
from core.charts.training import TRAINING, VALIDATION, curves
from core.data.catalog import source_frame
from core.decision.policy import Policy
from core.evaluation.curves import score_distribution
from core.formatting import count, of, percent
from core.jobs.demo_story import Chapter, Key
from core.store.tables import Epoch
from ui import theme
from ui.components.figure import draw
from ui.components.metrics import Figure, metric_row
from ui.components.table import table
from ui.components.verdict import verdict
from ui.components.words import literal
from ui.session import workspace
from ui.training_curves import networks_of

ROWS_SHOWN = 8


class Picture(NamedTuple):
    """What is shown for a chapter, and whether there is enough to show."""

    label: str
    draw: Callable[[Chapter], None]
    ready: Callable[[Chapter], bool] = lambda chapter: chapter.status == "done"


def draw_picture(chapter: Chapter) -> None:
    """Draw the picture of a chapter that is ready."""
    PICTURES[chapter.key].draw(chapter)


def _file(chapter: Chapter) -> None:
    frame, schema = source_frame(workspace(), chapter.query["source"])
    st.subheader("The file holds one application a row", anchor=False)
    labels = {column.name: column.label for column in schema.columns}
    table(frame.head(ROWS_SHOWN).rename(columns=labels), alt="First rows of the loan file")
    st.caption(f"The first {of(min(ROWS_SHOWN, len(frame)), len(frame))}.")


def _recipe(chapter: Chapter) -> None:
    st.subheader("Each step says what it touches", anchor=False)
    counted = st.column_config.NumberColumn
    columns = {
        "step": "Step",
        "cells": counted("Cells", format="localized"),
        "rows_dropped": counted("Rows dropped", format="localized"),
    }
    table(pd.DataFrame(list(chapter.rows)), alt="Steps of the recipe", column_config=columns)


def _curve(chapter: Chapter) -> None:
    epochs = _epochs(chapter)
    best = min(epochs, key=lambda epoch: epoch.val_loss or 0.0).epoch
    points = pd.DataFrame(
        [
            {"epoch": epoch.epoch, "part": part, "value": value}
            for epoch in epochs
            for part, value in ((TRAINING, epoch.loss), (VALIDATION, epoch.val_loss))
        ]
    )
    draw(
        curves(points, theme.current(), "Loss (lower is better)", best, networks_of(epochs)),
        f"The network learns: epoch {count(best)} is the best so far"
        if chapter.status == "running"
        else f"The network stopped getting better after epoch {count(best)}",
        points,
        key="demo-learning",
        alt="Loss by epoch on the applicants it learns from and on those held aside",
        polled=True,
    )


def _epochs(chapter: Chapter) -> list[Epoch]:
    """Return the finished epochs of the run this chapter trains."""
    epochs = workspace().registry.epochs(chapter.query["run"])
    return [epoch for epoch in epochs if epoch.val_loss is not None]


def _learns(chapter: Chapter) -> bool:
    return "run" in chapter.query and len(_epochs(chapter)) >= 2


def _scores(chapter: Chapter) -> None:
    run_id = chapter.query["run"]
    unseen = _unseen(run_id)
    frame = score_distribution(unseen["y"], unseen["network"])
    cut_off = json.loads(workspace().artifacts.read(f"runs/{run_id}", "evidence.json"))["cut_off"]
    draw(
        distribution_chart(frame, cut_off, theme.current()),
        "Those who turned bad got higher default probabilities",
        frame,
        key="demo-scores",
        alt="Default probabilities of unseen applicants, goods above and bads below the line",
        polled=True,
    )


def _policy(chapter: Chapter) -> None:
    model = workspace().registry.model(chapter.query["model"])
    policy = Policy.from_json(model.policy)
    unseen = _unseen(model.run_id)
    decided = unseen["network"].map(policy.decide)
    st.subheader("The cut-offs would have kept most bads out", anchor=False)
    metric_row(
        [
            _group("Approved", unseen[decided == "approve"], len(unseen)),
            _group("Referred", unseen[decided == "refer"], len(unseen)),
            _group("Declined", unseen[decided == "decline"], len(unseen)),
        ]
    )
    st.caption(
        f"What the cut-offs would have done with {count(len(unseen))} unseen applicants: approve "
        f"below {percent(policy.approve_below)}, decline from {percent(policy.decline_from)}, and "
        "refer to a person what lies between. Other cut-offs make another version."
    )


def _group(label: str, group: pd.DataFrame, num_unseen: int) -> Figure:
    bads = f"{percent(group['y'].mean())} of them turned bad" if len(group) else "nobody"
    return Figure(label, percent(len(group) / num_unseen), f"{count(len(group))} · {bads}")


def _unseen(run_id: str) -> pd.DataFrame:
    """Return the test rows of a run: row, part, y and a probability per model."""
    written = workspace().artifacts.read(f"runs/{run_id}", "predictions.parquet")
    predictions = pd.read_parquet(io.BytesIO(written))
    return predictions[predictions["part"] == "test"]


def _decision(chapter: Chapter) -> None:
    record = workspace().registry.decision(chapter.query["decision"])
    verdict(record.decision, record.pd_hat, record.points)
    if record.reasons:
        st.markdown("**Principal reasons**")
        st.markdown(
            "\n".join(f"{n}. {literal(r['sentence'])}" for n, r in enumerate(record.reasons, 1))
        )


PICTURES: dict[Key, Picture] = {
    "read": Picture("File", _file),
    "clean": Picture("Recipe", _recipe),
    "train": Picture("Learning", _curve, _learns),
    "judge": Picture("Scores", _scores),
    "publish": Picture("Cut-offs", _policy),
    "decide": Picture("Decision", _decision),
}
