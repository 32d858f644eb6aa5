"""Coalitions: all, a sample, and those of walks; and that each returns Shapley values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.explanation.coalitions import (
    _counts,
    _drawn,
    enumeration,
    gains_of_walk,
    orders,
    sample,
)


def play(design, game):
    """Return the Shapley values of a game given as a function of masks (m, k)."""
    members = design.members[:-1].T.astype(float)
    ends = game(np.array([np.ones(members.shape[1]), np.zeros(members.shape[1])]))
    differences = game(members) - game(1 - members)
    return design.shapley(differences[np.newaxis], np.array([ends[0] - ends[1]]))[0]


def walk(order, game):
    """Return what each player adds on a walk (k,) through a game of masks, by place in `order`."""
    players = len(order)
    masks = np.array([np.isin(np.arange(players), order[:place]) for place in range(1, players)])
    masks = masks.reshape(-1, players).astype(float)
    ends = game(np.array([np.ones(players), np.zeros(players)]))
    shares = game(masks) - game(1 - masks)
    gains = np.array([[ends[0] - ends[1]]])
    return gains_of_walk(shares[np.newaxis, :, np.newaxis], gains)[0, :, 0]


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
    again = sample.__wrapped__(12, 64, 0)
    assert np.array_equal(sample(12, 64, 0).members, again.members)


def test_every_single_field_is_in_the_sample():
    """Fields alone, and all but one of them, are never left to chance."""
    members = sample(23, 69, 0).members
    assert np.array_equal(members[:-1, :23], np.eye(23))
    assert members[:-1, 23:].sum(axis=0).min() >= 2


@pytest.mark.parametrize("design", [enumeration(7), sample(9, 64, seed=0)])
def test_every_coalition_begins_at_the_start(design):
    """The last row holds what is there without players, in each coalition."""
    assert design.members[-1].tolist() == [1] * design.pairs


@pytest.mark.parametrize("players", [1, 2, 5, 23, 60])
def test_a_walk_is_exact_for_games_of_pairs(players):
    """Interactions of two fields leave no error, whatever the order."""
    random = np.random.default_rng(players)
    matrix, order = random.normal(size=(players, players)), random.permutation(players)
    values = walk(order, lambda masks: np.einsum("si,ij,sj->s", masks, matrix, masks))
    expected = (matrix.sum(axis=0) + matrix.sum(axis=1)) / 2
    np.testing.assert_allclose(values, expected[order], atol=1e-9)


def test_walks_of_all_orders_are_the_definition():
    """The mean over the six orders of three players is what enumeration says, of any game."""
    worth = dict(enumerate(np.random.default_rng(0).normal(size=8)))
    game = lambda masks: np.array([worth[int(m @ [1, 2, 4])] for m in masks])  # noqa: E731
    values = np.zeros(3)
    for order in ([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]):
        values[order] += walk(order, game) / 6
    np.testing.assert_allclose(values, play(enumeration(3), game), atol=1e-12)


@given(
    worth=st.lists(st.floats(-5, 5), min_size=3, max_size=25),
    gain=st.floats(-5, 5),
)
@settings(max_examples=40, deadline=None)
def test_a_walk_always_adds_up(worth, gain):
    """The values of any game sum to what all players gain."""
    shares = np.array(worth)[np.newaxis, :, np.newaxis]
    found = gains_of_walk(shares, np.array([[gain]]))
    assert found.shape == (1, len(worth) + 1, 1)
    assert found.sum() == pytest.approx(gain, abs=1e-9)


DIFFER = np.array([[1, 0, 1, 1, 1], [0, 1, 1, 1, 1], [1, 1, 1, 1, 1]], bool)
TWO = np.array([0, 1])


def test_every_player_joins_once_and_nobody_else():
    """For each member and game, its own players in some order; games vary fastest."""
    found = orders(4, DIFFER, TWO, number=0, replicates=2, walks=3)
    assert found.shape == (4, 4, 2 * 3 * 2)
    assert {tuple(sorted(order)) for walk in found[..., 0::2] for order in walk.T} == {(0, 2, 3, 4)}
    assert {tuple(sorted(order)) for walk in found[..., 1::2] for order in walk.T} == {(1, 2, 3, 4)}
    assert len({tuple(order) for order in found[:, :, 0]}) > 1


def test_every_second_walk_begins_in_the_middle_of_the_one_before():
    """Who came late comes early."""
    found = orders(3, DIFFER, TWO, number=1, replicates=1, walks=2)
    first, second = found[..., :2], found[..., 2:]
    assert np.array_equal(second[:, 2:], first[:, :2])
    assert np.array_equal(second[:, :2], first[:, 2:])


def test_walks_are_independent_and_the_same_in_every_process():
    """Of other replicates, rounds and later walks; drawn again they are the same."""
    found = orders(16, DIFFER, TWO, number=0, replicates=2, walks=3)
    other = orders(16, DIFFER, TWO, number=1, replicates=2, walks=3)
    walks = [found[..., k : k + 2].tobytes() for k in range(0, 12, 2)] + [other[..., :2].tobytes()]
    assert len(set(walks)) == 7
    before = _drawn(16, 3, 5, 0, 2, 2)
    assert np.array_equal(before, _drawn.__wrapped__(16, 3, 5, 0, 2, 2))


def test_every_place_is_as_likely_for_every_player():
    """Over 3,000 members, each of five players comes first about 600 times."""
    first = orders(3000, DIFFER, np.array([2]), 0, 1, 1)[:, 0, 0]
    assert (np.abs(np.bincount(first) - 600) < 5 * np.sqrt(600)).all()
