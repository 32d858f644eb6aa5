"""How the probabilities of a run were calibrated, in words and as a table of candidates."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from core.formatting import count, percent, typeset
from core.model.settings import NetworkSettings
from core.store.tables import Run
from ui.components.table import table
from ui.session import workspace

LOSS_HELP = "Binary cross-entropy: the lower, the closer the probabilities are to what happened."
METHODS = {
    "none": "as they came",
    "shift": "shifted",
    "slope": "stretched",
    "slope_and_shift": "stretched and shifted",
}


def calibration_of(run: Run) -> dict[str, Any] | None:
    """Return how a run was calibrated; None where it did not ask for it."""
    if not NetworkSettings.from_json(run.settings).calibrate:
        return None
    artifacts, folder = workspace().artifacts, f"runs/{run.id}"
    if "calibration.json" not in artifacts.names(folder):
        return None
    read: dict[str, Any] = json.loads(artifacts.read(folder, "calibration.json"))
    return read


def calibration_words(found: dict[str, Any]) -> str:
    """Return what was done to the probabilities, and what it changed on test rows."""
    before, after = percent(found["ece_before"]), percent(found["ece_after"])
    if not found["log_loss"]:
        return (
            f"**Calibration:** {count(found['n'])} rows held too few goods or bads to fit one, so "
            f"the probabilities stay as they came; their error on test rows is {after}."
        )
    if found["method"] == "none":
        return (
            "**Calibration:** the probabilities stay as they came, because no change clearly "
            f"lowered the log-loss; their error on test rows is {after}."
        )
    went = f"stayed at {after}" if before == after else f"went from {before} to {after}"
    return (
        f"**Calibration:** the log-odds were {METHODS[found['method']]}, the simplest change that "
        "lowered the log-loss on rows that were left out; the calibration error on test rows "
        f"{went}."
    )


def candidates(found: dict[str, Any]) -> None:
    """Draw the log-loss of each candidate."""
    if not found["log_loss"]:
        return
    shift = typeset(f"{found['shift']:.3f}")
    st.markdown(
        f"**Calibration**: slope {found['slope']:.3f}, shift {shift} in log-odds; chosen by "
        f"cross-validation on {count(found['n'])} rows that were left out."
    )
    rows = [
        (
            METHODS[method].capitalize(),
            round(loss, 5),
            "chosen" if method == found["method"] else "",
        )
        for method, loss in found["log_loss"].items()
    ]
    table(
        pd.DataFrame(rows, columns=["Log-odds", "Log-loss", "Choice"]),
        alt="Log-loss of each way to calibrate",
        key="calibration",
        height="content",
        column_config={
            "Log-loss": st.column_config.NumberColumn(format="%.5f", help=LOSS_HELP),
        },
    )
    st.caption("The simplest within one standard error of the lowest log-loss is taken.")
