"""How far figures could be off."""

import time

import numpy as np
import pytest

from core.evaluation.curves import jeffreys
from core.evaluation.intervals import (
    Estimate,
    bootstrap,
    confusion_intervals,
    draws,
    intervals_of_each,
    num_replicates,
    paired_cut_off_differences,
)
from core.evaluation.metrics import SCORE_METRICS, Confusion, decision_figures


def population(rng, n):
    """Draw applicants whose probabilities are right on average and a little off each."""
    log_odds = rng.normal(-1.2, 1.2, n)
    y_true = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(int)
    return y_true, 1 / (1 + np.exp(-1.2 * log_odds))


def test_draws_are_whole_samples():
    """Each replicate draws as many rows as there are; the number of bads is left to chance."""
    blocks = np.concatenate(list(draws(50, replicates=4100, seed=1)))
    assert blocks.shape == (4100, 50)
    assert (blocks.sum(axis=1) == 50).all()
    assert blocks.mean(axis=0) == pytest.approx(1, abs=0.07)
    assert blocks[:, :10].sum(axis=1).std() == pytest.approx(np.sqrt(50 * 0.2 * 0.8), rel=0.05)


def test_same_seed_same_interval():
    """A report made twice says the same."""
    y_true, pd_hat = population(np.random.default_rng(0), 400)
    assert bootstrap(y_true, pd_hat, 100, seed=4) == bootstrap(y_true, pd_hat, 100, seed=4)
    assert bootstrap(y_true, pd_hat, 100, seed=4) != bootstrap(y_true, pd_hat, 100, seed=5)


def test_intervals_cover_the_truth():
    """Of 95 % intervals of 80 samples, at least 87 % hold the figure of the population.

    87 % is what 80 draws at 95 % reach in all but one of 300 cases. KS is raised by noise; its
    intervals were measured at 89 to 91 % for samples of this size, hence the lower bound.
    """
    whole = bootstrap(*population(np.random.default_rng(0), 300_000), replicates=2)
    rng, samples = np.random.default_rng(7), 80
    inside = dict.fromkeys(SCORE_METRICS, 0)
    for sample in range(samples):
        for name, one in bootstrap(*population(rng, 800), replicates=250, seed=sample).items():
            inside[name] += one.low <= whole[name].value <= one.high
    for name, least in {
        "auc": 0.87,
        "gini": 0.87,
        "pr_auc": 0.87,
        "brier": 0.87,
        "ks": 0.78,
    }.items():
        assert inside[name] / samples >= least, name


def test_interval_holds_its_figure():
    """Noise raises KS and calibration error, yet their intervals reach up to the figure itself."""
    for seed in range(10):
        y_true, pd_hat = population(np.random.default_rng(seed), 60)
        for name, one in bootstrap(y_true, pd_hat, 100).items():
            assert one.low <= one.value <= one.high, name
            assert name == "gini" or 0 <= one.low <= one.high <= 1, name


@pytest.mark.parametrize("name", ["ks", "ece"])
def test_what_noise_raises_reaches_downwards(name):
    """The truth is likelier below these figures than above, and the interval says so."""
    y_true, pd_hat = population(np.random.default_rng(1), 500)
    found = bootstrap(y_true, pd_hat, 300)[name]
    assert found.value - found.low > 1.2 * (found.high - found.value)


def test_tiny_sample_has_a_wide_interval():
    """Four rows prove nothing, and draws without a bad are left out."""
    auc = bootstrap([0, 0, 0, 1], [0.1, 0.5, 0.3, 0.4], 200)["auc"]
    assert auc.value == pytest.approx(2 / 3)
    assert auc.high - auc.low > 0.5
    assert auc.n == 4


def test_six_thousand_rows_take_less_than_a_second():
    """A thousand replicates of 6,000 rows are affordable whenever a run is judged."""
    y_true, pd_hat = population(np.random.default_rng(0), 6000)
    assert _cpu_seconds(lambda: bootstrap(y_true, pd_hat, 1000)) < 1


def test_interval_of_decisions_keeps_up_with_a_slider():
    """The intervals of six figures at a cut-off take less than 10 ms."""
    cells = Confusion(tp=1000, fp=1021, fn=681, tn=3298)
    assert _cpu_seconds(lambda: confusion_intervals(cells)) < 0.01


