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
import pandas as pd

from core.data.fields import Field

Direction = Literal["up", "down", "either"]
Value = float | str | None

MOST_OPTIONS = 5
FINEST, FINE, COARSE = 100, 24, 7
"""Values tried of a field when an option is polished, of a field alone, of one among several."""
MOST_POLISHED = 10
MOST_TOGETHER = 3
MOST_IN_TRIPLES = 6
"""Fields that triples are made of: those that bring the score nearest to the goal alone."""
PER_FIELD = 0.1
"""What it costs that a field changes at all, as much as a tenth of its value."""

_USUALLY: tuple[tuple[str, Direction], ...] = (
    (r"amount|loan|credit_?limit|limit_bal|price|funded", "down"),
    (r"time|term|duration|months?$", "either"),
    (r"income|salary|wage|assets|saving|deposit|down_?payment", "up"),
    (r"expense|debt|dti|balance|installment", "down"),
)
_NEVER = r"age|birth|sex|gender|marital|nation|foreign|race|religion|children|depend"


@dataclass(frozen=True, slots=True)
class Lever:
    """A field that may change.

    Attributes:
        name: Which field.
        direction: Which way; categories take any of their values.
        low: Least value; the smallest seen in training if None.
        high: Largest value; the largest seen in training if None.
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
    """Return what a person can usually change: amount, term, income, debts; never age or sex.

    Told by the words of name and label, so it is a proposal that people look at.
    """
    found = []
    for field in fields:
        words = f"{field.name} {field.label}".lower()
        if field.kind != "number" or re.search(rf"\b({_NEVER})", words):
            continue
        direction = next((way for pattern, way in _USUALLY if re.search(pattern, words)), None)
        if direction:
            found.append(Lever(field.name, direction))
    return tuple(found)


def recourse(
    applicant: Mapping[str, Value],
    fields: Sequence[Field],
    levers: Sequence[Lever],
    score: Callable[[pd.DataFrame], np.ndarray],
    goal: float,
) -> Recourse:
    """Search for changes after which the log-odds lie below the goal.

    Args:
        applicant: The present value of every field.
        fields: All of them, in the form's order.
        levers: Those that may change.
        score: Returns (n,) log-odds for a frame of applicants, one column per field.
        goal: In log-odds; approval begins below it.
    """
    search = _Search(applicant, fields, levers, score, goal)
    options = search.run()
    return Recourse(options, search.nearest, search.tried)


class _Search:
    """One search: what was tried, and what reached the goal."""

    def __init__(
        self,
        applicant: Mapping[str, Value],
        fields: Sequence[Field],
        levers: Sequence[Lever],
        score: Callable[[pd.DataFrame], np.ndarray],
        goal: float,
    ) -> None:
        self._fields = {field.name: field for field in fields}
        self._now = {field.name: applicant.get(field.name) for field in fields}
        self._score, self._goal = score, goal
        self._weights = {lever.name: lever.cost for lever in levers}
        grids = {lever.name: self._grid(lever) for lever in levers}
        self._grids = {name: grid for name, grid in grids.items() if grid}
        self.nearest = np.inf
        self.tried = 0

    def run(self) -> tuple[Option, ...]:
        """Return the options, the cheapest first."""
        if not self._grids:
            return ()
        alone = self._evaluate(
            [{name: v} for name, grid in self._grids.items() for v in _thinned(grid, FINE)]
        )
        best = self._cheapest(alone)
        order = sorted(self._grids, key=lambda name: self._reach(alone, name))
        for size in range(2, MOST_TOGETHER + 1):
            names = order if size == 2 else order[:MOST_IN_TRIPLES]
            best |= self._cheapest(self._evaluate(list(self._together(names, size))))
        promising = sorted(best.values(), key=self._cost)[:MOST_POLISHED]
        polished = sorted(map(self._polish, promising), key=lambda found: found.cost)
        return tuple(_diverse(polished)[:MOST_OPTIONS])

    def _evaluate(self, changes: list[dict[str, Value]]) -> list[tuple[dict[str, Value], float]]:
        """Return the log-odds after each set of changes."""
        if not changes:
            return []
        columns = {
            name: pd.Series([change.get(name, now) for change in changes], dtype=self._kind(name))
            for name, now in self._now.items()
        }
        log_odds = self._score(pd.DataFrame(columns))
        self.tried += len(changes)
        self.nearest = min(self.nearest, float(log_odds.min()))
        return list(zip(changes, map(float, log_odds), strict=True))

    def _kind(self, name: str) -> str:
        kinds = {"number": "float64", "date": "datetime64[us]"}
        return kinds.get(self._fields[name].kind, "str")

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

    def _polish(self, changes: dict[str, Value]) -> Option:
        """Take back as much of each change as the goal allows, until nothing more gives."""
        while True:
            nearer = [
                changes | {name: value}
                for name in changes
                for value in self._grids[name]
                if self._cost({name: value}) < self._cost({name: changes[name]})
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
        return sum(
            PER_FIELD + self._weights[name] * self._size(name, value)
            for name, value in changes.items()
        )

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
            return [value for value in field.categories if value != self._now[lever.name]]
        if field.kind != "number":
            return []
        start = _number(self._now[lever.name], field)
        low = _number(lever.low if lever.low is not None else field.low, field)
        high = _number(lever.high if lever.high is not None else field.high, field)
        step = lever.step or _round_step(max(abs(start), abs(high - low) / 10), field.whole)
        up = _steps(start, high, step) if lever.direction != "down" else []
        down = _steps(start, low, -step) if lever.direction != "up" else []
        nearest_first: list[Value] = [*sorted([*up, *down], key=lambda value: abs(value - start))]
        return nearest_first


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
    """Return at most FINEST values, whole steps from the start, up to the end."""
    most = int(np.floor((end - start) / step + 1e-9))
    if most < 1:
        return []
    counts = np.unique(np.linspace(1, most, min(most, FINEST)).round().astype(int))
    return [round(start + float(count) * step, 10) for count in counts]


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
