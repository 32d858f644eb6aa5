"""What a policy does to applicants whose outcome is known."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.decision.policy import DECISIONS, Decision, Policy

Z = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Share:
    """k of n, with a 95 % Wilson interval; all NaN where n is 0.

    >>> Share(10, 40).value
    0.25
    """

    k: int
    n: int

    @property
    def value(self) -> float:
        """The share in [0, 1]."""
        return self.k / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Lowest and highest share that fit the data (Wilson 1927)."""
        if not self.n:
            return math.nan, math.nan
        scale = 1 + Z**2 / self.n
        middle = (self.value + Z**2 / (2 * self.n)) / scale
        spread = self.value * (1 - self.value) / self.n + Z**2 / (4 * self.n**2)
        half = Z * math.sqrt(spread) / scale
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a policy decides about n applicants, and how they turned out.

    Attributes:
        rows: Applicants by decision.
        bads: Those of them that turned out bad.
    """

    rows: dict[Decision, int]
    bads: dict[Decision, int]

    @property
    def n(self) -> int:
        """All applicants."""
        return sum(self.rows.values())

    def share(self, decision: Decision) -> Share:
        """Return how many get this decision."""
        return Share(self.rows[decision], self.n)

    def bad_rate(self, decision: Decision) -> Share:
        """Return how many of those who get this decision turned out bad."""
        return Share(self.bads[decision], self.rows[decision])


def effect(policy: Policy, y: np.ndarray, pd_hat: np.ndarray, rows: pd.DataFrame) -> Effect:
    """Return what a policy does.

    Args:
        policy: The cut-offs and rules.
        y: (n,) outcomes; 1 = bad.
        pd_hat: (n,) probabilities of default.
        rows: (n, ≥ fields of the rules) the applicants as the loan file has them.
    """
    places = np.digitize(pd_hat, [policy.approve_below, policy.decline_from])
    for rule in policy.rules:
        stricter = np.where(rule.concerns(rows), DECISIONS.index(rule.decision), 0)
        places = np.maximum(places, stricter)
    counts = np.bincount(places, minlength=3)
    bads = np.bincount(places, weights=y == 1, minlength=3)
    return Effect(
        {decision: int(counts[place]) for place, decision in enumerate(DECISIONS)},
        {decision: int(bads[place]) for place, decision in enumerate(DECISIONS)},
    )
