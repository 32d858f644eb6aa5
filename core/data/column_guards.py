"""What is wrong or odd in one column: its values, and whether it gives the outcome away."""

import re
from collections.abc import Iterator
from typing import cast

import numpy as np
import pandas as pd

from core.data.finding import Finding, Severity
from core.data.schema import Column, value_text
from core.data.step import listing
from core.data.steps import CodesToMissing, MergeRare
from core.data.tally import Tally, quantiles
from core.data.value_guards import impossible_numbers
from core.formatting import count, number, of, percent

_AFTERWARDS = re.compile(
    r"recover|charge_?_?off|chargeoff|last_pym|last_pay|next_pym|collection|total_(rec|pymnt)"
    r"|out_prncp|settle|write_?off|days_past_due|dpd",
    re.IGNORECASE,
)
_CODE_NUMBERS = {-1, -7, -8, -9, -99, -999, -9999, 96, 98, 99, 999, 9999, 99999, 999999, 9999999,
                 99999999}  # fmt: skip
_CODE_WORDS = {"?", "-", ".", "unknown", "unk", "emp_unk", "ignore", "missing", "not available",
               "n.a.", "none given"}  # fmt: skip
_SEPARATES = 0.97


def check_column(found: Tally, column: Column) -> Iterator[Finding]:
    """Yield what is wrong or odd about the values of one feature or protected column."""
    name, missing = column.name, found.missing / found.rows if found.rows else 0.0
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
            f"{name!r} is missing in all {count(found.rows)} rows.",
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
    if column.role == "feature" and len(found.values) == 1:
        yield Finding(
            "constant", "A feature never changes", "warning", name,
            f"{name!r} holds {value_text(found.values[0])!r} in every row it is known.",
            "Set its role to ignore: nothing can be learnt from it.", fix_role="ignore",
        )  # fmt: skip
        return
    if column.kind == "number":
        yield from _numbers(found, name)
    else:
        yield from _categories(found, name, learnt=column.role == "feature")


def _numbers(found: Tally, name: str) -> Iterator[Finding]:
    values, counts = np.asarray(found.values), found.counts
    infinite = np.isinf(values)
    if infinite.any():
        first = found.series.index[np.isinf(found.series.to_numpy(float))][0]
        yield Finding(
            "infinite", "A column holds infinite numbers", "error", name,
            f"{name!r} is infinite in {of(int(counts[infinite].sum()), found.rows)}, first in row "
            f"{first + 1:,}.",
            "Read them as missing with bounds, or mend the file.",
        )  # fmt: skip
        return
    codes = _special_numbers(values)
    if codes:
        held = int(counts[np.isin(values, codes)].sum())
        yield Finding(
            "special_codes", "A number looks like a code for missing", "warning", name,
            f"{name!r} holds {listing([number(code) for code in codes])} in "
            f"{of(held, found.rows)}, far from its other values.",
            "If it is a code, add the step that reads special codes as missing.",
            fix=CodesToMissing((name,), tuple(value_text(code) for code in codes)),
        )  # fmt: skip
        usual = ~np.isin(values, codes)
        values, counts = values[usual], counts[usual]
    yield from impossible_numbers(values, counts, name, found.rows)


def _special_numbers(values: np.ndarray) -> list[float]:
    """Return up to three code-like extremes on each side that lie apart from the rest.

    Args:
        values: Different ones, the smallest first.
    """
    found: list[float] = []
    for ordered in (values, values[::-1]):
        for many in (3, 2, 1):
            codes, rest = ordered[:many], ordered[many:]
            if len(rest) >= 3 and set(codes) <= _CODE_NUMBERS and _apart(codes[-1], rest):
                found += [float(code) for code in codes]
                break
    return sorted(found)


def _apart(code: float, rest: np.ndarray) -> bool:
    """Return whether a code is the only negative kind of value, or beyond a wide gap."""
    if code < 0 and min(rest[0], rest[-1]) >= 0:
        return True
    spread = float(abs(rest[-1] - rest[0]))
    return bool(abs(rest[0] - code) >= max(2 * spread, 10.0))


