"""The rows of one part of a run, with what each model said about them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import EvaluationError
from core.evaluation.metrics import Floats, checked

Part = Literal["train", "validation", "test"]

SUBJECT = "network"
"""The model that is judged; all others are challengers or baselines."""

BASELINE = "majority"
"""Predicts the more frequent outcome for everybody, whatever the cut-off."""

HELD_OUT = "held_out"
"""Column with what the networks say of a row that had left it out; blank where all learnt from it.
The networks of a team leave out training rows in turn, so these are validation rows as well."""
_NOT_MODELS = {"row", "part", "y", HELD_OUT}


@dataclass(frozen=True, slots=True, eq=False)
class Holdout:
    """Outcomes and probabilities, rows in the order of the predictions.

    Attributes:
        part: Which part of the data.
        y_true: (n,) 1 = bad, 0 = good.
        scores: (n,) probabilities of default per model, the network first.
        row_ids: (n,) identifiers of the source rows.
        num_rows: Rows of all parts together, each counted once.
    """

    part: Part
    y_true: NDArray[np.int8]
    scores: dict[str, Floats]
    row_ids: NDArray[np.int64]
    num_rows: int

    @property
    def challengers(self) -> list[str]:
        """All models but the network."""
        return [key for key in self.scores if key != SUBJECT]

    def declined(self, model: str, cut_off: float) -> NDArray[np.bool_]:
        """Return (n,) decisions of a model, True where it declines.

        The majority class has no cut-off: it approves everybody (or declines everybody, where
        most applicants are bad).
        """
        threshold = 0.5 if model == BASELINE else cut_off
        decisions: NDArray[np.bool_] = self.scores[model] >= threshold
        return decisions


def holdout(predictions: pd.DataFrame, part: Part = "test") -> Holdout:
    """Return one part of a run's predictions.

    Args:
        predictions: Columns row, part, y (0/1), network, and one column of probabilities per
            further model; held_out if the run has it.
        part: Which rows; "validation" are those that some networks left out.

    Raises:
        EvaluationError: A column or the part is missing, an outcome is absent from it, or a
            probability is not one.
    """
    if absent := [name for name in ("row", "part", "y", SUBJECT) if name not in predictions]:
        raise EvaluationError(
            f"The predictions of this run lack {', '.join(absent)}. Train the run again."
        )
    rows = _rows(predictions, part)
    if rows.empty:
        raise EvaluationError(
            f"This run has no {part} rows. Train it again with a share for the {part} part."
        )
    # Challengers have learnt from validation rows; only the network has left them out.
    shown = rows.columns[:0] if part == "validation" else rows.columns
    others = [str(name) for name in shown if name not in {*_NOT_MODELS, SUBJECT}]
    scores = {key: checked(rows["y"], rows[key])[1] for key in (SUBJECT, *others)}
    return Holdout(
        part=part,
        y_true=rows["y"].to_numpy(np.int8),
        scores=scores,
        row_ids=rows["row"].to_numpy(np.int64),
        num_rows=int(predictions["row"].nunique()),
    )


def _rows(predictions: pd.DataFrame, part: Part) -> pd.DataFrame:
    if part == "validation" and HELD_OUT in predictions:
        judged = predictions[predictions[HELD_OUT].notna()]
        return judged.assign(**{SUBJECT: judged[HELD_OUT]})
    return predictions[predictions["part"] == part]
