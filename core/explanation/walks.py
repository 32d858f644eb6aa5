"""Walks from nobody to everybody and back, on which each player's part is what it adds.

Players join one after the other, in an order of its own for each network of a team. What each adds
on the way is an unbiased estimate of its Shapley value (Castro, Gómez & Tejada 2009), from fewer
coalitions than a regression needs. The way back evaluates the complements, which removes every
interaction of two fields from the error (Covert & Lee 2021).
"""

from functools import lru_cache

import numpy as np

SEED = 1
ROUNDS_IN_MEMORY = 32


def orders(
    members: int, differ: np.ndarray, games: np.ndarray, number: int, replicates: int, walks: int
) -> np.ndarray:
    """Return (M, T, W, g, k), for each member players 0 … k - 1 of each game in random orders.

    Members and games have orders of their own, so that their errors make up for each other. Every
    second walk goes the order before it from the middle on: who came late comes early.

    Args:
        members: Networks of the team.
        differ: (n, p) bool, which fields are players.
        games: (g,) of the n games, with equally many players.
        number: Of the round; rounds, replicates and walks are drawn independently.
        replicates: T.
        walks: W, of each replicate.
    """
    keys = _keys(members, *differ.shape, number, replicates, -(-walks // 2))[..., games, :]
    there = keys[..., differ[games]].reshape(*keys.shape[:-1], -1).argsort(axis=-1)
    if walks == 1:
        return there
    both = np.stack([there, np.roll(there, there.shape[-1] // 2, axis=-1)], axis=3)
    return both.reshape(members, replicates, -1, *there.shape[3:])[:, :, :walks]


def joining(differ: np.ndarray, games: np.ndarray, number: int, replicates: int) -> np.ndarray:
    """Return (T, g, p) all fields, first the players of each game in random order."""
    keys = _keys(1, *differ.shape, number, replicates, 1)[0, :, 0, games].swapaxes(0, 1)
    return np.asarray((keys + ~differ[games]).argsort(axis=-1))


@lru_cache(maxsize=ROUNDS_IN_MEMORY)
def _keys(
    members: int, games: int, fields: int, number: int, replicates: int, walks: int
) -> np.ndarray:
    """Return (M, T, W, n, p) random numbers, in whose order fields join."""
    random = np.random.default_rng([SEED, members, games, fields, number])
    return random.random((members, replicates, walks, games, fields))


def gains_of_walk(shares: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Return (M, k, w) what each player adds, on the way and on the way back in equal parts.

    Args:
        shares: (M, k - 1, w) of the coalitions on the way less those of the way back.
        gains: (M, w) of all players less none, by member; what is returned adds up to it.
    """
    members, between, walks = shares.shape
    ends = np.empty((members, between + 2, walks))
    ends[:, 0], ends[:, 1:-1], ends[:, -1] = -gains, shares, gains
    return np.diff(ends, axis=1) / 2
