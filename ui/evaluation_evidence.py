"""What the evaluation page shows of a run: read once, kept for as long as the run is looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from json import dumps, loads
from typing import Any

import pandas as pd
import streamlit as st

from core.decision.policy import Policy
from core.evaluation import curves
from core.evaluation.comparison import Compared, compare_decisions
from core.evaluation.cut_off import CutOffTable
from core.evaluation.holdout import BASELINE, SUBJECT, Holdout, holdout
from core.evaluation.report import Report, evaluate
from core.evaluation.words import short_label
from core.store.tables import ModelVersion, Run
from ui.session import workspace


@dataclass(frozen=True, eq=False)
class Evidence:
    """A finished run on its test part.

    The frames behind the charts are made when a chart first asks for them: none of them depends
    on the cut-off, so moving it draws no curve anew.
    """

    report: Report
    rows: Holdout

    @cached_property
    def cut_offs(self) -> CutOffTable:
        """The network's decisions at any cut-off."""
        return CutOffTable.of(*self._network)

    @cached_property
    def every_cut_off(self) -> pd.DataFrame:
        """The same, as a frame in steps of half a percent."""
        return self.cut_offs.frame()

    @cached_property
    def distribution(self) -> pd.DataFrame:
        """Scores by outcome."""
        return curves.score_distribution(*self._network)

    @cached_property
    def deciles(self) -> pd.DataFrame:
        """The decile table."""
        return pd.DataFrame(self.report.deciles)

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """Predicted against observed risk."""
        return pd.DataFrame(self.report.reliability)

    @cached_property
    def roc(self) -> pd.DataFrame:
        """ROC curves of the network and its challengers."""
        return self._by_model(curves.roc_curve)

    @cached_property
    def precision_recall(self) -> pd.DataFrame:
        """Precision–recall curves of the network and its challengers."""
        return self._by_model(curves.precision_recall_curve)

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Figures of all models that need no cut-off."""
        return self.report.frame()

    def decisions(self, cut_off: float) -> list[Compared]:
        """Return the figures of all models at a cut-off."""
        return list(compare_decisions(self.rows, cut_off))

    @property
    def scores(self) -> pd.DataFrame:
        """Outcome and probabilities of each row, for download."""
        return pd.DataFrame({"row": self.rows.row_ids, "y": self.rows.y_true, **self.rows.scores})

    def report_bytes(self) -> bytes:
        """Return the whole report as a JSON file."""
        return dumps(self.report.to_json(), indent=1, allow_nan=False).encode()

    @property
    def _network(self) -> tuple[Any, Any]:
        return self.rows.y_true, self.rows.scores[SUBJECT]

    def _by_model(self, curve: Callable[[object, object], pd.DataFrame]) -> pd.DataFrame:
        models = [model for model in self.rows.scores if model != BASELINE]
        frames = [
            curve(self.rows.y_true, self.rows.scores[model]).assign(
                model=model, label=short_label(model)
            )
            for model in models
        ]
        return pd.concat(frames, ignore_index=True)


def load(run: Run) -> Evidence:
    """Return the evidence of a finished run.

    Raises:
        StoreError: A file is missing or was changed.
        EvaluationError: The predictions cannot be judged.
    """
    return _load(run.id, run.digest)


@st.cache_resource(max_entries=8, show_spinner="Judging the test rows")
def _load(run_id: str, digest: str) -> Evidence:
    """Read the stored report, or make it where the run has none; another digest, another entry."""
    artifacts, folder = workspace().artifacts, f"runs/{run_id}"
    predictions = pd.read_parquet(BytesIO(artifacts.read(folder, "predictions.parquet")))
    if "evidence.json" in artifacts.names(folder):
        stored = loads(artifacts.read(folder, "evidence.json"))
        if "compared" in stored:
            return Evidence(Report.from_json(stored), holdout(predictions))
    return Evidence(evaluate(predictions), holdout(predictions))


def newest_model(run: Run) -> ModelVersion | None:
    """Return the newest model version made from a run."""
    return next(iter(workspace().registry.models(run.id)), None)


def policy_cut_off(model: ModelVersion | None) -> float | None:
    """Return the probability from which a model's policy declines."""
    return Policy.from_json(model.policy).decline_from if model else None
