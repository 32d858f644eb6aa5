"""The smallest changes that would lead to approval.

Only fields that somebody marked as changeable move, within their bounds, in their direction and
in their steps. All values of one field are tried, then pairs and triples of fields on a coarser
grid; what reaches the goal is polished until no single step back still reaches it. Up to five
options are kept that do not merely add to a cheaper one, the cheapest first.

A change costs its size relative to the present value (or the typical one, where that is larger),
times the field's own weight; each field that has to change at all costs a little more. So an
option says what is least, not what is easiest for this person: the weights are for that.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, product
from typing import Any, Literal

import numpy as np

from core.data.allowed import numbers_among
from core.data.fields import Field

Direction = Literal["up", "down", "either"]
Value = float | str | None
Score = Callable[[Sequence[Mapping[str, Value]]], np.ndarray]

MOST_OPTIONS = 5
FINEST, COARSE = 100, 7
"""Values tried of a field alone and when an option is polished, and of one among several."""
MOST_POLISHED = 10
MOST_TOGETHER = 3
MOST_IN_ALL = 8
"""Fields an option may change: added one by one where no three of them suffice."""
MOST_IN_TRIPLES = 6
"""Fields that triples are made of: those that bring the score nearest to the goal alone."""
PER_FIELD = 0.1
"""What it costs that a field changes at all, as much as a tenth of its value."""

_USUALLY: tuple[tuple[str, Direction], ...] = (
    (r"pay_?amt|pay amt|paid|repaid|repayment", "up"),
    (r"amount|loan|credit_?limit|limit_bal|price|funded", "down"),
    (r"time|term|duration|months?$", "either"),
    (r"income|salary|wage|assets|saving|deposit|down_?payment", "up"),
    (r"expense|debt|dti|balance|installment|bill|owed|outstanding|utili[sz]ation", "down"),
)
_NEVER = r"age|birth|sex|gender|marital|nation|foreign|race|religion|children|depend"


@dataclass(frozen=True, slots=True)
class Lever:
    """A field that may change.

    Attributes:
        name: Which field.
        direction: Which way; categories take any of their values.
        low: Least value; the smallest seen in training if None, or if it lies beyond.
        high: Largest value; the largest seen in training if None, or if it lies beyond.
        step: Values lie whole steps from the present one; a round one is chosen if None.
        cost: Weight of a change, above 0.
    """

    name: str
    direction: Direction = "either"
    low: float | None = None
    high: float | None = None
    step: float | None = None
    cost: float = 1.0


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


def proposed_levers(fields: Sequence[Field]) -> tuple[Lever, ...]:
    """Return what a person can change: what the data dictionary says, within what it allows.

    Where it says nothing the words of name and label decide (amount, term, income, debts; never
    age or sex), so it is a proposal that people look at.
    """
    found = []
    for field in fields:
        if direction := _direction(field):
            low, high = (_bound(each) for each in (field.allowed.low, field.allowed.high))
            found.append(Lever(field.name, direction, low, high))
    return tuple(found)


def _direction(field: Field) -> Direction | None:
    if field.changeable == "no" or field.kind not in ("number", "category"):
        return None
    if field.kind == "category":
        return "either" if field.changeable else None
    if field.changeable == "only up":
        return "up"
    if field.changeable == "only down":
        return "down"
    return _usual_direction(field) or ("either" if field.changeable else None)


def _usual_direction(field: Field) -> Direction | None:
    words = f"{field.name} {field.label}".lower()
    if re.search(rf"\b({_NEVER})", words):
        return None
    return next((way for pattern, way in _USUALLY if re.search(pattern, words)), None)


def _bound(bound: float | str | None) -> float | None:
    return None if isinstance(bound, str) else bound


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
        self._score, self._goal, self._beyond = score, goal, beyond
        grids = {lever.name: self._grid(lever) for lever in levers}
        self._grids = {name: grid for name, grid in grids.items() if grid}
        weights = {lever.name: lever.cost for lever in levers}
        self._costs = {
            name: {value: PER_FIELD + weights[name] * self._size(name, value) for value in grid}
            for name, grid in self._grids.items()
        }
        self.nearest = np.inf
        self.tried = 0

    def run(self) -> tuple[Option, ...]:
        """Return the options, the cheapest first."""
        self._evaluate([{}])
        if not self._grids:
            return ()
        alone = self._evaluate(
            [{name: value} for name, grid in self._grids.items() for value in grid]
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
            for values in product(*(_thinned(self._grids[name], COARSE) for name in chosen)):
                yield dict(zip(chosen, values, strict=True))

    def _further(
        self, changes: dict[str, Value], log_odds: float
    ) -> dict[tuple[str, ...], dict[str, Value]]:
        """Add one field after the other, each time the one that brings the score nearest."""
        while len(changes) < MOST_IN_ALL:
            added = [
                changes | {name: value}
                for name, grid in self._grids.items()
                for value in (_thinned(grid, COARSE) if name not in changes else ())
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
        start = _number(now, field)
        return abs(value - start) / max(abs(start), abs(_number(field.typical, field)), 1e-12)

    def _grid(self, lever: Lever) -> list[Value]:
        """Return the values a field may take, the nearest first."""
        field = self._fields[lever.name]
        if field.kind == "category":
            others = (value for value in field.categories if value != self._now[lever.name])
            return [value for value in others if field.allowed.holds(value)]
        if field.kind != "number":
            return []
        start = _number(self._now[lever.name], field)
        low, high = self._bounds(lever, field)
        usual = max(abs(start), abs(_number(field.typical, field))) or abs(high - low) / 10
        step = lever.step or _round_step(usual, field.whole)
        up = _steps(start, high, step) if lever.direction != "down" else []
        down = _steps(start, low, -step) if lever.direction != "up" else []
        reached = [value for value in [*up, *down] if field.allowed.holds(value)]
        if field.allowed.values and not field.allowed.has_range:
            reached = _listed(field, start, lever.direction, low, high)
        nearest_first: list[Value] = [*sorted(reached, key=lambda value: abs(value - start))]
        return nearest_first

    def _bounds(self, lever: Lever, field: Field) -> tuple[float, float]:
        """Return the least and the largest value: the lever's, within what was seen in training."""
        seen = _number(field.low, field), _number(field.high, field)
        low = seen[0] if lever.low is None else lever.low
        high = seen[1] if lever.high is None else lever.high
        return (low, high) if self._beyond else (max(low, seen[0]), min(high, seen[1]))


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


