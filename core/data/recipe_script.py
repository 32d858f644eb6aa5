"""A fitted recipe as a plain Python script: pandas alone, what was learnt written into it.

The script gives the frame that `FittedRecipe.apply` gives, so that an analyst can read, run and
change the cleaning where Lendlens is not installed.
"""

from functools import singledispatch
from pprint import pformat
from typing import Any

from core.data.cleaning import FittedRecipe
from core.data.column_steps import Rename, SetType
from core.data.derive_steps import Ratio, YearsBetween
from core.data.missing_steps import CodesToMissing, Impute, ImputeByGroup, MissingFlags
from core.data.row_steps import DropDuplicates, DropMissing, FilterRows
from core.data.scale_steps import Bin, Clip, Logarithm, Standardise, Winsorise, range_names
from core.data.step import Learnt, Step
from core.data.text_steps import OTHER, GroupCategories, MergeRare, NormaliseText

_HEAD = '''"""Cleans {name}: python {file} ROWS.csv CLEANED.parquet

ROWS is a CSV with a comma and a decimal point, or Parquet. Row labels stay those of the file.
"""

import sys
import unicodedata

import numpy as np
import pandas as pd

KINDS = {kinds}


def as_text(value):
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def as_number(series):
    if pd.api.types.is_datetime64_any_dtype(series):
        return pd.Series(np.nan, index=series.index, name=series.name)
    numbers = pd.to_numeric(series, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def as_texts(series):
    codes, distinct = pd.factorize(series)
    words = pd.array([as_text(value) for value in distinct], dtype="str")
    texts = pd.Series(words.take(codes, allow_fill=True), series.index, name=series.name)
    return texts.where(texts != "")


def as_date(series, written=None):
    if pd.api.types.is_datetime64_any_dtype(series):
        return series.astype("datetime64[us]")
    if pd.api.types.is_numeric_dtype(series):
        series = as_texts(series)
    texts = series.astype("str")
    moments = pd.to_datetime(texts, format=written or "%Y-%m-%d", errors="coerce")
    return moments.astype("datetime64[us]")


READ = {{"number": as_number, "category": as_texts, "text": as_texts, "date": as_date}}


def written_alike(series, lower):
    def alike(text):
        text = " ".join(unicodedata.normalize("NFKC", text).split())
        return (text.lower() if lower else text) or None

    codes, distinct = pd.factorize(series)
    written = pd.array([alike(text) for text in distinct], "str")
    return pd.Series(written.take(codes, allow_fill=True), series.index, name=series.name)


def in_ranges(series, bounds, names):
    places = np.where(series.isna(), -1, np.searchsorted(bounds, series.to_numpy()))
    named = pd.array(names, "str").take(places, allow_fill=True)
    return pd.Series(named, series.index, name=series.name)


def clean(frame):
    """Return the cleaned frame."""
    frame = frame.assign(
        **{{name: READ[kind](frame[name]) for name, kind in KINDS.items() if name in frame}}
    )
'''

_TAIL = """    return frame


if __name__ == "__main__":
    rows, cleaned = sys.argv[1:3]
    read = pd.read_parquet if rows.endswith(".parquet") else pd.read_csv
    clean(read(rows)).to_parquet(cleaned)
"""


def script(fitted: FittedRecipe, name: str, file: str = "clean.py") -> str:
    """Return the script.

    Args:
        fitted: What it should do.
        name: Of the loan file, for its docstring.
        file: What the script will be called.
    """
    kinds = {column.name: column.kind for column in fitted.source_schema.columns}
    told = _comment(name).replace('"', "'").replace("\\", "/")
    parts = [_HEAD.format(name=told, file=file, kinds=pformat(kinds, sort_dicts=False))]
    for step, learnt in zip(fitted.recipe.active, fitted.learnt, strict=True):
        parts.append(f"\n    # {_comment(step.title)}\n")
        parts += [f"    {line}\n" for line in _lines(step, learnt)]
    return "".join([*parts, _TAIL])


