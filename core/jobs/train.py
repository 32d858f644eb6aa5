"""The training job: from a data set and settings to a finished run and its first model version.

Everything learnt is learnt on training rows: the recipe is replayed once to see which rows
survive, those are split, and the recipe is fitted again on the training rows alone.

Stopping keeps the best epoch so far and finishes the run with it: challengers, evidence and
model version are made as usual, and the job ends as "stopped". A run stopped before its first
epoch ended keeps nothing.
"""

import io
import json
import tempfile
import warnings
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data.catalog import data_set_source
from core.data.cleaning import FittedRecipe
from core.data.fields import learn_fields
from core.data.guards import require_trainable
from core.data.schema import Schema, outcome_vector
from core.data.splitting import Split, SplitSettings, split
from core.decision.policy import Policy, propose
from core.decision.registration import register
from core.evaluation.report import Report, evaluate, plain_summary
from core.jobs.progress import JobContext, Stopped
from core.jobs.train_progress import LiveEpochs
from core.jobs.train_request import NETWORK_TRAINED
from core.model.bundle import Bundle
from core.model.challengers import Challenger, challenger_files, fit_challengers, majority
from core.model.encoding import Encoder
from core.model.keeper import Rows
from core.model.served import sigmoid
from core.model.settings import NetworkSettings
from core.model.training import Trained, train, warm_up
from core.store.tables import Run

__all__ = ["run", "warm_up"]

PREPARED, TRAINED, COMPARED = 0.03, NETWORK_TRAINED, 0.9
"""Share of the job that is done after each of its parts."""


def run(context: JobContext) -> dict[str, Any]:
    """Train the run that `context.job.payload["run_id"]` names.

    Returns:
        run_id and model_id.

    Raises:
        Stopped: Before the first epoch ended.
        LendlensError: The data or the settings cannot work; the message says why.
    """
    record = context.workspace.registry.run(context.job.payload["run_id"])
    context.report(0, "Reading the data", force=True)
    material = _load(context, record)
    settings = NetworkSettings.from_json(record.settings)
    encoder = Encoder.fit(material.train, material.schema.features, settings.numeric, settings.bins)
    trained = _train_network(context, record, material, settings, encoder)
    challengers = _fit_challengers(context, material, settings, encoder)
    context.report(COMPARED, "Measuring on the test rows", force=True)
    bundle = Bundle(
        encoder,
        trained.network,
        material.recipe,
        learn_fields(
            material.source.loc[material.split.train],
            material.recipe.source_schema,
            material.recipe.inputs_for(encoder.names),
        ),
        material.schema,
        settings,
    )
    result = _Result(material, trained, bundle, challengers)
    model_id = _store(context, record, result)
    return {"run_id": record.id, "model_id": model_id}


@dataclass(frozen=True)
class _Material:
    """What the run learns from and is judged on."""

    source: pd.DataFrame
    recipe: FittedRecipe
    cleaned: pd.DataFrame
    split: Split

    @property
    def schema(self) -> Schema:
        return self.recipe.schema

    @cached_property
    def features(self) -> pd.DataFrame:
        return self.cleaned[[column.name for column in self.schema.features]]

    @cached_property
    def y(self) -> pd.Series:
        return pd.Series(outcome_vector(self.cleaned, self.schema), self.cleaned.index)

    @property
    def train(self) -> pd.DataFrame:
        return self.features.loc[self.split.train]

    @property
    def validation(self) -> pd.DataFrame:
        return self.features.loc[self.split.validation]

    def outcomes(self, rows: pd.Index) -> np.ndarray:
        return self.y.loc[rows].to_numpy(np.int8)


def _load(context: JobContext, record: Run) -> _Material:
    source, source_schema, recipe = data_set_source(context.workspace, record.data_set_id)
    everything = recipe.fit(source, source_schema)
    cleaned = everything.apply(source)
    require_trainable(cleaned, everything.schema)
    parts = split(cleaned, everything.schema, SplitSettings.from_json(record.split))
    fitted = recipe.fit(source, source_schema, rows=parts.train)
    # Not apply: what it learnt from fewer rows might drop other rows than those that were split.
    return _Material(source, fitted, fitted.transform(source.loc[cleaned.index]), parts)


