"""Shapley values of the network's log-odds over the applicant's own fields.

The game is interventional: a coalition's fields have the applicant's values, all others those
of a reference applicant; its worth is the log-odds the network gives, averaged over a reference
population. The first layer is additive over fields, so the vectors that each field adds to it
are computed once, a coalition only sums vectors, and nothing but the layers behind the first is
run for it.

The Shapley value of an average of games is the average of their Shapley values. So each
reference applicant is a game of its own, and fields in which the two do not differ drop out of
it, which often leaves few enough to enumerate. Where too many are left, each game is solved
twice, on independent samples of coalitions with the fields in an order of their own: errors
average out over the population, and the difference between the two says how large they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from core.errors import ExplanationError
from core.explanation.coalitions import Design, enumeration, sample

Method = Literal["exact", "sampled"]

EXACT_OPERATIONS = 1.0e9
"""Multiplications one exact explanation may cost; about 0.1 s on one core."""
SEED = 1
LARGEST_DRIFT = 1e-3


class Encodes(Protocol):
    """Encodes features so that each has slots of its own; see core.model.encoding."""

    @property
    def names(self) -> list[str]: ...  # noqa: D102

    def encode(self, frame: pd.DataFrame) -> np.ndarray: ...  # noqa: D102

    def block(self, name: str) -> slice: ...  # noqa: D102


class Network(Protocol):
    """A forward pass that is split where fields stop adding up; see core.model.served."""

    @property
    def weights(self) -> list[np.ndarray]: ...  # noqa: D102

    def first_layer(self, encoded: np.ndarray) -> np.ndarray: ...  # noqa: D102

    def tail(self, pre: np.ndarray) -> np.ndarray: ...  # noqa: D102

    def log_odds_row(self, encoded: np.ndarray) -> float: ...  # noqa: D102


class Explainable(Protocol):
    """What scores: core.model.bundle.Bundle, or anything with an additive first layer."""

    @property
    def encoder(self) -> Encodes: ...  # noqa: D102

    @property
    def network(self) -> Network: ...  # noqa: D102


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
        method: Whether all coalitions were evaluated.
        n_reference: Rows in the reference population.
        n_coalitions: Coalitions evaluated, over all reference rows.
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

    def to_json(self) -> dict[str, Any]:
        """Return plain data: the numbers by field, and how they were found."""
        return {
            "base_log_odds": self.base,
            "log_odds": self.log_odds,
            "values": dict(zip(self.names, self.values.tolist(), strict=True)),
            "standard_errors": None
            if self.se is None
            else dict(zip(self.names, self.se.tolist(), strict=True)),
            "additivity_gap": self.gap,
            "method": self.method,
            "reference_rows": self.n_reference,
            "coalitions": self.n_coalitions,
        }


class Explainer:
    """A model prepared against one reference population; it never changes, threads may share it."""

    def __init__(self, model: Explainable, reference: pd.DataFrame) -> None:
        """Compute what every explanation needs.

        Args:
            model: What scores.
            reference: (r, ≥ p) features of the reference population, at least one row.

        Raises:
            ExplanationError: The reference has no rows, or the model's first layer is not
                additive over its fields.
        """
        if reference.empty:
            raise ExplanationError("A reference population needs at least one applicant.")
        self._model = model
        self.names = tuple(model.encoder.names)
        encoded = model.encoder.encode(reference)
        self._bias = model.network.first_layer(np.zeros((1, encoded.shape[1]), np.float32))[0]
        self._blocks = self._block_mask(encoded.shape[1])
        self._vectors = np.stack([self._field_vectors(row) for row in encoded])
        self._empty = np.array([model.network.log_odds_row(row) for row in encoded])
        self.base = float(self._empty.mean())
        orders = np.random.default_rng([SEED, len(encoded), len(self.names)])
        self._orders = orders.random((len(encoded), 2, len(self.names)))
        self._require_additive(self._vectors[0], self._empty[0])

    def explain(self, features: pd.DataFrame) -> Attribution:
        """Return the attribution of one applicant.

        Args:
            features: One row of features, as `Bundle.prepare` returns it.

        Raises:
            ExplanationError: There is not exactly one row.
        """
        if len(features) != 1:
            raise ExplanationError(f"explain takes one row, but received {len(features):,}.")
        return self.explain_encoded(self._model.encoder.encode(features)[0])

    def explain_encoded(self, encoded: np.ndarray) -> Attribution:
        """Return the attribution of one applicant given as the network's input (width,)."""
        log_odds = float(self._model.network.log_odds_row(encoded))
        vectors = self._field_vectors(encoded)
        self._require_additive(vectors, log_odds)
        games = vectors - self._vectors
        differ = np.abs(games).max(axis=2) > 0
        exact = self._affordable(differ.sum(axis=1))
        solved = [self._solve(row, games[row], differ[row], log_odds, exact) for row in self._rows]
        values = np.mean([values for values, _, _ in solved], axis=0)
        variance = np.sum([variance for _, variance, _ in solved], axis=0) / len(solved) ** 2
        sampled = bool(variance.any())
        return Attribution(
            names=self.names,
            values=values,
            base=self.base,
            log_odds=log_odds,
            gap=float(self.base + values.sum() - log_odds),
            se=np.sqrt(variance) if sampled else None,
            method="sampled" if sampled else "exact",
            n_reference=len(solved),
            n_coalitions=sum(coalitions for _, _, coalitions in solved),
        )

    def explain_rows(self, features: pd.DataFrame) -> Iterator[Attribution]:
        """Yield the attribution of each row, bit for bit as it is alone."""
        for encoded in self._model.encoder.encode(features):
            yield self.explain_encoded(encoded)

    @property
    def _rows(self) -> range:
        return range(len(self._empty))

    def _solve(
        self, row: int, game: np.ndarray, differ: np.ndarray, log_odds: float, exact: bool
    ) -> tuple[np.ndarray, np.ndarray, int]:
        """Return values (p,), variance (p,) and coalitions used, for one reference row."""
        values, variance = np.zeros(len(self.names)), np.zeros(len(self.names))
        players = np.flatnonzero(differ)
        if not len(players):
            return values, variance, 0
        start = self._vectors[row].sum(axis=0) + self._bias
        gain = log_odds - self._empty[row]
        twin = sample(len(players), 0) if len(players) > 3 else None
        if exact or twin is None or 2 ** len(players) <= 2 * twin.size:
            design = enumeration(len(players))
            values[players] = self._play(design, game[players], start, gain)
            return values, variance, design.size
        halves = []
        for half in (0, 1):
            order = players[np.argsort(self._orders[row, half, players])]
            found = np.zeros(len(self.names))
            design = sample(len(players), half)
            found[order] = self._play(design, game[order], start, gain)
            halves.append(found)
        values = (halves[0] + halves[1]) / 2
        variance = ((halves[0] - halves[1]) / 2) ** 2
        return values, variance, 2 * twin.size

    def _play(
        self, design: Design, vectors: np.ndarray, start: np.ndarray, gain: float
    ) -> np.ndarray:
        pre = design.sums(vectors.astype(np.float32), start.astype(np.float32))
        return design.shapley(self._model.network.tail(pre), gain)

    def _affordable(self, players: np.ndarray) -> bool:
        """Return whether enumerating every reference row's game costs little enough."""
        weights = self._model.network.weights
        cost = weights[0].shape[1] + sum(weight.size for weight in weights[1:])
        return bool(np.exp2(players).sum() * cost <= EXACT_OPERATIONS)

    def _block_mask(self, width: int) -> np.ndarray:
        mask = np.zeros((len(self.names), width), np.float32)
        for row, name in enumerate(self.names):
            mask[row, self._model.encoder.block(name)] = 1
        return mask

    def _field_vectors(self, encoded: np.ndarray) -> np.ndarray:
        """Return (p, h) float64, what each field adds to the first layer."""
        return np.asarray(self._model.network.first_layer(self._blocks * encoded) - self._bias)

    def _require_additive(self, vectors: np.ndarray, log_odds: float) -> None:
        """Check that the summed vectors score what the network scores."""
        summed = float(self._model.network.tail((vectors.sum(axis=0) + self._bias)[None])[0])
        if abs(summed - log_odds) > LARGEST_DRIFT * (1 + abs(log_odds)):
            raise ExplanationError(
                f"The fields add up to log-odds of {summed:.4f}, but the model scores "
                f"{log_odds:.4f}. It cannot be explained: its first layer should be additive."
            )


def explain(model: Explainable, features: pd.DataFrame, reference: pd.DataFrame) -> Attribution:
    """Return the attribution of one applicant; for many, prepare an `Explainer` once."""
    return Explainer(model, reference).explain(features)
