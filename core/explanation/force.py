"""What pushes one applicant's risk up and what pulls it down, in three plain sentences."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.data.schema import Schema
from core.explanation.attribution import Attribution
from core.explanation.words import listing, signed
from core.formatting import count, percent
from core.model.served import sigmoid

NAMED = 2
"""Fields a sentence names on each side."""
WHOLE_FROM = 0.03
"""Changes of so much probability are told in whole percentages, smaller ones with one decimal."""


@dataclass(frozen=True, slots=True)
class Force:
    """The way from the reference population to an applicant, in two strides.

    Attributes:
        base: Log-odds of the reference population.
        raised: After everything that raises the risk.
        end: The applicant's log-odds, after everything that lowers it again.
        up: Labels of the fields that raise it, the weightiest first.
        down: Labels of the fields that lower it, the weightiest first.
    """

    base: float
    raised: float
    end: float
    up: tuple[str, ...]
    down: tuple[str, ...]

    def sentence(self, who: str) -> str:
        r"""Say it as probability of default; `who` is the reference population.

        >>> Force(-1.5, -0.5, -1.15, ("Debt",), ("Age",)).sentence("all applicants")
        'Compared with all applicants, the fields raise the risk from 18\xa0% to 24\xa0%.'
        """
        start, end = self._percent(self.base), self._percent(self.end)
        if start == end:
            return f"The risk is that of {who}: {end}."
        verb = "raise" if self.end > self.base else "lower"
        return f"Compared with {who}, the fields {verb} the risk from {start} to {end}."

    def strides(self) -> str:
        """Say what each side does, and through which fields."""
        top, end = self._percent(self.raised), self._percent(self.end)
        if not self.down:
            return f"{_does(self.up, 'raise')} it to {top}." if self.up else ""
        if not self.up:
            return f"{_does(self.down, 'lower')} it to {end}."
        return f"{_named(self.up)} would take it to {top}; {_does(self.down, 'bring')} it to {end}."

    def in_points(self, points: Callable[[float], int]) -> str:
        """Say the same in points; `points` is the policy's scale."""
        start, top, end = points(self.base), points(self.raised), points(self.end)
        return (
            f"In points: from {count(start)} to {count(end)}, "
            f"{signed(top - start, 0)} by what raises the risk and {signed(end - top, 0)} by what "
            "lowers it."
        )

    def _percent(self, log_odds: float) -> str:
        change = abs(_pd(self.end) - _pd(self.base))
        return percent(_pd(log_odds), 0 if change >= WHOLE_FROM else 1)


def force(attribution: Attribution, schema: Schema) -> Force:
    """Return the two strides of an attribution."""
    pairs = list(zip(attribution.names, attribution.values.tolist(), strict=True))
    ranked = sorted(pairs, key=lambda pair: -abs(pair[1]))
    up, down = ([p for p in ranked if sign * p[1] > 0] for sign in (1, -1))
    return Force(
        base=attribution.base,
        raised=attribution.base + sum(value for _, value in up),
        end=attribution.log_odds,
        up=tuple(schema[name].label for name, _ in up),
        down=tuple(schema[name].label for name, _ in down),
    )


def _does(labels: tuple[str, ...], verb: str) -> str:
    return f"{_named(labels)} {verb}{'s' if len(labels) == 1 else ''}"


def _named(labels: tuple[str, ...]) -> str:
    """Return the first few labels, and how many others there are."""
    others = len(labels) - NAMED
    if others < 1:
        return listing(labels)
    return listing([*labels[:NAMED], f"{others} other{'s' if others > 1 else ''}"])


def _pd(log_odds: float) -> float:
    return float(sigmoid(np.array(log_odds)))