def _train_network(
    context: JobContext,
    record: Run,
    material: _Material,
    settings: NetworkSettings,
    encoder: Encoder,
) -> Trained:
    rows = [
        Rows(encoder.encode(material.features.loc[part]), material.outcomes(part))
        for part in (material.split.train, material.split.validation)
    ]
    live = LiveEpochs(context, record.id, settings, PREPARED, TRAINED)
    context.report(PREPARED, "Starting the network", force=True)
    trained = train(
        settings, rows[0], rows[1], [encoder.block(name) for name in encoder.names], live.watch
    )
    live.flush()
    if trained is None:
        raise Stopped
    return trained


def _fit_challengers(
    context: JobContext, material: _Material, settings: NetworkSettings, encoder: Encoder
) -> tuple[Challenger, ...]:
    standard = Encoder.fit(material.train, material.schema.features, "standard")
    return fit_challengers(
        material.train,
        material.outcomes(material.split.train),
        material.validation,
        material.outcomes(material.split.validation),
        standard,
        settings.seed,
        before=lambda name: context.report(
            TRAINED, f"Fitting the challenger: {name.lower()}", force=True
        ),
    )


@dataclass(frozen=True)
class _Result:
    """A trained run and everything derived from it."""

    material: _Material
    trained: Trained
    bundle: Bundle
    challengers: tuple[Challenger, ...]

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """One row per surviving row, with what each model says about it."""
        parts = self.material.split
        order = [("train", parts.train), ("validation", parts.validation), ("test", parts.test)]
        rows = parts.train.append([parts.validation, parts.test])
        features = self.material.features.loc[rows]
        models = {"network": sigmoid(self.bundle.log_odds(features))}
        models |= {each.key: each.predict(features) for each in self.challengers}
        models["majority"] = majority(self.material.outcomes(parts.train), len(rows))
        return pd.DataFrame(
            {
                "row": rows.to_numpy(np.int64),
                "part": np.repeat([name for name, _ in order], [len(each) for _, each in order]),
                "y": self.material.outcomes(rows),
                **models,
            }
        )

    @cached_property
    def policy(self) -> Policy:
        """Proposed from validation rows, so that test rows stay unseen."""
        rows = self.predictions[self.predictions["part"] == "validation"]
        return propose(rows["y"].to_numpy(), rows["network"].to_numpy())

    @cached_property
    def report(self) -> Report:
        return evaluate(self.predictions, "test", self.policy.decline_from)

    def files(self) -> dict[str, bytes]:
        return {
            **self.bundle.to_files(),
            **challenger_files(self.challengers),
            "model.keras": _keras_bytes(self.trained),
            "predictions.parquet": _parquet(self.predictions),
            "evidence.json": json.dumps(self.report.to_json(), indent=1).encode(),
            "history.json": json.dumps([asdict(e) for e in self.trained.history]).encode(),
        }

    def summary(self) -> dict[str, Any]:
        """Return the few figures that lists of runs show."""
        parts = self.material.split
        return {
            "rows": {
                "train": len(parts.train),
                "validation": len(parts.validation),
                "test": len(parts.test),
            },
            "split": parts.why,
            "slots": self.bundle.encoder.width,
            "best_epoch": self.trained.best_epoch,
            "epochs": len(self.trained.history),
            "stopped": self.trained.stopped,
            "seconds": {
                "network": self.trained.seconds,
                **{each.key: each.seconds for each in self.challengers},
            },
            "auc": {model: asdict(self.report.of("auc", model)) for model in self.report.models},
            "findings": plain_summary(self.report),
            "warnings": list(self.bundle.encoder.warnings),
        }


def _store(context: JobContext, record: Run, result: _Result) -> str:
    workspace = context.workspace
    data_set = workspace.registry.data_set(record.data_set_id)
    about = {"run_id": record.id, "data_set_id": data_set.id, "data_sha256": data_set.sha256}
    files = result.files()
    context.report(0.97, "Storing the run", force=True)
    digest = workspace.artifacts.write(f"runs/{record.id}", files, about)
    workspace.registry.finish_run(record.id, result.summary(), digest)
    model = register(workspace, record.id, data_set.name, result.policy)
    return model.id


def _keras_bytes(trained: Trained) -> bytes:
    """Return the .keras file; Keras writes to paths only."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # Keras 3.15 reads its variables in a way NumPy 2 calls outdated.
        warnings.simplefilter("ignore", DeprecationWarning)
        path = Path(folder) / "model.keras"
        trained.model.save(path)
        return path.read_bytes()


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
