"""One applicant's games against every reference applicant, solved in rounds.

A round solves each game several times, by walks in which its players join in orders drawn
independently. Each network of a team walks orders of its own: the Shapley values of a mean are
the mean of the Shapley values, and errors of different orders make up for each other. The spread
of the replicates is the sampling variance of their mean, so an estimate knows its error without a
model of it; errors average out over the reference population, and a later round, with twice the
walks, over those before it.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.explanation.coalitions import enumeration, gains_of_walk, orders
from core.explanation.error_bars import half_width
from core.explanation.worth import Tail

MOST_WALKS = 32
"""Of each replicate of a round; rounds have 1, 2, 4, …"""
FEW_PLAYERS = 4
"""So many are always enumerated: it costs hardly more than the first round."""
LEAST_REPLICATES = 16
"""Over all games of a round together; each game has two at least."""

CORES = max(1, min(4, os.cpu_count() or 1))
POOL = ThreadPoolExecutor(CORES, thread_name_prefix="explanation")
"""Starts its threads when they are first needed."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Shapley values averaged over the games, and how precisely they are known.

    Attributes:
        values: (p,).
        se: (p,) standard error that comes from sampling coalitions.
        bars: (p,) half the width of the 95 % interval.
    """

    values: np.ndarray
    se: np.ndarray
    bars: np.ndarray

    @classmethod
    def exact(cls, values: np.ndarray) -> "Estimate":
        """Return values without an error."""
        return cls(values, np.zeros(len(values)), np.zeros(len(values)))

    def precise(self, target: float) -> bool:
        """Return whether no bar is longer than this share of the largest value."""
        return bool(self.bars.max() <= target * np.abs(self.values).max())


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Where the games begin and end in the first layer.

    Attributes:
        own: (p, h) float32, what each of the applicant's fields adds to the first layer.
        others: (n, p, h) float32, the same of each reference applicant.
        starts: (n, h) float32, the first layer of each reference applicant.
        differ: (n, p), where the two differ; other fields are no players.
        gains: (M, n) each member's share of the applicant's log-odds less each reference
            applicant's; summed over members they are the difference of the two.
    """

    own: np.ndarray
    others: np.ndarray
    starts: np.ndarray
    differ: np.ndarray
    gains: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """Means of replicates (n, p), their variances (n, p), and its weight among rounds."""

    values: np.ndarray
    variances: np.ndarray
    weight: int


