"""Numbers that cannot be: by what their column is called, or beside all others."""

from collections.abc import Iterator

import numpy as np

from core.data.finding import Finding
from core.data.role_words import NEVER_NEGATIVE, YEARS_OF_AGE, plain_name
from core.data.steps import Clip
from core.formatting import number, of

_AGES = (16.0, 110.0)
_NEGATIVE_SHARE = 0.05  # more than so many are meant so, such as days counted backwards
_BEYOND = 1_000.0
_BEYOND_SHARE = 0.01
_LEAST = 20


def impossible_numbers(
    values: np.ndarray, counts: np.ndarray, name: str, rows: int
) -> Iterator[Finding]:
    """Yield what cannot be true of the numbers of a column.

    Args:
        values: (k,) different ones without codes for missing, the smallest first.
        counts: (k,) rows of each.
        name: Of the column.
        rows: All of them.
    """
    if not len(values):
        return
    words = plain_name(name)
    if YEARS_OF_AGE.search(words):
        yield from _ages(values, counts, name, rows)
    elif NEVER_NEGATIVE.search(words):
        yield from _negative(values, counts, name, rows)
    yield from _far_beyond(values, counts, name, rows)


def _ages(values: np.ndarray, counts: np.ndarray, name: str, rows: int) -> Iterator[Finding]:
    low, high = _AGES
    if odd := int(counts[(values < low) | (values > high)].sum()):
        yield Finding(
            "impossible", "An age is impossible", "warning", name,
            f"{name!r} reaches from {number(values[0])} to {number(values[-1])}; "
            f"{of(odd, rows)} lie outside {low:g} to {high:g}.",
            "Add the step that clips impossible values.",
            fix=Clip((name,), low, high, "missing"),
        )  # fmt: skip


def _negative(values: np.ndarray, counts: np.ndarray, name: str, rows: int) -> Iterator[Finding]:
    odd = int(counts[values < 0].sum())
    if 0 < odd <= _NEGATIVE_SHARE * counts.sum():
        yield Finding(
            "negative", "A number is below zero that cannot be", "warning", name,
            f"{name!r} goes down to {number(values[0])}; {of(odd, rows)} are below 0.",
            "Check these rows in the file, or add the step that reads them as missing.",
            fix=Clip((name,), 0.0, None, "missing"),
        )  # fmt: skip


def _far_beyond(values: np.ndarray, counts: np.ndarray, name: str, rows: int) -> Iterator[Finding]:
    """Yield whether a few values are a thousand times as large as the largest of the others."""
    usual = _usual(values, counts)
    odd = int(counts[~usual].sum())
    if not odd:
        return
    low, high = float(values[usual][0]), float(values[usual][-1])
    largest = float(max(values[0], values[-1], key=abs))
    yield Finding(
        "far_beyond", "A few values are far beyond all others", "warning", name,
        f"{name!r} reaches {number(largest)}; {of(odd, rows)} lie outside {number(low)} to "
        f"{number(high)}, at least a thousand times as far from 0.",
        "Check these rows in the file, or add the step that reads them as missing.",
        fix=Clip((name,), low, high, "missing"),
    )  # fmt: skip


def _usual(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return (k,) bool: which values are not beyond a gap above which hardly any lie."""
    size = np.abs(values)
    order = np.argsort(size, kind="stable")
    ranked, held = size[order], counts[order]
    start = int(np.searchsorted(ranked, 0, "right"))
    below = np.cumsum(held[start:])[:-1]
    above = held[start:].sum() - below
    few = (below >= _LEAST) & (above <= np.maximum(1, _BEYOND_SHARE * counts.sum()))
    gaps = np.flatnonzero(few & (ranked[start + 1 :] >= _BEYOND * ranked[start:-1]))
    return size <= ranked[start + gaps[0]] if len(gaps) else np.full(len(values), True)
