"""Explanations of many applicants: how much each field matters, which way, and with which other.

Every figure here rests on rows that were explained one by one; `Explained.of` says how many
there would have been.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.schema import Column, Schema
from core.explanation.attribution import Attribution
from core.explanation.shapley import Explainer
from core.model.served import sigmoid

BINS = 10
PARTNER_BINS = 4
LEAST_RANK_CORRELATION = 0.3
"""Below it, a field does not plainly raise or lower the risk."""


@dataclass(frozen=True, eq=False)
class Explained:
    """Attributions of many rows against one reference population.

    Attributes:
        values: (n, p) Shapley values in log-odds; the index holds row ids.
        features: (n, p) what the model saw, same index.
        scores: (n, 3) columns log_odds, gap and error, the largest standard error of the row's
            values (0 if exact).
        base: Mean log-odds of the reference population.
    """

    values: pd.DataFrame
    features: pd.DataFrame
    scores: pd.DataFrame
    base: float

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    @property
    def names(self) -> list[str]:
        """The features, in schema order."""
        return [str(name) for name in self.values.columns]

    @property
    def largest_gap(self) -> float:
        """Largest distance between a score and what its explanation adds up to, in log-odds."""
        return float(self.scores["gap"].abs().max())

    @property
    def default_probability(self) -> np.ndarray:
        """(n,) PD of each row."""
        return sigmoid(self.scores["log_odds"].to_numpy())

    def where(self, rows: np.ndarray) -> "Explained":
        """Return the rows for which (n,) bool is true."""
        return Explained(self.values[rows], self.features[rows], self.scores[rows], self.base)

    def pd_effects(self) -> pd.DataFrame:
        """Return (n, p): how much higher the PD is than it would be without the field's value."""
        log_odds = self.scores["log_odds"].to_numpy()[:, None]
        effects = sigmoid(log_odds) - sigmoid(log_odds - self.values.to_numpy())
        return pd.DataFrame(effects, self.values.index, self.values.columns)

    def to_files(self) -> dict[str, bytes]:
        """Return the files that `from_files` reads."""
        frames = {"attributions": self.values, "features": self.features, "scores": self.scores}
        files = {f"{name}.parquet": _parquet(frame) for name, frame in frames.items()}
        return {**files, "base.json": json.dumps(self.base).encode()}

    @classmethod
    def from_files(cls, read: Callable[[str], bytes]) -> "Explained":
        """Return what `to_files` wrote; `read` returns the bytes of a file by name."""
        names = ("attributions", "features", "scores")
        values, features, scores = (
            pd.read_parquet(io.BytesIO(read(f"{name}.parquet"))) for name in names
        )
        return cls(values, features, scores, json.loads(read("base.json")))

    @classmethod
    def join(cls, parts: Sequence["Explained"]) -> "Explained":
        """Return the rows of all parts, in their order."""
        return cls(
            pd.concat([part.values for part in parts]),
            pd.concat([part.features for part in parts]),
            pd.concat([part.scores for part in parts]),
            parts[0].base,
        )


def explain_rows(explainer: Explainer, features: pd.DataFrame) -> Explained:
    """Return the attributions of (n, p) rows, at least one, each bit for bit as it is alone."""
    return collect(explainer.explain_rows(features), features, explainer.base)


def collect(
    attributions: Iterable[Attribution],
    features: pd.DataFrame,
    base: float,
    on_row: Callable[[int], None] = lambda done: None,
) -> Explained:
    """Return the attributions of all rows as a table.

    Args:
        attributions: One for each row, in their order.
        features: (n, ≥ p), at least one row.
        base: Mean log-odds of the reference population.
        on_row: Called after each row with the number done; what it raises ends the work.
    """
    said = []
    for done, attribution in enumerate(attributions, start=1):
        said.append(attribution)
        on_row(done)
    names = list(said[0].names)
    values = pd.DataFrame([a.values for a in said], features.index, names)
    scores = pd.DataFrame(
        {
            "log_odds": [a.log_odds for a in said],
            "gap": [a.gap for a in said],
            "error": [0.0 if a.se is None else float(a.se.max()) for a in said],
        },
        features.index,
    )
    return Explained(values, features[names], scores, base)


