"""One applicant's games against every reference applicant, solved in rounds.

A round solves each game several times, on coalitions drawn independently with the players in an
order of their own; core.explanation.games plays them. Each network of a team has walks of its own:
the Shapley values of a mean are the mean of the Shapley values, and errors of different orders make
up for each other. A network alone is asked about all coalitions of a sample, and regressed on them.
The spread of the replicates is the sampling variance of their mean, so an estimate knows its error
without a model of it; errors average out over the reference population, and over rounds. A later
round has as many coalitions as the bars say are missing.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from core.explanation.error_bars import Estimate, half_width
from core.explanation.games import Games, Positions
from core.explanation.worth import Tail

FIRST_LARGER, MOST_LARGER, LARGER_PER_FIELD = 48, 768, 2
"""Coalitions of two and more fields in each replicate of a round of regression: the first times a
power of two, and no fewer than the last times the fields."""
MOST_WALKS, MOST_GROWTH = 32, 4
"""Of each replicate of a round after the first, which has one: at most, and as a multiple of those
before it, so that nobody waits long for a sharper answer."""
SPARE = 1.1
"""So many times the walks or pairs that are missing by the bars, which are estimates themselves."""
FEW_PLAYERS = 4
"""So many are always enumerated: it costs hardly more than the first round."""
LEAST_REPLICATES = 16
"""Over all games of a round together; each game has two at least."""

CORES = max(1, min(4, os.cpu_count() or 1))
POOL = ThreadPoolExecutor(CORES, thread_name_prefix="explanation")
"""Starts its threads when they are first needed."""


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """Means of replicates (n, p), their variances (n, p), and the weight among rounds."""

    values: np.ndarray
    variances: np.ndarray
    weight: int


class Rounds:
    """The rounds of one applicant; the answer does not depend on how many threads compute it."""

    def __init__(self, tail: Tail, positions: Positions, threads: int = CORES) -> None:
        """Take the games; nothing is solved yet but those without players."""
        self._tail, self._threads = tail, threads
        self._games = Games(tail, positions)
        self._players = self._games.players
        self.coalitions = 0
        """Evaluated so far, over all games."""
        self._solved = self._players == 0
        self._exact = np.zeros(positions.differ.shape)
        self._rounds: list[_Round] = []
        self._alone = tail.members == 1
        self._least = max(FIRST_LARGER, LARGER_PER_FIELD * len(positions.own)) if self._alone else 1
        self._size = self._least
        """Larger coalitions, or walks of a team, in each replicate of the next round."""
        many = int((self._players > FEW_PLAYERS).sum())
        self._replicates = max(2, -(-LEAST_REPLICATES // max(1, many)))

    @property
    def most_players(self) -> int:
        """Of any game."""
        return int(self._players.max())

    @property
    def exact(self) -> bool:
        """Whether every game is enumerated."""
        return bool(self._solved.all())

    def enumerate(self) -> None:
        """Solve every game exactly."""
        self._enumerate(~self._solved)

    def plan(self, estimate: Estimate, target: float, most: int) -> None:
        """Choose the size of the next round by what is known and how precise it should be.

        It follows the variance alone, which says nothing about where the values lie; and it leaves
        the round within the coalitions that may be evaluated in all, if a short one is.
        """
        if not self._rounds:
            return
        before = sum(each.weight for each in self._rounds)
        missing = before * min(MOST_GROWTH, SPARE * estimate.missing(target) - 1)
        if self._alone:  # few sizes, as designs are kept
            doublings = np.ceil(np.log2(max(1, missing / self._least)))
            self._size = int(min(self._least * 2**doublings, max(self._least, MOST_LARGER)))
        else:
            self._size = int(np.clip(2 * np.ceil(missing / 2), 2, MOST_WALKS))
        while self._size > self._least and self.coalitions + self.cost() > most:
            self._size //= 2

    def cost(self) -> int:
        """Return the coalitions that the next round would evaluate."""
        few, rest = self._next()
        return int(np.exp2(self._players[few]).sum() + self._costs()[rest].sum())

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
        weights = np.array([each.weight for each in self._rounds], float).reshape(-1, 1, 1)
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
        few = ~self._solved & (np.exp2(self._players) <= np.maximum(self._costs(), 2**FEW_PLAYERS))
        return few, ~self._solved & ~few

    def _costs(self) -> np.ndarray:
        """Return (n,) coalitions of each game that a round of sampling would evaluate."""
        if not self._alone:
            walks = self._replicates * self._size
            return np.asarray(2 * walks * np.maximum(self._players - 1, 0))
        singles = 0 if self._rounds else len(self._exact.T)
        return np.full(len(self._players), 2 * (self._replicates * self._size + singles))

    def _enumerate(self, games: np.ndarray) -> None:
        def solve(some: np.ndarray) -> None:
            self._exact[some] = self._games.enumerate(some)

        self._in_parts(self._alike(games), np.exp2(self._players), solve)
        self._solved = self._solved | games
        self.coalitions += int(np.exp2(self._players[games]).sum())

    def _sample(self, games: np.ndarray) -> None:
        number, count, size = len(self._rounds), self._replicates, self._size
        found = np.zeros((count, *self._exact.shape))

        def regress(some: np.ndarray) -> None:
            found[:, some] = self._games.regress(some, number, size, count)

        def walk(some: np.ndarray) -> None:
            found[:, some] = self._games.walk(some, number, size, count)

        costs = self._costs()
        if self._alone:
            by_players = np.argsort(self._players, kind="stable")
            self._in_parts([by_players[games[by_players]]], costs, regress)
        else:  # walks follow each other in the same block
            self._in_parts(self._alike(games), 2 * (self._players - 1), walk)
        self.coalitions += int(costs[games].sum())
        variances = found.var(axis=0, ddof=1) / count
        self._rounds.append(_Round(found.mean(axis=0), variances, size))

    def _alike(self, games: np.ndarray) -> list[np.ndarray]:
        """Return the numbers of games (n,), those of equally many players together."""
        each = np.unique(self._players[games])
        return [np.flatnonzero(games & (self._players == players)) for players in each]

    def _in_parts(
        self,
        groups: list[np.ndarray],
        coalitions: np.ndarray,
        play: Callable[[np.ndarray], None],
    ) -> None:
        """Play groups of games a few at a time, shared among the threads."""
        parts: list[np.ndarray] = []
        for games in groups:
            step = self._tail.at_once(int(coalitions[games].max()))
            parts += [games[begin : begin + step] for begin in range(0, len(games), step)]
        threads = max(1, min(self._threads, len(parts)))
        rest = [POOL.submit(_each, play, parts[place::threads]) for place in range(1, threads)]
        _each(play, parts[::threads])
        for part in rest:
            part.result()


def _each(play: Callable[[np.ndarray], None], parts: list[np.ndarray]) -> None:
    for part in parts:
        play(part)
