"""Whether an explanation holds for applicants hardly different from this one.

Each number moves to a value that lies a few ranks away among known applicants, so a change is as
large as their spacing makes it: where many share a value it stays, where they lie far apart it
moves far. Categories and blanks stay: another category is no small change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.explanation.attribution import Attribution

DRAWS = 20
RANKS = 0.05
"""Largest move, as a share of all ranks."""
SEED = 7


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """An explanation, and those of applicants hardly different.

    Attributes:
        now: The applicant's.
        values: (d, p) Shapley values of the others.
        log_odds: (d,) their scores.
        reasons: For each of them the fields of the principal reasons, in order.
        now_reasons: The applicant's.
    """

    now: Attribution
    values: np.ndarray
    log_odds: np.ndarray
    reasons: tuple[tuple[str, ...], ...]
    now_reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back; who is asked about is not in it."""
        return {
            "values": self.values.tolist(),
            "log_odds": self.log_odds.tolist(),
            "reasons": [list(fields) for fields in self.reasons],
        }

    @classmethod
    def from_json(
        cls, data: Mapping[str, Any], now: Attribution, now_reasons: tuple[str, ...]
    ) -> "Stability":
        """Return what `to_json` wrote, for the applicant it was worked out for."""
        return cls(
            now,
            np.array(data["values"]),
            np.array(data["log_odds"]),
            tuple(map(tuple, data["reasons"])),
            now_reasons,
        )

    def same(self, first: int) -> int:
        """Return how many have the same first reasons, in any order."""
        wanted = set(self.now_reasons[:first])
        return sum(set(each[:first]) == wanted for each in self.reasons)

    @property
    def sentence(self) -> str:
        """Say how far the reasons can be relied on."""
        draws, first = len(self.reasons), min(2, len(self.now_reasons))
        if not first:
            none = sum(not each for each in self.reasons)
            return f"There is no reason, and none in {none} of {draws} small changes either."
        head = "The first two reasons stay" if first == 2 else "The reason stays"
        return f"{head} the same in {self.same(first)} of {draws} small changes."

    @property
    def widest(self) -> tuple[str, float, float]:
        """Return the field whose share varies most, and from where to where."""
        both = np.vstack([self.values, self.now.values])
        low, high = both.min(axis=0), both.max(axis=0)
        weight = np.abs(self.now.values)
        place = max(range(len(weight)), key=lambda k: (high[k] - low[k], weight[k]))
        return self.now.names[place], float(low[place]), float(high[place])

    def frame(self) -> pd.DataFrame:
        """Return a row per field, the weightiest first: field, now, low and high (of all draws)."""
        both = np.vstack([self.values, self.now.values])
        frame = pd.DataFrame(
            {
                "field": self.now.names,
                "now": self.now.values,
                "low": both.min(axis=0),
                "high": both.max(axis=0),
            }
        )
        order = np.argsort(-np.abs(self.now.values), kind="stable")
        return frame.iloc[order].reset_index(drop=True)


def small_changes(
    values: Mapping[str, Any], known: pd.DataFrame, draws: int = DRAWS, seed: int = SEED
) -> list[dict[str, Any]]:
    """Return applicants hardly different from this one; the same arguments give the same.

    Args:
        values: The applicant's, by field; None where missing.
        known: (m, ≥ p) values of known applicants.
        draws: How many.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    drawn: dict[str, list[Any]] = {}
    for name, value in values.items():
        steps = random.uniform(-RANKS, RANKS, draws)
        drawn[name] = [value] * draws
        if isinstance(value, int | float) and pd.api.types.is_numeric_dtype(known[name]):
            drawn[name] = _moved(float(value), known[name].dropna().to_numpy(float), steps)
    return [{name: drawn[name][place] for name in values} for place in range(draws)]


def _moved(value: float, known: np.ndarray, steps: np.ndarray) -> list[float]:
    """Return the value moved by as much as known ones so many ranks apart differ."""
    if not len(known):
        return [value] * len(steps)
    ordered = np.sort(known)
    middle = (np.searchsorted(ordered, value) + np.searchsorted(ordered, value, "right")) / 2
    rank = middle / len(ordered)
    here, there = (
        np.quantile(ordered, np.clip(rank + by, 0, 1), method="nearest") for by in (0.0, steps)
    )
    return [round(each, 10) for each in (value + (there - here)).tolist()]


def stability(
    now: Attribution,
    now_reasons: tuple[str, ...],
    others: Sequence[tuple[Attribution, tuple[str, ...]]],
) -> Stability:
    """Return what explanations of small changes have in common with the applicant's.

    Args:
        now: The applicant's.
        now_reasons: Fields of the principal reasons, in order.
        others: The same two of each small change.
    """
    return Stability(
        now,
        np.array([each.values for each, _ in others]),
        np.array([each.log_odds for each, _ in others]),
        tuple(fields for _, fields in others),
        now_reasons,
    )
