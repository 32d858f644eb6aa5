"""What an explanation says of one applicant, and how precise it is asked to be."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Method = Literal["exact", "sampled"]


@dataclass(frozen=True, slots=True)
class Precision:
    """When an explanation is precise enough.

    Attributes:
        target: Longest error bar to each side, as a share of the largest attribution.
        most_coalitions: Stop before evaluating more, over all reference rows together; the first
            round is always played.
        exact: Enumerate every coalition, of at most 16 fields that differ.
    """

    target: float = 0.01
    most_coalitions: int = 250_000
    exact: bool = False


USUAL = Precision()


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """How much each field moves one applicant's log-odds away from the reference population's.

    Attributes:
        names: The features, in schema order.
        values: (p,) log-odds; positive raises the risk. base + values.sum() = log_odds.
        base: Mean log-odds of the reference population.
        log_odds: The applicant's, as scored.
        gap: base + values.sum() - log_odds: what the explanation leaves unexplained.
        se: (p,) standard error of each value that comes from sampling coalitions; None if exact.
        method: Whether all coalitions were evaluated, or need not be.
        n_reference: Rows in the reference population.
        n_coalitions: Coalitions evaluated, over all reference rows.
        bars: (p,) the exact value lies within values ± bars in 95 cases of 100; None if exact.
        precise: Whether the bars are as short as asked for.
    """

    names: tuple[str, ...]
    values: np.ndarray
    base: float
    log_odds: float
    gap: float
    se: np.ndarray | None
    method: Method
    n_reference: int
    n_coalitions: int
    bars: np.ndarray | None = None
    precise: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return plain data: the numbers by field, and how they were found."""
        return {
            "base_log_odds": self.base,
            "log_odds": self.log_odds,
            "values": self._by_name(self.values),
            "standard_errors": self._by_name(self.se),
            "error_bars": self._by_name(self.bars),
            "precise": self.precise,
            "additivity_gap": self.gap,
            "method": self.method,
            "reference_rows": self.n_reference,
            "coalitions": self.n_coalitions,
        }

    def _by_name(self, numbers: np.ndarray | None) -> dict[str, float] | None:
        if numbers is None:
            return None
        return dict(zip(self.names, numbers.tolist(), strict=True))
