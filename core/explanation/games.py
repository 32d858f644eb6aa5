"""One applicant's games against every reference applicant, and what coalitions say about them.

Which games are played how, and when it is enough, is decided in core.explanation.rounds. Players of
a game are the fields that differ, numbered in the order of the fields.
"""

from dataclasses import dataclass

import numpy as np

from core.explanation.coalitions import Samples, enumeration
from core.explanation.walks import gains_of_walk, joining, orders
from core.explanation.worth import Tail


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Where the games begin and end in the first layer.

    Attributes:
        own: (p, h) float32, what each of the applicant's fields adds to the first layer.
        others: (n, p, h) float32, the same of each reference applicant.
        starts: (n, h) float32, the first layer of each reference applicant.
        end: (h,) float32, the applicant's.
        differ: (n, p) bool, where the two differ; other fields are no players.
        gains: (M, n) each member's share of the applicant's log-odds less each reference
            applicant's; summed over members they are the difference of the two.
    """

    own: np.ndarray
    others: np.ndarray
    starts: np.ndarray
    end: np.ndarray
    differ: np.ndarray
    gains: np.ndarray


class Games:
    """Plays games; different ones may be played by several threads at once."""

    def __init__(self, tail: Tail, positions: Positions) -> None:
        """Take the games; nothing is played yet."""
        self._tail, self._at = tail, positions
        self.players = positions.differ.sum(axis=1)
        self._singles = np.empty(positions.differ.shape)
        """What each field alone is worth, less all others; known after a first regression."""

    def enumerate(self, games: np.ndarray) -> np.ndarray:
        """Return (g, p) the Shapley values of some games (g,) of equally many players, exactly."""
        fields = self._fields(games)
        design = enumeration(fields.shape[1])
        differences = self._tail.listed(design.members, *self._first_layer(games, fields))
        values = design.shapley(differences, self._at.gains[:, games].sum(axis=0))
        return self._by_field(values, fields)

    def regress(self, games: np.ndarray, number: int, larger: int, count: int) -> np.ndarray:
        """Return (T, g, p) estimates from `count` samples of so many coalitions of two and more.

        Games may have different numbers of players, from four on. What single fields are worth is
        found in round 0, which comes before all others.
        """
        at, players = self._at, self._at.differ.shape[1]
        order = joining(at.differ, games, number, count)
        places = order.argsort(axis=-1)
        samples = Samples(self.players[games], larger, number, count)
        everybody = np.broadcast_to(np.arange(players), (len(games), players))
        masks = samples.masks(places, singles=number == 0)
        found = self._tail.listed(masks, *self._first_layer(games, everybody))
        if number == 0:
            self._singles[games], found = found[:, :players], found[:, players:]
        singles = self._singles[games[:, np.newaxis], order]
        values = samples.shapley(singles, found, at.gains[:, games].sum(axis=0))
        return np.take_along_axis(values, places, axis=-1)

    def walk(self, games: np.ndarray, number: int, walks: int, count: int) -> np.ndarray:
        """Return (T, g, p) estimates from `count` times so many walks of each member.

        All games have equally many players.
        """
        at, members, fields = self._at, self._tail.members, self._fields(games)
        vectors, both = self._first_layer(games, fields)
        vectors = vectors.reshape(*vectors.shape[:2], members, -1)
        both = both.reshape(len(games), members, -1)
        order = orders(members, at.differ, games, number, count, walks)
        order = order.reshape(members, -1, fields.shape[1]).swapaxes(1, 2)
        whose, into = _games_of_walks(len(games), walks, count)
        added = np.zeros(count * fields.size)
        at_once = self._tail.at_once(2 * (fields.shape[1] - 1))
        for begin in range(0, len(whose), at_once):
            some = slice(begin, begin + at_once)
            players = np.ascontiguousarray(order[..., some])
            shares = self._tail.walked(players, whose[some], vectors, both)
            gains = gains_of_walk(shares, at.gains[:, games[whose[some]]])
            places = into[some] * fields.shape[1] + players
            added += np.bincount(places.ravel(), gains.ravel(), len(added))
        return self._by_field(added.reshape(count, *fields.shape) / walks, fields)

    def _fields(self, games: np.ndarray) -> np.ndarray:
        """Return (g, k) the players of games of equally many, as fields."""
        return np.nonzero(self._at.differ[games])[1].reshape(len(games), -1)

    def _first_layer(self, games: np.ndarray, fields: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where fields (g, k) lead in the first layer of some games.

        That is (g, k + 1, h) float32, what each field adds and last what is there without players;
        and (g, h) float32, a coalition and its complement together.
        """
        at, starts = self._at, self._at.starts[games]
        vectors = np.empty((len(games), fields.shape[1] + 1, len(at.end)), np.float32)
        others = at.others[games[:, np.newaxis], fields]
        np.subtract(at.own[fields], others, out=vectors[:, :-1])
        vectors[:, -1] = starts
        return vectors, starts + at.end

    def _by_field(self, values: np.ndarray, fields: np.ndarray) -> np.ndarray:
        """Return (…, g, p) from values of players (…, g, k); other fields have 0."""
        found = np.zeros((*values.shape[:-1], self._at.differ.shape[1]))
        found[..., np.arange(len(fields))[:, np.newaxis], fields] = values
        return found


def _games_of_walks(games: int, walks: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (T · W · g), in which game each walk is; and the same, those of T apart."""
    whose = np.tile(np.arange(games), (count, walks, 1))
    into = whose + games * np.arange(count)[:, np.newaxis, np.newaxis]
    return whose.ravel(), into.ravel()
