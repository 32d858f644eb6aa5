"""Coalitions that are evaluated, and how their values become Shapley values.

A game has k players. A design lists coalitions in pairs, each with its complement, and a linear
map from the pairs' differences to the k Shapley values: all coalitions and Shapley's own weights
while k is small, else a sample and the regression whose solution Shapley values are (KernelSHAP:
Lundberg & Lee 2017). All single fields are in a sample; larger sizes appear equally often, that is
by their leverage (Musco & Witter 2025), and each size counts in the solution what it counts in
Shapley's formula.

Pairs remove every interaction of two fields from the error (Covert & Lee 2021). Teams of networks
are asked about other coalitions; see core.explanation.walks.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np

CALIBRATIONS = 12
DESIGNS_IN_MEMORY = 256


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Pairs of coalitions of k players and the way back from their values.

    Attributes:
        members: (k + 1, m) float32: one coalition of each pair is a column, 1 = the player takes
            part; the other is its complement. The last row is 1: what is there without players.
        solve: (m, k).
        share: (k,), sums to 1: makes values add up whatever the sample is.
        exact: Whether all coalitions are listed.
    """

    members: np.ndarray
    solve: np.ndarray
    share: np.ndarray
    exact: bool

    @property
    def pairs(self) -> int:
        """Number of pairs, m."""
        return int(self.members.shape[1])

    def shapley(self, differences: np.ndarray, gain: np.ndarray) -> np.ndarray:
        """Return (g, k) Shapley values of g games.

        Args:
            differences: (g, m) value of each coalition less that of its complement.
            gain: (g,) value of all players less the value of none.
        """
        return np.asarray(differences @ self.solve + gain[:, np.newaxis] * self.share)


@lru_cache(maxsize=32)
def enumeration(players: int) -> Design:
    """Return the design with all 2^k coalitions; coalition number s holds player j if bit j is set.

    The weight of player j joining a coalition of size s is s! (k - s - 1)! / k!. A coalition and
    its complement have the same weight for a player in the one and not in the other.
    """
    numbers = np.arange(2 ** (players - 1))
    members = ((numbers >> np.arange(players)[:, np.newaxis]) & 1).astype(np.float32)
    sizes = members.sum(axis=0).astype(int)
    joins = np.array([1 / (players * comb(players - 1, size)) for size in range(players)])
    inside = np.append(0, joins)[sizes]  # as the coalition that the player has joined
    solve = np.where(members.T > 0, inside[:, np.newaxis], -joins[sizes][:, np.newaxis])
    solve[0] = 0  # none and all are known precisely: `share` has them
    return Design(_with_start(members), solve, np.full(players, 1 / players), exact=True)


