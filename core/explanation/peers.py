"""The earlier applicants most like this one, as the model sees them, and what became of them.

Alike is measured on the score: the effect of a difference is how much this applicant's log-odds
would change if the one field had the other's value. The distance is the root of the sum of
squares of these effects over all fields. So fields count by what they mean here, units do not
matter, and what the model does not see (protected fields, identifiers) is neither used nor shown.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from core.errors import ExplanationError

NEAREST = 50
GRID = 64
"""Values of a number at which its effect is computed; between them it is read off a line."""


class Scores(Protocol):
    """What scores: core.model.bundle.Bundle."""

    def log_odds(self, features: pd.DataFrame) -> np.ndarray: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Applicants whose outcome is known.

    Attributes:
        features: (m, p); the index holds row ids.
        bad: (m,) whether each defaulted.
        pd_hat: (m,) what the model says of each.
        grids: For each feature the values at which its effect is computed; see `learn`.
    """

    features: pd.DataFrame
    bad: np.ndarray
    pd_hat: np.ndarray
    grids: dict[str, pd.Series]

    @classmethod
    def learn(cls, features: pd.DataFrame, bad: np.ndarray, pd_hat: np.ndarray) -> "Known":
        """Return them ready to compare with: distinct values are looked for once."""
        return cls(features, bad, pd_hat, {str(name): _grid(features[name]) for name in features})

    def take(self, places: np.ndarray) -> "Known":
        """Return some of them, by place or by a mask."""
        features = self.features.iloc[places]
        return Known(features, self.bad[places], self.pd_hat[places], self.grids)

    def without(self, row: int | None) -> "Known":
        """Return all but one row, such as the applicant's own."""
        return self.take(np.flatnonzero(self.features.index != row))


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """The nearest of them, the nearest first.

    Attributes:
        known: Those k.
        distance: (k,) in log-odds.
        effects: (k, p) change of the applicant's log-odds with each field as theirs.
        of: How many they were chosen from.
    """

    known: Known
    distance: np.ndarray
    effects: pd.DataFrame
    of: int

    @property
    def bads(self) -> int:
        """How many of them defaulted."""
        return int(self.known.bad.sum())

    def telling(self, most: int) -> list[str]:
        """Return the fields whose values tell these peers from the applicant most."""
        spread = (self.effects**2).sum().sort_values(ascending=False, kind="stable")
        return [str(name) for name in spread.index[:most]]


def peers(model: Scores, applicant: pd.DataFrame, known: Known, most: int = NEAREST) -> Peers:
    """Return the applicants most alike; equally near ones in the order of `known`.

    Args:
        model: What scores.
        applicant: (1, p) features.
        known: Whom to choose from.
        most: How many.

    Raises:
        ExplanationError: There is nobody to choose from, or not exactly one applicant.
    """
    if len(applicant) != 1 or not len(known.bad):
        raise ExplanationError(
            f"One applicant is compared with at least one other, but there are {len(applicant):,} "
            f"and {len(known.bad):,}."
        )
    found = effects(model, applicant, known)
    distance = np.sqrt((found.to_numpy() ** 2).sum(axis=1))
    nearest = np.argsort(distance, kind="stable")[:most]
    return Peers(known.take(nearest), distance[nearest], found.iloc[nearest], len(known.bad))


def effects(model: Scores, applicant: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Return (m, p) how much the applicant's log-odds change with each one field as the others'.

    Args:
        model: What scores.
        applicant: (1, p) features.
        known: The others.
    """
    others, grids = known.features, known.grids
    changed = _log_odds(model, applicant, grids)
    now = float(model.log_odds(applicant)[0])
    return pd.DataFrame(
        {name: _read_off(others[name], grid, changed[name] - now) for name, grid in grids.items()},
        others.index,
    )


def _log_odds(
    model: Scores, applicant: pd.DataFrame, grids: dict[str, pd.Series]
) -> dict[str, np.ndarray]:
    """Return the log-odds at each value of each grid, all other fields as they are."""
    ends = np.cumsum([len(grid) for grid in grids.values()])
    columns = {}
    for end, (name, grid) in zip(ends.tolist(), grids.items(), strict=True):
        column = applicant[name].repeat(int(ends[-1])).reset_index(drop=True)
        column.iloc[end - len(grid) : end] = grid.to_numpy()
        columns[name] = column
    parts = np.split(model.log_odds(pd.DataFrame(columns)), ends[:-1])
    return dict(zip(grids, parts, strict=True))


def _grid(values: pd.Series) -> pd.Series:
    """Return the values at which effects are computed, sorted; last a missing one, if any."""
    known = values.dropna()
    distinct = known.drop_duplicates().sort_values()
    if pd.api.types.is_numeric_dtype(values) and len(distinct) > GRID:
        steps = np.linspace(0, 1, GRID)
        distinct = known.quantile(steps, interpolation="nearest").drop_duplicates()
    missing = values[values.isna()].iloc[:1]
    return pd.concat([distinct, missing], ignore_index=True)


def _read_off(values: pd.Series, grid: pd.Series, effect: np.ndarray) -> np.ndarray:
    """Return (m,) the effect of each value."""
    known = grid.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(values) and known.any():
        points = grid[known].to_numpy(float)
        found = np.interp(values.to_numpy(float, na_value=np.nan), points, effect[known])
    else:
        at = pd.Index(grid[known]).get_indexer(pd.Index(values))
        found = np.append(effect[known], 0.0)[at]
    return np.asarray(np.where(values.isna(), effect[-1], found))