class Games:
    """The games of one applicant; the answer does not depend on how many threads compute it."""

    def __init__(self, tail: Tail, positions: Positions, threads: int = CORES) -> None:
        """Take the games; nothing is solved yet but those without players."""
        self._tail, self._at, self._threads = tail, positions, threads
        self.players = positions.differ.sum(axis=1)
        self.coalitions = 0
        """Evaluated so far, over all games."""
        self._solved = self.players == 0
        self._exact = np.zeros(positions.differ.shape)
        self._rounds: list[_Round] = []
        many = int((self.players > FEW_PLAYERS).sum())
        self._replicates = max(2, -(-LEAST_REPLICATES // max(1, many)))

    @property
    def most_players(self) -> int:
        """Of any game."""
        return int(self.players.max())

    @property
    def exact(self) -> bool:
        """Whether every game is enumerated."""
        return bool(self._solved.all())

    def enumerate(self) -> None:
        """Solve every game exactly."""
        self._enumerate(~self._solved)

    def cost(self) -> int:
        """Return the coalitions that the next round would evaluate."""
        few, rest = self._next()
        return int(np.exp2(self.players[few]).sum() + self._costs()[rest].sum())

    def play(self) -> None:
        """Play another round; games for which it costs no more are enumerated instead."""
        few, rest = self._next()
        if few.any():
            self._enumerate(few)
        if rest.any():
            self._sample(rest)

    def estimate(self) -> Estimate:
        """Return what is known after the rounds so far."""
        n = len(self._exact)
        values, open_ = self._exact.sum(axis=0), ~self._solved
        if not open_.any():
            return Estimate.exact(values / n)
        weights = np.array([each.weight for each in self._rounds], float)[:, None, None]
        weights /= weights.sum()
        found = np.array([each.values[open_] for each in self._rounds])
        spread = np.array([each.variances[open_] for each in self._rounds])
        variances = (weights**2 * spread).reshape(-1, len(values))
        return Estimate(
            (values + (weights * found).sum(axis=(0, 1))) / n,
            np.sqrt(variances.sum(axis=0)) / n,
            half_width(variances, self._replicates) / n,
        )

    def _next(self) -> tuple[np.ndarray, np.ndarray]:
        """Return which games (n,) the next round enumerates, and which it samples."""
        few = ~self._solved & (np.exp2(self.players) <= np.maximum(self._costs(), 2**FEW_PLAYERS))
        return few, ~self._solved & ~few

    def _costs(self) -> np.ndarray:
        """Return (n,) coalitions of each game that a round of sampling would evaluate."""
        return np.asarray(2 * self._replicates * self._walks * np.maximum(self.players - 1, 0))

    @property
    def _walks(self) -> int:
        """Walks in each replicate of the next round."""
        return int(min(2 ** len(self._rounds), MOST_WALKS))

    def _enumerate(self, games: np.ndarray) -> None:
        self._in_parts(games, lambda players: 2**players, self._solve)
        self._solved = self._solved | games
        self.coalitions += int(np.exp2(self.players[games]).sum())

    def _sample(self, games: np.ndarray) -> None:
        found = np.zeros((self._replicates, *self._exact.shape))
        number, walks = len(self._rounds), self._walks
        self._in_parts(
            games,
            lambda players: 2 * (players - 1),
            partial(self._walk, found, number, walks),
        )
        variances = found.var(axis=0, ddof=1) / self._replicates
        self.coalitions += int(self._costs()[games].sum())
        self._rounds.append(_Round(found.mean(axis=0), variances, walks))

    def _in_parts(
        self,
        games: np.ndarray,
        coalitions: Callable[[int], int],
        play: Callable[[np.ndarray], None],
    ) -> None:
        """Play games (n,) of equally many players a few at a time, shared among the threads."""
        parts: list[np.ndarray] = []
        for players in np.unique(self.players[games]).tolist():
            alike = np.flatnonzero(games & (self.players == players))
            step = self._tail.at_once(coalitions(players))
            parts += [alike[begin : begin + step] for begin in range(0, len(alike), step)]
        threads = min(self._threads, len(parts))
        rest = [
            POOL.submit(_each, play, parts[place::threads]) for place in range(1, max(threads, 1))
        ]
        _each(play, parts[:: max(threads, 1)])
        for part in rest:
            part.result()

    def _solve(self, games: np.ndarray) -> None:
        """Enumerate games of equally many players."""
        at, players = self._at, int(self.players[games[0]])
        order = np.argsort(~at.differ[games], axis=1, kind="stable")[:, :players]
        vectors = np.empty((len(games), players + 1, at.starts.shape[1]), np.float32)
        np.subtract(at.own[order], at.others[games[:, np.newaxis], order], out=vectors[:, :-1])
        vectors[:, -1] = at.starts[games]
        design = enumeration(players)
        values = design.shapley(self._tail.listed(design, vectors), at.gains[:, games].sum(axis=0))
        self._exact[games[:, np.newaxis], order] = values

    def _walk(self, found: np.ndarray, number: int, walks: int, games: np.ndarray) -> None:
        """Add a round's estimates (T, n, p) of games of equally many players to `found`."""
        at, members = self._at, self._tail.members
        steps = at.others[games]
        np.subtract(at.own, steps, out=steps)
        steps = steps.reshape(len(games), len(at.own), members, -1)
        starts = at.starts[games].reshape(len(games), members, -1)
        for replicate, into in enumerate(found):
            for walk in range(walks):
                order = orders(members, at.differ, games, number, replicate, walk)
                shares = self._tail.walked(order, steps, starts)
                added = np.zeros((members, len(at.own), len(games)))
                np.put_along_axis(added, order, gains_of_walk(shares, at.gains[:, games]), axis=1)
                into[games] += added.sum(axis=0).T / walks


def _each(play: Callable[[np.ndarray], None], parts: list[np.ndarray]) -> None:
    for part in parts:
        play(part)
