"""Which fields a model could do without: evidence, field by field and for groups.

The drop of a field is how much the AUC on rows the model never saw falls when the field's values
are dealt to other applicants (permutation importance: Breiman 2001; Fisher, Rudin & Dominici 2019).
Fields that carry the same information hide each other's drop, so groups of them are dealt together.
A drop says what the model at hand loses; what one trained without the field loses can be less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from core.data.schema import Schema
from core.errors import ExplanationError
from core.explanation.global_ import Explained
from core.model.served import ServedNetwork

DEALS = 3
"""Times that values are dealt anew; their mean is the drop."""
ALIKE = 0.7
"""Rank correlation from which two fields are in a group."""
NOISE = 0.005
"""Differences in AUC below it tell no two models apart."""
LITTLE = 0.0025
"""Half of it: a field whose drop lies below with its whole interval is proposed to be left out."""
SEED = 11
Z = 1.959964


class Encodes(Protocol):
    """Encodes features, each into slots of its own; see core.model.encoding."""

    def encode(self, frame: pd.DataFrame) -> np.ndarray: ...  # noqa: D102

    def block(self, name: str) -> slice: ...  # noqa: D102


class Model(Protocol):
    """What scores: core.model.bundle.Bundle."""

    @property
    def encoder(self) -> Encodes: ...  # noqa: D102

    @property
    def network(self) -> ServedNetwork: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Drop:
    """A fall in AUC with its 95 % interval, which counts the draw of rows and of deals."""

    value: float
    low: float
    high: float


class Dealing:
    """Rows never seen, whose values are dealt among them field by field."""

    def __init__(self, model: Model, features: pd.DataFrame, y: np.ndarray) -> None:
        """Compute what every deal needs.

        Args:
            model: What scores.
            features: (n, p) of rows it never saw.
            y: (n,) outcomes; 1 = bad.

        Raises:
            ExplanationError: One of the two outcomes is absent, so nothing can be ranked.
        """
        self._bad = np.asarray(y) == 1
        if self._bad.all() or not self._bad.any():
            raise ExplanationError("An AUC needs good and bad applicants, but all are alike.")
        self._model, network = model, model.network
        self._encoded = model.encoder.encode(features)
        self._pre = (self._encoded @ network.weights[0] + network.biases[0]).astype(np.float32)
        self._placed = self._placements(network.tail(self._pre))
        self.n = len(features)

    @property
    def auc(self) -> float:
        """AUC with all fields in place."""
        return float(self._placed[self._bad].mean())

    def drop(self, names: Sequence[str]) -> Drop:
        """Return how much the AUC falls when these fields are dealt anew, all together."""
        random = np.random.default_rng([SEED, self.n])
        lost = np.array(
            [self._placed - self._dealt(names, random.permutation(self.n)) for _ in range(DEALS)]
        )
        falls, mean = lost[:, self._bad].mean(axis=1), lost.mean(axis=0)
        # DeLong, DeLong & Clarke-Pearson (1988), of a difference; plus the draw of the deals.
        variance = sum(mean[each].var(ddof=1) / each.sum() for each in (self._bad, ~self._bad))
        half = Z * float(np.sqrt(variance + falls.var(ddof=1) / DEALS))
        return Drop(float(falls.mean()), float(falls.mean()) - half, float(falls.mean()) + half)

    def _dealt(self, names: Sequence[str], order: np.ndarray) -> np.ndarray:
        network, pre = self._model.network, self._pre.copy()
        for name in names:
            slots = self._model.encoder.block(name)
            values = self._encoded[:, slots]
            pre += (values[order] - values) @ network.weights[0][slots]
        return self._placements(network.tail(pre))

    def _placements(self, log_odds: np.ndarray) -> np.ndarray:
        """Return (n,) the share of the other outcome that each row is ranked rightly against."""
        scores = pd.Series(np.where(self._bad, log_odds, -log_odds))
        among_all = pd.Series(log_odds).rank().to_numpy()
        placed = np.empty(len(log_odds))
        for own in (self._bad, ~self._bad):
            among_own = scores[own].rank().to_numpy()
            above = among_all[own] if own is self._bad else len(own) + 1 - among_all[own]
            placed[own] = (above - among_own) / (~own).sum()
        return placed


def groups(explained: Explained, schema: Schema, least: float = ALIKE) -> list[list[str]]:
    """Return fields that say much the same, in groups; most groups hold a single field.

    Numbers are compared by rank, categories by the rank of their mean Shapley value. In a group
    every pair has at least this rank correlation (complete linkage), up or down.

    Args:
        explained: Rows with their Shapley values.
        schema: Of the features.
        least: Absolute rank correlation.
    """
    names = explained.names
    ranks = pd.DataFrame({name: _ranks(explained, schema, name) for name in names})
    alike = ranks.corr().abs().fillna(0.0).to_numpy()
    found = [[place] for place in range(len(names))]
    while pair := _closest(found, alike, least):
        one, other = pair
        found[one] += found.pop(other)
    return [[names[place] for place in sorted(group)] for group in found]


def _ranks(explained: Explained, schema: Schema, name: str) -> pd.Series:
    values = explained.features[name]
    if schema[name].kind != "number":
        means = explained.values[name].groupby(values.to_numpy()).mean()
        values = values.map(means).astype(float)
    return values.rank()


def _closest(found: list[list[int]], alike: np.ndarray, least: float) -> tuple[int, int] | None:
    """Return the two groups whose least correlated members correlate most."""
    best, pair = least, None
    for one in range(len(found)):
        for other in range(one + 1, len(found)):
            weakest = float(alike[np.ix_(found[one], found[other])].min())
            if weakest > best or (weakest == best and pair is None):
                best, pair = weakest, (one, other)
    return pair