def _categories(found: Tally, name: str, *, learnt: bool) -> Iterator[Finding]:
    order = np.argsort(-found.counts, kind="stable")
    counts = pd.Series(found.counts[order], found.values[order])
    words = [word for word in counts.index if word.strip().lower() in _CODE_WORDS]
    if words:
        held = int(counts[words].sum())
        yield Finding(
            "special_words", "A category may mean that nothing is known", "note", name,
            f"{name!r} holds {listing([repr(word) for word in words])} in "
            f"{of(held, found.rows)}.",
            "If so, add the step that reads special codes as missing.",
            fix=CodesToMissing((name,), tuple(words)),
        )  # fmt: skip
    if (formulas := counts.index.str.startswith(("=", "@"))).any():
        yield Finding(
            "formulas", "Cells hold spreadsheet formulas", "warning", name,
            f"{name!r} holds text such as {counts.index[formulas][0][:20]!r}.",
            "Lendlens never runs them and neutralises them in downloads; check the file's source.",
        )  # fmt: skip
    rare = counts[counts < max(5, 0.005 * found.rows)]
    if learnt and len(counts) > 2 and len(rare):
        yield Finding(
            "rare_categories", "Some categories are rare", "note", name,
            f"{name!r}: {listing([repr(word) for word in rare.index], most=3)} in "
            f"{of(int(rare.sum()), found.rows)}.",
            "Merge rare categories if they need not be told apart.",
            fix=MergeRare((name,), 0.01),
        )  # fmt: skip


def check_leakage(found: Tally, column: Column) -> Iterator[Finding]:
    """Yield signs that a feature was not known when somebody applied."""
    if _AFTERWARDS.search(column.name):
        yield Finding(
            "known_afterwards", "A column may be known only after the loan", "warning",
            column.name, f"The name {column.name!r} speaks of what happens after the decision.",
            "Set its role to ignore unless it is known when somebody applies.",
            fix_role="ignore",
        )  # fmt: skip
    if found.bads is None or column.kind not in ("number", "category"):
        return
    strength = separation(found)
    if strength > _SEPARATES:
        yield Finding(
            "separates", "A column alone tells good from bad", "warning", column.name,
            f"{column.name!r} ranks {percent(strength)} of pairs of a good and a bad loan "
            "correctly, which is too good to be known in advance.",
            "Set its role to ignore unless it is known when somebody applies.",
            fix_role="ignore",
        )  # fmt: skip


def separation(found: Tally) -> float:
    """Return the AUC of one column alone, in [0.5, 1]; categories are ranked by their bad rate.

    A missing number counts as the middle one, a missing category as one of its own.

    Args:
        found: Of numbers or categories, with bads.
    """
    if found.bads is None or not found.known:
        return 0.5
    if found.is_number:
        return _ranked(*_with_missing_in_the_middle(found))
    rows = np.append(found.counts, [found.missing] * (found.missing > 0))
    bads = np.append(found.bads, [found.missing_bads] * (found.missing > 0))
    if len(rows) > found.rows / 10:
        return 0.5  # as many categories as rows separate anything by chance
    order = np.argsort(bads / rows)
    return _ranked((rows - bads)[order], bads[order])


def _with_missing_in_the_middle(found: Tally) -> tuple[np.ndarray, np.ndarray]:
    """Return goods and bads of each value, the smallest first."""
    values, bads = np.asarray(found.values), cast(np.ndarray, found.bads)
    goods = found.counts - bads
    if found.missing:
        middle = quantiles(values, found.counts, np.array([0.5]))[0]
        place = int(np.searchsorted(values, middle))
        if place == len(values) or values[place] != middle:  # between two values
            goods, bads = np.insert(goods, place, 0), np.insert(bads, place, 0)
        else:
            bads = bads.copy()
        goods[place] += found.missing - found.missing_bads
        bads[place] += found.missing_bads
    return goods, bads


def _ranked(goods: np.ndarray, bads: np.ndarray) -> float:
    """Return the AUC of ranked groups: within one, good and bad are tied."""
    before = np.cumsum(goods) - goods
    auc = float((bads * (before + goods / 2)).sum() / max(1, goods.sum() * bads.sum()))
    return max(auc, 1 - auc)
