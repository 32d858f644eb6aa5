"""The smallest changes that would lead to approval.

Only fields that somebody marked as changeable move, within their bounds, in their direction and
in their steps. All values of one field are tried, then pairs and triples of fields on a coarser
grid; what reaches the goal is polished until no single step back still reaches it. Up to five
options are kept that do not merely add to a cheaper one, the cheapest first.

A change costs its size relative to the present value (or the typical one, where that is larger),
times the field's own weight; each field that has to change at all costs a little more. So an
option says what is least, not what is easiest for this person: the weights are for that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from core.data.fields import Field
from core.explanation.lever_grid import Value, as_number, grid, thinned
from core.explanation.levers import Lever

Score = Callable[[Sequence[Mapping[str, Value]]], np.ndarray]

MOST_OPTIONS = 5
COARSE = 7
"""Values tried of a field among several."""
MOST_POLISHED = 10
MOST_TOGETHER = 3
MOST_IN_ALL = 8
"""Fields an option may change: added one by one where no three of them suffice."""
MOST_IN_TRIPLES = 6
"""Fields that triples are made of: those that bring the score nearest to the goal alone."""
PER_FIELD = 0.1
"""What it costs that a field changes at all, as much as a tenth of its value."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an option: from what to what."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Option:
    """Changes that together reach the goal.

    Attributes:
        changes: In the order of the fields.
        log_odds: After them.
        cost: See the head of this module.
    """

    changes: tuple[Change, ...]
    log_odds: float
    cost: float

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Recourse:
    """What was found.

    Attributes:
        options: The cheapest first; empty if the goal cannot be reached.
        nearest: The lowest log-odds that was met, which says how far the levers carry.
        tried: How many applicants were scored on the way.
    """

    options: tuple[Option, ...]
    nearest: float
    tried: int


def recourse(
    applicant: Mapping[str, Value],
    fields: Sequence[Field],
    levers: Sequence[Lever],
    score: Score,
    goal: float,
    beyond: bool = False,
) -> Recourse:
    """Search for changes after which the log-odds lie below the goal.

    Args:
        applicant: The present value of every field.
        fields: All of them, in the form's order.
        levers: Those that may change.
        score: Returns (n,) log-odds of the applicant after each of n sets of changes.
        goal: In log-odds; approval begins below it.
        beyond: Whether bounds of levers may lie outside of what was seen in training.
    """
    search = _Search(applicant, fields, levers, score, goal, beyond)
    options = search.run()
    return Recourse(options, search.nearest, search.tried)


