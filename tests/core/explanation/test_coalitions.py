"""Coalitions: all and a sample; and that each returns Shapley values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.explanation.coalitions import Samples, _counts, enumeration, sample


def play(design, game):
    """Return the Shapley values of a game given as a function of masks (m, k)."""
    members = design.members[:-1].T.astype(float)
    ends = game(np.array([np.ones(members.shape[1]), np.zeros(members.shape[1])]))
    differences = game(members) - game(1 - members)
    return design.shapley(differences[np.newaxis], np.array([ends[0] - ends[1]]))[0]


def test_enumeration_solves_a_game_checked_by_hand():
    """Two players worth 1 and 2 alone and 7 together share the surplus of 4 evenly."""
    worth = {(0, 0): 0, (1, 0): 1, (0, 1): 2, (1, 1): 7}
    values = play(enumeration(2), lambda masks: np.array([worth[tuple(m)] for m in masks]))
    assert values.tolist() == [3, 4]


@pytest.mark.parametrize("players", [1, 2, 6, 7, 11])
def test_enumeration_lists_every_coalition_once(players):
    """Each of the 2^k coalitions is there, itself or as a complement."""
    masks = enumeration(players).members[:-1].T
    numbers = [*(masks @ 2.0 ** np.arange(players)), *((1 - masks) @ 2.0 ** np.arange(players))]
    assert sorted(numbers) == list(range(2**players))


@pytest.mark.parametrize("players", [4, 5, 9, 23, 60])
def test_a_sample_is_exact_for_games_of_pairs(players):
    """Interactions of two fields leave no error, whatever was sampled."""
    matrix = np.random.default_rng(players).normal(size=(players, players))
    design = sample(players, pairs=3 * players, seed=0)
    values = play(design, lambda masks: np.einsum("si,ij,sj->s", masks, matrix, masks))
    expected = (matrix.sum(axis=0) + matrix.sum(axis=1)) / 2
    np.testing.assert_allclose(values, expected, atol=1e-9)


@pytest.mark.parametrize("players", [4, 9, 23])
def test_a_sample_always_adds_up(players):
    """The values of any game sum to what all players gain."""
    design = sample(players, 64, seed=1)
    noise = np.random.default_rng(0).normal(size=(3, design.pairs))
    sums = design.shapley(noise, np.array([2.5, 0, -1])).sum(axis=1)
    np.testing.assert_allclose(sums, [2.5, 0, -1], atol=1e-12)


@given(
    players=st.integers(4, 24),
    seed=st.integers(0, 5),
    worth=st.lists(st.floats(-5, 5), min_size=25, max_size=25),
)
@settings(max_examples=40, deadline=None)
def test_games_of_sizes_have_no_error_on_average_over_places(players, seed, worth):
    """Symmetry: where only the size of a coalition counts, places drawn at random share evenly.

    The mean over all places is what errors of many games on one design average to.
    """
    by_size = np.array(worth)[: players + 1]
    design = sample(players, 72, seed)
    masks = design.members[:-1].T
    # Averaged over places, a player is in a coalition of size s as often as any other.
    differences = (
        by_size[masks.sum(axis=1).astype(int)] - by_size[(1 - masks).sum(axis=1).astype(int)]
    )
    values = design.shapley(differences[np.newaxis], by_size[[-1]] - by_size[:1])[0]
    np.testing.assert_allclose(values.mean(), (by_size[-1] - by_size[0]) / players, atol=1e-9)


@pytest.mark.parametrize("players", [4, 8, 13, 23])
def test_sizes_count_what_they_count_in_the_formula(players):
    """What members of each size count for together is Shapley's: 1, and half for the middle."""
    design = sample(players, 70, seed=3)
    masks = design.members[:-1].T
    sizes = masks.sum(axis=1).astype(int)
    counted = np.bincount(sizes, (design.solve * masks).sum(axis=1))[1:]
    expected = _counts(players, np.arange(1, len(counted) + 1))
    np.testing.assert_allclose(counted, expected, atol=1e-4)


def test_samples_differ_by_seed_and_repeat():
    """Replicates are independent, and every process draws the same ones."""
    assert not np.array_equal(sample(12, 64, 0).members, sample(12, 64, 1).members)
    assert np.array_equal(sample(12, 64, 0).members, sample(12, 64, 0).members)


def test_every_single_field_is_in_the_sample():
    """Fields alone, and all but one of them, are never left to chance."""
    members = sample(23, 69, 0).members
    assert np.array_equal(members[:-1, :23], np.eye(23))
    assert members[:-1, 23:].sum(axis=0).min() >= 2


@pytest.mark.parametrize("design", [enumeration(7), sample(9, 64, seed=0)])
def test_every_coalition_begins_at_the_start(design):
    """The last row holds what is there without players, in each coalition."""
    assert design.members[-1].tolist() == [1] * design.pairs


def of_pairs(masks, strengths):
    """Return what coalitions (g, m, p) are worth where two fields together are worth something."""
    return np.einsum("gsi,ij,gsj->gs", masks, strengths, masks)


@pytest.mark.parametrize("later", [False, True])
def test_games_of_several_sizes_are_solved_together(later):
    """Of six fields, five or four play, at places that differ by game and design; pairs are exact.

    Single fields come with the first round and are remembered for the next.
    """
    random = np.random.default_rng(0)
    differ = np.array([[1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 1, 1], [0, 1, 1, 1, 1, 1]], bool)
    order = (random.random((2, 3, 6)) + ~differ).argsort(axis=-1)
    places = order.argsort(axis=-1)
    samples = Samples(differ.sum(axis=1), larger=20, number=int(later), count=2)
    found = samples.masks(places, singles=not later)
    assert (found[:, -1] == 1).all()
    assert found.shape == (3, 7, 40 if later else 46)

    masks = found[:, :-1].swapaxes(1, 2) * differ[:, np.newaxis]
    strengths = random.normal(size=(6, 6))
    everybody = np.array([mask[np.newaxis] for mask in differ.astype(float)])
    worth = of_pairs(masks, strengths) - of_pairs(everybody - masks, strengths)
    single = np.eye(6)[np.newaxis] * differ[:, np.newaxis]
    alone = of_pairs(single, strengths) - of_pairs(everybody - single, strengths)
    if not later:
        np.testing.assert_allclose(worth[:, :6], alone)
        worth = worth[:, 6:]
    gains = of_pairs(everybody, strengths)[:, 0]
    values = samples.shapley(alone[np.arange(3)[:, np.newaxis], order], worth, gains)
    by_field = np.take_along_axis(values, places, axis=-1)
    expected = np.array([(strengths * np.outer(mask, mask)).sum(axis=0) for mask in differ])
    other = np.array([(strengths * np.outer(mask, mask)).sum(axis=1) for mask in differ])
    for found_by_one in by_field:
        np.testing.assert_allclose(found_by_one, (expected + other) / 2, atol=1e-6)


def test_replicates_of_a_round_and_rounds_are_independent():
    """Four samples of one game, two of each round, are all different."""
    places = np.arange(9)[np.newaxis, np.newaxis].repeat(2, axis=0)
    masks = [
        Samples(np.array([9]), 30, number, 2).masks(places, singles=False)[0] for number in (0, 1)
    ]
    each = [mask[:, begin : begin + 30].tobytes() for mask in masks for begin in (0, 30)]
    assert len(set(each)) == 4
