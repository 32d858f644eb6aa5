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
_ROOM = 10.0


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
        evidence = (
            f"reaches from {number(values[0])} to {number(values[-1])}; "
            f"{of(odd, rows)} lie outside {low:g} to {high:g}."
        )
        yield _warning("impossible", "An age is impossible", name, evidence, low, high)


def _negative(values: np.ndarray, counts: np.ndarray, name: str, rows: int) -> Iterator[Finding]:
    odd = int(counts[values < 0].sum())
    if 0 < odd <= _NEGATIVE_SHARE * counts.sum():
        evidence = f"goes down to {number(values[0])}; {of(odd, rows)} are below 0."
        title = "A number is below zero that cannot be"
        yield _warning("negative", title, name, evidence, 0.0, None)


def _far_beyond(values: np.ndarray, counts: np.ndarray, name: str, rows: int) -> Iterator[Finding]:
    """Yield whether a few values are a thousand times as large as the largest of the others."""
    largest = largest_usual(values, counts)
    if largest == np.inf:
        return
    odd = int(counts[np.abs(values) > largest].sum())
    # Nothing lies between; whoever applies later may have somewhat more than anybody so far.
    bound = _ROOM * largest
    evidence = (
        f"goes as far as {number(max(values[0], values[-1], key=abs))}; {of(odd, rows)} are at "
        f"least a thousand times as far from 0 as all others, of which none is beyond "
        f"{number(largest)}."
    )
    low, high = -bound if values[0] < -bound else None, bound if values[-1] > bound else None
    title = "A few values are far beyond all others"
    yield _warning("far_beyond", title, name, evidence, low, high)


def largest_usual(values: np.ndarray, counts: np.ndarray) -> float:
    """Return the size below the first gap above which hardly any lie; infinity without one.

    Args:
        values: (k,) different finite numbers, the smallest first.
        counts: (k,) rows of each.
    """
    few = max(1, int(_BEYOND_SHARE * counts.sum()))
    rows = counts.sum() - counts[values == 0].sum()
    if len(values) > 2 * few + 2:  # so few that lie beyond are the first ones or the last
        values, counts = (np.r_[each[: few + 1], each[-few - 1 :]] for each in (values, counts))
    size = np.abs(values)
    order = np.argsort(size, kind="stable")
    order = order[size[order] > 0]
    ranked, held = size[order], counts[order]
    beyond = held.sum() - np.cumsum(held)[:-1]
    known = (beyond <= few) & (rows - beyond >= _LEAST)
    gaps = np.flatnonzero(known & (ranked[1:] / _BEYOND >= ranked[:-1]))
    return float(ranked[gaps[0]]) if len(gaps) else np.inf


def _warning(
    code: str, title: str, name: str, evidence: str, low: float | None, high: float | None
) -> Finding:
    """Return a finding whose remedy reads what is outside bounds as missing."""
    return Finding(
        code, title, "warning", name, f"{name!r} {evidence}",
        "Check these rows in the file, or add the step that reads them as missing.",
        fix=Clip((name,), low, high, "missing"),
    )  # fmt: skip
