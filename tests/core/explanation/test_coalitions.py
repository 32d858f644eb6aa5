"""Coalitions: all of them, and those of walks, and that both return Shapley values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.explanation.coalitions import _drawn, enumeration, gains_of_walk, orders


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


def test_every_coalition_begins_at_the_start():
    """The last row holds what is there without players, in each coalition."""
    design = enumeration(7)
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
    """For each member and game, its own players in some order."""
    found = orders(4, DIFFER, TWO, number=0, replicate=0, walk=0)
    assert found.shape == (4, 4, 2)
    assert {tuple(sorted(order)) for order in found[:, :, 0]} == {(0, 2, 3, 4)}
    assert {tuple(sorted(order)) for order in found[:, :, 1]} == {(1, 2, 3, 4)}
    assert len({tuple(order) for order in found[:, :, 0]}) > 1


def test_every_second_walk_begins_in_the_middle_of_the_one_before():
    """Who came late comes early."""
    first, second = (orders(3, DIFFER, TWO, 1, 0, walk) for walk in (0, 1))
    assert np.array_equal(second[:, 2:], first[:, :2])
    assert np.array_equal(second[:, :2], first[:, 2:])


def test_walks_are_independent_and_the_same_in_every_process():
    """Of other replicates, rounds and later walks; drawn again they are the same."""
    drawn = [
        orders(16, DIFFER, TWO, *which).tobytes()
        for which in ((0, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 2))
    ]
    assert len(set(drawn)) == 4
    before = _drawn(16, 3, 5, 0, 0, 0)
    assert np.array_equal(before, _drawn.__wrapped__(16, 3, 5, 0, 0, 0))


def test_every_place_is_as_likely_for_every_player():
    """Over 3,000 members, each of five players comes first about 600 times."""
    first = orders(3000, DIFFER, np.array([2]), 0, 0, 0)[:, 0, 0]
    assert (np.abs(np.bincount(first) - 600) < 5 * np.sqrt(600)).all()
