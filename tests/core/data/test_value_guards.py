"""Numbers that cannot be: found by the name of their column or beside all others, and only then."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.scale_steps import Clip
from core.data.value_guards import impossible_numbers, largest_usual

ROWS = 400
AMOUNTS = np.arange(1.0, 301.0)


def found(name, *odd, base=AMOUNTS):
    """Findings by code about a column of sound amounts and some others."""
    values, counts = np.unique(np.concatenate([base, odd]), return_counts=True)
    findings = impossible_numbers(values, counts, name, ROWS)
    return {finding.code: finding for finding in findings}


@pytest.mark.parametrize(
    "name", ["income", "monthlyIncome", "Einkommen netto", "ingresos", "月收入"]
)
def test_a_negative_income_is_found_in_four_languages(name):
    """With how many there are, and the step that reads them as missing."""
    finding = found(name, -1200.0, -50.0)["negative"]
    assert "goes down to -1,200; 2 of 400 rows" in finding.evidence
    assert finding.fix == Clip((name,), 0.0, None, "missing")


@pytest.mark.parametrize("name", ["account_balance", "profit", "saldo", "income_change", "rental"])
def test_what_may_be_below_zero_is_left_alone(name):
    """Balances are, and words that only begin like another."""
    assert found(name, -120.0) == {}


def test_days_counted_backwards_are_no_mistake():
    """A column that is below zero throughout is meant so."""
    assert found("months_employed", base=-AMOUNTS) == {}


@pytest.mark.parametrize("name", ["age", "Age", "applicantAge", "Lebensalter", "edad", "年龄"])
def test_an_impossible_age_is_found_in_four_languages(name):
    """Once, as an age."""
    finding = found(name, 144.0, base=np.arange(18.0, 80.0))
    assert list(finding) == ["impossible"]
    assert finding["impossible"].fix == Clip((name,), 16.0, 110.0, "missing")


@pytest.mark.parametrize(
    ("odd", "shown", "low", "high"),
    [
        (1e300, "1e+300", None, 3000.0),
        (1.7e308, "1.7e+308", None, 3000.0),
        (5e5, "500,000", None, 3000.0),
        (-1e6, "-1,000,000", -3000.0, None),
    ],
)
def test_a_value_a_thousand_times_beyond_all_others_is_found(odd, shown, low, high):
    """One slip of the keyboard; what later applicants may well have is not read as missing."""
    finding = found("savings_balance", odd)["far_beyond"]
    assert f"goes as far as {shown}; 1 of 400 rows are" in finding.evidence
    assert "none is beyond 300." in finding.evidence
    assert finding.fix == Clip(("savings_balance",), low, high, "missing")


def test_a_long_tail_is_no_mistake():
    """Wealth is spread over many sizes, and some own more than all others."""
    wealth = np.exp(np.random.default_rng(0).normal(8, 2.5, ROWS)).round()
    assert found("assets", base=wealth) == {}
    assert found("assets", *np.zeros(300), 5e5, base=AMOUNTS[:10]) == {}, "too few to compare with"


def test_a_column_of_nothing_has_no_finding():
    """All of its values may be codes for missing."""
    assert found("age", base=np.array([])) == {}


def usual_by_looking_at_all(values, counts):
    """What `largest_usual` gives, of sizes one after the other."""
    rows, total = int(counts[values != 0].sum()), int(counts.sum())
    sizes = sorted({abs(float(value)) for value in values if value})
    for size, following in pairwise(sizes):
        beyond = int(counts[np.abs(values) > size].sum())
        if beyond <= max(1, total // 100) and rows - beyond >= 20 and following >= 1_000 * size:
            return size
    return np.inf


@given(
    st.lists(st.integers(-60, 60), min_size=1, max_size=300),
    st.lists(st.sampled_from([-9e8, -9e4, 6e4, 7e4, 9e7, 1e8]), max_size=6),
)
def test_only_the_ends_of_a_column_are_looked_at(usual, odd):
    """Whatever lies far beyond the others is among the first values or the last."""
    values, counts = np.unique(np.array([*usual, *odd], float), return_counts=True)
    assert largest_usual(values, counts) == usual_by_looking_at_all(values, counts)


def test_many_amounts_and_few_slips_on_both_sides():
    """As many values as rows: 10,000 of them, of which 5 on either side are slips."""
    values = np.concatenate(
        [-1e9 * np.arange(5, 0, -1), np.arange(1.0, 1e4), 1e8 * np.arange(1, 6)]
    )
    counts = np.ones(len(values), int)
    assert largest_usual(values, counts) == usual_by_looking_at_all(values, counts) == 9_999