def sample(players: int, pairs: int, seed: int) -> Design:
    """Return a sampled design of at least four players; the same arguments give the same one."""
    random = np.random.default_rng([players, pairs, seed])
    sizes = 2 + np.arange(pairs - players) % (players // 2 - 1)
    ranks = random.random((len(sizes), players)).argsort(axis=1).argsort(axis=1)
    masks = np.vstack([np.eye(players), ranks < sizes[:, np.newaxis]])
    solve, share = _regression(masks)
    return Design(_with_start(masks.T), solve / 2, share, exact=False)


class Samples:
    """Independent sampled designs for one round of games with any numbers of players, from four on.

    The single fields are the same coalitions in each design, so they are evaluated once.
    """

    def __init__(self, players: np.ndarray, larger: int, number: int, count: int) -> None:
        """Take T = `count` designs of so many larger coalitions for each of the (g,) games."""
        self._kinds, self._kind = np.unique(players, return_inverse=True)
        self._count, self._larger = count, larger
        self._designs = [_replicates(kind, larger, number, count) for kind in self._kinds.tolist()]

    def masks(self, places: np.ndarray, singles: bool) -> np.ndarray:
        """Return (g, p + 1, m) float32, who takes part; the last row is 1, as in `Design.members`.

        Args:
            places: (T, g, p), which place each field has in each design; fields that are no
                players come last. As these add nothing, they are in any coalition.
            singles: Whether the p single fields come first; then come the larger coalitions of one
                design after the other.
        """
        _, games, fields = places.shape
        begin = fields if singles else 0
        larger = np.concatenate([members for members, _, _ in self._designs])
        rows = (places + self._first_rows()[..., np.newaxis]).transpose(1, 2, 0)
        masks = np.ones((games, fields + 1, begin + self._count * self._larger), np.float32)
        masks[:, :-1, :begin] = np.eye(fields, begin)
        masks[:, :-1, begin:] = larger.take(rows, 0, mode="clip").reshape(games, fields, -1)
        return masks

    def shapley(self, singles: np.ndarray, larger: np.ndarray, gain: np.ndarray) -> np.ndarray:
        """Return (T, g, p) Shapley values by place, 0 for fields that are no players.

        Args:
            singles: (T, g, p) value of each single field, by place, less that of all others.
            larger: (g, T · l) value of each larger coalition less that of its complement.
            gain: (g,) value of all players less the value of none.
        """
        values = np.zeros(singles.shape)
        larger = larger.reshape(len(larger), self._count, -1).swapaxes(0, 1)
        differences = np.concatenate([larger, singles], axis=2)
        for kind, (players, (_, solve, share)) in enumerate(
            zip(self._kinds.tolist(), self._designs, strict=True)
        ):
            games = self._kind == kind
            found = differences[:, games, : self._larger + players] @ solve
            values[:, games, :players] = found + gain[games][:, np.newaxis] * share
        return values

    def _first_rows(self) -> np.ndarray:
        """Return (T, g), where each game's designs begin among the rows of all."""
        sizes = self._count * self._kinds
        begins = (np.cumsum(sizes) - sizes)[self._kind]
        return np.asarray(begins + self._kinds[self._kind] * np.arange(self._count)[:, np.newaxis])


@lru_cache(maxsize=DESIGNS_IN_MEMORY)
def _replicates(
    players: int, larger: int, number: int, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (T · k, l) members of larger coalitions, (T, l + k, k) to solve, (T, 1, k) shares.

    In `solve` the larger coalitions come first, unlike in a `Design`.
    """
    pairs = players + larger
    designs = [sample(players, pairs, 1000 * number + place) for place in range(count)]
    return (
        np.concatenate([design.members[:-1, players:] for design in designs]),
        np.stack([np.roll(design.solve, larger, axis=0) for design in designs]),
        np.stack([design.share for design in designs])[:, np.newaxis],
    )


def _with_start(members: np.ndarray) -> np.ndarray:
    return np.vstack([members, np.ones(members.shape[1])]).astype(np.float32)


def _regression(masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted least squares solution under the constraint that values add up.

    The half difference of a pair, (v(S) - v(complement)) / 2, is modelled as (S - 1/2) · φ.

    Weights begin at the Shapley kernel and are then scaled size by size until each size counts in
    the solution what it counts in Shapley's formula (see `_counts`). What is then left of the
    error depends only on which player got which place, so with places drawn at random it is zero
    on average, and games solved on one design have independent errors.
    """
    players = masks.shape[1]
    sizes = masks.sum(axis=1).astype(int)
    centred = masks - 0.5
    weights = _kernel(players, sizes)
    for _ in range(CALIBRATIONS):
        solve, share = _solution(centred, weights)
        counts = np.bincount(sizes, (solve * masks).sum(axis=1) / 2)
        weights *= _counts(players, sizes) / counts[sizes]
    solve, share = _solution(centred, weights)
    return solve, share


def _solution(centred: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inverse = np.linalg.inv(centred.T @ (weights[:, np.newaxis] * centred))
    share = inverse.sum(axis=1) / inverse.sum()
    solve = (weights[:, np.newaxis] * centred) @ (inverse - np.outer(inverse.sum(axis=0), share))
    return solve, share


def _kernel(players: int, sizes: np.ndarray) -> np.ndarray:
    """Return the weight of each pair: its size's share of the Shapley kernel, split evenly."""
    often = np.bincount(sizes)
    each = sizes * (players - sizes) * often[sizes]
    return np.asarray(_counts(players, sizes) / each)


def _counts(players: int, sizes: np.ndarray) -> np.ndarray:
    """Return how much pairs of these sizes count for their members, all of a size together.

    Every size counts 1: C(k, s) coalitions, s members, and s! (k - s - 1)! / k! for each. A pair
    stands for sizes s and k - s; pairs of the middle size, for one size and so for half.
    """
    return np.asarray(np.where(2 * sizes == players, 0.5, 1.0))
