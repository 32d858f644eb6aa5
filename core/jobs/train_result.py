"""What a finished training stores: predictions of all models, evidence, and the files of a run."""

import io
import json
import tempfile
import warnings
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from core.decision.policy import Policy, propose
from core.evaluation.checks import Check, Subject, check_run, findings
from core.evaluation.metrics import ece
from core.evaluation.report import Report, evaluate, plain_summary
from core.evaluation.resampled import over_folds, summarise
from core.jobs.train_folds import CrossValidated
from core.jobs.train_material import Learnt, part_frame
from core.model.challengers import challenger_files
from core.model.served import sigmoid


@dataclass(frozen=True)
class Result:
    """A trained run and everything derived from it.

    Attributes:
        learnt: The models that are kept.
        validated: The cross-validation beside them, where there was one.
    """

    learnt: Learnt
    validated: CrossValidated | None = None

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """What each model says about each row, by part.

        Validation rows carry what the networks say that had left them out; of a team with several
        folds these are the training rows once more. Challengers have learnt from them, so theirs
        are blank.
        """
        material, held_out = self.learnt.material, self.learnt.fitted.held_out
        judged = ~np.isnan(held_out)
        rows = material.developed[judged]
        validation = part_frame("validation", rows, material.outcomes(rows), {})
        validation["network"] = self._held_out(rows, held_out[judged])
        parts = [self.learnt.predict("train", material.learnt), validation]
        if self.validated is None:
            parts.append(self.learnt.predict("test", material.split.test))
        else:
            parts.append(self.validated.predictions)
        return pd.concat(parts, ignore_index=True)

    def _held_out(self, rows: pd.Index, log_odds: np.ndarray) -> np.ndarray:
        """Return the PD of rows that were left out; with one fold, as every network scores them."""
        material = self.learnt.material
        if material.settings.folds > 1:
            return sigmoid(log_odds)
        return sigmoid(self.learnt.log_odds(rows))

    @cached_property
    def policy(self) -> Policy:
        """Proposed from rows that the networks had left out, so that test rows stay unseen."""
        rows = self.predictions[self.predictions["part"] == "validation"]
        return propose(rows["y"].to_numpy(), rows["network"].to_numpy())

    @cached_property
    def report(self) -> Report:
        """The evidence, on test rows."""
        report = evaluate(self.predictions, "test", self.policy.decline_from)
        return over_folds(report, self.validated.folds) if self.validated else report

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What a careful reader should know before trusting the figures."""
        material = self.learnt.material
        folds = self.validated.folds if self.validated else None
        return check_run(
            Subject(
                self.predictions,
                self.report,
                material.features,
                material.learnt,
                self.learnt.bundle.log_odds,
                folds,
            )
        )

    def files(self) -> dict[str, bytes]:
        """Return the files of the run by name."""
        plain: dict[str, Any] = {
            "evidence.json": self.report.to_json(),
            "history.json": [asdict(epoch) for epoch in self.learnt.fitted.trained.history],
            "calibration.json": self._calibration(),
            "checks.json": [each.to_json() for each in self.checks],
        }
        if self.validated is not None:
            plain["cross_validation.json"] = self.validated.folds.to_dict("records")
        return {
            **self.learnt.bundle.to_files(),
            **challenger_files(self.learnt.challengers),
            "model.keras": _keras_bytes(self.learnt.fitted.model),
            "predictions.parquet": _parquet(self.predictions),
            **{name: json.dumps(data, indent=1).encode() for name, data in plain.items()},
        }

    def summary(self) -> dict[str, Any]:
        """Return the few figures that lists of runs show."""
        material, trained = self.learnt.material, self.learnt.fitted.trained
        encoder = self.learnt.bundle.encoder
        return {
            "rows": self.predictions["part"].value_counts().to_dict(),
            "split": material.split.why,
            "slots": encoder.width,
            "best_epoch": trained.best_epoch,
            "epochs": len(trained.history),
            "stopped": trained.stopped,
            "seconds": {
                "network": trained.seconds,
                **{each.key: each.seconds for each in self.learnt.challengers},
            },
            "auc": {model: asdict(self.report.of("auc", model)) for model in self.report.models},
            "calibration": self.learnt.fitted.calibration.method,
            "folds": self._over_folds(),
            "findings": plain_summary(self.report),
            "to_look_at": [each.title for each in findings(self.checks)],
            "warnings": list(encoder.warnings),
        }

    def _over_folds(self) -> list[dict[str, Any]]:
        """Return ROC-AUC and log-loss of each model over all folds and repeats."""
        if self.validated is None:
            return []
        return [
            each.to_json()
            for each in summarise(self.validated.folds)
            if each.metric in ("auc", "log_loss")
        ]

    def _calibration(self) -> dict[str, Any]:
        """Return how the log-odds were calibrated, with the ECE on test rows before and after."""
        found = self.learnt.fitted.calibration
        rows = self.predictions[self.predictions["part"] == "test"]
        y, after = rows["y"].to_numpy(), rows["network"].to_numpy()
        log_odds = np.log(after) - np.log1p(-after)
        before = sigmoid((log_odds - found.shift) / found.slope)
        return found.to_json() | {"ece_before": ece(y, before), "ece_after": ece(y, after)}


def _keras_bytes(model: keras.Model) -> bytes:
    """Return the .keras file; Keras writes to paths only."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # Keras 3.15 reads its variables in a way NumPy 2 calls outdated.
        warnings.simplefilter("ignore", DeprecationWarning)
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
