"""The closed form of additive networks against enumeration."""

from dataclasses import replace

import numpy as np
import pytest
from small_models import small_model

from core.explanation import shapley
from core.explanation.additive import adds_up
from core.explanation.attribution import Precision
from core.explanation.shapley import Explainer
from core.model.served import ServedNetwork


def additive(model, units=3, members=1, activation="relu"):
    """Return the model with a network whose every unit reads one column."""
    random = np.random.default_rng(2)
    names = model.encoder.names
    first = np.zeros((model.encoder.width, members * units * len(names)))
    for unit in range(first.shape[1]):
        block = model.encoder.block(names[unit % len(names)])
        first[block, unit] = random.normal(size=block.stop - block.start)
    last = random.normal(size=(members, units * len(names), 1))
    biases = [random.normal(size=first.shape[1]), random.normal(size=(members, 1))]
    return replace(model, network=ServedNetwork([first, last], biases, activation))


def blocks(model):
    """Return (p, width), which slots are a field's."""
    found = np.zeros((len(model.encoder.names), model.encoder.width))
    for row, name in enumerate(model.encoder.names):
        found[row, model.encoder.block(name)] = 1
    return found


@pytest.mark.parametrize(("members", "activation"), [(1, "relu"), (3, "relu"), (2, "tanh")])
def test_the_closed_form_equals_enumeration(monkeypatch, members, activation):
    """Own value less the mean over the population is the Shapley value, from p + 1 evaluations."""
    model = additive(small_model(numbers=7, categories=1), members=members, activation=activation)
    applicant, reference = model.frame.iloc[[7]], model.frame.iloc[20:40]
    closed = Explainer(model, reference).explain(applicant)
    assert (closed.method, closed.precise, closed.n_coalitions) == ("exact", True, 9)
    assert abs(closed.gap) <= 1e-8
    monkeypatch.setattr(shapley, "adds_up", lambda network, blocks: False)
    enumerated = Explainer(model, reference).explain(applicant, Precision(exact=True))
    assert enumerated.n_coalitions > 100
    np.testing.assert_allclose(closed.values, enumerated.values, atol=2e-6)


def test_a_single_weight_across_fields_is_noticed():
    """One unit that reads two fields is enough not to be additive."""
    model = additive(small_model())
    assert adds_up(model.network, blocks(model))
    weights = [weight.copy() for weight in model.network.weights]
    weights[0][model.encoder.block("n1").start, 0] = 1e-3
    assert not adds_up(ServedNetwork(weights, model.network.biases), blocks(model))


def test_deeper_networks_are_not_additive_by_their_first_layer():
    """A second hidden layer mixes what the first keeps apart; no hidden layer mixes nothing."""
    deep, linear = small_model(hidden=(8, 4)), small_model(hidden=())
    assert not adds_up(deep.network, blocks(deep))
    assert adds_up(linear.network, blocks(linear))
