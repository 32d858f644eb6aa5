"""One applicant's games against every reference applicant, solved in rounds.

A round solves each game several times, on coalitions drawn independently with the players in an
order of their own. Each network of a team has walks of its own: the Shapley values of a mean are
the mean of the Shapley values, and errors of different orders make up for each other. A network
alone is asked about all coalitions of a sample, and regressed on them. The spread
of the replicates is the sampling variance of their mean, so an estimate knows its error without a
model of it; errors average out over the reference population, and over rounds. A later round has
more coalitions: twice as many, or as many walks as the bars say are missing.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.explanation.coalitions import (
    Design,
    enough_pairs,
    enumeration,
    gains_of_walk,
    orders,
    sample,
)
from core.explanation.error_bars import half_width
from core.explanation.worth import Tail

FIRST_PAIRS, MOST_PAIRS = 64, 1024
"""Of each replicate of a round of regression."""
MOST_WALKS, MOST_GROWTH = 32, 4
"""Of each replicate of a round after the first, which has one: at most, and as a multiple of those
before it, so that nobody waits long for a sharper answer."""
SPARE = 1.1
"""So many times the walks that are missing by the bars, which are estimates themselves."""
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
    """Means of replicates (n, p), their variances (n, p), and weights among rounds (n,)."""

    values: np.ndarray
    variances: np.ndarray
    weights: np.ndarray


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
        self._alone = tail.members == 1
        self._walks, self._walked = 1, 0
        """In each replicate of the next round, and of those before it."""
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

    def plan(self, estimate: Estimate, target: float) -> None:
        """Choose how many walks the next round has, by what is known and how precise it should be.

        It follows the variance alone, which says nothing about where the values lie.
        """
        before = self._walked
        if not before:
            return
        wanted = target * np.abs(estimate.values).max()
        missing = MOST_WALKS
        if wanted > 0:
            needed = SPARE * before * (estimate.bars.max() / wanted) ** 2
            missing = int(min(needed, 2 * MOST_WALKS * before) - before) + 1
        even = 2 * -(-missing // 2)
        self._walks = int(np.clip(even, 2, min(MOST_WALKS, MOST_GROWTH * before)))

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
        weights = np.array([each.weights[open_] for each in self._rounds], float)[..., np.newaxis]
        weights /= weights.sum(axis=0)
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
        return np.asarray(2 * self._replicates * self._pairs())

    def _pairs(self) -> np.ndarray:
        """Return (n,) pairs of coalitions in each replicate of the next round."""
        if self._alone:
            pairs = min(FIRST_PAIRS * 2 ** len(self._rounds), MOST_PAIRS)
            return enough_pairs(self.players, pairs)
        return np.asarray(self._walks * np.maximum(self.players - 1, 0))

    def _enumerate(self, games: np.ndarray) -> None:
        self._in_parts(games, lambda players: 2**players, self._solve)
        self._solved = self._solved | games
        self.coalitions += int(np.exp2(self.players[games]).sum())

    def _sample(self, games: np.ndarray) -> None:
        pairs, found = self._pairs(), np.zeros((self._replicates, *self._exact.shape))
        if self._alone:
            by_players = dict(zip(self.players.tolist(), pairs.tolist(), strict=True))
            self._in_parts(games, by_players.__getitem__, partial(self._regress, found))
        else:
            self._in_parts(games, lambda players: 2 * (players - 1), partial(self._walk, found))
            self._walked += self._walks
        variances = found.var(axis=0, ddof=1) / self._replicates
        self.coalitions += int(self._costs()[games].sum())
        weights = pairs - self.players if self._alone else pairs
        self._rounds.append(_Round(found.mean(axis=0), variances, weights))

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
        players = int(self.players[games[0]])
        order = np.argsort(~self._at.differ[games], axis=1, kind="stable")[:, :players]
        self._list(enumeration(players), games, order, self._exact)

    def _regress(self, found: np.ndarray, games: np.ndarray) -> None:
        """Put the next round's estimates (T, n, p) of games of equally many players in `found`."""
        players, number = int(self.players[games[0]]), len(self._rounds)
        pairs = int(self._pairs()[games[0]])
        order = orders(1, self._at.differ, games, number, self._replicates, 1)[0]
        each = order.T.reshape(self._replicates, len(games), players)
        for place, into in enumerate(found):
            self._list(sample(players, pairs, 1000 * number + place), games, each[place], into)

    def _list(self, design: Design, games: np.ndarray, order: np.ndarray, into: np.ndarray) -> None:
        """Play a design's coalitions in some games, with players in this order (g, k)."""
        at, whose = self._at, games[:, np.newaxis]
        shape = len(games), order.shape[1] + 1, at.starts.shape[1]
        vectors = np.empty(shape, np.float32)
        np.subtract(at.own[order], at.others[whose, order], out=vectors[:, :-1])
        vectors[:, -1] = at.starts[games]
        differences = self._tail.listed(design, vectors)
        into[whose, order] = design.shapley(differences, at.gains[:, games].sum(axis=0))

    def _walk(self, found: np.ndarray, games: np.ndarray) -> None:
        """Put the next round's estimates (T, n, p) of games of equally many players in `found`."""
        at, members, fields = self._at, self._tail.members, len(self._at.own)
        steps = at.others[games]
        np.subtract(at.own, steps, out=steps)
        steps = steps.reshape(len(games), fields, members, -1)
        starts = at.starts[games].reshape(len(games), members, -1)
        order = orders(members, at.differ, games, len(self._rounds), self._replicates, self._walks)
        whose = np.tile(np.arange(len(games)), self._replicates * self._walks)
        added = np.zeros((members, fields, len(whose)))
        at_once = self._tail.at_once(2 * (order.shape[1] - 1))
        for begin in range(0, len(whose), at_once):
            some = slice(begin, begin + at_once)
            shares = self._tail.walked(order[..., some], whose[some], steps, starts)
            gains = gains_of_walk(shares, at.gains[:, games[whose[some]]])
            np.put_along_axis(added[..., some], order[..., some], gains, axis=1)
        each = added.sum(axis=0).reshape(fields, self._replicates, self._walks, len(games))
        found[:, games] = each.mean(axis=2).transpose(1, 2, 0)


def _each(play: Callable[[np.ndarray], None], parts: list[np.ndarray]) -> None:
    for part in parts:
        play(part)
