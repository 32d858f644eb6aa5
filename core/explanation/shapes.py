"""The curve of each field in an additive network: what it adds to the log-odds, at every value.

The curves add up to the score, so they are the whole explanation: nothing is estimated. Each is
centred on its mean over the reference population, which makes a point of it the field's Shapley
value against that population.
"""

from typing import Protocol

import numpy as np
import pandas as pd

from core.data.schema import Column

STEPS = 160
"""Points of a curve; steps of the risk lie between two of them."""
BARS = 24
"""Of the picture of how frequent values are."""


class Scores(Protocol):
    """What scores features; see core.model.bundle."""

    def log_odds(self, features: pd.DataFrame) -> np.ndarray: ...  # noqa: D102


def shape(model: Scores, column: Column, population: pd.DataFrame) -> pd.DataFrame:
    """Return the curve of one field of an additive network.

    Args:
        model: Additive over its fields.
        column: Which field, a number or a category.
        population: (n, p) features, at least one row: the centre, and where values are frequent.

    Returns:
        Columns value (a number or text; None where it is missing), log_odds, and rows: how many
        of the population have that value, or lie nearest to it.
    """
    values = population[column.name]
    grid = _numbers(values) if column.kind == "number" else _categories(values)
    if values.isna().any():
        grid = [*grid, None]
    asked = pd.DataFrame([population.iloc[0]] * len(grid)).reset_index(drop=True)
    asked[column.name] = pd.Series(grid, dtype=values.dtype)
    own = pd.DataFrame([population.iloc[0]] * len(population)).reset_index(drop=True)
    own[column.name] = values.to_numpy()
    centre = model.log_odds(own.astype(population.dtypes)).mean()
    effect = model.log_odds(asked.astype(population.dtypes)) - centre
    return pd.DataFrame(
        {"value": pd.Series(grid, dtype="object"), "log_odds": effect, "rows": _rows(values, grid)}
    )


def density(values: pd.Series) -> pd.DataFrame:
    """Return how often numbers occur: columns low, high and rows, for bars of equal width."""
    known = values.dropna().to_numpy(np.float64)
    low, high = _ends(known)
    rows, edges = np.histogram(known.clip(low, high), BARS, (low, high))
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "rows": rows})


def _numbers(values: pd.Series) -> list[float]:
    known = values.dropna().to_numpy(np.float64)
    distinct = np.unique(known)
    if len(distinct) <= STEPS:
        return [float(value) for value in distinct]
    return [float(value) for value in np.linspace(*_ends(known), STEPS)]


def _ends(known: np.ndarray) -> tuple[float, float]:
    """Return where a picture begins and ends: a few huge values would leave it empty."""
    low, high = np.quantile(known, [0.005, 0.995])
    return (float(low), float(high)) if high > low else (float(low) - 1, float(low) + 1)


def _categories(values: pd.Series) -> list[str]:
    return [str(value) for value in values.value_counts().index]


def _rows(values: pd.Series, grid: list[float] | list[str]) -> list[int]:
    """Return how many rows have each value, or lie nearest to it."""
    missing = int(values.isna().sum())
    asked = [value for value in grid if value is not None]
    if asked and isinstance(asked[0], str):
        counts = values.value_counts()
        found = [int(counts[value]) for value in asked]
    else:
        known = values.dropna().to_numpy(np.float64)
        middles = (np.array(asked[1:]) + np.array(asked[:-1])) / 2
        found = np.bincount(np.searchsorted(middles, known), minlength=len(asked)).tolist()
    return [*found, missing] if len(found) < len(grid) else found