def _thinned(grid: list[Value], most: int) -> list[Value]:
    """Return at most so many values, the nearest and the farthest included."""
    places = np.unique(np.linspace(0, len(grid) - 1, most).round().astype(int))
    return [grid[place] for place in places]


def _steps(start: float, end: float, step: float) -> list[float]:
    """Return at most FINEST values, whole steps from the start, up to the end.

    Where there are more steps, they lie the denser the nearer: skewed fields reach far.
    """
    most = int(np.floor((end - start) / step + 1e-9))
    if most < 1:
        return []
    spaced = np.arange(1, most + 1) if most <= FINEST else np.geomspace(1, most, FINEST)
    counts = np.unique(spaced.round().astype(int))
    return [round(start + float(count) * step, 10) for count in counts]


def _listed(
    field: Field, start: float, direction: Direction, low: float, high: float
) -> list[float]:
    """Return the numbers that the dictionary lists, this way of the start and within bounds."""
    least, most = low if direction != "up" else start, high if direction != "down" else start
    listed = numbers_among(field.allowed.values)
    return [value for value in listed if least <= value <= most and value != start]


def _round_step(scale: float, whole: bool) -> float:
    """Return a twentieth of the scale, rounded to one digit.

    >>> _round_step(1000, True), _round_step(36, True), _round_step(0.5, False)
    (50, 2, 0.03)
    """
    raw = max(scale, 1e-9) / 20
    digit = 10 ** np.floor(np.log10(raw))
    step = float(np.floor(raw / digit + 0.5) * digit)
    return max(1, round(step)) if whole else round(step, 12)


def _number(value: Value, field: Field) -> float:
    """Return a number; a blank counts as the field's typical value."""
    known = value if value is not None else field.typical
    return float(known) if isinstance(known, int | float) else 0.0
