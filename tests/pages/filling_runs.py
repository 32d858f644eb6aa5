"""Finished runs for the tests of pages, made from the seeded one without training."""

import io
import json
from typing import Any

import pandas as pd

from core.store.tables import Run
from core.store.workspace import Workspace

FIGURES = {"auc": 0.8, "log_loss": 0.4}


def copied(
    workspace: Workspace,
    *,
    settings: dict[str, Any] | None = None,
    split: dict[str, Any] | None = None,
    summary: dict[str, Any] | None = None,
    files: dict[str, bytes] | None = None,
    data_set_id: str = "",
) -> Run:
    """Return a finished run like the first one, with its epochs, but for what is given."""
    registry, artifacts = workspace.registry, workspace.artifacts
    first = registry.runs()[-1]
    number = len(registry.runs()) + 1
    run = registry.add_run(
        data_set_id=data_set_id or first.data_set_id,
        job_id=first.job_id,
        name=f"Bank credit · custom · run {number}",
        preset="custom",
        settings={**first.settings, **(settings or {})},
        split={**first.split, **(split or {})},
    )
    folder = f"runs/{first.id}"
    kept = {name: artifacts.read(folder, name) for name in artifacts.names(folder)}
    digest = artifacts.write(f"runs/{run.id}", {**kept, **(files or {})}, {})
    registry.put_epochs(run.id, registry.epochs(first.id))
    return registry.finish_run(run.id, {**first.summary, **(summary or {})}, digest)


def predictions_of(workspace: Workspace) -> pd.DataFrame:
    """Return what the first run said about its rows."""
    first = workspace.registry.runs()[-1]
    return pd.read_parquet(
        io.BytesIO(workspace.artifacts.read(f"runs/{first.id}", "predictions.parquet"))
    )


def parquet(frame: pd.DataFrame) -> bytes:
    """Return the frame as a file."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def over_folds(gaps: dict[str, tuple[float, float]]) -> list[dict[str, Any]]:
    """Return figures over folds, with the ends of the network's lead over each model.

    The lead is the same for both figures: more ROC-AUC, less log-loss.
    """
    own = {"value": 0.8, "low": 0.75, "high": 0.85, "n": 300}
    found: list[dict[str, Any]] = []
    for metric, sign in (("auc", 1), ("log_loss", -1)):
        found.append({"model": "network", "metric": metric, "estimate": own, "difference": None})
        for model, ends in gaps.items():
            low, high = sorted(sign * end for end in ends)
            gap = {"value": (low + high) / 2, "low": low, "high": high, "n": 300}
            found.append({"model": model, "metric": metric, "estimate": own, "difference": gap})
    return found


def calibration(method: str = "shift", **changes: Any) -> bytes:
    """Return a calibration.json."""
    losses = {"none": 0.45, "shift": 0.41, "slope": 0.44, "slope_and_shift": 0.4095}
    found = {
        "method": method,
        "slope": 1.0,
        "shift": -0.12,
        "n": 3561,
        "log_loss": losses,
        "ece_before": 0.031,
        "ece_after": 0.012,
    }
    return json.dumps({**found, **changes}).encode()
