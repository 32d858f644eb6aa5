"""The texts of one column as read, each distinct one looked at once where they repeat."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.arrow_text import MISSING_WORDS
from core.data.codes import remember

_SAMPLE = 1_000
_TRIED = 20_000
_FEW = 1_000
_AT_ONCE = 50_000
"""Cells whose letters are looked at together: so few stay in the cache of a core."""

_UNCLEAR = np.zeros(256, bool)
_UNCLEAR[[*range(33), *b"+-Ii"]] = True
"""Bytes at an end of a cell that may have to be trimmed, or of "-inf" and "Infinity"."""


@dataclass(frozen=True)
class Words:
    """The texts of a column, each distinct one once where they repeat.

    Attributes:
        values: Trimmed; null where nothing is known.
        codes: (n,) position in `values`, null where missing; None where `values` are the rows.
        texts: (n,) the rows, where nothing had to be trimmed and they are at hand.
    """

    values: pa.Array
    codes: pa.Array | None
    texts: pa.Array | None = None

    @classmethod
    def of(cls, rows: pa.Array) -> "Words":
        """Return the texts of all rows."""
        head = rows.slice(0, _TRIED)
        if pc.count_distinct(head).as_py() > max(_FEW, len(head) // 2):
            return cls(_trimmed(rows), None)
        encoded = rows.dictionary_encode()
        values = _trimmed(encoded.dictionary)
        if values is encoded.dictionary:
            return cls(values, encoded.indices, rows)
        again = values.dictionary_encode()  # "rent" and "rent " are one word now
        return cls(again.dictionary, again.indices.take(encoded.indices))

    @property
    def all_missing(self) -> bool:
        """Whether nothing is known of any row."""
        return bool(self.values.null_count == len(self.values))

    @property
    def length(self) -> int:
        """Number of rows."""
        return len(self.values if self.codes is None else self.codes)

    @property
    def sample(self) -> pa.Array:
        """The first values that are known, at most a thousand."""
        return self.values.drop_null().slice(0, _SAMPLE)

    def rows(self, per_value: pa.Array) -> pa.Array:
        """Return one entry for each row from one for each value."""
        return per_value if self.codes is None else per_value.take(self.codes)

    def held(self, which: pa.Array) -> int:
        """Return how many rows hold the values that are marked true."""
        return int(pc.sum(self.rows(which)).as_py() or 0)

    def series(self, name: str) -> pd.Series:
        """Return the rows as pandas keeps them, their codes remembered for whoever counts them."""
        texts = as_series(self.rows(self.values) if self.texts is None else self.texts, name)
        if self.codes is not None:
            codes = self.codes.fill_null(len(self.values)).to_numpy()
            remember(texts, codes, pd.Index(self.values.to_pandas().astype("str")))
        return texts


def as_series(rows: pa.Array, name: str = "") -> "pd.Series[str]":
    """Return texts as pandas keeps them."""
    series: pd.Series[str] = rows.to_pandas().astype("str").rename(name)
    return series


def are_words(rows: pa.Array) -> bool:
    """Return whether texts are plainly words: none is a number, a date, or has to be trimmed.

    A look at the letters takes a fifth of the time that codes take. It is sure of ASCII alone.

    Args:
        rows: (n,) `large_string`.
    """
    return rows.null_count < len(rows) and all(
        letters.max() < 128 and not _has_digit(letters) and not _UNCLEAR.take(outer).any()
        for letters, outer in _letters(rows)
    )


def _has_digit(letters: np.ndarray) -> bool:
    return bool((letters - ord("0") < 10).any())  # bytes below zero wrap around


def _letters(rows: pa.Array) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the bytes of some cells after another, and the first and the last byte of each cell.

    Cells without a letter are given those of their neighbours.
    """
    for start in range(0, len(rows), _AT_ONCE):
        part = rows.slice(start, _AT_ONCE)
        _, offsets, buffer = part.buffers()
        ends = np.frombuffer(offsets, np.int64)[part.offset : part.offset + len(part) + 1]
        if ends[0] < ends[-1]:
            letters = np.frombuffer(buffer, np.uint8)[ends[0] : ends[-1]]
            outer = np.concatenate((ends[:-1], ends[1:] - 1)) - ends[0]
            yield letters, letters.take(outer, mode="clip")


def _trimmed(values: pa.Array) -> pa.Array:
    if all((outer - 33 < 94).all() for _, outer in _letters(values)):
        return values  # no blank at either end; Arrow has looked for missing words already
    trimmed = pc.utf8_trim_whitespace(values)
    if trimmed.equals(values):
        return values
    missing = pc.is_in(trimmed, pa.array(MISSING_WORDS, trimmed.type))
    return pc.if_else(missing, pa.scalar(None, trimmed.type), trimmed)
