"""The closed form for networks in which fields only add up.

Where every unit of the hidden layer reads one field, the log-odds are a sum of functions of one
field each, and the Shapley value of a field is its own function's value less the mean over the
reference population: no coalition has to be evaluated. Whether a network is of that kind is seen
in its weights, not in what it was called when it was trained.
"""

import numpy as np

from core.explanation.worth import Layers
from core.model.served import activate


class OwnFunctions:
    """The functions f_c of one field each whose sum is a network's log-odds, up to a constant."""

    def __init__(self, network: Layers, blocks: np.ndarray) -> None:
        """Take a network of which `adds_up` holds, and the slots (p, width) of each field."""
        first, *rest = [weight.astype(np.float64) for weight in network.weights]
        self._activation = network.activation
        self._linear = not rest
        last = np.ones(first.shape[1]) if self._linear else rest[0].reshape(-1)
        self._last = last / network.members
        self._first, self._bias = first, network.biases[0].astype(np.float64)
        self._blocks = blocks > 0
        self._units = _read(first, self._blocks)  # (p, units)

    def __call__(self, encoded: np.ndarray) -> np.ndarray:
        """Return (n, p) values of the functions; encoded (n, width)."""
        if self._linear:
            return np.asarray((encoded * (self._first @ self._last)) @ self._blocks.T)
        values = activate(encoded @ self._first + self._bias, self._activation)
        return np.asarray((values * self._last) @ self._units.T)


def adds_up(network: Layers, blocks: np.ndarray) -> bool:
    """Return whether no unit behind the first layer depends on two fields."""
    if len(network.weights) == 1:
        return True
    if len(network.weights) > 2:
        return False
    return bool((_read(network.weights[0], blocks > 0).sum(axis=0) <= 1).all())


def _read(first: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """Return (p, units), whether a unit reads a field."""
    return np.asarray((blocks.astype(np.float32) @ (first != 0).astype(np.float32)) > 0)