def _comment(text: str) -> str:
    """Return text that can end neither its line nor the script."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _set(name: str, expression: str) -> str:
    """Return a line that replaces or adds a column."""
    return f"frame = frame.assign(**{{{name!r}: {expression}}})"


def _column(name: str) -> str:
    return f"frame[{name!r}]"


@singledispatch
def _lines(step: Step, learnt: Learnt) -> list[str]:
    """Return the lines that do what a step does."""
    raise NotImplementedError(type(step).__name__)


@_lines.register
def _(step: DropMissing, learnt: Learnt) -> list[str]:
    return [f"frame = frame.dropna(subset={list(step.columns)!r})"]


@_lines.register
def _(step: DropDuplicates, learnt: Learnt) -> list[str]:
    return [f"frame = frame.drop_duplicates({list(step.columns)!r})"]


@_lines.register
def _(step: FilterRows, learnt: Learnt) -> list[str]:
    own, value = _column(step.column), step.value
    tests = {
        "missing": f"{own}.isna()",
        "given": f"{own}.notna()",
        "at least": f"{own} >= {_bound(value)}",
        "below": f"{own} < {_bound(value)}",
    }
    if isinstance(value, tuple):
        inside = f'{own}.astype("str").isin({list(value)!r})'
        tests |= {"is": inside, "is not": f"~{inside}"}
    known = "" if value is None else f"{own}.notna() & "
    return [f"frame = frame[{known}({tests[step.test]})]"]


def _bound(value: Any) -> str:
    return f"pd.Timestamp({value!r})" if isinstance(value, str) else repr(value)


@_lines.register
def _(step: Rename, learnt: Learnt) -> list[str]:
    return [f"frame = frame.rename(columns={{{step.column!r}: {step.name!r}}})"]


@_lines.register
def _(step: SetType, learnt: Learnt) -> list[str]:
    reads = {"number": "as_number", "category": "as_texts", "text": "as_texts", "date": "as_date"}
    return [
        _set(
            name,
            f"{reads[step.type]}({_column(name)}"
            + (f", {learnt[name]!r})" if learnt.get(name) else ")"),
        )
        for name in step.columns
    ]


@_lines.register
def _(step: Impute, learnt: Learnt) -> list[str]:
    return [_set(name, f"{_column(name)}.fillna({learnt[name]!r})") for name in step.columns]


@_lines.register
def _(step: ImputeByGroup, learnt: Learnt) -> list[str]:
    lines = []
    for name in step.columns:
        usual, own = learnt[name], _column(name)
        groups = f'{_column(step.by)}.astype("object").map({usual["groups"]!r})'
        filled = f"{own}.fillna({groups}.astype({own}.dtype)).fillna({usual['all']!r})"
        lines.append(_set(name, filled))
    return lines


@_lines.register
def _(step: MissingFlags, learnt: Learnt) -> list[str]:
    return [
        _set(flag, f'{_column(name)}.isna().map({{True: "yes", False: "no"}}).astype("str")')
        for name, flag in zip(step.columns, step.writes, strict=True)
    ]


@_lines.register
def _(step: CodesToMissing, learnt: Learnt) -> list[str]:
    lines = [f"codes = {list(step.codes)!r}"]
    lines.append(f"numbers = {sorted(step.numbers)!r}")
    for name in step.columns:
        own = _column(name)
        codes = f"numbers if pd.api.types.is_numeric_dtype({own}) else codes"
        lines.append(_set(name, f"{own}.mask({own}.isin({codes}))"))
    return lines


@_lines.register
def _(step: Clip, learnt: Learnt) -> list[str]:
    lines = []
    for name in step.columns:
        own = _column(name)
        low = "-np.inf" if step.low is None else repr(step.low)
        high = "np.inf" if step.high is None else repr(step.high)
        inside = f"{own}.where({own}.between({low}, {high}))"
        clipped = f"{own}.clip({step.low!r}, {step.high!r})"
        lines.append(_set(name, clipped if step.outside == "bound" else inside))
    return lines


@_lines.register
def _(step: Winsorise, learnt: Learnt) -> list[str]:
    return [_set(name, f"{_column(name)}.clip(*{learnt[name]!r})") for name in step.columns]


@_lines.register
def _(step: Logarithm, learnt: Learnt) -> list[str]:
    return [
        _set(name, f"np.sign({_column(name)}) * np.log1p({_column(name)}.abs())")
        for name in step.columns
    ]


@_lines.register
def _(step: Bin, learnt: Learnt) -> list[str]:
    return [
        _set(name, f"in_ranges({_column(name)}, {learnt[name]!r}, {range_names(learnt[name])!r})")
        for name in step.columns
    ]


@_lines.register
def _(step: Standardise, learnt: Learnt) -> list[str]:
    return [
        _set(name, f"({_column(name)} - {learnt[name][0]!r}) / {learnt[name][1]!r}")
        for name in step.columns
    ]


@_lines.register
def _(step: MergeRare, learnt: Learnt) -> list[str]:
    lines = []
    for name in step.columns:
        own = _column(name)
        kept = f"{own}.isna() | {own}.isin({list(learnt[name])!r})"
        lines.append(_set(name, f"{own}.where({kept}, {OTHER!r})"))
    return lines


@_lines.register
def _(step: GroupCategories, learnt: Learnt) -> list[str]:
    lines = []
    for name in step.columns:
        own = _column(name)
        lines.append(_set(name, f"{own}.mask({own}.isin({list(step.values)!r}), {step.into!r})"))
    return lines


@_lines.register
def _(step: NormaliseText, learnt: Learnt) -> list[str]:
    return [_set(name, f"written_alike({_column(name)}, {step.lower!r})") for name in step.columns]


@_lines.register
def _(step: YearsBetween, learnt: Learnt) -> list[str]:
    span = f"({_column(step.end)} - {_column(step.start)}).dt.total_seconds()"
    return [_set(step.name, f"{span} / (365.25 * 86400)")]


@_lines.register
def _(step: Ratio, learnt: Learnt) -> list[str]:
    divisor = f"{_column(step.denominator)}.replace(0.0, np.nan)"
    return [_set(step.name, f"{_column(step.numerator)} / {divisor}")]
