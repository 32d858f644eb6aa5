"""What is odd between columns: what time, gaps and units give away."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.data.by_column import by_column
from core.data.drift import ACT, psi_of_rows
from core.data.finding import Finding
from core.data.role_words import YEARS_OF_AGE, plain_name
from core.data.schema import Column, Schema
from core.data.step import listing
from core.data.tally import Tally, quantiles
from core.formatting import number, of, percent

_EMPLOYED = re.compile(
    r"seniority|years?_?(employed|in_?job|at_?(job|work))|(emp|employment|job)_?(length|years)"
    r"|time_?(in_?job|employed)|besch[aä]ftig.*jahre|antig[uü]edad|工龄",
    re.IGNORECASE,
)
_FIRST_JOB = 14  # years of age
_LEAST = 20
_CHANCE = 1e-6
_UNITS = {12.0: "months and years", 100.0: "cents and whole units", 1000.0: "units and thousands"}
_TOLERANCE = 0.12  # in log10: a factor of 1.3 either way
_LEAST_SHARE = 0.02
_HALF = np.array([0.5])
_DRIFT_ROWS = 100


def missing_tells(found: Tally, column: Column) -> Iterator[Finding]:
    """Yield whether rows with or without a value of a feature all turned out the same way."""
    if found.bads is None:
        return
    known_bads = int(found.bads.sum())
    rate = (known_bads + found.missing_bads) / found.rows
    cases = ((found.missing, found.missing_bads, "missing"), (found.known, known_bads, "known"))
    for n, bads, words in cases:
        if n < _LEAST or n == found.rows or 0 < bads < n:
            continue
        if (rate if bads else 1 - rate) ** n < _CHANCE:
            yield Finding(
                "missing_tells", "Whether a value is missing tells the outcome", "warning",
                column.name,
                f"{column.name!r} is {words} in {of(n, found.rows)}, of which every one turned out "
                f"{'bad' if bads else 'good'}; overall {percent(rate)} are bad.",
                "It was probably filled in after the outcome was known: set its role to ignore.",
                fix_role="ignore",
            )  # fmt: skip


def mixed_units(found: Tally, column: Column) -> Iterator[Finding]:
    """Yield whether the amounts of a column fall into two groups a usual factor apart."""
    values = np.asarray(found.values)
    used = slice(np.searchsorted(values, 0, "right"), np.searchsorted(values, np.inf))
    values, counts = values[used], found.counts[used]
    cut, gap = _widest_gap(values, counts)
    if not gap:
        return
    parts = ((values[part], counts[part]) for part in (slice(cut), slice(cut, None)))
    low, high = (float(quantiles(*part, _HALF)[0]) for part in parts)
    for factor, words in _UNITS.items():
        # Nothing may lie between the groups over half of their distance.
        if gap > factor**0.5 and abs(np.log10(high / low / factor)) < _TOLERANCE:
            yield Finding(
                "mixed_units", "A column may mix two units", "warning", column.name,
                f"{column.name!r}: {of(int(counts[cut:].sum()), found.rows)} are around "
                f"{number(high)}, {number(round(high / low))} times the "
                f"others, as {words} would be.",
                "Bring the values to one unit in the file, or keep the rows of one unit.",
            )  # fmt: skip


def _widest_gap(values: np.ndarray, counts: np.ndarray) -> tuple[int, float]:
    """Return where the values after the widest gap begin, and its ends' ratio; 0 if there is none.

    Args:
        values: (k,) different positive numbers, the smallest first.
        counts: (k,) rows of each.
    """
    total = int(counts.sum())
    edge = max(_LEAST, int(_LEAST_SHARE * total))
    if total < 4 * edge:
        return 0, 0.0
    below = np.cumsum(counts)[:-1]
    start, end = np.searchsorted(below, [edge, total - edge + 1])
    if start >= end:
        return 0, 0.0
    ratios = values[start + 1 : end + 1] / values[start:end]
    widest = int(ratios.argmax())
    return int(start) + widest + 1, float(ratios[widest])


def longer_than_life(frame: pd.DataFrame, schema: Schema) -> Iterator[Finding]:
    """Yield whether somebody has worked for longer than they can have."""
    numbers = [c for c in schema.columns if c.kind == "number" and c.name in frame]
    ages = [c.name for c in numbers if YEARS_OF_AGE.search(plain_name(c.name))]
    for column in numbers:
        if not ages or not _EMPLOYED.search(column.name):
            continue
        worked, age = frame[column.name].to_numpy(float), frame[ages[0]].to_numpy(float)
        odd = worked > age - _FIRST_JOB
        if odd.any() and np.nanmax(worked) < 100:  # else it is counted in months or days
            yield Finding(
                "longer_than_life", "Somebody has worked for longer than they can have", "warning",
                column.name,
                f"{column.name!r} is more than {ages[0]!r} less {_FIRST_JOB} years in "
                f"{of(int(odd.sum()), len(frame))}.",
                "Check these rows in the file; keep some rows, or read such values as missing.",
            )  # fmt: skip


def drift_in_time(frame: pd.DataFrame, schema: Schema) -> Iterator[Finding]:
    """Yield the features whose first and last third of rows in time are unlike each other."""
    dates = [c.name for c in schema.with_role("date") if c.kind == "date" and c.name in frame]
    if not dates:
        return
    moments = frame[dates[0]]
    first, last = (moments.quantile(share) for share in (1 / 3, 2 / 3))
    early, late = (np.flatnonzero(rows) for rows in (moments <= first, moments > last))
    if min(len(early), len(late)) < _DRIFT_ROWS:
        return
    features = [c.name for c in schema.features if c.name in frame]
    indices = by_column(lambda name: psi_of_rows(frame[name], early, late), features, len(frame))
    moved = dict(zip(features, indices, strict=True))
    names = sorted((name for name in moved if moved[name] >= ACT), key=lambda name: -moved[name])
    if names:
        yield Finding(
            "drift", "The applicants changed over time", "warning", names[0],
            f"Between the first and the last third of the rows by {dates[0]!r}, PSI is "
            f"{moved[names[0]]:.2f} for {names[0]!r}"
            + (f", and from {ACT:g} also for {listing(names[1:])}." if names[1:] else "."),
            "Split out of time, so that the test rows are the latest ones; look at these columns.",
        )  # fmt: skip
