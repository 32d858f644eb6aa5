"""Made applicants: loan files of any size whose true probabilities of default are known.

For demonstrations, load tests, and to check calibration and explanations against the truth. No row
is a person. Rows are drawn in blocks, each from a random stream of its own: memory stays flat, and
the first rows of a longer file are those of a shorter one of the same seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
from pyarrow import csv

from core.data.made_columns import LEAK, TRUTH, Draw, columns
from core.errors import DataError

BLOCK = 100_000
"""Rows drawn at once."""
_SUMS = ("income_monthly", "expenses_monthly", "assets", "debt")
_APART = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make.

    Attributes:
        rows: How many applicants; at least 1.
        seed: The same seed gives the same file, not negative.
        leak: Whether a column known only after the default is among the fields.
        missing: Multiplies the shares of missing values; 0 for a complete file, at most 5.
        codes: Whether unknown scores are written as the codes -9 and -8 instead of blanks.
        rules: Boxes of two or three fields in which the risk jumps, from 0 to 1,000; see
            core.data.made_rules.
        each: Rows of each applicant, one after the other, from 1 to 20: sums a few per cent apart,
            all else and the outcome the same, and nothing that ties them together.
    """

    rows: int
    seed: int = 0
    leak: bool = False
    missing: float = 1.0
    codes: bool = True
    rules: int = 0
    each: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if (
            self.rows < 1
            or self.seed < 0
            or not 0 <= self.missing <= 5
            or not 0 <= self.rules <= 1_000
            or not 1 <= self.each <= 20
        ):
            raise DataError(
                f"Cannot make {self.rows} rows with seed {self.seed}, missing ×{self.missing}, "
                f"{self.rules} rules and {self.each} rows of each applicant. Ask for at least 1 "
                "row, a seed from 0 on, missing from 0 to 5, rules from 0 to 1,000 and 1 to 20 "
                "rows of each."
            )


def make(plan: Plan) -> Iterator[pa.Table]:
    """Yield the rows in blocks of at most `BLOCK`, 25 columns (26 with the leak) and the truth.

    The last column, `true_default_probability`, is what the outcome was drawn from: the probability
    that follows from the applicant's circumstances before any of them was made missing.
    """
    for start in range(0, plan.rows, BLOCK):
        rng = np.random.default_rng([plan.seed, start // BLOCK])
        drawn = columns(Draw(rng, BLOCK, start, plan.missing, plan.codes, plan.rules, plan.seed))
        if not plan.leak:
            del drawn[LEAK]
        table = pa.table(drawn)
        if plan.each > 1:
            table = _repeated(table, plan.each, rng)
        yield table.slice(0, min(BLOCK, plan.rows - start))


def _repeated(table: pa.Table, each: int, rng: np.random.Generator) -> pa.Table:
    """Return as many rows, so many of which, one after the other, are of one applicant."""
    numbers, rows = table["application_id"], table.take(np.arange(len(table)) // each)
    for name in _SUMS:
        moved = rows[name].to_numpy() * np.exp(rng.normal(0, _APART, len(rows)))
        column = pa.array(np.round(moved, 2), from_pandas=True)
        rows = rows.set_column(rows.column_names.index(name), name, column)
    return rows.set_column(0, "application_id", numbers)


def write(plan: Plan, path: Path, truth: Path | None = None, *, truth_column: bool = False) -> None:
    """Write a CSV, gzipped where the name ends in .gz.

    Args:
        plan: What to make.
        path: Where to.
        truth: A second CSV: application_id and true_default_probability.
        truth_column: Whether the file itself holds the true probability, as its last column.
    """
    with _Csv(path) as file, _Csv(truth) as second:
        for table in make(plan):
            second.add(table.select(["application_id", TRUTH]))
            file.add(table if truth_column else table.drop_columns([TRUTH]))


class _Csv:
    """A CSV that is written block by block; nothing happens without a path."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stream: IO[bytes] | None = None
        self._header = True

    def __enter__(self) -> "_Csv":
        if self._path is not None:
            compression = "gzip" if self._path.suffix == ".gz" else None
            self._stream = pa.output_stream(str(self._path), compression=compression)
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()

    def add(self, table: pa.Table) -> None:
        if self._stream is None:
            return
        if self._header:
            self._stream.write(",".join(table.column_names).encode() + b"\n")
            self._header = False
        options = csv.WriteOptions(include_header=False, quoting_style="none")
        csv.write_csv(table, self._stream, options)
