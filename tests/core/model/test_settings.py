"""core.model.settings: what cannot work is refused in words."""

import subprocess
import sys
from dataclasses import replace

import pytest

from core.errors import ModelError
from core.model.settings import PRESETS, NetworkSettings


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_the_store(name):
    """Settings read back are the settings written."""
    settings = PRESETS[name].settings
    assert NetworkSettings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize(
    ("dropout", "taught", "taught_dropout", "drops"),
    [(0.1, 0, 0, True), (0, 1, 0.1, True), (0, 0, 0.1, False), (0, 1, 0, False)],
)
def test_units_are_left_out_where_any_dropout_counts(dropout, taught, taught_dropout, drops):
    """That of taught networks counts only where trees may teach."""
    settings = NetworkSettings(
        folds=3, dropout=dropout, taught=taught, taught_dropout=taught_dropout
    )
    assert settings.drops_out == drops


def test_taught_networks_of_old_had_the_dropout_of_all():
    """Settings that were stored before it was a setting of its own."""
    old = NetworkSettings(folds=3, taught=0.5, dropout=0.2).to_json()
    del old["taught_dropout"]
    assert NetworkSettings.from_json(old).taught_dropout == 0.2


def test_paper_baseline_is_the_papers():
    """32-16-1, relu, Adam, 10 epochs, batches of 32, standardised numbers, no early stopping."""
    paper = PRESETS["paper"].settings
    assert (paper.layers, paper.activation, paper.optimiser) == ((32, 16), "relu", "adam")
    assert (paper.epochs, paper.batch_size, paper.patience) == (10, 32, 0)
    assert (paper.learning_rate, paper.numeric, paper.dropout) == (1e-3, "standard", 0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dropout": 1.0}, "Dropout should be between 0 and 0.9, but is 1"),
        ({"layers": (64, 0)}, "width of a layer should be between 1 and 4,096, but is 0"),
        ({"layers": (8,) * 9}, "Layers should be between 0 and 8, but is 9"),
        ({"epochs": 0}, "Epochs should be between 1"),
        ({"learning_rate": float("nan")}, "learning rate should be between"),
        ({"activation": "selu"}, "activation should be one of relu, .* not 'selu'"),
        (
            {"taught": 1.5, "folds": 4},
            "taught by boosted trees should be between 0 and 1, but is 1.5",
        ),
        ({"taught_dropout": 1}, "dropout of taught networks should be between 0 and 0.9, but is 1"),
        ({"taught": 0.5, "folds": 2}, "trees teach a team of three folds or more"),
        ({"optimiser": "lion"}, "optimiser should be one of adam, .* not 'lion'"),
    ],
)
def test_settings_out_of_range_are_refused(wrong, message):
    """The message says what came and what was expected."""
    with pytest.raises(ModelError, match=message):
        NetworkSettings(**wrong)


def test_everything_wrong_is_said_at_once():
    """Nobody mends a form one message at a time."""
    with pytest.raises(ModelError, match=r"Dropout.*Epochs"):
        NetworkSettings(dropout=2, epochs=0)


def test_what_serves_needs_no_keras():
    """Pages and REST use these modules, and must never load Keras or JAX."""
    modules = "core.model.settings, core.model.bundle, core.jobs.train_request"
    code = (
        f"import sys, {modules}; sys.exit(bool({{'keras', 'jax', 'sklearn'}} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("goods", "bads", "changes", "refits"),
    [
        (2_500, 2_500, {}, True),
        (2_499, 2_500, {}, False),
        (24_000, 1_400, {}, True),
        (7_500, 500, {}, False),
        (9_000, 9_000, {"folds": 1}, False),
        (9_000, 9_000, {"refit": False}, False),
    ],
)
def test_a_team_learns_again_where_rows_tell_enough(goods, bads, changes, refits):
    """Where bads are rare it takes more rows; one network alone keeps its validation rows."""
    settings = replace(NetworkSettings(folds=4, refit=True), **changes)
    assert settings.refits(goods, bads) == refits
