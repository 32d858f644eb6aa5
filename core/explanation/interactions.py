"""How strongly each two fields work together in the served network.

The measure is the Shapley interaction index (Grabisch & Roubens 1999): how much more two fields
together move the log-odds than the sum of what each moves alone, averaged over all coalitions of
the other fields and over the reference population,

    I_jk(x) = mean over r, s, S of v_r(S + jk) - v_r(S + j) - v_r(S + k) + v_r(S),

with the size s drawn evenly from 0 to p - 2 and S evenly from the coalitions of that size. It has
a sign for every applicant; over many, its size counts, so the strength of a pair is the root of the
mean square over applicants. A square of a sampled mean would be too large by its variance: two
independent halves of the draws are multiplied instead, whose mean is right whatever the noise.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from core.errors import ExplanationError
from core.explanation.explainable import Explainable
from core.explanation.one_thread import one_blas_thread

ROWS = 500
DRAWS = 1
"""Of a reference applicant and a coalition, for each half, applicant and pair."""
SEED = 7


@dataclass(frozen=True, eq=False)
class Interactions:
    """How strongly fields work together.

    Attributes:
        pairs: One row per pair: field, other (in schema order), strength in log-odds, low and high
            (its 95 % interval over applicants; low is 0 where chance alone could make as much).
        rows: Applicants it rests on.
        draws: Coalitions evaluated for each applicant and pair.
        n_reference: Rows of the reference population.
    """

    pairs: pd.DataFrame
    rows: int
    draws: int
    n_reference: int

    def of(self, field: str) -> pd.DataFrame:
        """Return the pairs of one field, the strongest first; `other` is the other field."""
        mine = self.pairs[(self.pairs["field"] == field) | (self.pairs["other"] == field)]
        other = mine["other"].where(mine["field"] == field, mine["field"])
        frame = mine.assign(field=field, other=other)
        return frame.sort_values("strength", ascending=False, kind="stable", ignore_index=True)

    def partner(self, field: str) -> str | None:
        """Return the field that works together most with this one; None if chance explains all."""
        clear = self.of(field).query("low > 0")
        return None if clear.empty else str(clear["other"].iloc[0])

    @property
    def strongest(self) -> pd.DataFrame:
        """The pairs, the strongest first."""
        return self.pairs.sort_values("strength", ascending=False, kind="stable", ignore_index=True)

    def to_files(self) -> dict[str, bytes]:
        """Return the file that `from_files` reads."""
        about = {"rows": self.rows, "draws": self.draws, "n_reference": self.n_reference}
        buffer = io.BytesIO()
        self.pairs.assign(**about).to_parquet(buffer)
        return {"interactions.parquet": buffer.getvalue()}

    @classmethod
    def from_files(cls, read: Callable[[str], bytes]) -> "Interactions":
        """Return what `to_files` wrote; `read` returns the bytes of a file by name."""
        frame = pd.read_parquet(io.BytesIO(read("interactions.parquet")))
        names = ["rows", "draws", "n_reference"]
        rows, draws, n_reference = (int(frame[name].iloc[0]) for name in names)
        return cls(frame.drop(columns=names), rows, draws, n_reference)


def interactions(
    model: Explainable,
    features: pd.DataFrame,
    reference: pd.DataFrame,
    draws: int = DRAWS,
    on_row: Callable[[int], None] = lambda done: None,
) -> Interactions:
    """Return how strongly each two fields work together.

    Args:
        model: What scores.
        features: (n, p) of the applicants, at least two.
        reference: (r, p) of the reference population.
        draws: For each half, applicant and pair.
        on_row: Called after each applicant with the number done; what it raises ends the work.

    Raises:
        ExplanationError: There are fewer than two fields or applicants.
    """
    names = list(model.encoder.names)
    if len(names) < 2 or len(features) < 2:
        raise ExplanationError("Interactions need at least two fields and two applicants.")
    one_blas_thread()
    sampler = _Sampler(model, reference)
    products = np.empty((len(features), len(sampler.pairs)))
    for row, encoded in enumerate(model.encoder.encode(features)):
        one, other = sampler.halves(encoded, row, draws)
        products[row] = one * other
        on_row(row + 1)
    square = products.mean(axis=0)
    spread = 1.96 * products.std(axis=0, ddof=1) / np.sqrt(len(features))
    frame = pd.DataFrame(
        {
            "field": [names[first] for first, _ in sampler.pairs],
            "other": [names[second] for _, second in sampler.pairs],
            "strength": _root(square),
            "low": _root(square - spread),
            "high": _root(square + spread),
        }
    )
    return Interactions(frame, len(features), 2 * draws, len(reference))


def _root(square: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(np.maximum(square, 0)))


class _Sampler:
    """Draws coalitions and reference applicants, and evaluates the network on them."""

    def __init__(self, model: Explainable, reference: pd.DataFrame) -> None:
        self._network = model.network
        slots = [model.encoder.block(name) for name in model.encoder.names]
        first = model.network.weights[0]
        self._blocks = [(slot, first[slot]) for slot in slots]
        encoded = model.encoder.encode(reference)
        self._others = np.stack([self._vectors(row) for row in encoded])
        self._starts = self._others.sum(axis=1, dtype=np.float64) + model.network.biases[0]
        self.pairs = list(combinations(range(len(slots)), 2))
        self._first, self._second = np.array(self.pairs).T

    def halves(self, encoded: np.ndarray, row: int, draws: int) -> Iterator[np.ndarray]:
        """Yield two independent estimates (pairs,) of an applicant's interactions."""
        own = self._vectors(encoded)
        random = np.random.default_rng([SEED, row])
        for _ in range(2):
            sizes = self._sizes(random, draws)
            yield np.mean([self._draw(own, random, size) for size in sizes], axis=0)

    def _sizes(self, random: np.random.Generator, draws: int) -> np.ndarray:
        """Return sizes of coalitions, evenly from 0 to p - 2, spread over the range."""
        places = (np.arange(draws) + random.random(draws)) / draws
        return np.asarray((places * (len(self._blocks) - 1)).astype(int))

    def _draw(self, own: np.ndarray, random: np.random.Generator, size: int) -> np.ndarray:
        """Return (pairs,) second differences at one coalition of this size for each pair."""
        place = int(random.integers(len(self._others)))
        moves = own - self._others[place]
        keys = random.random((len(self.pairs), len(own)))
        everyone = np.arange(len(self.pairs))
        keys[everyone, self._first] = keys[everyone, self._second] = np.inf
        members = (keys.argsort(axis=1).argsort(axis=1) < size).astype(np.float32)
        base = members @ moves + self._starts[place].astype(np.float32)
        one, other = moves[self._first], moves[self._second]
        worth = self._network.tail(
            np.concatenate([base + one + other, base + one, base + other, base])
        )
        both, first, second, none = worth.reshape(4, -1).astype(np.float64)
        return both - first - second + none

    def _vectors(self, encoded: np.ndarray) -> np.ndarray:
        """Return (p, M · h1) float32, what each field adds to the first layer."""
        return np.stack([encoded[slot] @ weight for slot, weight in self._blocks])
