"""DiCE beside our way to approval: the same applicants, fields, model and cut-off.

DiCE searches among the values of the data and cannot take missing ones, so it is given the typical
value instead. Its method is "random", the fastest it has for a model of any kind.
"""

import contextlib
import importlib.util
import io
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.decision.applicant import Value
from core.decision.scoring import Scorer
from core.model.served import sigmoid

OPTIONS = 5
OUTCOME = "not approved"


def installed() -> bool:
    """Return whether dice-ml is there."""
    return importlib.util.find_spec("dice_ml") is not None


class _Approval:
    """The model as DiCE asks it: class 1, with one half or more, is whoever is not approved."""

    def __init__(self, scorer: Scorer) -> None:
        threshold = scorer.policy.approve_below
        self._bundle, self._goal = scorer.bundle, math.log(threshold / (1 - threshold))

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Return (n, 2)."""
        prepared = self._bundle.prepare(rows.astype(self._dtypes(rows)))
        high = sigmoid(self._bundle.log_odds(prepared) - self._goal)
        return np.column_stack([1 - high, high])

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        """Return (n,) classes."""
        return (self.predict_proba(rows)[:, 1] >= 0.5).astype(int)

    def _dtypes(self, rows: pd.DataFrame) -> dict[str, str]:
        kinds = {field.name: field.kind for field in self._bundle.fields}
        return {str(name): "float64" if kinds[str(name)] == "number" else "str" for name in rows}


class Dice:
    """DiCE, prepared for one model and its loan file."""

    def __init__(self, scorer: Scorer, frame: pd.DataFrame) -> None:
        """Take the model and the rows of its file, as read."""
        import dice_ml  # a peer that is measured where it is installed

        self._scorer, self._fields = scorer, scorer.bundle.fields
        self._typical = {field.name: field.typical for field in self._fields}
        model = _Approval(scorer)
        rows = frame[[field.name for field in self._fields]].fillna(self._typical)
        data = dice_ml.Data(
            dataframe=rows.assign(**{OUTCOME: model.predict(rows)}),
            continuous_features=[f.name for f in self._fields if f.kind == "number"],
            outcome_name=OUTCOME,
        )
        wrapped = dice_ml.Model(model=model, backend="sklearn", model_type="classifier")
        self._search = dice_ml.Dice(data, wrapped, method="random")

    def options(self, values: Mapping[str, Value], levers: Sequence[str]) -> int:
        """Return how many changes it finds that our scorer approves."""
        told = {name: self._typical[name] if v is None else v for name, v in values.items()}
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                found = self._search.generate_counterfactuals(
                    pd.DataFrame([told]),
                    total_CFs=OPTIONS,
                    desired_class=0,
                    features_to_vary=list(levers),
                    random_seed=0,
                    verbose=False,
                )
            except Exception:  # it raises where it finds nothing
                return 0
        changed = found.cf_examples_list[0].final_cfs_df
        rows = [] if changed is None else changed.drop(columns=OUTCOME).to_dict("records")
        return sum(self._approves(row) for row in rows)

    def _approves(self, row: Mapping[Any, Any]) -> bool:
        numbers = {field.name for field in self._fields if field.kind == "number"}
        values = {str(n): float(v) if n in numbers else str(v) for n, v in row.items()}
        return self._scorer.assess(values, reasons=False).decision == "approve"
