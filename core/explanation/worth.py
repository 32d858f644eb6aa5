"""What coalitions are worth: the layers behind the first, in blocks that stay in the cache.

Coalitions are columns: a layer is then one product of small matrices per member with nothing to
transpose, biases are added along rows, and the mean over members is part of the last product.
"""

import math
import threading
from typing import Protocol

import numpy as np

from core.explanation.coalitions import Design
from core.model.served import activate
from core.model.settings import Activation

BLOCK = 2**17
"""Numbers of a layer at once: three such blocks fit the cache that a core has to itself."""
FEWEST_COLUMNS, MOST_COLUMNS = 32, 256


class Layers(Protocol):
    """What is evaluated: see core.model.served.ServedNetwork."""

    @property
    def weights(self) -> list[np.ndarray]: ...  # noqa: D102

    @property
    def biases(self) -> list[np.ndarray]: ...  # noqa: D102

    @property
    def members(self) -> int: ...  # noqa: D102

    @property
    def activation(self) -> Activation: ...  # noqa: D102


class _Room(threading.local):
    """Three blocks to compute in, for each thread: fresh memory costs more than the sums in it."""

    def __init__(self, numbers: int) -> None:
        self._blocks = np.empty((3, numbers), np.float32)

    def view(self, block: int, *shape: int) -> np.ndarray:
        """Return the beginning of a block in this shape."""
        return self._blocks[block, : math.prod(shape)].reshape(shape)


class Tail:
    """The layers of a network behind its first, in float32; it never changes."""

    def __init__(self, network: Layers) -> None:
        """Turn the weights so that they multiply columns."""
        first, *rest = network.weights
        self._members, self._activation = network.members, network.activation
        self._hidden = [
            (np.ascontiguousarray(weight.swapaxes(1, 2)), bias)
            for weight, bias in zip(rest[:-1], self._shifts(rest, network.biases), strict=True)
        ]
        # A network without hidden layers is linear: nothing follows its only layer.
        self._linear = not rest
        last = np.ones(self._members) if self._linear else rest[-1].reshape(-1)
        self._last = (last / self._members).astype(np.float32)
        self.units = max(first.shape[1], *(int(bias.size) for bias in network.biases))
        """Units of the widest layer, over all members."""
        self._room = _Room(max(BLOCK, self.units * FEWEST_COLUMNS))

    def columns(self, pairs: int) -> int:
        """Return how many of so many coalitions are evaluated at once."""
        return int(min(pairs, max(FEWEST_COLUMNS, min(MOST_COLUMNS, BLOCK // self.units))))

    def games(self, pairs: int) -> int:
        """Return how many games are played at once on a design of so many pairs."""
        return max(1, int(BLOCK // (self.units * self.columns(pairs))))

    def play(self, design: Design, vectors: np.ndarray) -> np.ndarray:
        """Return (g, m), the log-odds of each coalition less those of its complement.

        Args:
            design: Of k players and m pairs.
            vectors: (g, k + 1, M · h1) float32, what each player adds to the first layer in each
                game, and last what is there without players.
        """
        both = vectors.sum(axis=1) + vectors[:, -1]  # of a coalition and its complement together
        found = np.empty((len(vectors), design.pairs))
        step = self.columns(design.pairs)
        for begin in range(0, design.pairs, step):
            members = design.members[:, begin : begin + step]
            shape = (*both.shape, members.shape[1])
            one, other = self._room.view(0, *shape), self._room.view(1, *shape)
            np.matmul(vectors.swapaxes(1, 2), members, out=one)
            np.subtract(both[:, :, np.newaxis], one, out=other)
            plus, minus = self._log_odds(one, 0), self._log_odds(other, 1)
            np.subtract(plus, minus, out=found[:, begin : begin + step], dtype=np.float64)
        return found

    def _log_odds(self, values: np.ndarray, block: int) -> np.ndarray:
        """Return (g, m) log-odds less the last bias, from the first layer (g, M · h1, m)."""
        games, _, columns = values.shape
        if not self._linear:
            values = self._activated(values, np.float32(0))
        for weight, bias in self._hidden:
            block = 2 if block != 2 else 0
            out = self._room.view(block, games, *bias.shape[:2], columns)
            np.matmul(weight, values.reshape(games, self._members, -1, columns), out=out)
            values = self._activated(out, bias)
        return np.asarray(self._last @ values.reshape(games, -1, columns))

    def _activated(self, values: np.ndarray, bias: np.ndarray | np.float32) -> np.ndarray:
        if self._activation == "relu":
            np.maximum(values, -bias, out=values)  # see _shifts
            return values
        values += bias
        return activate(values, self._activation)

    def _shifts(self, weights: list[np.ndarray], biases: list[np.ndarray]) -> list[np.ndarray]:
        """Return (M, h, 1) the bias of each hidden layer, as `_activated` takes it.

        A pass over all numbers is saved by max(y + b, 0) = max(y, -b) + b: what is added at the
        end moves into the next layer's bias, and from the last out of every difference.
        """
        carried = np.zeros(1)
        shifts: list[np.ndarray] = []
        for weight, bias in zip(weights[:-1], biases[1:-1], strict=True):
            shift = bias.astype(np.float64)
            if self._activation == "relu" and shifts:
                shift = shift + (carried[:, np.newaxis] @ weight)[:, 0]
            carried = shift
            shifts.append(shift[:, :, np.newaxis].astype(np.float32))
        return shifts
