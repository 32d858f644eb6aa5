"""What the network would say if applicants had another value in one field and kept all others.

The mean over applicants is the partial dependence (Friedman 2001); the line of each applicant is
the individual conditional expectation (Goldstein et al. 2015). The first layer adds up over fields,
so only one vector is exchanged for each value, and nothing else is encoded again.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.schema import Column
from core.explanation.explainable import Explainable
from core.explanation.one_thread import one_blas_thread
from core.formatting import number, percent
from core.model.served import sigmoid

ROWS = 500
STEPS = 40
LINES = 60
"""Single applicants that are drawn; more hide each other."""
LEAST_MOVE = 0.005


@dataclass(frozen=True, eq=False)
class PartialDependence:
    """One field over its values.

    Attributes:
        mean: One row per value: value (a number or text; None is missing), pd (the mean PD if all
            had it), low and high (its 95 % interval over applicants).
        lines: (lines, values) PD of single applicants at the values of `mean`; the index holds row
            ids.
        rows: Applicants the mean rests on.
    """

    mean: pd.DataFrame
    lines: pd.DataFrame
    rows: int


def partial_dependence(
    model: Explainable, features: pd.DataFrame, column: Column, lines: int = LINES
) -> PartialDependence:
    """Return the PD of applicants at every value of one field.

    Args:
        model: What scores.
        features: (n, p) of the applicants, at least one; values come from them.
        column: The field.
        lines: Keep so many single applicants at most, the first.
    """
    one_blas_thread()
    values = _values(features[column.name], column)
    pd_hat = _at_each(model, features, column.name, values)
    spread = 1.96 * pd_hat.std(axis=0, ddof=1) / np.sqrt(len(features)) if len(features) > 1 else 0
    mean = pd.DataFrame({"value": pd.Series(values, dtype="object"), "pd": pd_hat.mean(axis=0)})
    mean = mean.assign(
        low=(mean["pd"] - spread).clip(lower=0), high=(mean["pd"] + spread).clip(upper=1)
    )
    few = pd.DataFrame(pd_hat[:lines], index=features.index[:lines])
    return PartialDependence(mean, few, len(features))


def _values(known: pd.Series, column: Column) -> list[float | str | None]:
    missing: list[float | str | None] = [None] if known.isna().any() else []
    if column.kind != "number":
        return [*(str(value) for value in known.value_counts().index), *missing]
    numbers = known.dropna().to_numpy(np.float64)
    distinct = np.unique(numbers)
    if len(distinct) > STEPS:
        distinct = np.unique(np.quantile(numbers, np.linspace(0.005, 0.995, STEPS)))
    return [*(float(value) for value in distinct), *missing]


def _at_each(
    model: Explainable, features: pd.DataFrame, name: str, values: list[float | str | None]
) -> np.ndarray:
    """Return (n, values) PD."""
    asked = pd.concat([features.iloc[:1]] * len(values), ignore_index=True)
    asked[name] = pd.Series(values, dtype=features[name].dtype)
    slots = model.encoder.block(name)
    weight, bias = model.network.weights[0], model.network.biases[0]
    encoded = model.encoder.encode(features)
    encoded[:, slots] = 0
    rest = encoded @ weight + bias
    moves = model.encoder.encode(asked)[:, slots] @ weight[slots]
    return np.column_stack([sigmoid(model.network.tail(rest + move)) for move in moves])


def finding(found: PartialDependence, column: Column) -> str:
    """Say in one sentence what difference the field's value makes."""
    steps = found.mean.to_dict("records")
    low, high = (pick(steps, key=lambda step: step["pd"]) for pick in (min, max))
    if high["pd"] - low["pd"] < LEAST_MOVE:
        return f"{column.label} alone hardly changes the default probability"
    return (
        f"With {_said(column, high['value'])}, the default probability would be "
        f"{percent(high['pd'], 0)} on average; with {_said(column, low['value'])}, "
        f"{percent(low['pd'], 0)}"
    )


def _said(column: Column, value: object) -> str:
    if value is None:
        return f"{column.label} not given"
    if isinstance(value, float):
        return f"{column.label} {number(value)}{f' {column.unit}' if column.unit else ''}"
    return f"{column.label} “{value}”"
