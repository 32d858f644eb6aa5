"""Designs of coalitions: their structure, and that they return Shapley values."""

import numpy as np
import pytest

from core.explanation.coalitions import _weights, enumeration, sample

NOTHING = np.float32(0)


def test_enumeration_solves_a_game_checked_by_hand():
    """Two players worth 1 and 2 alone and 7 together share the surplus of 4 evenly."""
    design = enumeration(2)
    sums = design.sums(np.eye(2, dtype=np.float32), NOTHING)
    assert sums.tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert design.shapley(np.array([0, 1, 2, 7]), gain=7).tolist() == [3, 4]


@pytest.mark.parametrize("players", [1, 2, 6, 7, 11])
def test_enumeration_lists_every_coalition_once(players):
    """All 2^k sums appear, also where they are put together from two halves."""
    vectors = (2.0 ** np.arange(players))[:, None].astype(np.float32)
    assert enumeration(players).sums(vectors, NOTHING)[:, 0].tolist() == list(range(2**players))


@pytest.mark.parametrize("players", [4, 5, 9, 23, 60])
def test_a_sample_is_exact_for_games_of_pairs(players):
    """Interactions of two fields leave no error, whatever was sampled."""
    random = np.random.default_rng(players)
    matrix = random.normal(size=(players, players))
    design = sample(players, seed=0)

    def game(members):
        return np.einsum("si,ij,sj->s", members, matrix, members)

    coalitions = design.sums(np.eye(players, dtype=np.float32), NOTHING).astype(float)
    values = design.shapley(game(coalitions), gain=float(matrix.sum()))
    expected = (matrix.sum(axis=0) + matrix.sum(axis=1)) / 2
    np.testing.assert_allclose(values, expected, atol=1e-6)


@pytest.mark.parametrize("players", [4, 9, 23])
def test_a_sample_always_adds_up(players):
    """The values of any game sum to what all players gain."""
    design = sample(players, seed=1)
    noise = np.random.default_rng(0).normal(size=design.size)
    assert design.shapley(noise, gain=2.5).sum() == pytest.approx(2.5)


def test_samples_differ_by_seed_and_repeat():
    """The two halves of an estimate are independent, and every process draws the same ones."""
    assert not np.array_equal(sample(12, 0).masks, sample(12, 1).masks)
    again = sample.__wrapped__(12, 0)
    assert np.array_equal(sample(12, 0).masks, again.masks)


def test_every_single_field_is_in_the_sample():
    """Fields alone, and all but one of them, are never left to chance."""
    masks = sample(23, 0).masks
    assert np.array_equal(masks[:23], np.eye(23))
    assert masks[23:].sum(axis=1).min() >= 2


@pytest.mark.parametrize("design", [enumeration(7), sample(9, seed=0)])
def test_every_coalition_begins_at_the_start(design):
    """The start is in each sum once, in both halves of a pair."""
    vectors = np.random.default_rng(0).normal(size=(design.masks.shape[1], 3)).astype(np.float32)
    start = np.array([1, 10, 100], np.float32)
    moved = design.sums(vectors, start) - design.sums(vectors, NOTHING)
    np.testing.assert_allclose(moved, np.tile(start, (design.size, 1)), atol=1e-4)


def test_sizes_weigh_what_they_weigh_in_the_formula():
    """A pair stands for two sizes of the kernel 1 / (s (k - s)), the middle size for one."""
    sizes = np.array([2, 2, 3])
    weights = _weights(6, sizes)
    assert weights[:6].sum() == pytest.approx(1 / 5)
    assert weights[6:8].sum() == pytest.approx(1 / 8)
    assert weights[8] == pytest.approx(1 / 9 / 2)
