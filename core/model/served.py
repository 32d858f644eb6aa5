"""The trained network as plain NumPy: what scores and explains, without Keras."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np

from core.errors import ModelError
from core.model.settings import Activation

ROWS_AT_ONCE = 8192
DECIMALS = 9


class ServedNetwork:
    """Dense layers with one activation between them, ending in one log-odds.

    Numbers are computed in float64 from float32 weights, and log-odds are rounded to nine
    decimals: processors and batch sizes add in different orders and differ around 1e-15, and a
    decision replayed elsewhere must come to the same number.

    `first_layer` and `tail` split the forward pass where columns stop adding up: explanations
    add the columns' own vectors before the first activation, and run only the tail for each
    coalition. `tail` works in the precision of what it is given.
    """

    def __init__(
        self,
        weights: Sequence[np.ndarray],
        biases: Sequence[np.ndarray],
        activation: Activation = "relu",
    ) -> None:
        """Take weights [(width, h1), (h1, h2), …, (hk, 1)] and biases [(h1,), …, (1,)]."""
        self.weights = [np.ascontiguousarray(w, np.float32) for w in weights]
        self.biases = [np.ascontiguousarray(b, np.float32) for b in biases]
        self.activation: Activation = activation
        if not self.weights or self.weights[-1].shape[1] != 1:
            raise ModelError("A network should end in one log-odds.")
        self._layers: dict[np.dtype[Any], list[tuple[np.ndarray, np.ndarray]]] = {
            dtype: [
                (w.astype(dtype), b.astype(dtype))
                for w, b in zip(self.weights, self.biases, strict=True)
            ]
            for dtype in map(np.dtype, (np.float32, np.float64))
        }

    @property
    def width(self) -> int:
        """Slots of the encoded input."""
        return int(self.weights[0].shape[0])

    def first_layer(self, encoded: np.ndarray) -> np.ndarray:
        """Return (n, h1) float64, the first layer before its activation; encoded (n, width)."""
        weight, bias = self._layers[np.dtype(np.float64)][0]
        return np.asarray(encoded.astype(np.float64) @ weight + bias)

    def tail(self, pre: np.ndarray) -> np.ndarray:
        """Return (m,) log-odds, unrounded, from (m, h1) float32 or float64 pre-activations."""
        for weight, bias in self._layers[pre.dtype][1:]:
            pre = activate(pre, self.activation) @ weight + bias
        return np.asarray(pre[..., 0])

    def log_odds(self, encoded: np.ndarray) -> np.ndarray:
        """Return (n,) float64 for (n, width): fast for many rows."""
        parts = [
            self.tail(self.first_layer(encoded[start : start + ROWS_AT_ONCE]))
            for start in range(0, len(encoded), ROWS_AT_ONCE)
        ]
        return np.round(np.concatenate(parts) if parts else np.empty(0), DECIMALS)

    def log_odds_row(self, encoded: np.ndarray) -> float:
        """Return the log-odds of one row (width,): the same bits alone or in any list."""
        return round(float(self.tail(self.first_layer(encoded))), DECIMALS)

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
