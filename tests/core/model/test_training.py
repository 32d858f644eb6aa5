"""core.model.training: networks learn, stop in time and are what is served."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from core.errors import ModelError
from core.model import workbench
from core.model.batches import Rows
from core.model.keeper import Watch
from core.model.network import ColumnSlots, TeamDropout, to_numpy
from core.model.settings import NetworkSettings
from core.model.training import train

QUICK = NetworkSettings(
    layers=(8,), dropout=0, epochs=6, patience=0, batch_size=64, learning_rate=0.02
)


def rows(n=500, seed=0, fold=-1):
    """Bads where the first of three slots is large; the last slot is never filled."""
    random = np.random.default_rng(seed)
    x = random.random((n, 4), np.float32)
    x[:, 3] = 0
    odds = 6 * x[:, 0] - 4.5
    y = (random.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int8)
    return Rows(x, y, np.full(n, fold))


def joined(*parts):
    """Return the rows of all parts."""
    columns = [[getattr(part, name) for part in parts] for name in ("x", "y", "fold")]
    return Rows(*[np.concatenate(each) for each in columns])


SLOTS = [ColumnSlots(slice(0, 2), slice(0, 1)), ColumnSlots(slice(2, 4), slice(2, 3))]


def trained(watch=None, blocks=(), **changes):
    """Train a tiny network on 500 rows."""
    settings = dataclasses.replace(QUICK, **changes)
    if settings.folds > 1:
        everything = rows()
        fold = np.arange(len(everything.y)) % settings.folds
        return train(settings, dataclasses.replace(everything, fold=fold), blocks, watch or Watch())
    return train(settings, joined(rows(), rows(300, 1, fold=0)), blocks, watch or Watch())


def test_what_trees_say_counts_from_the_second_epoch_on():
    """It is asked for once, and not at all where the first epoch is the last."""
    asked = []
    everything = rows()
    fold = np.arange(len(everything.y)) % 3

    def turned():
        asked.append(len(asked))
        return np.tile(1 - everything.y, (3, 1))

    def heard(epochs):
        settings = dataclasses.replace(QUICK, folds=3, epochs=epochs, taught=1.0)
        wrong = dataclasses.replace(everything, fold=fold, said=turned)
        return [each.val_auc for each in train(settings, wrong).history]

    heard(1)
    assert not asked
    assert min(heard(24)) < 0.4
    assert asked == [0]


def test_it_learns():
    """The loss falls and the ranking is far from chance."""
    history = trained().history
    assert len(history) == 6
    assert history[-1].loss < history[0].loss
    assert history[-1].val_auc > 0.75


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
def test_numpy_equals_keras(activation):
    """What is served is what was trained, to 1e-6."""
    result = trained(activation=activation, epochs=2)
    x = rows(200, 2).x
    keras = np.asarray(result.model.predict(x, verbose=0))[:, 0]
    assert np.abs(result.network.log_odds(x) - keras).max() < 1e-6


@pytest.mark.parametrize(
    "changes",
    [
        {"layers": ()},
        {"optimiser": "sgd"},
        {"optimiser": "adamw", "l1": 1e-4, "l2": 1e-4, "dropout": 0.3},
        {"optimiser": "gradient_descent"},
    ],
)
def test_every_kind_of_setting_trains(changes):
    """No layers, penalties, each optimiser: the figures are numbers."""
    last = trained(epochs=2, **changes).history[-1]
    assert np.isfinite([last.loss, last.val_loss, last.auc, last.val_auc]).all()
    assert last.steps == (1 if changes.get("optimiser") == "gradient_descent" else 8)


def test_same_seed_same_network():
    """And another seed gives another one."""
    first, again, other = trained(dropout=0.2), trained(dropout=0.2), trained(dropout=0.2, seed=1)
    assert np.array_equal(first.network.weights[0], again.network.weights[0])
    assert not np.array_equal(first.network.weights[0], other.network.weights[0])


def test_early_stopping_keeps_the_best_epoch():
    """It ends `patience` epochs after the lowest validation loss and goes back to it."""
    result = trained(epochs=200, patience=3, learning_rate=0.1)
    losses = [each.val_loss for each in result.history]
    assert result.best_epoch == np.argmin(losses) + 1
    assert len(losses) == result.best_epoch + 3
    x, y = rows(300, 1).x, rows(300, 1).y
    scores = result.network.log_odds(x)
    assert np.mean(np.logaddexp(0, scores) - y * scores) == pytest.approx(min(losses), abs=1e-5)


def test_stopping_keeps_the_whole_epochs():
    """The flag is obeyed within the epoch; the best whole one is kept, early stopping or not."""
    ended = []
    watch = Watch(epoch=ended.append, should_stop=lambda: len(ended) == 40)
    result = trained(watch, epochs=1000, learning_rate=0.3)
    assert result.stopped
    assert len(result.history) == 40
    assert result.best_epoch == np.argmin([each.val_loss for each in ended]) + 1 < 40


def test_stopping_before_an_epoch_ends_keeps_nothing():
    """There is no network worth keeping."""
    assert trained(Watch(should_stop=lambda: True)) is None


def test_steps_are_reported_only_when_due():
    """Reporting costs nothing while nobody is due to hear."""
    heard, due = [], iter([True, False, True])
    trained(Watch(due=lambda: next(due, False), step=heard.append))
    assert len(heard) == 2
    assert heard[0].val_loss is None
    assert 0 < heard[0].step <= heard[0].steps == 8


def test_class_weights_leave_probabilities_calibrated():
    """The shift of ln(goods / bads) is taken back: the mean PD stays near the bad rate."""
    result = trained(class_weights=True, epochs=30)
    sample = rows(2000, 3)
    pd_hat = 1 / (1 + np.exp(-result.network.log_odds(sample.x)))
    assert sample.y.mean() < 0.3
    assert pd_hat.mean() == pytest.approx(sample.y.mean(), abs=0.04)


def test_slots_never_seen_count_like_the_mean_of_their_column():
    """Blocks (0, 1) and (2, 3): slot 3 is empty in training and takes the mean of its block."""
    result = trained(blocks=SLOTS)
    weights = result.network.weights[0]
    assert weights[3] == pytest.approx(rows().x[:, 2].mean() * weights[2], rel=1e-5)
    assert np.array_equal(weights, to_numpy(result.model.get_layer("hidden_1").kernel))


def test_a_loss_that_explodes_is_explained():
    """The message names the epoch and what to change."""
    with pytest.raises(ModelError, match=r"loss of epoch 1 is not a number .* below 10"):
        trained(optimiser="sgd", learning_rate=10.0, layers=(64, 64), l2=10.0)


# One shape for all: a team is compiled once, and most of the time goes there.
TEAM = {"folds": 4, "members": 2, "layers": (16, 8), "dropout": 0.2, "optimiser": "adamw"}


def test_a_team_is_served_as_it_was_trained():
    """Eight networks, their mean to 1e-6, in built-in layers that any Keras reads."""
    result = trained(**TEAM, epochs=2)
    assert result.network.members == 8
    x = rows(200, 2).x
    keras = np.asarray(result.model.predict(x, verbose=0))[:, 0]
    assert np.abs(result.network.log_odds(x) - keras).max() < 1e-6
    assert {type(layer).__module__.split(".")[0] for layer in result.model.layers} == {"keras"}


def test_each_row_is_judged_by_the_networks_that_left_it_out():
    """The held-out log-odds of fold 1 are the mean of networks 2 and 3."""
    result = trained(**TEAM, epochs=2, patience=0)
    fold = np.arange(500) % 4 == 1
    own = result.network.select(slice(2, 4)).log_odds(rows().x[fold])
    assert result.held_out[fold] == pytest.approx(own, abs=1e-4)
    assert np.isfinite(result.held_out).all()


def test_networks_do_not_see_the_rows_they_leave_out():
    """Outcomes turned round in fold 0 leave the networks of fold 0 as they were."""
    honest = rows()
    fold = np.arange(500) % 4
    turned = dataclasses.replace(honest, y=np.where(fold == 0, 1 - honest.y, honest.y), fold=fold)
    settings = dataclasses.replace(QUICK, **TEAM, epochs=3)
    first = train(settings, dataclasses.replace(honest, fold=fold)).network
    second = train(settings, turned).network
    x = rows(50, 3).x
    same, other = slice(0, 2), slice(2, 4)
    assert np.allclose(first.select(same).log_odds(x), second.select(same).log_odds(x), atol=0.02)
    assert not np.allclose(
        first.select(other).log_odds(x), second.select(other).log_odds(x), atol=0.02
    )


def test_a_team_tells_the_loss_of_each_network():
    """The live curve draws them faintly; a single network has none to tell."""
    assert len(trained(**TEAM, epochs=1).history[0].member_losses) == 8
    assert trained(epochs=1).history[0].member_losses == ()


def test_columns_of_an_additive_network_only_add_up():
    """Log-odds of two columns together are the sum of what each adds alone."""
    network = trained(additive=True, folds=2, layers=(4,), blocks=SLOTS).network
    x = rows(100, 2).x
    first, second = x.copy(), x.copy()
    first[:, 2:], second[:, :2] = 0, 0
    nothing = network.log_odds(np.zeros_like(x))
    together = network.log_odds(first) + network.log_odds(second) - nothing
    assert together == pytest.approx(network.log_odds(x), abs=1e-6)


@pytest.mark.parametrize("direction", [1, -1])
def test_a_monotone_column_never_turns(direction):
    """By construction, even where the data say the opposite: bads are where slot 0 is large."""
    slots = [dataclasses.replace(SLOTS[0], direction=direction), SLOTS[1]]
    network = trained(
        additive=True, monotone={"a": direction}, layers=(4,), blocks=slots, epochs=20
    ).network
    x = np.tile(rows(1, 2).x, (200, 1))
    x[:, 0] = np.linspace(0, 1, 200)
    steps = np.diff(network.log_odds(x)) * direction
    assert steps.min() >= 0
    assert (steps.max() > 0.001) == (direction == 1)


def test_what_was_compiled_for_one_training_serves_the_next():
    """A used team starts as a new one: the same weights, whatever it learnt in between.

    Another dropout is the same compiled step.
    """
    settings = dataclasses.replace(QUICK, **TEAM, seed=7)
    data = dataclasses.replace(rows(), fold=np.arange(500) % 4)
    workbench._idle.clear()
    fresh = train(settings, data)
    kept = list(workbench._idle)
    other = dataclasses.replace(settings, epochs=2, dropout=0.6)
    train(other, dataclasses.replace(data, y=1 - data.y))
    again = train(settings, data)
    assert workbench._idle == kept
    assert np.array_equal(fresh.network.weights[0], again.network.weights[0])
    assert [each.loss for each in fresh.history] == [each.loss for each in again.history]


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_dropout_leaves_out_its_share(share):
    """What is left makes up for it in the mean, and all is there outside training."""
    settings = dataclasses.replace(QUICK, **{**TEAM, "layers": (400,), "dropout": share})
    with workbench.workbench(settings, 32, 4) as model:
        layer = next(each for each in model.layers if isinstance(each, TeamDropout))
        units = np.ones((4, 2, 50, 400), np.float32)
        dropped = np.asarray(layer(units, training=True))
        assert np.asarray(layer(units)) == pytest.approx(1)
    assert (dropped[0, 0] == 0).mean() == pytest.approx(share, abs=0.02)
    assert dropped.max() == pytest.approx(1 / (1 - share))
    assert np.array_equal(dropped[0, 0], dropped[3, 1])


def test_taught_networks_learn_on_alone():
    """A teacher who says the opposite is left, and the outcomes are learnt after all.

    Each term goes on from the best epoch, which is the first: it heard outcomes alone.
    """
    data = dataclasses.replace(rows(), fold=np.arange(500) % 4)
    wrong = dataclasses.replace(data, said=lambda: np.tile(1.0 - data.y, (4, 1)))
    settings = dataclasses.replace(QUICK, **TEAM, epochs=200, patience=6, taught=1.0)
    history = train(settings, wrong).history
    losses = [each.val_loss for each in history]
    taught = [False, *[True] * (6 + 3), False]  # patience runs out, and half of it
    assert [each.taught for each in history[:11]] == taught
    assert np.argmin(losses[:10]) == 0
    assert losses[6] > losses[9] > losses[0]  # half of the lesson is half as wrong
    assert losses[10] < losses[0]  # back at the best epoch, and better
    assert len(losses) == np.argmin(losses) + 1 + 3


def test_a_share_of_the_lesson_is_shown():
    """Networks that hear the opposite half of the time learn that nobody knows."""
    data = dataclasses.replace(rows(), fold=np.arange(500) % 4)
    wrong = dataclasses.replace(data, said=lambda: np.tile(1.0 - data.y, (4, 1)))
    settings = dataclasses.replace(QUICK, **TEAM, epochs=180, patience=0, taught=0.5)
    assert train(settings, wrong).history[59].val_loss == pytest.approx(np.log(2), abs=0.02)


def test_dropout_is_that_of_taught_networks_once_they_are_taught():
    """Who hears nothing keeps the other; with all units left out but a tenth it shows."""
    data = dataclasses.replace(rows(), fold=np.arange(500) % 4)
    settings = dataclasses.replace(QUICK, **TEAM, epochs=9, taught=1.0, taught_dropout=0.9)
    same = dataclasses.replace(data, said=lambda: np.tile(data.y.astype(float), (4, 1)))
    unheard = dataclasses.replace(data, said=lambda: None)
    losses = [
        [each.loss for each in train(settings, each).history] for each in (data, unheard, same)
    ]
    assert losses[0] == losses[1]
    assert losses[2][0] == losses[0][0]
    assert losses[2][1] > losses[0][1] + 0.05


def test_without_early_stopping_each_term_is_a_third():
    """The last epoch is kept, and it has heard outcomes; nothing goes back to the first."""
    data = dataclasses.replace(rows(), fold=np.arange(500) % 4)
    wrong = dataclasses.replace(data, said=lambda: np.tile(1.0 - data.y, (4, 1)))
    settings = dataclasses.replace(QUICK, **TEAM, epochs=30, patience=0, taught=1.0)
    result = train(settings, wrong)
    assert [each.taught for each in result.history] == [False, *[True] * 19, *[False] * 10]
    losses = [each.val_loss for each in result.history]
    assert losses[9] > losses[19] > losses[29]
    assert losses[20] > losses[0]
    assert result.best_epoch == 30


def test_two_teams_of_one_shape_are_both_kept():
    """Folds that end at the same moment both find theirs again."""
    with workbench.workbench(QUICK, 32, 4) as one, workbench.workbench(QUICK, 32, 4) as other:
        assert one is not other
    with workbench.workbench(QUICK, 32, 4) as again, workbench.workbench(QUICK, 32, 4) as too:
        assert {id(again), id(too)} == {id(one), id(other)}


def test_trainings_side_by_side_come_out_as_one_after_the_other():
    """Order of rows and dropout are each training's own, so threads change no bit."""
    settings = dataclasses.replace(QUICK, **TEAM)
    parts = [dataclasses.replace(rows(seed=seed), fold=np.arange(500) % 4) for seed in range(3)]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(partial(train, settings), parts))
    alone = [train(settings, part) for part in parts]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one.network.weights[0], other.network.weights[0])


def test_early_stopping_does_not_depend_on_who_looks():
    """Without the figures that only people want, the same epoch is kept."""
    seen, unseen = (trained(Watch(thorough=look), **TEAM) for look in (True, False))
    assert [each.val_loss for each in seen.history] == [each.val_loss for each in unseen.history]
    assert seen.history[0].auc > 0.5
    assert (unseen.history[0].auc, unseen.history[0].member_losses) == (None, ())
    assert np.array_equal(seen.network.weights[0], unseen.network.weights[0])
