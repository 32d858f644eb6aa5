"""The curves of one run, live and afterwards: loss and AUC by epoch, and each network's loss."""

import pandas as pd
import streamlit as st

from core.charts.training import TRAINING, VALIDATION, curves
from core.formatting import metric
from core.store.tables import Epoch
from ui import theme
from ui.components.figure import draw


def draw_curves(epochs: list[Epoch], *, polled: bool = False) -> None:
    """Draw loss and AUC side by side; `polled` as in `draw`."""
    best = best_epoch(epochs)
    left, right = st.columns(2, gap="large")
    for column, name, y_title in ((left, "loss", "Loss"), (right, "auc", "AUC")):
        points = _points(epochs, name)
        networks = networks_of(epochs) if name == "loss" else None
        with column:
            draw(
                curves(points, theme.current(), y_title, best, networks),
                _finding(points, name, best, networks is not None),
                _with_networks(points, networks),
                key=f"curve-{name}",
                alt=f"{y_title} of training and validation rows by epoch",
                polled=polled,
            )
    if words := lessons(epochs):
        st.caption(words)


def best_epoch(epochs: list[Epoch]) -> int | None:
    """Return the epoch with the lowest validation loss."""
    measured = [each for each in epochs if each.val_loss is not None]
    return min(measured, key=lambda each: each.val_loss or 0.0).epoch if measured else None


def lessons(epochs: list[Epoch]) -> str:
    """Return who taught in which epochs, which explains jumps in the curves; or nothing."""
    taught = [each.epoch for each in epochs if each.taught]
    if not taught:
        return ""
    first, last = taught[0], taught[-1]
    by_trees = f"From epoch {first} on boosted trees teach, half as much once that brings no more."
    if last == epochs[-1].epoch:
        return by_trees
    return (
        f"{by_trees} From epoch {last + 1} on the networks learn on from outcomes alone. Each time "
        "they begin where they were best, in smaller steps."
    )


def networks_of(epochs: list[Epoch]) -> pd.DataFrame | None:
    """Return the validation loss by epoch and network; None where there is only one network."""
    measured = {each.epoch: each.member_losses for each in epochs if len(each.member_losses) > 1}
    if not measured:
        return None
    frame = pd.DataFrame.from_dict(measured, orient="index", dtype=float)
    return frame.rename(columns=lambda place: f"Network {place + 1}")


def _finding(points: pd.DataFrame, name: str, best: int | None, team: bool) -> str:
    values = points[points["part"] == VALIDATION].dropna().set_index("epoch")["value"]
    whose = "The team's validation" if team else "Validation"
    if best is None:
        return "Loss by epoch" if name == "loss" else "Ranking by epoch"
    if name == "loss":
        return f"{whose} loss is lowest in epoch {values.idxmin():.0f}"
    return f"Validation AUC is {metric(float(values[best]))} in epoch {best}"


def _points(epochs: list[Epoch], name: str) -> pd.DataFrame:
    """Return tidy rows; the running epoch stands at the fraction of it that is done."""
    parts = ((TRAINING, name), (VALIDATION, f"val_{name}"))
    rows = [
        (_place(epoch), part, getattr(epoch, field)) for part, field in parts for epoch in epochs
    ]
    return pd.DataFrame(rows, columns=["epoch", "part", "value"]).astype(
        {"epoch": float, "value": float}
    )


def _with_networks(points: pd.DataFrame, networks: pd.DataFrame | None) -> pd.DataFrame:
    """Return the points with those of each network beneath, for the table behind the chart."""
    if networks is None:
        return points
    each = networks.rename_axis("epoch").reset_index().melt("epoch", var_name="part")
    return pd.concat([points, each.astype({"epoch": float})], ignore_index=True)


def _place(epoch: Epoch) -> float:
    return epoch.epoch if epoch.val_loss is not None else epoch.epoch - 1 + epoch.step / epoch.steps
