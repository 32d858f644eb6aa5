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
from core.evaluation.holdout import holdout
from core.evaluation.metrics import ece
from core.evaluation.report import Report, evaluate, plain_summary
from core.evaluation.resampled import over_folds, summarise
from core.formatting import count
from core.jobs.train_folds import CrossValidated
from core.jobs.train_material import Learnt
from core.model.challengers import challenger_files
from core.model.served import sigmoid

BEFORE_TESTS = (
    "Stopped before every row had been a test row. The figures are those of rows by the networks "
    "that had left them out. These rows also decided when learning ended, so the figures flatter "
    "a little, and no challenger was tested."
)
ONLY_REPEATS = (
    "Stopped after {} of {} repeats of the cross-validation. The repeats that were complete are "
    "kept: in each of them every row was a test row, scored by models that had not seen its fold."
)


@dataclass(frozen=True)
class Result:
    """A trained run and everything derived from it.

    Attributes:
        learnt: The models that are kept.
        validated: The cross-validation beside them, where there was one.
        repeats: How often it was asked to test every row.
    """

    learnt: Learnt
    validated: CrossValidated | None = None
    repeats: int = 0

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """What each model says about each row, by part; see core.evaluation.holdout.

        The rows of a team are training rows, whose column held_out has what those networks say
        that had left them out. Of validation rows, which challengers have learnt from, theirs are
        blank. After a cross-validation each row is a test row once more.
        """
        material, tested = self.learnt.material, self._tested
        parts = [self.learnt.predict("train", material.learnt)[tested.columns], tested]
        if material.settings.folds == 1:
            parts.insert(1, self.learnt.judge("validation"))
        return pd.concat(parts, ignore_index=True)

    @property
    def _tested(self) -> pd.DataFrame:
        """Test rows; without any, rows that were left out are the nearest there is."""
        if self.validated is not None:
            return self.validated.predictions
        if self.cut_short:
            share = float(self.learnt.material.y.mean())
            return self.learnt.judge("test").assign(majority=share)
        return self.learnt.predict("test", self.learnt.material.split.test)

    @property
    def cut_short(self) -> str:
        """What is missing of a cross-validation that was stopped, and what stands in; or empty."""
        if self.learnt.material.split.kind != "cross_validation":
            return ""
        if self.validated is None:
            return BEFORE_TESTS
        done = self.validated.repeats
        return "" if done == self.repeats else ONLY_REPEATS.format(count(done), count(self.repeats))

    @cached_property
    def policy(self) -> Policy:
        """Proposed from rows that the networks had left out, so that test rows stay unseen."""
        rows = holdout(self.predictions, "validation")
        return propose(rows.y_true, rows.scores["network"])

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
                material.kinship,
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
            "split": self.cut_short or material.split.why,
            "cut_short": self.cut_short,
            **({"repeats": self.validated.repeats} if self.validated else {}),
            "slots": encoder.width,
            "best_epoch": trained.best_epoch,
            "refit_epochs": trained.refit_epochs,
            "epochs": len(trained.history),
            "stopped": trained.stopped,
            "seconds": {
                "network": trained.seconds,
                **{each.key: each.seconds for each in self.learnt.challengers},
            },
            "auc": {model: asdict(self.report.of("auc", model)) for model in self.report.models},
            "calibration": self.learnt.fitted.calibration.method,
            "folds": self._over_folds(),
            "team_folds": material.team.folds,
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
