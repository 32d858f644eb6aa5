"""What is wrong or odd in one column: its values, and whether it gives the outcome away."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.data.codes import coded
from core.data.facts import ordered_counts, quantiles
from core.data.finding import Finding, Severity
from core.data.schema import Column, value_text
from core.data.step import listing
from core.data.steps import Clip, CodesToMissing, MergeRare
from core.formatting import count, number, of, percent

_AFTERWARDS = re.compile(
    r"recover|charge_?_?off|chargeoff|last_pym|last_pay|next_pym|collection|total_(rec|pymnt)"
    r"|out_prncp|settle|write_?off|days_past_due|dpd",
    re.IGNORECASE,
)
_AGE = re.compile(r"(^|_)age(_|$)", re.IGNORECASE)
_CODE_NUMBERS = {-1, -7, -8, -9, -99, -999, -9999, 96, 98, 99, 999, 9999, 99999, 999999, 9999999,
                 99999999}  # fmt: skip
_CODE_WORDS = {"?", "-", ".", "unknown", "unk", "emp_unk", "ignore", "missing", "not available",
               "n.a.", "none given"}  # fmt: skip
_SEPARATES = 0.97


def check_column(series: pd.Series, column: Column) -> Iterator[Finding]:
    """Yield what is wrong or odd about the values of one feature or protected column."""
    name, missing = column.name, float(series.isna().mean())
    if column.personal and column.role == "feature":
        yield Finding(
            "personal_data", "A feature holds personal data", "error", name,
            f"{name!r} holds {column.personal}.",
            "Set its role to ignore: nobody may be judged by them, and they would tell rows apart.",
            fix_role="ignore",
        )  # fmt: skip
        return
    if missing == 1:
        severity: Severity = "error" if column.role == "feature" else "note"
        yield Finding(
            "all_missing", "A column is empty", severity, name,
            f"{name!r} is missing in all {count(len(series))} rows.",
            "Set its role to ignore.", fix_role="ignore",
        )  # fmt: skip
        return
    if missing > 0.4:
        yield Finding(
            "mostly_missing", "A column is mostly missing", "warning", name,
            f"{name!r} is missing in {percent(missing)} of rows.",
            "Fill it, or set its role to ignore; missing values may say something themselves.",
        )  # fmt: skip
    if column.role == "feature" and column.kind in ("date", "text"):
        yield Finding(
            "wrong_kind", f"A {column.kind} cannot be a feature", "error", name,
            f"{name!r} holds {'dates' if column.kind == 'date' else 'free text'}.",
            "Derive a number from it, make it a category, or set its role to ignore.",
        )  # fmt: skip
        return
    if column.role == "feature" and _never_changes(series):
        yield Finding(
            "constant", "A feature never changes", "warning", name,
            f"{name!r} holds {value_text(series.dropna().iloc[0])!r} in every row it is known.",
            "Set its role to ignore: nothing can be learnt from it.", fix_role="ignore",
        )  # fmt: skip
        return
    if column.kind == "number":
        yield from _numbers(series, name)
    else:
        yield from _categories(series, name, learnt=column.role == "feature")


def _never_changes(series: pd.Series) -> bool:
    if not pd.api.types.is_numeric_dtype(series):
        return len(coded(series).values) == 1
    known = series.dropna()
    return len(known) > 0 and bool((known == known.iloc[0]).all())


def _numbers(series: pd.Series, name: str) -> Iterator[Finding]:
    values = series.dropna().to_numpy(float)
    infinite = np.isinf(values)
    if infinite.any():
        first = series.index[np.isinf(series.to_numpy(float))][0]
        yield Finding(
            "infinite", "A column holds infinite numbers", "error", name,
            f"{name!r} is infinite in {of(int(infinite.sum()), len(series))}, first in row "
            f"{first + 1:,}.",
            "Read them as missing with bounds, or mend the file.",
        )  # fmt: skip
        return
    codes = _special_numbers(values)
    if codes:
        held = int(np.isin(values, codes).sum())
        yield Finding(
            "special_codes", "A number looks like a code for missing", "warning", name,
            f"{name!r} holds {listing([number(code) for code in codes])} in "
            f"{of(held, len(series))}, far from its other values.",
            "If it is a code, add the step that reads special codes as missing.",
            fix=CodesToMissing((name,), tuple(value_text(code) for code in codes)),
        )  # fmt: skip
    if _AGE.search(name) and ((values < 16) | (values > 110)).any():
        odd = int(((values < 16) | (values > 110)).sum())
        yield Finding(
            "impossible", "An age is impossible", "warning", name,
            f"{name!r} reaches from {number(values.min())} to {number(values.max())}; "
            f"{of(odd, len(series))} lie outside 16 to 110.",
            "Add the step that clips impossible values.",
            fix=Clip((name,), 16.0, 110.0, "missing"),
        )  # fmt: skip


def _special_numbers(values: np.ndarray) -> list[float]:
    """Return up to three code-like extremes on each side that lie apart from the rest."""
    distinct, _ = ordered_counts(values)
    found: list[float] = []
    for ordered in (distinct, distinct[::-1]):
        for many in (3, 2, 1):
            codes, rest = ordered[:many], ordered[many:]
            if len(rest) >= 3 and set(codes) <= _CODE_NUMBERS and _apart(codes[-1], rest):
                found += [float(code) for code in codes]
                break
    return sorted(found)


def _apart(code: float, rest: np.ndarray) -> bool:
    """Return whether a code is the only negative kind of value, or beyond a wide gap."""
    if code < 0 and rest.min() >= 0:
        return True
    spread = float(rest.max() - rest.min())
    return bool(abs(rest[0] - code) >= max(2 * spread, 10.0))


def _categories(series: pd.Series, name: str, *, learnt: bool) -> Iterator[Finding]:
    counts = _counts(series)
    words = [word for word in counts.index if word.strip().lower() in _CODE_WORDS]
    if words:
        held = int(counts[words].sum())
        yield Finding(
            "special_words", "A category may mean that nothing is known", "note", name,
            f"{name!r} holds {listing([repr(word) for word in words])} in "
            f"{of(held, len(series))}.",
            "If so, add the step that reads special codes as missing.",
            fix=CodesToMissing((name,), tuple(words)),
        )  # fmt: skip
    if (formulas := counts.index.str.startswith(("=", "@"))).any():
        yield Finding(
            "formulas", "Cells hold spreadsheet formulas", "warning", name,
            f"{name!r} holds text such as {counts.index[formulas][0][:20]!r}.",
            "Lendlens never runs them and neutralises them in downloads; check the file's source.",
        )  # fmt: skip
    rare = counts[counts < max(5, 0.005 * len(series))]
    if learnt and len(counts) > 2 and len(rare):
        yield Finding(
            "rare_categories", "Some categories are rare", "note", name,
            f"{name!r}: {listing([repr(word) for word in rare.index], most=3)} in "
            f"{of(int(rare.sum()), len(series))}.",
            "Merge rare categories if they need not be told apart.",
            fix=MergeRare((name,), 0.01),
        )  # fmt: skip


def _counts(series: pd.Series) -> pd.Series:
    """Return rows by value, the most frequent first."""
    found = coded(series)
    order = np.argsort(-found.counts, kind="stable")
    return pd.Series(found.counts[order], found.values[order])


def check_leakage(series: pd.Series, column: Column, y: np.ndarray | None) -> Iterator[Finding]:
    """Yield signs that a feature was not known when somebody applied.

    Args:
        series: (n,) values of the feature.
        column: Which one.
        y: (n,) integers, 1 = bad; None while the outcome cannot be used.
    """
    if _AFTERWARDS.search(column.name):
        yield Finding(
            "known_afterwards", "A column may be known only after the loan", "warning",
            column.name, f"The name {column.name!r} speaks of what happens after the decision.",
            "Set its role to ignore unless it is known when somebody applies.",
            fix_role="ignore",
        )  # fmt: skip
    if y is None or column.kind not in ("number", "category"):
        return
    strength = separation(series, y)
    if strength > _SEPARATES:
        yield Finding(
            "separates", "A column alone tells good from bad", "warning", column.name,
            f"{column.name!r} ranks {percent(strength)} of pairs of a good and a bad loan "
            "correctly, which is too good to be known in advance.",
            "Set its role to ignore unless it is known when somebody applies.",
            fix_role="ignore",
        )  # fmt: skip


def separation(series: pd.Series, y: np.ndarray) -> float:
    """Return the AUC of one column alone, in [0.5, 1]; categories are ranked by their bad rate.

    Args:
        series: (n,) numbers or categories.
        y: (n,) integers; 1 = bad.
    """
    if not pd.api.types.is_numeric_dtype(series):
        codes = coded(series).codes
        rows, bads = np.bincount(codes), np.bincount(codes, weights=y)
        if np.count_nonzero(rows) > len(codes) / 10:
            return 0.5  # as many categories as rows separate anything by chance
        return _ranked(*_by_rate(rows, bads))
    numbers = series.to_numpy(float)
    known = ~np.isnan(numbers)
    if not known.any():
        return 0.5
    if not known.all():
        middle = quantiles(np.sort(numbers[known]), np.array([0.5]))
        numbers = np.where(known, numbers, middle)
    goods, (bads, held) = np.sort(numbers[y == 0]), ordered_counts(numbers[y == 1])
    below, not_above = (np.searchsorted(goods, bads, side) @ held for side in ("left", "right"))
    auc = (below + not_above) / 2 / max(1, len(goods) * held.sum())
    return float(max(auc, 1 - auc))


def _by_rate(rows: np.ndarray, bads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return goods and bads of each category, those with the lowest bad rate first."""
    order = np.argsort(bads / np.maximum(1, rows))
    return (rows - bads)[order], bads[order]


def _ranked(goods: np.ndarray, bads: np.ndarray) -> float:
    """Return the AUC of ranked groups: within one, good and bad are tied."""
    before = np.cumsum(goods) - goods
    auc = float((bads * (before + goods / 2)).sum() / max(1, goods.sum() * bads.sum()))
    return max(auc, 1 - auc)
