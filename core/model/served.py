"""The trained network as plain NumPy: what scores and explains, without Keras."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np

from core.errors import ModelError
from core.model.settings import Activation

ROWS_AT_ONCE = 2048
DECIMALS = 9


class ServedNetwork:
    """A team of members whose log-odds are averaged; a plain network is a team of one.

    The first layer holds all members side by side, so it is one matrix; each further layer has a
    matrix per member. Numbers are computed in float64 from float32 weights, and log-odds are
    rounded to nine decimals: processors and batch sizes add in different orders and differ around
    1e-15, and a decision replayed elsewhere must come to the same number.

    `first_layer` and `tail` split the forward pass where columns stop adding up: explanations
    add the columns' own vectors before the first activation, and run only the tail for each
    coalition. `tail` works in the precision of what it is given.

    Attributes:
        weights: [(width, M · h1), (M, h1, h2), …, (M, hk, 1)] float32 for M members.
        biases: [(M · h1,), (M, h2), …, (M, 1)] float32.
    """

    def __init__(
        self,
        weights: Sequence[np.ndarray],
        biases: Sequence[np.ndarray],
        activation: Activation = "relu",
    ) -> None:
        """Take weights and biases as above; those of a single member may lack its axis."""
        first, *rest = [np.ascontiguousarray(w, np.float32) for w in weights]
        bias, *others = [np.ascontiguousarray(b, np.float32) for b in biases]
        self.weights = [first, *(w if w.ndim == 3 else w[np.newaxis] for w in rest)]
        self.biases = [bias, *(b if b.ndim == 2 else b[np.newaxis] for b in others)]
        self.activation: Activation = activation
        if rest and self.weights[-1].shape[2] != 1:
            raise ModelError("A network should end in one log-odds.")
        self._known: dict[np.dtype[Any], list[tuple[np.ndarray, np.ndarray]]] = {}

    @property
    def width(self) -> int:
        """Slots of the encoded input."""
        return int(self.weights[0].shape[0])

    @property
    def members(self) -> int:
        """Networks whose log-odds are averaged."""
        return int(self.weights[1].shape[0] if len(self.weights) > 1 else self.weights[0].shape[1])

    def first_layer(self, encoded: np.ndarray) -> np.ndarray:
        """Return (n, M · h1) float64, before its activation; encoded (n, width)."""
        weight, bias = self._layers(np.dtype(np.float64))[0]
        return np.asarray(encoded.astype(np.float64) @ weight + bias)

    def tail(self, pre: np.ndarray) -> np.ndarray:
        """Return (m,) log-odds, unrounded, from (m, M · h1) float32 or float64 pre-activations."""
        return np.asarray(np.add.reduce(self.tails(pre)) / self.members)

    def tails(self, pre: np.ndarray) -> np.ndarray:
        """Return (M, m) log-odds, those of each member; see `tail`."""
        # (members, m, h): a matrix product per member, straight from and into plain memory.
        values = pre.reshape(len(pre), self.members, -1).transpose(1, 0, 2)
        for weight, bias in self._layers(pre.dtype)[1:]:
            values = activate(values, self.activation) @ weight + bias
        return np.asarray(values[..., 0])

    def _layers(self, dtype: np.dtype[Any]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return weights and biases in a precision, made when it is first asked for."""
        if dtype not in self._known:
            self._known[dtype] = [
                (w.astype(dtype), b.astype(dtype) if place == 0 else b.astype(dtype)[:, np.newaxis])
                for place, (w, b) in enumerate(zip(self.weights, self.biases, strict=True))
            ]
        return self._known[dtype]

    def log_odds(self, encoded: np.ndarray) -> np.ndarray:
        """Return (n,) float64 for (n, width): fast for many rows."""
        parts = [
            self.tail(self.first_layer(encoded[start : start + ROWS_AT_ONCE]))
            for start in range(0, len(encoded), ROWS_AT_ONCE)
        ]
        return np.round(np.concatenate(parts) if parts else np.empty(0), DECIMALS)

    def log_odds_row(self, encoded: np.ndarray) -> float:
        """Return the log-odds of one row (width,): the same bits alone or in any list."""
        return round(float(self.tail(self.first_layer(encoded[np.newaxis]))[0]), DECIMALS)

    def select(self, members: slice) -> "ServedNetwork":
        """Return the team of these members alone."""
        count = self.members
        first = self.weights[0].reshape(self.width, count, -1)[:, members]
        bias = self.biases[0].reshape(count, -1)[members]
        return ServedNetwork(
            [first.reshape(self.width, -1), *(w[members] for w in self.weights[1:])],
            [bias.ravel(), *(b[members] for b in self.biases[1:])],
            self.activation,
        )

    def calibrated(self, slope: float, shift: float) -> "ServedNetwork":
        """Return the team whose log-odds are slope · log-odds + shift: the last layer takes it."""
        *weights, weight = self.weights
        *biases, bias = self.biases
        return ServedNetwork(
            [*weights, weight * np.float32(slope)],
            [*biases, bias * np.float32(slope) + np.float32(shift)],
            self.activation,
        )

    def to_npz(self) -> bytes:
        """Return the weights as an .npz file that holds arrays only."""
        arrays = {f"weight_{i}": w for i, w in enumerate(self.weights)}
        arrays |= {f"bias_{i}": b for i, b in enumerate(self.biases)}
        buffer = BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays, activation=np.array(self.activation))
        return buffer.getvalue()

    @classmethod
    def from_npz(cls, raw: bytes) -> "ServedNetwork":
        """Return the network that `to_npz` wrote; nothing in the file is executed."""
        with np.load(BytesIO(raw), allow_pickle=False) as arrays:
            depth = sum(name.startswith("weight_") for name in arrays.files)
            return cls(
                [arrays[f"weight_{i}"] for i in range(depth)],
                [arrays[f"bias_{i}"] for i in range(depth)],
                str(arrays["activation"]),  # type: ignore[arg-type]
            )


def activate(values: np.ndarray, activation: Activation) -> np.ndarray:
    """Return the activation of every value, as Keras defines it."""
    if activation == "relu":
        return np.asarray(np.maximum(values, 0))
    if activation == "tanh":
        return np.asarray(np.tanh(values))
    if activation == "sigmoid":
        return sigmoid(values)
    from scipy.special import erf  # slow to import, and only gelu needs it

    return np.asarray(values * 0.5 * (1 + erf(values / np.sqrt(values.dtype.type(2)))))


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """Return probabilities, without overflow for large log-odds.

    >>> sigmoid(np.array([0.0, 800.0, -800.0])).tolist()
    [0.5, 1.0, 0.0]
    """
    small = np.exp(-np.abs(log_odds))
    return np.asarray(np.where(log_odds >= 0, 1, small) / (1 + small))