def _cpu_seconds(work):
    """The fastest of five, in processor time: other processes do not count."""
    spent = []
    for _ in range(5):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize(
    ("name", "part", "whole"),
    [("recall", 15, 25), ("precision", 15, 28), ("approved_bad_rate", 10, 75)],
)
def test_decision_intervals_are_jeffreys(name, part, whole):
    """Shares at a cut-off get the Jeffreys interval of their own n."""
    found = confusion_intervals(Confusion(tp=15, fp=13, fn=10, tn=65))[name]
    low, high = jeffreys(np.array([part]), np.array([whole]))
    assert (found.low, found.high) == pytest.approx((low[0], high[0]))
    assert found.n == whole


@pytest.mark.parametrize("cells", [(15, 13, 10, 65), (0, 2, 3, 95), (40, 0, 1, 0)])
def test_decision_intervals_are_those_of_endless_draws(cells):
    """Drawing the four cells, half a row added to each, leads to the same ends."""
    drawn = np.random.default_rng(0).standard_gamma(np.array(cells) + 0.5, size=(400_000, 4))
    found = confusion_intervals(Confusion(*cells))
    for name, values in decision_figures(drawn).items():
        if np.isnan(found[name].value):
            continue
        low, high = np.quantile(values, [0.025, 0.975])
        assert found[name].low == pytest.approx(min(low, found[name].value), abs=0.002), name
        assert found[name].high == pytest.approx(max(high, found[name].value), abs=0.002), name


def test_intervals_of_many_are_those_of_each():
    """Worked out together or alone, a cut-off has the same figures to the last bit."""
    some = [Confusion(15, 13, 10, 65), Confusion(25, 78, 0, 0), Confusion(0, 0, 25, 78)]
    together = list(intervals_of_each(some))
    assert [repr(each) for each in together] == [repr(confusion_intervals(one)) for one in some]


def test_all_positions_of_a_slider_take_no_time():
    """A thousand cut-offs take less than 0.2 s, so that they can be sent at once."""
    some = [Confusion(1000 - k, 3000 - 2 * k, k, 2 * k) for k in range(1001)]
    assert _cpu_seconds(lambda: list(intervals_of_each(some))) < 0.2


def test_empty_cell_is_no_certainty():
    """All of 20 bads declined does not prove that all ever would be."""
    recall = confusion_intervals(Confusion(tp=20, fp=5, fn=0, tn=75))["recall"]
    assert (recall.value, recall.high) == (1, 1)
    assert 0.85 < recall.low < 0.95


def test_undefined_share_has_no_interval():
    """Nobody declined: precision is missing, and so are its ends."""
    precision = confusion_intervals(Confusion(tp=0, fp=0, fn=5, tn=95))["precision"]
    assert np.isnan([precision.value, precision.low, precision.high]).all()
    assert precision.n == 0


def test_paired_difference_is_narrower_than_two_intervals():
    """Models that decide almost alike differ by almost nothing, with certainty."""
    rng = np.random.default_rng(2)
    y_true = (rng.random(2000) < 0.3).astype(np.int8)
    declined = rng.random(2000) < 0.2 + 0.4 * y_true
    other = declined.copy()
    other[:10] = ~other[:10]
    gap = paired_cut_off_differences(y_true, declined, other)["accuracy"]
    alone = confusion_intervals(Confusion(*_cells(y_true, declined)))["accuracy"]
    assert gap.high - gap.low < (alone.high - alone.low) / 3
    assert gap.value == pytest.approx((declined == y_true).mean() - (other == y_true).mean())


def _cells(y_true, declined):
    return [
        int(((y_true == outcome) & (declined == decision)).sum())
        for outcome, decision in [(1, True), (0, True), (1, False), (0, False)]
    ]


@pytest.mark.parametrize(
    ("low", "high", "holds"), [(-0.1, 0.2, True), (0.01, 0.2, False), (-0.2, -0.01, False)]
)
def test_zero_inside(low, high, holds):
    """A difference whose interval holds 0 could be nothing."""
    assert Estimate(0.05, low, high, 100).holds_zero is holds


def test_unknown_difference_could_be_nothing():
    """Without an interval nothing is claimed."""
    assert Estimate(np.nan, np.nan, np.nan, 0).holds_zero


def test_estimate_survives_json():
    """NaN becomes null, which JSON has, and comes back."""
    data = Estimate(0.7, np.nan, 0.8, 12).to_json()
    assert data == {"value": 0.7, "low": None, "high": 0.8, "n": 12}
    assert np.isnan(Estimate.from_json(data).low)
    assert Estimate.from_json(data).n == 12


def test_replicates_shrink_with_rows():
    """Very many rows get fewer replicates, never fewer than 200."""
    assert [num_replicates(n) for n in (1, 20_000, 100_000, 10**7)] == [1000, 1000, 200, 200]
