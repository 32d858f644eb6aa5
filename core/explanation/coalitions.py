"""Coalitions that are evaluated, and how their values become Shapley values.

A game has k players. A design lists coalitions in pairs, each with its complement, and a linear
map from the pairs' differences to the k Shapley values: all coalitions and Shapley's own weights
while k is small, else a sample and the regression whose solution Shapley values are (KernelSHAP:
Lundberg & Lee 2017). All single fields are in a sample; larger sizes appear equally often, that is
by their leverage (Musco & Witter 2025), and each size counts in the solution what it counts in
Shapley's formula.

For a team the coalitions are those of walks: players join one after the other, from nobody to
everybody and back, in an order of its own for each network. What each adds on the way is an
unbiased estimate (Castro, Gómez & Tejada 2009) from fewer coalitions than a regression needs.

Pairs remove every interaction of two fields from the error of either (Covert & Lee 2021).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np

SEED = 1
PAIRS_PER_PLAYER = 3
CALIBRATIONS = 12
DESIGNS_IN_MEMORY, ORDERS_IN_MEMORY = 512, 32


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


@lru_cache(maxsize=DESIGNS_IN_MEMORY)
def sample(players: int, pairs: int, seed: int) -> Design:
    """Return a sampled design of at least four players; the same arguments give the same one."""
    random = np.random.default_rng([players, pairs, seed])
    sizes = 2 + np.arange(pairs - players) % (players // 2 - 1)
    ranks = random.random((len(sizes), players)).argsort(axis=1).argsort(axis=1)
    masks = np.vstack([np.eye(players), ranks < sizes[:, np.newaxis]])
    solve, share = _regression(masks)
    return Design(_with_start(masks.T), solve / 2, share, exact=False)


def enough_pairs(players: np.ndarray, pairs: int) -> np.ndarray:
    """Return at least `pairs`, and more where a regression on so many players needs more."""
    return np.asarray(np.maximum(pairs, PAIRS_PER_PLAYER * players))


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


def orders(
    members: int, differ: np.ndarray, games: np.ndarray, number: int, replicates: int, walks: int
) -> np.ndarray:
    """Return (M, k, T · W · g), for each member the players of each game in the order of its walks.

    Members and games have orders of their own, so that their errors make up for each other. Every
    second walk goes the order before it from the middle on: who came late comes early.

    Args:
        members: Networks of the team.
        differ: (n, p) which fields are players.
        games: (g,) of the n games, with equally many players.
        number: Of the round; rounds, replicates and walks are drawn independently.
        replicates: T, the outermost of the last axis; games are the innermost.
        walks: W, of each replicate.
    """
    drawn = _drawn(members, *differ.shape, number, replicates, -(-walks // 2))[..., games, :]
    taking_part = differ[games[:, np.newaxis], drawn]
    there = drawn[taking_part].reshape(*drawn.shape[:-1], -1)
    players = there.shape[-1]
    both = np.stack([there, np.roll(there, players // 2, axis=-1)], axis=3)
    found = both.reshape(members, replicates, -1, len(games), players)[:, :, :walks]
    return np.ascontiguousarray(np.moveaxis(found, -1, 1).reshape(members, players, -1))


@lru_cache(maxsize=ORDERS_IN_MEMORY)
def _drawn(
    members: int, games: int, fields: int, number: int, replicates: int, walks: int
) -> np.ndarray:
    """Return (M, T, W, n, p), all fields in random orders."""
    random = np.random.default_rng([SEED, members, games, fields, number])
    return random.random((members, replicates, walks, games, fields)).argsort(axis=-1)


def gains_of_walk(shares: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Return (M, k, g) what each player adds, on the way and on the way back in equal parts.

    Args:
        shares: (M, k - 1, g) of the coalitions on the way less those of the way back.
        gains: (M, g) of all players less none, by member; what is returned adds up to it.
    """
    members, between, games = shares.shape
    ends = np.empty((members, between + 2, games))
    ends[:, 0], ends[:, 1:-1], ends[:, -1] = -gains, shares, gains
    return np.diff(ends, axis=1) / 2
