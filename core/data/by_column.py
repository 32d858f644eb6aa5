"""Work on the columns of a frame, two at a time, that leaves no memory behind."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa

_MANY = 100_000
"""Columns of fewer rows leave less behind than the millisecond it takes to give it back."""

T = TypeVar("T")
R = TypeVar("R")


def by_column(work: Callable[[T], R], columns: Sequence[T], rows: int = 0) -> list[R]:
    """Return what `work` gives for each column; sorting and counting leave room for a second.

    What one thread frees would stay with the process, often in pieces too small for the next array
    of another, so after long columns it is given back to the system.

    Args:
        work: Takes a column, or whatever stands for one.
        columns: Any number of them.
        rows: Of each column, if arrays of its length are made on the way.
    """

    def one(column: T) -> R:
        result = work(column)
        if rows >= _MANY:
            pa.system_memory_pool().release_unused()
        return result

    if len(columns) < 2:
        return [one(column) for column in columns]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, columns))
