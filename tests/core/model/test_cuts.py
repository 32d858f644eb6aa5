"""core.model.cuts: cuts of a number stand where the risk jumps, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from core.model.blocks import piecewise
from core.model.cuts import LEAST_DEVIANCE, MOST_VALUES

BINS = 16


def cuts_of(values, y, *, most=64, least=LEAST_DEVIANCE):
    """Return the ramps, as pairs, that a number has beside those between its quantiles."""
    values = pd.Series(values)
    plain, block = (piecewise("rate", values, BINS, cuts, y, least) for cuts in (0, most))
    ramps, quantiles = (set(zip(each.low, each.width, strict=True)) for each in (block, plain))
    return sorted((low, low + width) for low, width in ramps - quantiles)


def outcomes(risk, seed=0):
    """Draw an outcome for each risk."""
    return (np.random.default_rng(seed).random(len(risk)) < risk).astype(int)


def rates(rows):
    """Return numbers between 0 and 1, evenly spread and without order."""
    return np.random.default_rng(1).permutation(rows) / rows


@pytest.mark.parametrize("risk", [lambda x: 0.1 + 0.5 * x, lambda x: 0.5 * np.exp(-5 * x)])
def test_a_trend_needs_no_cuts(risk):
    """Ramps between quantiles say it already."""
    x = rates(20_000)
    assert cuts_of(x, outcomes(risk(x))) == []


def test_a_jump_has_a_ramp_between_the_values_beside_it():
    """No row lies on it, so the risk of one value says nothing about the next."""
    x = np.round(rates(8_000), 2)
    y = outcomes(np.where(x > 0.37, 0.45, 0.2))
    assert (0.37, 0.38) in cuts_of(x, y)


def test_both_sides_of_a_narrow_bump_are_found():
    """The first cut alone would tell little; 4 % of the rows are in it."""
    x = rates(6_000)
    y = outcomes(np.where((x > 0.55) & (x < 0.59), 0.6, 0.2))
    lows = np.array([low for low, _ in cuts_of(x, y)])
    assert [np.abs(lows - side).min() for side in (0.55, 0.59)] == pytest.approx([0, 0], abs=0.005)


def test_chance_seldom_makes_a_cut():
    """Forty numbers that tell nothing."""
    noise = [outcomes(np.full(3_000, 0.2), seed) for seed in range(40)]
    assert sum(bool(cuts_of(rates(3_000), y)) for y in noise) <= 2


def test_there_are_never_more_cuts_than_asked_for():
    """Of fifty jumps the strongest stay."""
    x = rates(20_000)
    y = outcomes(np.where((x * 50).astype(int) % 2, 0.5, 0.1))
    assert 20 < len(cuts_of(x, y)) <= 64
    assert 0 < len(cuts_of(x, y, most=5)) <= 5


def test_long_columns_keep_the_very_place_of_a_jump_at_a_frequent_value():
    """Cuts are looked for between some values only, but a frequent one is among them."""
    x = rates(50 * MOST_VALUES)
    x[(x > 0.3) & (x < 0.31)] = 0.3
    y = outcomes(np.where(x > 0.3, 0.4, 0.2))
    assert (0.3, x[x > 0.3].min()) in cuts_of(x, y)


def test_missing_numbers_and_a_single_outcome_are_no_obstacle():
    """Blanks have a flag of their own; where nobody defaulted there is nothing to find."""
    x = np.where(rates(4_000) < 0.2, np.nan, rates(4_000))
    y = outcomes(np.where(x > 0.6, 0.5, 0.1))
    assert 0 < len(cuts_of(x, y)) <= 3
    assert cuts_of(x, np.zeros(4_000, int)) == []
