"""The values that a field may take in the search for changes that lead to approval."""

import numpy as np

from core.data.allowed import numbers_among
from core.data.fields import Field
from core.explanation.levers import Direction, Lever

Value = float | str | None
FINEST = 100
"""Values tried of a field alone and when an option is polished."""


def grid(lever: Lever, field: Field, now: Value, beyond: bool = False) -> list[Value]:
    """Return the values a field may take, the nearest first.

    Args:
        lever: How it may change.
        field: Which one.
        now: Its present value.
        beyond: Whether the lever's bounds may lie outside of what was seen in training.
    """
    if field.kind == "category":
        others = (value for value in field.categories if value != now)
        return [value for value in others if field.allowed.holds(value)]
    if field.kind != "number":
        return []
    start = as_number(now, field)
    low, high = _bounds(lever, field, beyond)
    usual = max(abs(start), abs(as_number(field.typical, field))) or abs(high - low) / 10
    step = lever.step or _round_step(usual, field.whole)
    up = _steps(start, high, step) if lever.direction != "down" else []
    down = _steps(start, low, -step) if lever.direction != "up" else []
    reached = [value for value in [*up, *down] if field.allowed.holds(value)]
    if field.allowed.values and not field.allowed.has_range:
        reached = _listed(field, start, lever.direction, low, high)
    nearest_first: list[Value] = [*sorted(reached, key=lambda value: abs(value - start))]
    return nearest_first


def _bounds(lever: Lever, field: Field, beyond: bool) -> tuple[float, float]:
    """Return the least and the largest value: the lever's, within what was seen in training."""
    seen = as_number(field.low, field), as_number(field.high, field)
    low = seen[0] if lever.low is None else lever.low
    high = seen[1] if lever.high is None else lever.high
    return (low, high) if beyond else (max(low, seen[0]), min(high, seen[1]))


def thinned(grid: list[Value], most: int) -> list[Value]:
    """Return at most so many values, the nearest and the farthest included."""
    places = np.unique(np.linspace(0, len(grid) - 1, most).round().astype(int))
    return [grid[place] for place in places]


def _steps(start: float, end: float, step: float) -> list[float]:
    """Return at most FINEST values, whole steps from the start, up to the end.

    Where there are more steps, they lie the denser the nearer: skewed fields reach far.
    """
    most = float(np.floor((end - start) / step + 1e-9))  # may be more than an int64 holds
    if most < 1:
        return []
    spaced = np.arange(1, most + 1) if most <= FINEST else np.geomspace(1, most, FINEST)
    counts = np.unique(spaced.round())
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


def as_number(value: Value, field: Field) -> float:
    """Return a number; a blank counts as the field's typical value."""
    known = value if value is not None else field.typical
    return float(known) if isinstance(known, int | float) else 0.0
