"""core.model.served: the network as NumPy, to the bit."""

from itertools import pairwise

import numpy as np
import pytest

from core.errors import ModelError
from core.model.served import ServedNetwork, activate


@pytest.fixture
def network():
    """Return a network of the recommended size."""
    random = np.random.default_rng(0)
    sizes = [40, 64, 32, 1]
    weights = [random.normal(size=s) * 0.3 for s in pairwise(sizes)]
    return ServedNetwork(weights, [random.normal(size=n) for n in sizes[1:]])


@pytest.fixture
def encoded():
    """Return 500 encoded rows."""
    return np.random.default_rng(1).random((500, 40), np.float32)


def test_log_odds_by_hand():
    """2·relu(1·3 − 1) − 0.5 = 3.5, and a negative pre-activation leaves the bias."""
    network = ServedNetwork([[[1.0]], [[2.0]]], [[-1.0], [-0.5]])
    assert network.log_odds(np.array([[3.0], [0.0]], np.float32)).tolist() == [3.5, -0.5]


def test_a_row_has_the_same_bits_alone_and_in_a_list(network, encoded):
    """REST answers for one applicant and for a list are equal."""
    alone = [network.log_odds_row(row.copy()) for row in encoded]
    assert alone == [network.log_odds_row(row) for row in encoded[::-1]][::-1]
    assert network.log_odds(encoded).tolist() == alone


def test_columns_add_up_in_the_first_layer(network, encoded):
    """first_layer, then tail, is the whole network; the first layer is linear in its input."""
    pre = network.first_layer(encoded)
    assert np.round(network.tail(pre), 9).tolist() == network.log_odds(encoded).tolist()
    half = encoded.copy()
    half[:, :20] = 0
    rest = encoded - half
    bias = network.first_layer(np.zeros_like(encoded))
    assert np.allclose(network.first_layer(half) + network.first_layer(rest) - bias, pre)


def test_tail_keeps_the_precision_it_is_given(network, encoded):
    """Explanations may trade digits for speed."""
    pre = network.first_layer(encoded)
    assert network.tail(pre.astype(np.float32)).dtype == np.float32
    assert np.allclose(network.tail(pre.astype(np.float32)), network.tail(pre), atol=1e-4)


def test_stored_weights_give_the_same_bits(network, encoded):
    """An .npz file holds arrays only and loses nothing."""
    again = ServedNetwork.from_npz(network.to_npz())
    assert again.activation == network.activation
    assert np.array_equal(again.log_odds(encoded), network.log_odds(encoded))


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("relu", [0, 0, 1]),
        ("tanh", [-0.76159416, 0, 0.76159416]),
        ("sigmoid", [0.26894142, 0.5, 0.73105858]),
        ("gelu", [-0.15865525, 0, 0.84134475]),
    ],
)
def test_activations(activation, expected):
    """The exact gelu, x·Φ(x), as Keras computes it."""
    assert activate(np.array([-1.0, 0, 1]), activation) == pytest.approx(expected)


def test_a_network_ends_in_one_number():
    """Anything else cannot be scored."""
    with pytest.raises(ModelError, match="one log-odds"):
        ServedNetwork([np.ones((3, 2)), np.ones((2, 2))], [np.zeros(2), np.zeros(2)])


@pytest.fixture
def team():
    """Return three members with layers of their own."""
    random = np.random.default_rng(3)
    shapes = [(40, 3 * 8), (3, 8, 4), (3, 4, 1)]
    weights = [random.normal(size=shape) * 0.3 for shape in shapes]
    return ServedNetwork(weights, [random.normal(size=s) for s in (3 * 8, (3, 4), (3, 1))])


def test_a_team_averages_the_log_odds_of_its_members(team, encoded):
    """Each member alone is a plain network; the first layer holds them side by side."""
    alone = [team.select(slice(m, m + 1)) for m in range(3)]
    assert [each.members for each in alone] == [1, 1, 1]
    mean = np.mean([each.log_odds(encoded) for each in alone], axis=0)
    assert np.allclose(team.log_odds(encoded), mean, atol=1e-8)
    first = ServedNetwork(
        [team.weights[0][:, 8:16], team.weights[1][1], team.weights[2][1]],
        [team.biases[0][8:16], team.biases[1][1], team.biases[2][1]],
    )
    assert np.array_equal(first.log_odds(encoded), alone[1].log_odds(encoded))


def test_a_calibrated_team_says_slope_times_log_odds_plus_shift(team, encoded):
    """The last layer takes slope and shift, so nothing else needs to know of them."""
    expected = 1.5 * team.log_odds(encoded) - 0.25
    assert np.allclose(team.calibrated(1.5, -0.25).log_odds(encoded), expected, atol=1e-5)


def test_without_hidden_layers_members_are_logistic_regressions(encoded):
    """Two columns of the only matrix are two members."""
    network = ServedNetwork([np.tile([[1.0, 3.0]], (40, 1))], [[0.0, 1.0]])
    assert network.members == 2
    assert np.allclose(network.log_odds(encoded), 2 * encoded.sum(axis=1) + 0.5, atol=1e-5)
