"""The texts of a column as codes, found once however often the column is counted.

Arrow never changes an array, so what was found of one holds as long as it lives; then it is
forgotten. Frames made of one another share the arrays of the columns they share.
"""

import weakref
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """One column.

    Attributes:
        codes: (n,) whole numbers: the position in `values`; where nothing is known, their number.
        values: The different values, in order of appearance.
        counts: (values,) rows of each.
    """

    codes: np.ndarray
    values: pd.Index
    counts: np.ndarray

    @property
    def known(self) -> int:
        """Rows with a value."""
        return int(self.counts.sum())


_KNOWN: dict[int, tuple["weakref.ref[pa.ChunkedArray]", Coded]] = {}


def coded(series: pd.Series) -> Coded:
    """Return the codes of a column; of texts they are kept as long as the column is."""
    texts = _arrow(series)
    if texts is None:
        return _factorized(series)
    known = _KNOWN.get(id(texts))
    if known is not None and known[0]() is texts:
        return known[1]
    found = _encoded(texts, series)
    _keep(texts, found)
    return found


def remember(series: pd.Series, codes: np.ndarray, values: pd.Index) -> None:
    """Keep codes that are known already, if each of the values occurs.

    Args:
        series: (n,) texts.
        codes: (n,) positions in `values`; where missing, their number.
        values: Different texts, in order of appearance.
    """
    found, texts = _of(codes, values), _arrow(series)
    if texts is not None and found.counts.all():
        _keep(texts, found)


def _keep(texts: pa.ChunkedArray, found: Coded) -> None:
    key = id(texts)
    _KNOWN[key] = (weakref.ref(texts, lambda _: _KNOWN.pop(key, None)), found)


def _arrow(series: pd.Series) -> pa.ChunkedArray | None:
    """Return the Arrow array a column of texts stands on: the same object each time."""
    if str(series.dtype) != "str" or not hasattr(series.array, "__arrow_array__"):
        return None
    return series.array.__arrow_array__()


def _encoded(texts: pa.ChunkedArray, series: pd.Series) -> Coded:
    encoded = texts.dictionary_encode().combine_chunks()
    values = encoded.dictionary.to_pandas().astype("str")
    if len(values) == len(series):
        values = series  # nothing occurs twice: the column's own letters
    # pandas' own codes take twice the memory while they are found.
    return _of(encoded.indices.fill_null(len(values)).to_numpy(), pd.Index(values.array[:]))


def _factorized(series: pd.Series) -> Coded:
    codes, values = pd.factorize(series)
    return _of(np.where(codes < 0, len(values), codes), pd.Index(values))


def _of(codes: np.ndarray, values: pd.Index) -> Coded:
    counts = np.bincount(codes, minlength=len(values) + 1)[:-1]
    return Coded(codes.astype(np.min_scalar_type(len(values))), values, counts)
