"""A model made by hand, without a training: small enough to check, whole enough to decide with."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.allowed import Allowed
from core.data.catalog import add_source, data_set_source, save_data_set, source_frame
from core.data.cleaning import Recipe
from core.data.derive_steps import Ratio
from core.data.fields import learn_fields
from core.data.schema import Schema
from core.data.splitting import SplitSettings
from core.data.steps import Impute
from core.decision.policy import Policy
from core.decision.registration import register
from core.decision.scoring import Scorer
from core.model.bundle import Bundle
from core.model.encoding import Encoder
from core.model.served import ServedNetwork, sigmoid
from core.model.settings import NetworkSettings
from core.store.base import new_id
from core.store.tables import Run
from core.store.workspace import Workspace

ROWS = 240
POLICY = Policy(approve_below=0.3, decline_from=0.5)


def loan_file() -> bytes:
    """Return a CSV: the young, the poor and those who ask for much are bad more often."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "Age": rng.integers(18, 69, ROWS),
            "Income": rng.integers(50, 401, ROWS).astype(float),
            "Amount": rng.integers(100, 3001, ROWS),
            "Home": rng.choice(["owner", "rent", "parents"], ROWS),
        }
    )
    risk = frame["Amount"] / frame["Income"] / 10 - frame["Age"] / 60 + rng.normal(0, 0.5, ROWS)
    frame.loc[::9, "Income"] = np.nan
    frame["Status"] = np.where(risk > risk.quantile(0.7), "bad", "good")
    return frame.to_csv(index=False).encode()


def add_run(workspace: Workspace) -> Run:
    """Store a finished run whose network has weights set by hand."""
    source = add_source(workspace, "loans.csv", loan_file())
    recipe = Recipe((Impute(("Income",)), Ratio("Load", "Amount", "Income")))
    schema = _described(source_frame(workspace, source.id)[1])
    data_set = save_data_set(workspace, source.id, "Loans", schema, recipe)
    frame, schema, recipe = data_set_source(workspace, data_set.id)
    train = frame.index[: ROWS // 2]
    fitted = recipe.fit(frame, schema, rows=train)
    cleaned = fitted.apply(frame)
    encoder = Encoder.fit(cleaned.loc[train], fitted.schema.features, bins=4)
    names = fitted.inputs_for(encoder.names)
    bundle = Bundle(
        encoder=encoder,
        network=_network(encoder.width),
        recipe=fitted,
        fields=learn_fields(frame.loc[train], schema, names),
        schema=fitted.schema,
        settings=NetworkSettings(layers=(8,)),
    )
    parts = np.repeat(["train", "validation", "test"], [ROWS // 2, ROWS // 4, ROWS // 4])
    predictions = pd.DataFrame(
        {
            "row": frame.index,
            "part": parts,
            "y": (frame["Status"] == "bad").astype(int),
            "network": sigmoid(bundle.log_odds(bundle.prepare(frame))),
        }
    )
    buffer = io.BytesIO()
    predictions.to_parquet(buffer, index=False)
    run = workspace.registry.add_run(
        data_set.id,
        new_id("job"),
        "Loans",
        "custom",
        bundle.settings.to_json(),
        SplitSettings().to_json(),
    )
    files = {**bundle.to_files(), "predictions.parquet": buffer.getvalue()}
    digest = workspace.artifacts.write(f"runs/{run.id}", files)
    return workspace.registry.finish_run(run.id, {}, digest)


def _described(schema: Schema) -> Schema:
    for name in ("Age", "Income", "Amount", "Home"):
        schema = schema.change(name, role="feature")
    schema = schema.change("Age", unit="years").change("Status", role="outcome", kind="category")
    allowed = Allowed(0.0, 1_000_000.0)
    schema = schema.change("Amount", allowed=allowed, changeable="only down", description="Asked.")
    return replace(schema, bad_value="bad")


def _network(width: int) -> ServedNetwork:
    rng = np.random.default_rng(3)
    return ServedNetwork(
        [rng.normal(0, 1, (width, 8)), rng.normal(0, 1, (8, 1))],
        [rng.normal(0, 0.1, 8), np.array([-0.5])],
    )


@pytest.fixture
def run(hand_made: Run) -> Run:
    """A finished run."""
    return hand_made


@pytest.fixture
def scorer(workspace: Workspace, run: Run) -> Scorer:
    """The scorer of a registered model version."""
    return Scorer.load(workspace, register(workspace, run.id, "Loans", POLICY).id)
