"""One applicant's games against every reference applicant, solved in rounds.

A round solves each game several times, on coalitions drawn independently with the players in an
order of their own. The spread of these replicates is the sampling variance of their mean, so an
estimate knows its error without a model of it; errors average out over the reference population,
and a later round, with twice the coalitions, over those before it.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from core.explanation.coalitions import Design, enough_pairs, enumeration, sample
from core.explanation.error_bars import half_width
from core.explanation.worth import Tail

FIRST_PAIRS, MOST_PAIRS = 64, 1024
FEW_PLAYERS = 8
"""So many are always enumerated: it costs no more than the first round."""
LEAST_REPLICATES = 16
"""Over all games of a round together; each game has two at least."""
SEED = 1

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
        gains: (n,) the applicant's log-odds less each reference applicant's.
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


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Games of equally many players that are played at once, into one replicate's values."""

    design: Design
    games: np.ndarray
    order: np.ndarray
    into: np.ndarray


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
        few = ~self._solved & (np.exp2(self.players) <= self._costs())
        return few, ~self._solved & ~few

    def _costs(self) -> np.ndarray:
        """Return (n,) coalitions of each game that a round of sampling would evaluate."""
        return 2 * self._replicates * self._pairs()

    def _pairs(self) -> np.ndarray:
        """Return (n,) pairs of coalitions in each replicate of the next round."""
        pairs = min(FIRST_PAIRS * 2 ** len(self._rounds), MOST_PAIRS)
        return enough_pairs(self.players, pairs)

    def _enumerate(self, games: np.ndarray) -> None:
        order = _players_first(self._at.differ, None)
        self._run(self._pieces(games, order, enumeration, self._exact))
        self._solved = self._solved | games
        self.coalitions += int(np.exp2(self.players[games]).sum())

    def _sample(self, games: np.ndarray) -> None:
        pairs, number = self._pairs(), len(self._rounds)
        found = np.repeat(np.zeros_like(self._exact)[np.newaxis], self._replicates, axis=0)
        pieces: list[_Piece] = []
        for place, into in enumerate(found):
            seed = 1000 * number + place
            order = _players_first(self._at.differ, _keys(seed, len(into), into.shape[1]))
            pieces += self._pieces(games, order, partial(self._drawn, seed), into)
        self._run(pieces)
        variances = found.var(axis=0, ddof=1) / self._replicates
        self.coalitions += int(self._costs()[games].sum())
        self._rounds.append(_Round(found.mean(axis=0), variances, pairs - self.players))

    def _drawn(self, seed: int, players: int) -> Design:
        pairs = int(self._pairs()[self.players == players][0])
        return sample(players, pairs, seed)

    def _pieces(
        self,
        games: np.ndarray,
        order: np.ndarray,
        design_of: Callable[[int], Design],
        into: np.ndarray,
    ) -> list[_Piece]:
        pieces = []
        for players in np.unique(self.players[games]).tolist():
            alike = np.flatnonzero(games & (self.players == players))
            design = design_of(players)
            step = self._tail.games(design.pairs)
            for some in (alike[begin : begin + step] for begin in range(0, len(alike), step)):
                pieces.append(_Piece(design, some, order[some, :players], into))
        return pieces

    def _run(self, pieces: list[_Piece]) -> None:
        threads = min(self._threads, len(pieces))
        rest = [POOL.submit(self._play, pieces[place::threads]) for place in range(1, threads)]
        self._play(pieces[:: max(threads, 1)])
        for part in rest:
            part.result()

    def _play(self, pieces: list[_Piece]) -> None:
        at = self._at
        for piece in pieces:
            games, order = piece.games[:, np.newaxis], piece.order
            vectors = np.empty((len(games), order.shape[1] + 1, at.starts.shape[1]), np.float32)
            np.subtract(at.own[order], at.others[games, order], out=vectors[:, :-1])
            vectors[:, -1] = at.starts[piece.games]
            differences = self._tail.play(piece.design, vectors)
            piece.into[games, order] = piece.design.shapley(differences, at.gains[piece.games])


def _players_first(differ: np.ndarray, keys: np.ndarray | None) -> np.ndarray:
    """Return (n, p) fields with each game's players in front, by their keys or as they stand."""
    if keys is None:
        return np.argsort(~differ, axis=1, kind="stable")
    return np.argsort(np.where(differ, keys, np.inf), axis=1)


@lru_cache(maxsize=64)
def _keys(seed: int, games: int, fields: int) -> np.ndarray:
    return np.random.default_rng([SEED, seed, games, fields]).random((games, fields))
