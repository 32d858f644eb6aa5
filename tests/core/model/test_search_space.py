"""core.model.search_space: what may be searched, and what settings come of it."""

from dataclasses import replace

import pytest

from core.errors import ModelError
from core.model.search_space import SETTINGS, USUALLY, Choice, Range, SearchSpace, proposed
from core.model.settings import PRESETS, NetworkSettings

BASE = NetworkSettings(layers=(64, 32), dropout=0.1)


def space(*parameters):
    """Return a space of these parameters."""
    return SearchSpace(parameters)


@pytest.mark.parametrize(
    ("values", "layers"),
    [
        ({"width": 128}, (128, 64)),
        ({"depth": 3}, (64, 32, 16)),
        ({"depth": 1, "width": 16}, (16,)),
        ({"depth": 3, "width": 2}, (2, 1, 1)),
        ({"dropout": 0.3}, (64, 32)),
    ],
)
def test_width_and_depth_make_layers(values, layers):
    """Each layer is half as wide as the one before; without either, layers stay as they are."""
    parameters = tuple(Range(name, 0, 1) for name in values)
    assert space(*parameters).settings(BASE, values).layers == layers


def test_everything_else_stays_as_in_the_base():
    """Only what is searched changes."""
    found = space(Range("learning_rate", 1e-3, 1e-2)).settings(BASE, {"learning_rate": 0.005})
    assert found == replace(BASE, learning_rate=0.005)


@pytest.mark.parametrize(("dropout", "taught"), [(0.1, 0.05), (0.2, 0.1), (0.0, 0.0)])
def test_taught_networks_change_their_dropout_in_proportion(dropout, taught):
    """The first trial has the base's, and the others search it on large files, too."""
    base = replace(BASE, taught_dropout=0.05)
    found = space(Range("dropout", 0, 0.4)).settings(base, {"dropout": dropout})
    assert (found.dropout, found.taught_dropout) == (dropout, pytest.approx(taught))


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        (Range("dropout", 0.5, 0.1), "Dropout should go from a lower to a higher value"),
        (Range("dropout", 0.1, 0.1), "Leave it out to keep it"),
        (Range("dropout", float("nan"), 0.1), "needs a number on both sides"),
        (Range("dropout", 0.1, 2.0), r"Dropout should be between 0 and 0\.9, but is 2"),
        (Range("depth", 1, 2.5), "whole numbers, not 1 to 2.5"),
        (Range("depth", 1, 20), "Layers should be between 0 and 8"),
        (Range("learning_rate", 0, 0.1), "should begin above 0"),
        (Range("width", 32, 48), "should at least double"),
        (Choice("activation", ("relu",)), "Activation needs at least two different options"),
        (Choice("activation", ("relu", "relu")), "two different options"),
        (Choice("activation", ("relu", "swish")), "activation should be one of"),
    ],
)
def test_what_cannot_be_searched_is_refused(parameter, message):
    """The message names the setting and what to do."""
    with pytest.raises(ModelError, match=message):
        space(parameter).check(BASE)


def test_an_empty_space_is_refused():
    """There would be nothing to find."""
    with pytest.raises(ModelError, match="at least one setting"):
        space().check(BASE)


def test_all_problems_are_told_at_once():
    """Nobody mends a form one field at a time."""
    with pytest.raises(ModelError, match=r"Dropout .* Hidden layers"):
        space(Range("dropout", 1, 0), Range("depth", 3, 1)).check(BASE)


@pytest.mark.parametrize("preset", ["recommended", "additive"])
def test_the_proposed_space_can_be_searched(preset):
    """As a whole, and as much of it as is searched usually; the base lies inside."""
    base = PRESETS[preset].settings
    usual = [each for each in proposed(base) if each.name in USUALLY]
    for parameters in (proposed(base), usual):
        space(*parameters).check(base)
    assert space(*usual).settings(base, space(*usual).nearest(base)) == base


@pytest.mark.parametrize(
    ("parameter", "value", "nearest"),
    [
        (Range("width", 32, 256), 64, 64),
        (Range("width", 32, 256), 90, 64),
        (Range("width", 32, 200), 500, 128),
        (Range("width", 32, 256), 1, 32),
        (Range("dropout", 0.1, 0.4), 0.0, 0.1),
        (Choice("activation", ("tanh", "gelu")), "relu", "tanh"),
    ],
)
def test_the_nearest_value(parameter, value, nearest):
    """Of a range its end, of doublings a power, of words the first."""
    assert parameter.nearest(value) == nearest


def test_json_gives_the_same_space():
    """A study keeps its space."""
    whole = space(*proposed(BASE), Choice("activation", ("relu", "tanh")))
    assert SearchSpace.from_json(whole.to_json()) == whole


def test_every_setting_says_what_it_does():
    """One sentence each, for the table."""
    assert all(setting.does.endswith(".") for setting in SETTINGS.values())
