"""Walks: their orders, what players add on them, and that this gives Shapley values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.explanation.coalitions import enumeration
from core.explanation.walks import _keys, gains_of_walk, joining, orders


def walk(order, game):
    """Return what each player adds on a walk (k,) through a game of masks, by place in `order`."""
    players = len(order)
    masks = np.array([np.isin(np.arange(players), order[:place]) for place in range(1, players)])
    masks = masks.reshape(-1, players).astype(float)
    ends = game(np.array([np.ones(players), np.zeros(players)]))
    shares = game(masks) - game(1 - masks)
    gains = np.array([[ends[0] - ends[1]]])
    return gains_of_walk(shares[np.newaxis, :, np.newaxis], gains)[0, :, 0]


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
    design = enumeration(3)
    masks = design.members[:-1].T
    differences = game(masks) - game(1 - masks)
    gain = np.array([worth[7] - worth[0]])
    expected = design.shapley(differences[np.newaxis], gain)[0]
    np.testing.assert_allclose(values, expected, atol=1e-12)


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


def test_every_player_joins_once():
    """For each member, replicate, walk and game, its players in some order."""
    found = orders(4, DIFFER, TWO, number=0, replicates=2, walks=3)
    assert found.shape == (4, 2, 3, 2, 4)
    assert (np.sort(found, axis=-1) == np.arange(4)).all()
    assert len({tuple(order) for order in found[:, 0, 0, 0]}) > 1


def test_every_second_walk_begins_in_the_middle_of_the_one_before():
    """Who came late comes early."""
    found = orders(3, DIFFER, TWO, number=1, replicates=1, walks=2)
    first, second = found[:, :, 0], found[:, :, 1]
    assert np.array_equal(second[..., 2:], first[..., :2])
    assert np.array_equal(second[..., :2], first[..., 2:])


def test_walks_are_independent_and_the_same_in_every_process():
    """Of other replicates, rounds and later walks; drawn again they are the same."""
    found = orders(16, DIFFER, TWO, number=0, replicates=2, walks=3)
    other = orders(16, DIFFER, TWO, number=1, replicates=2, walks=3)
    walks = [found[:, t, w].tobytes() for t in range(2) for w in range(3)]
    assert len({*walks, other[:, 0, 0].tobytes()}) == 7
    assert np.array_equal(_keys(16, 3, 5, 0, 2, 2), _keys.__wrapped__(16, 3, 5, 0, 2, 2))


def test_every_place_is_as_likely_for_every_player():
    """Over 3,000 members, each of five players comes first about 600 times."""
    first = orders(3000, DIFFER, np.array([2]), 0, 1, 1)[..., 0]
    assert (np.abs(np.bincount(first.ravel()) - 600) < 5 * np.sqrt(600)).all()


def test_players_join_before_fields_that_are_none():
    """All fields once, the players of each game first, in an order for each replicate."""
    found = joining(DIFFER, TWO, number=0, replicates=8)
    assert found.shape == (8, 2, 5)
    assert (np.sort(found, axis=-1) == np.arange(5)).all()
    assert found[..., -1].tolist() == [[1, 0]] * 8
    assert len({order.tobytes() for order in found[:, 0]}) > 1
