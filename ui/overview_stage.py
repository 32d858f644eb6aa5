"""The picture beside each chapter of the demo; one that has nothing to show yet is not offered."""

import io
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from core.charts.evaluation import score_distribution as distribution_chart
from core.charts.overview import learning
from core.data.catalog import source_frame
from core.evaluation import curves
from core.formatting import count, of, percent
from core.jobs.demo_story import Chapter, Key
from ui import theme
from ui.components.figure import draw
from ui.components.metrics import Figure, metric_row
from ui.components.table import table
from ui.components.verdict import verdict
from ui.session import workspace

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
    names = {"step": "Step", "cells": "Cells", "rows_dropped": "Rows dropped"}
    table(pd.DataFrame(list(chapter.rows)).rename(columns=names), alt="Steps of the recipe")


def _curve(chapter: Chapter) -> None:
    epochs = _epochs(chapter)
    best = int(epochs["epoch"].to_numpy()[epochs["val_loss"].to_numpy().argmin()])
    draw(
        learning(epochs, best, theme.current()),
        f"The network learns: epoch {count(best)} is the best so far"
        if chapter.status == "running"
        else f"The network stopped getting better after epoch {count(best)}",
        epochs,
        key="demo-learning",
        alt="Loss by epoch on the applicants it learns from and on those held aside",
    )


def _epochs(chapter: Chapter) -> pd.DataFrame:
    finished = [
        {"epoch": epoch.epoch, "loss": epoch.loss, "val_loss": epoch.val_loss}
        for epoch in workspace().registry.epochs(chapter.query["run"])
        if epoch.val_loss is not None
    ]
    return pd.DataFrame(finished)


def _learns(chapter: Chapter) -> bool:
    return "run" in chapter.query and len(_epochs(chapter)) >= 2


def _scores(chapter: Chapter) -> None:
    read = workspace().artifacts.read
    folder = f"runs/{chapter.query['run']}"
    predictions = pd.read_parquet(io.BytesIO(read(folder, "predictions.parquet")))
    unseen = predictions[predictions["part"] == "test"]
    frame = curves.score_distribution(unseen["y"], unseen["network"])
    cut_off = json.loads(read(folder, "evidence.json"))["cut_off"]
    draw(
        distribution_chart(frame, cut_off, theme.current()),
        "Those who turned bad got higher default probabilities",
        frame,
        key="demo-scores",
        alt="Default probabilities of unseen applicants, goods above and bads below the line",
    )


def _policy(chapter: Chapter) -> None:
    model = workspace().registry.model(chapter.query["model"])
    policy: dict[str, Any] = model.policy
    st.subheader(f"{model.name} version {model.version} decides by two cut-offs", anchor=False)
    metric_row(
        [
            Figure("Approve below", percent(policy["approve_below"]), "probability of default"),
            Figure("Decline from", percent(policy["decline_from"]), "probability of default"),
        ]
    )
    st.caption("What lies between is referred to a person. Other cut-offs make another version.")


def _decision(chapter: Chapter) -> None:
    record = workspace().registry.decision(chapter.query["decision"])
    verdict(record.decision, record.pd_hat, record.points)
    if record.reasons:
        st.markdown("**Principal reasons**")
        st.markdown("\n".join(f"{n}. {r['sentence']}" for n, r in enumerate(record.reasons, 1)))


PICTURES: dict[Key, Picture] = {
    "read": Picture("File", _file),
    "clean": Picture("Recipe", _recipe),
    "train": Picture("Learning", _curve, _learns),
    "judge": Picture("Scores", _scores),
    "publish": Picture("Cut-offs", _policy),
    "decide": Picture("Decision", _decision),
}
