"""Which coalitions of fields are evaluated, and how their values become Shapley values.

A game has k players. A design lists m coalitions and a linear map from their m values to the k
Shapley values: all coalitions and Shapley's own weights while k is small, else a sample and the
regression whose solution Shapley values are (KernelSHAP: Lundberg & Lee 2017).

The sample comes in pairs, a coalition and its complement, which removes every interaction of
two fields from the error (Covert & Lee 2021). All single fields are in it; larger sizes appear
equally often, that is by their leverage (Musco & Witter 2025), and weigh what their size weighs
in Shapley's formula.
"""

from dataclasses import dataclass
from functools import cache
from math import comb

import numpy as np

LEAST_PAIRS = 128
PAIRS_PER_PLAYER = 4
LOW_PLAYERS = 6


@dataclass(frozen=True, slots=True)
class Design:
    """Coalitions of k players and the way back from their values.

    Shapley values = solve @ (m,) values + share * (value of all - value of none): the last term
    makes them add up whatever the sample is.

    Attributes:
        masks: (m, k) float32, 1 = the player takes part. For a sampled design only one half of
            each pair is listed, and m counts both halves.
        solve: (k, m).
        share: (k,), sums to 1.
        exact: Whether all coalitions are listed.
    """

    masks: np.ndarray
    solve: np.ndarray
    share: np.ndarray
    exact: bool

    @property
    def size(self) -> int:
        """Number of coalitions, m."""
        return int(self.solve.shape[1])

    def sums(self, vectors: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Return (m, h): start (h,) plus the vectors (k, h) of the players in each coalition."""
        if self.exact:
            return _all_sums(vectors, start)
        sums = np.empty((self.size, vectors.shape[1]), vectors.dtype)
        half = len(self.masks)
        np.matmul(self.masks, vectors, out=sums[:half])
        sums[:half] += start
        np.subtract(2 * start + vectors.sum(0), sums[:half], out=sums[half:])
        return sums

    def shapley(self, values: np.ndarray, gain: float) -> np.ndarray:
        """Return (k,) Shapley values.

        Args:
            values: (m,) of the coalitions, in the order of `sums`.
            gain: Value of all players less the value of none.
        """
        return np.asarray(self.solve @ values.astype(np.float64) + self.share * gain)


@cache
def enumeration(players: int) -> Design:
    """Return the design with all 2^k coalitions; coalition number s holds player j if bit j is set.

    The weight of player j joining a coalition of size s is s! (k - s - 1)! / k!.
    """
    masks = _bits(players)
    sizes = masks.sum(1).astype(int)
    joins = np.array([1 / (players * comb(players - 1, size)) for size in range(players)])
    inside = np.append(0, joins)[sizes]  # as the coalition that the player has joined
    outside = np.append(joins, 0)[sizes]  # as the coalition that the player has not
    solve = np.where(masks.T > 0, inside, -outside)
    solve[:, [0, -1]] = 0  # none and all are known precisely: `share` has them
    return Design(masks, solve, np.full(players, 1 / players), exact=True)


@cache
def sample(players: int, seed: int) -> Design:
    """Return a sampled design; the same players and seed give the same design."""
    pairs = max(LEAST_PAIRS, PAIRS_PER_PLAYER * players)
    random = np.random.default_rng([players, seed])
    sizes = 2 + np.arange(pairs - players) % (players // 2 - 1)
    ranks = random.random((len(sizes), players)).argsort(axis=1).argsort(axis=1)
    masks = np.vstack([np.eye(players), ranks < sizes[:, None]]).astype(np.float32)
    solve, share = _regression(masks.astype(np.float64), _weights(players, sizes))
    return Design(masks, np.hstack([solve, -solve]) / 2, share, exact=False)


def _weights(players: int, sizes: np.ndarray) -> np.ndarray:
    """Return the weight of each pair: its size's share of the Shapley kernel, split evenly."""

    def of_size(size: np.ndarray) -> np.ndarray:
        # A pair stands for sizes s and k - s; the middle size pairs with itself and counts once.
        return np.asarray(np.where(2 * size == players, 0.5, 1) / (size * (players - size)))

    often = np.bincount(sizes, minlength=players)
    singles = np.full(players, of_size(np.array(1)) / players)
    return np.concatenate([singles, of_size(sizes) / often[sizes]])


def _regression(masks: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted least squares solution under the constraint that values add up.

    The half difference of a pair, (v(S) - v(complement)) / 2, is modelled as (S - 1/2) · φ.
    """
    centred = masks - 0.5
    inverse = np.linalg.inv(centred.T @ (weights[:, None] * centred))
    share = inverse.sum(1) / inverse.sum()
    solve = (inverse - np.outer(share, inverse.sum(0))) @ (centred.T * weights)
    return solve, share


def _all_sums(vectors: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return (2^k, h): sums over the low bits and over the high bits, added crosswise."""
    low, high = vectors[:LOW_PLAYERS], vectors[LOW_PLAYERS:]
    low_sums, high_sums = _bits(len(low)) @ low, _bits(len(high)) @ high + start
    return np.asarray((high_sums[:, None] + low_sums[None]).reshape(-1, vectors.shape[1]))


@cache
def _bits(players: int) -> np.ndarray:
    """Return (2^k, k) float32: row number s in binary, lowest bit first."""
    rows = np.arange(2**players)[:, None]
    return ((rows >> np.arange(players)) & 1).astype(np.float32)
