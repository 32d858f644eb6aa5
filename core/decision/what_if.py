"""Log-odds of one applicant with some fields changed, thousands of times a second.

Each field adds its own vector to the first layer, so the vector of a changed value is computed
once and combinations only add vectors; what runs for each is the rest of the network. Fields
that the recipe makes one feature of, such as a ratio, move together.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from core.decision.applicant import Value
from core.model.bundle import Bundle

ROWS_AT_ONCE = 512
_DTYPES = {"number": "float64", "date": "datetime64[us]"}
Move = tuple[tuple[str, Value], ...]
"""New values of fields that move together, by name."""


class WhatIf:
    """An applicant who may change; in float32, so the last word belongs to the scorer."""

    def __init__(self, bundle: Bundle, values: Mapping[str, Value]) -> None:
        """Take the model and the present value of every field."""
        self._bundle, self._now = bundle, dict(values)
        self._kinds = {field.name: field.kind for field in bundle.fields}
        self._group = _moving_together(bundle)
        self._each_alone = len(set(self._group.values())) == len(self._group)
        weights, biases = bundle.network.weights[0], bundle.network.biases[0]
        self._weights = weights
        (self._encoded,) = self._encode([{}])
        self._first = self._encoded @ weights + biases
        self._places: dict[Move, int] = {}
        self._vectors = np.zeros((1, weights.shape[1]), np.float32)  # place 0: nothing moves

    def __call__(self, changes: Sequence[Mapping[str, Value]]) -> np.ndarray:
        """Return (n,) log-odds after each set of changes; values as the scorer reads them."""
        moves = [self._moves(change) for change in changes]
        self._learn(moves)
        most = max(map(len, moves), default=0)
        places = np.zeros((len(moves), most), int)
        for row, each in enumerate(moves):
            places[row, : len(each)] = [self._places[move] for move in each]
        parts = [
            self._log_odds(places[start : start + ROWS_AT_ONCE])
            for start in range(0, len(places), ROWS_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    def _log_odds(self, places: np.ndarray) -> np.ndarray:
        pre = np.repeat(self._first[np.newaxis], len(places), axis=0)
        for column in places.T:
            pre += self._vectors[column]
        return self._bundle.network.tail(pre).astype(np.float64)

    def _moves(self, change: Mapping[str, Value]) -> list[Move]:
        """Return what changes, fields that move together in one."""
        if self._each_alone:
            return [(item,) for item in change.items()]
        found: dict[int, list[tuple[str, Value]]] = {}
        for item in sorted(change.items(), key=lambda item: item[0]):
            found.setdefault(self._group[item[0]], []).append(item)
        return [tuple(items) for items in found.values()]

    def _learn(self, moves: Iterable[list[Move]]) -> None:
        """Compute the vectors of moves that are new."""
        unseen = [move for each in moves for move in each if move not in self._places]
        new = list(dict.fromkeys(unseen))
        if not new:
            return
        differs = self._encode([dict(move) for move in new]) - self._encoded
        self._places |= {move: len(self._vectors) + place for place, move in enumerate(new)}
        self._vectors = np.vstack([self._vectors, differs @ self._weights])

    def _encode(self, changes: list[dict[str, Value]]) -> np.ndarray:
        columns = {
            name: pd.Series(
                [change.get(name, now) for change in changes],
                dtype=_DTYPES.get(self._kinds[name], "str"),
            )
            for name, now in self._now.items()
        }
        return self._bundle.encoder.encode(self._bundle.prepare(pd.DataFrame(columns)))


def _moving_together(bundle: Bundle) -> dict[str, int]:
    """Return each field's group: fields that one feature is made of are in the same."""
    group = {field.name: place for place, field in enumerate(bundle.fields)}
    for feature in bundle.features:
        inputs = [name for name in bundle.recipe.inputs_for([feature]) if name in group]
        groups = {group[name] for name in inputs}
        group = {name: min(groups) if own in groups else own for name, own in group.items()}
    return group