def importance(explained: Explained, schema: Schema) -> pd.DataFrame:
    """Return the fields, the weightiest first.

    Columns: field, label; log_odds: mean absolute Shapley value, with low and high, its 95 %
    interval over rows; pd: mean absolute effect on the PD; share: of all fields' log_odds;
    direction: "raises", "lowers" or "" (see `direction`).
    """
    frame = mean_sizes(explained.values).assign(
        label=[schema[name].label for name in explained.names],
        pd=explained.pd_effects().abs().mean().to_numpy(),
        direction=[direction(explained, schema[name]) for name in explained.names],
    )
    frame["share"] = frame["log_odds"] / max(frame["log_odds"].sum(), 1e-12)
    frame = frame[["field", "label", "log_odds", "low", "high", "pd", "share", "direction"]]
    return frame.sort_values("log_odds", ascending=False, kind="stable", ignore_index=True)


def mean_sizes(values: pd.DataFrame) -> pd.DataFrame:
    """Return how much each field moves the log-odds on average, up or down.

    Columns: field; log_odds: mean absolute value, with low and high, its 95 % interval over rows.

    Args:
        values: (n, p) Shapley values in log-odds.
    """
    sizes = values.abs()
    mean = sizes.mean()
    spread = 1.96 * sizes.std(ddof=1).fillna(0) / np.sqrt(len(values))
    return pd.DataFrame(
        {
            "field": [str(name) for name in values.columns],
            "log_odds": mean.to_numpy(),
            "low": (mean - spread).clip(lower=0).to_numpy(),
            "high": (mean + spread).to_numpy(),
        }
    )


def direction(explained: Explained, column: Column) -> str:
    """Return whether higher values raise or lower the risk; "" for categories and mixed effects."""
    if column.kind != "number":
        return ""
    value, effect = explained.features[column.name], explained.values[column.name]
    known = value.notna()
    value, effect = value[known].rank(), effect[known].rank()
    if value.nunique() < 2 or effect.nunique() < 2:
        return ""
    correlation = float(np.corrcoef(value, effect)[0, 1])
    if abs(correlation) < LEAST_RANK_CORRELATION:
        return ""
    return "raises" if correlation > 0 else "lowers"


def partner(explained: Explained, field: str) -> str | None:
    """Return the field whose value best tells why equal values of `field` weigh differently.

    What a field's own value does not explain of its Shapley values comes from interactions. The
    partner's groups explain most of that rest, after what as many random groups would explain.
    None if there is no other field or nothing is left to explain.
    """
    own = _groups(explained.features[field], BINS)
    values = explained.values[field].to_numpy()
    rest = values - _group_means(values, own)
    if float(rest.std()) < 1e-9:
        return None
    others = [name for name in explained.names if name != field]
    strengths = [_explains(rest, own, explained.features[name]) for name in others]
    return others[int(np.argmax(strengths))] if others else None


def _explains(rest: np.ndarray, own: np.ndarray, other: pd.Series) -> float:
    """Return the adjusted share of the rest that groups of the other field explain."""
    cells = own * (PARTNER_BINS + 2) + _groups(other, PARTNER_BINS)
    found = _group_means(rest, cells)
    left = len(rest) - len(np.unique(cells))
    if left < 1:
        return -np.inf
    taken = len(rest) - len(np.unique(own))
    return float(1 - ((rest - found) ** 2).sum() / left / ((rest**2).sum() / max(taken, 1)))


def _groups(values: pd.Series, most: int) -> np.ndarray:
    """Return (n,) group numbers: quantile bins or frequent categories; missing is a group."""
    if not pd.api.types.is_numeric_dtype(values):
        frequent = values.value_counts().index[:most]
        codes = pd.Index(frequent).get_indexer(pd.Index(values))
        return np.where(values.isna().to_numpy(), most, np.where(codes < 0, most + 1, codes))
    if values.nunique() <= most:
        codes = values.rank(method="dense").fillna(most + 1).to_numpy() - 1
        return codes.astype(int)
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, most + 1)[1:-1]))
    return np.where(values.isna(), most, np.searchsorted(edges, values, side="right"))


def _group_means(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    _, place = np.unique(groups, return_inverse=True)
    means = np.bincount(place, values) / np.bincount(place)
    return np.asarray(means[place])


def in_random_order(rows: pd.Index, seed: int = 0) -> pd.Index:
    """Return the rows shuffled, so that however far one gets, it is a random sample."""
    return rows[np.random.default_rng(seed).permutation(len(rows))]


def in_chunks(rows: pd.Index, size: int) -> Iterator[pd.Index]:
    """Yield the rows in pieces of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()
