"""What any cut-off would decide, ready for a slider."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.evaluation.metrics import (
    CUT_OFF_METRICS,
    Confusion,
    Floats,
    checked,
    decision_figures,
)

STEPS = 1000
"""Of the slider, from 0 to 100 % in steps of a tenth of a percent."""


def step_of(cut_off: float) -> int:
    """Return the slider's step nearest to a cut-off in [0, 1].

    >>> step_of(0.3), step_of(0.28449)
    (300, 284)
    """
    return round(STEPS * cut_off)


@dataclass(frozen=True, slots=True, eq=False)
class CutOffTable:
    """The scores sorted once, so that each cut-off is a look-up.

    Attributes:
        scores: (n,) probabilities of default, ascending.
        bads_below: (n + 1,) how many bads are among the k lowest scores.
    """

    scores: Floats
    bads_below: NDArray[np.int64]

    @classmethod
    def of(cls, y_true: object, pd_hat: object) -> "CutOffTable":
        """Sort and check.

        Raises:
            EvaluationError: As `metrics.checked`.
        """
        outcomes, scores = checked(y_true, pd_hat)
        order = np.argsort(scores, kind="stable")
        return cls(scores[order], np.append(0, np.cumsum(outcomes[order], dtype=np.int64)))

    def at(self, cut_off: float) -> Confusion:
        """Return the decisions where a probability of `cut_off` or more is declined."""
        tp, fp, fn, tn = (int(count) for count in self._cells(np.array([cut_off]))[0])
        return Confusion(tp, fp, fn, tn)

    def every_step(self) -> tuple[list[Confusion], list[int]]:
        """Return the decisions that differ, and which of them each of the STEPS + 1 steps makes."""
        cells = self._cells(np.arange(STEPS + 1) / STEPS)
        differs = np.append(True, (cells[1:] != cells[:-1]).any(axis=1))
        confusions = [Confusion(*counts) for counts in cells[differs].tolist()]
        return confusions, (np.cumsum(differs) - 1).tolist()

    def frame(self, cut_offs: Floats | None = None) -> pd.DataFrame:
        """Return one row per cut-off (every half percent if not given).

        Columns: cut_off, tp, fp, fn, tn and each of CUT_OFF_METRICS.
        """
        if cut_offs is None:
            cut_offs = np.arange(201) / 200
        cells = self._cells(cut_offs)
        figures = decision_figures(cells)
        return pd.DataFrame(
            {"cut_off": cut_offs}
            | dict(zip(("tp", "fp", "fn", "tn"), cells.T, strict=True))
            | {name: figures[name] for name in CUT_OFF_METRICS}
        )

    def _cells(self, cut_offs: Floats) -> NDArray[np.int64]:
        approved = np.searchsorted(self.scores, cut_offs, side="left")
        missed = self.bads_below[approved]
        bads, n = self.bads_below[-1], self.scores.size
        caught = bads - missed
        return np.stack([caught, n - approved - caught, missed, approved - missed], axis=1).astype(
            np.int64
        )