class _Search:
    """One search: what was tried, and what reached the goal."""

    def __init__(
        self,
        applicant: Mapping[str, Value],
        fields: Sequence[Field],
        levers: Sequence[Lever],
        score: Score,
        goal: float,
        beyond: bool,
    ) -> None:
        self._fields = {field.name: field for field in fields}
        self._now = {field.name: applicant.get(field.name) for field in fields}
        self._score, self._goal = score, goal
        grids = {
            lever.name: grid(lever, self._fields[lever.name], self._now[lever.name], beyond)
            for lever in levers
        }
        self._grids = {name: values for name, values in grids.items() if values}
        weights = {lever.name: lever.cost for lever in levers}
        self._costs = {
            name: {value: PER_FIELD + weights[name] * self._size(name, value) for value in values}
            for name, values in self._grids.items()
        }
        self.nearest = np.inf
        self.tried = 0

    def run(self) -> tuple[Option, ...]:
        """Return the options, the cheapest first."""
        self._evaluate([{}])
        if not self._grids:
            return ()
        alone = self._evaluate(
            [{name: value} for name, values in self._grids.items() for value in values]
        )
        best, nearest = self._cheapest(alone), [min(alone, key=_log_odds)]
        order = sorted(self._grids, key=lambda name: self._reach(alone, name))
        for size in range(2, MOST_TOGETHER + 1):
            names = order if size == 2 else order[:MOST_IN_TRIPLES]
            together = self._evaluate(list(self._together(names, size)))
            best |= self._cheapest(together)
            nearest = [*nearest, *together]
        if not best:
            best = self._further(*min(nearest, key=_log_odds))
        promising = sorted(best.values(), key=self._cost)[:MOST_POLISHED]
        polished = sorted(map(self._polish, promising), key=lambda found: found.cost)
        return tuple(_diverse(polished)[:MOST_OPTIONS])

    def _evaluate(self, changes: list[dict[str, Value]]) -> list[tuple[dict[str, Value], float]]:
        """Return the log-odds after each set of changes."""
        if not changes:
            return []
        log_odds = self._score(changes)
        self.tried += len(changes)
        self.nearest = min(self.nearest, float(log_odds.min()))
        return list(zip(changes, map(float, log_odds), strict=True))

    def _cheapest(
        self, evaluated: list[tuple[dict[str, Value], float]]
    ) -> dict[tuple[str, ...], dict[str, Value]]:
        """Return, for each set of fields, the cheapest changes that reach the goal."""
        found: dict[tuple[str, ...], dict[str, Value]] = {}
        for changes, log_odds in evaluated:
            key = tuple(sorted(changes))
            reached = log_odds < self._goal
            if reached and (key not in found or self._cost(changes) < self._cost(found[key])):
                found[key] = changes
        return found

    def _reach(self, alone: list[tuple[dict[str, Value], float]], name: str) -> float:
        return min(log_odds for changes, log_odds in alone if name in changes)

    def _together(self, names: Sequence[str], size: int) -> Iterator[dict[str, Value]]:
        for chosen in combinations(names, size):
            for values in product(*(thinned(self._grids[name], COARSE) for name in chosen)):
                yield dict(zip(chosen, values, strict=True))

    def _further(
        self, changes: dict[str, Value], log_odds: float
    ) -> dict[tuple[str, ...], dict[str, Value]]:
        """Add one field after the other, each time the one that brings the score nearest."""
        while len(changes) < MOST_IN_ALL:
            added = [
                changes | {name: value}
                for name, values in self._grids.items()
                for value in (thinned(values, COARSE) if name not in changes else ())
            ]
            following, reached = min(
                self._evaluate(added), key=_log_odds, default=(changes, log_odds)
            )
            if reached >= log_odds:
                return {}
            changes, log_odds = following, reached
            if log_odds < self._goal:
                return self._cheapest([(changes, log_odds)])
        return {}

    def _polish(self, changes: dict[str, Value]) -> Option:
        """Take back as much of each change as the goal allows, until nothing more gives."""
        while True:
            nearer = [
                changes | {name: value}
                for name in changes
                for value in self._grids[name]
                if self._costs[name][value] < self._costs[name][changes[name]]
            ]
            better = self._cheapest(self._evaluate(nearer)).get(tuple(sorted(changes)))
            if better is None:
                break
            changes = better
        ((_, log_odds),) = self._evaluate([changes])
        told = tuple(
            Change(name, self._now[name], changes[name]) for name in self._fields if name in changes
        )
        return Option(told, log_odds, self._cost(changes))

    def _cost(self, changes: Mapping[str, Value]) -> float:
        return sum(self._costs[name][value] for name, value in changes.items())

    def _size(self, name: str, value: Value) -> float:
        """Return how large a change is; any other category counts as much as a whole value."""
        now = self._now[name]
        if isinstance(value, str) or isinstance(now, str) or value is None:
            return 1.0
        field = self._fields[name]
        start = as_number(now, field)
        return abs(value - start) / max(abs(start), abs(as_number(field.typical, field)), 1e-12)


def _log_odds(evaluated: tuple[dict[str, Value], float]) -> float:
    return evaluated[1]


def _diverse(options: list[Option]) -> list[Option]:
    """Leave out what only adds to a cheaper option."""
    kept: list[Option] = []
    for option in options:
        names = {change.name for change in option.changes}
        if not any({change.name for change in other.changes} <= names for other in kept):
            kept.append(option)
    return kept
