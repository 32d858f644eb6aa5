"""The twin of a team that SHAP's DeepExplainer is given in the benchmark of explanations."""

import numpy as np
import pytest

from benchmarks.explanation_deep import _dense
from core.model.served import ServedNetwork


@pytest.mark.parametrize("members", [1, 3])
def test_the_twin_says_what_the_team_says(members):
    """One plain network with blocks on its diagonals gives the same log-odds."""
    random = np.random.default_rng(0)
    shapes = [(7, members * 5), (members, 5, 4), (members, 4, 1)]
    weights = [random.normal(size=shape).astype(np.float32) for shape in shapes]
    biases = [random.normal(size=members * 5), *(random.normal(size=(members, k)) for k in (4, 1))]
    team = ServedNetwork(weights, biases)
    values = encoded = random.random((6, 7)).astype(np.float32)
    layers = _dense(team)
    for kernel, bias in zip(layers[::2], layers[1::2], strict=True):
        values = (np.maximum(values, 0) if values is not encoded else values) @ kernel + bias
    assert values[:, 0] == pytest.approx(team.log_odds(encoded), abs=1e-5)
