"""What coalitions are worth: the layers behind the first, in blocks that stay in the cache.

Members of a team come first in every block and coalitions second, so a layer is one product of
small matrices per member; half of the coalitions are complements, and cost one subtraction.
"""

import math
import threading
from typing import Protocol

import numpy as np

from core.model.served import activate
from core.model.settings import Activation

BLOCK = 2**18
"""Numbers of a layer at once: such a block fits the cache that a core has to itself."""
FEWEST_COALITIONS, MOST_COALITIONS = 32, 512


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
    """Blocks to compute in, for each thread: fresh memory costs more than the sums in it."""

    def __init__(self) -> None:
        self._blocks = [np.empty(0, np.float32) for _ in range(4)]

    def view(self, block: int, *shape: int) -> np.ndarray:
        """Return the beginning of a block in this shape."""
        numbers = math.prod(shape)
        if self._blocks[block].size < numbers:
            self._blocks[block] = np.empty(numbers, np.float32)
        return self._blocks[block][:numbers].reshape(shape)


_STEPS, _FIRST, _HIDDEN = 0, 1, (2, 3)
"""Which block holds what."""


class Tail:
    """The layers of a network behind its first, in float32; it never changes."""

    def __init__(self, network: Layers) -> None:
        """Prepare the weights; a member's share of the log-odds is divided by the members."""
        first, *rest = network.weights
        self.members, self._activation = network.members, network.activation
        self._hidden = list(zip(rest[:-1], self._shifts(rest, network.biases), strict=True))
        # A network without hidden layers is linear: nothing follows its only layer.
        self._linear = not rest
        last = np.ones((self.members, 1, 1)) if self._linear else rest[-1]
        self._last = (last / self.members).astype(np.float32)
        self._units = max(first.shape[1], *(int(bias.size) for bias in network.biases))
        self._room = _Room()

    def at_once(self, coalitions: int) -> int:
        """Return how many games of so many coalitions are played at once."""
        return max(1, int(BLOCK // (self._units * max(1, coalitions))))

    def listed(self, masks: np.ndarray, vectors: np.ndarray, both: np.ndarray) -> np.ndarray:
        """Return (g, m), the log-odds of each coalition less those of its complement.

        Args:
            masks: (k + 1, m) or (g, k + 1, m) float32, who takes part in which coalition; the last
                row is 1.
            vectors: (g, k + 1, M · h1) float32, what each player adds to the first layer in each
                game, and last what is there without players.
            both: (g, M · h1) float32, the first layer of a coalition and its complement together.
        """
        games, _, units = vectors.shape
        pairs = masks.shape[-1]
        found = np.empty((games, pairs))
        most = BLOCK // (2 * self._units)
        step = min(pairs, max(FEWEST_COALITIONS, min(MOST_COALITIONS, most)))
        for begin in range(0, pairs, step):
            some = masks[..., begin : begin + step].swapaxes(-1, -2)
            values = self._room.view(_FIRST, 2, games, some.shape[-2], units)
            np.matmul(some, vectors, out=values[0])
            np.subtract(both[:, np.newaxis], values[0], out=values[1])
            plus, minus = self._whole(values)
            np.subtract(plus, minus, out=found[:, begin : begin + step], dtype=np.float64)
        return found

    def walked(
        self, orders: np.ndarray, games: np.ndarray, vectors: np.ndarray, both: np.ndarray
    ) -> np.ndarray:
        """Return (M, k - 1, w), each member's share of the log-odds on the way less the way back.

        Players join one after the other. Place i holds those of the first i + 1 players less those
        of all others. A member's shares add up over members to the log-odds.

        Args:
            orders: (M, k, w) players in the order in which they join, for each walk.
            games: (w,) in which of the games each walk is.
            vectors: (g, k + 1, M, h1) float32, what each player adds to each member's first layer,
                and last what is there without players.
            both: (g, M, h1) float32, the first layer of a coalition and its complement together.
        """
        members, players, walks = orders.shape
        width = vectors.shape[3]
        joined = self._room.view(_STEPS, members, players - 1, walks, width)
        whose = games * vectors.shape[1] + orders[:, :-1]
        whose = whose * members + np.arange(members)[:, np.newaxis, np.newaxis]
        np.take(vectors.reshape(-1, width), whose, axis=0, out=joined, mode="clip")
        values = self._room.view(_FIRST, members, 2, players - 1, walks, width)
        there, back = values[:, 0], values[:, 1]
        np.add(joined[:, 0], vectors[games, -1].swapaxes(0, 1), out=there[:, 0])
        for place in range(1, players - 1):
            np.add(there[:, place - 1], joined[:, place], out=there[:, place])
        np.subtract(both[games].swapaxes(0, 1)[:, np.newaxis], there, out=back)
        shares = self._shares(values.reshape(members, -1, width))
        shares = shares.reshape(members, 2, players - 1, walks)
        return np.asarray(np.subtract(shares[:, 0], shares[:, 1], dtype=np.float64))

    def _whole(self, values: np.ndarray) -> np.ndarray:
        """Return log-odds less the last bias (…), from the first layer (…, M · h1)."""
        rows = values.reshape(-1, self.members, values.shape[-1] // self.members)
        shares = self._shares(rows.transpose(1, 0, 2))
        return np.asarray(shares.sum(axis=0).reshape(values.shape[:-1]))

    def _shares(self, values: np.ndarray) -> np.ndarray:
        """Return (M, n) shares of the log-odds less the last bias; (M, n, h1) is overwritten."""
        if not self._linear:
            values = self._activated(values, np.float32(0))
        for depth, (weight, bias) in enumerate(self._hidden):
            members, coalitions, _ = values.shape
            out = self._room.view(_HIDDEN[depth % 2], members, coalitions, weight.shape[2])
            np.matmul(values, weight, out=out)
            values = self._activated(out, bias)
        return np.asarray((values @ self._last)[..., 0])

    def _activated(self, values: np.ndarray, bias: np.ndarray | np.float32) -> np.ndarray:
        if self._activation == "relu":
            np.maximum(values, -bias, out=values)  # see _shifts
            return values
        values += bias
        return activate(values, self._activation)

    def _shifts(self, weights: list[np.ndarray], biases: list[np.ndarray]) -> list[np.ndarray]:
        """Return (M, 1, h) the bias of each hidden layer, as `_activated` takes it.

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
            shifts.append(shift[:, np.newaxis].astype(np.float32))
        return shifts
