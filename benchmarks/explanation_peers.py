"""SHAP's model-agnostic explainers on the same model and the same reference population.

Each is given the model as it scores many rows, raw fields in and log-odds out, on all cores.
Fields travel as numbers: the place of a value among the field's distinct values, which costs less
than text and knows missing values.
"""

import numpy as np
import pandas as pd
import shap

from benchmarks.explanation_models import Model


class Peers:
    """KernelExplainer and PermutationExplainer as their documentation uses them."""

    def __init__(self, model: Model, applicants: pd.DataFrame) -> None:
        """Prepare both for these applicants."""
        self._model = model
        both = pd.concat([model.reference, applicants], ignore_index=True)
        self._values = {name: both[name].drop_duplicates() for name in both}
        codes = np.column_stack(
            [pd.factorize(both[name], use_na_sentinel=False)[0] for name in both]
        ).astype(float)
        reference, self._rows = codes[: len(model.reference)], codes[len(model.reference) :]
        self._kernel = shap.KernelExplainer(self._score, reference)
        masker = shap.maskers.Independent(reference, max_samples=len(reference))
        self._permutation = shap.explainers.Permutation(self._score, masker, seed=0)

    def kernel(self, row: int) -> np.ndarray:
        """Return (p,) values with as many samples as it takes by default, none of them dropped."""
        np.random.seed(0)  # it draws from NumPy's global generator
        found = self._kernel.shap_values(self._rows[[row]], silent=True, l1_reg=False)
        return np.asarray(found)[0]

    def permutation(self, row: int) -> np.ndarray:
        """Return (p,) values with as many evaluations as it takes by default."""
        return np.asarray(self._permutation(self._rows[[row]], silent=True).values[0])

    def _score(self, rows: np.ndarray) -> np.ndarray:
        columns = {
            name: values.take(rows[:, place].astype(int)).array
            for place, (name, values) in enumerate(self._values.items())
        }
        return self._model.network.log_odds(self._model.encoder.encode(pd.DataFrame(columns)))
