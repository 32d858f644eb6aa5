"""All coalitions of a game, and the orders in which players join one that has too many.

A design lists coalitions in pairs, each with its complement, and a linear map from the pairs'
differences to the Shapley values. An order of the players is a walk from nobody to everybody; with
the walk back it is such pairs, too, and what each player adds on the way is an unbiased estimate
(Castro, Gómez & Tejada 2009). Pairs remove every interaction of two fields from its error (Covert
& Lee 2021).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np

SEED = 1
ORDERS_IN_MEMORY = 128


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """All pairs of coalitions of k players and the way back from their values.

    Attributes:
        members: (k + 1, m) float32: one coalition of each pair is a column, 1 = the player takes
            part; the other is its complement. The last row is 1: what is there without players.
        solve: (m, k).
    """

    members: np.ndarray
    solve: np.ndarray

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
        return np.asarray(differences @ self.solve + gain[:, np.newaxis] / self.solve.shape[1])


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
    solve[0] = 0  # none and all are known precisely: the gain, of which each gets a part
    members = np.vstack([members, np.ones(members.shape[1])]).astype(np.float32)
    return Design(members, solve)


def orders(
    members: int, differ: np.ndarray, games: np.ndarray, number: int, replicate: int, walk: int
) -> np.ndarray:
    """Return (M, k, g), for each member the players of each game in the order of a walk.

    Members and games have orders of their own, so that their errors make up for each other. Every
    second walk goes the order before it from the middle on: who came late comes early.

    Args:
        members: Networks of the team.
        differ: (n, p) which fields are players.
        games: (g,) of the n games, with equally many players.
        number: Of the round; rounds, replicates and walks are drawn independently.
        replicate: Within the round.
        walk: Within the replicate.
    """
    drawn = _drawn(members, *differ.shape, number, replicate, walk // 2)[:, games]
    taking_part = np.take_along_axis(differ[np.newaxis, games], drawn, axis=2)
    found = drawn[taking_part].reshape(members, len(games), -1).swapaxes(1, 2)
    return np.roll(found, found.shape[1] // 2, axis=1) if walk % 2 else found


@lru_cache(maxsize=ORDERS_IN_MEMORY)
def _drawn(members: int, games: int, fields: int, *which: int) -> np.ndarray:
    random = np.random.default_rng([SEED, members, games, fields, *which])
    return random.random((members, games, fields)).argsort(axis=2)


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
