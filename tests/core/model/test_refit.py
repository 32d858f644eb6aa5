"""core.model.refit: where rows tell enough, a team learns again from all of them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.model import settings as settings_module
from core.model import training
from core.model.batches import Batches, Rows
from core.model.keeper import Watch
from core.model.lessons import Lessons
from core.model.refit import Refit
from core.model.settings import NetworkSettings
from core.model.training import train

FOLDS, ROWS = 4, 600
TEAM = NetworkSettings(
    layers=(8,),
    dropout=0,
    epochs=8,
    patience=0,
    batch_size=64,
    learning_rate=0.02,
    folds=FOLDS,
    members=2,
    refit=True,
)


@pytest.fixture(autouse=True)
def _enough(monkeypatch):
    """What these rows tell is enough."""
    goods, bads = np.bincount(rows().y)
    monkeypatch.setattr(settings_module, "REFIT_FROM", goods * bads / ROWS)


def rows(n=ROWS):
    """Return rows whose risk rises with the first of three slots."""
    random = np.random.default_rng(0)
    x = random.random((n, 3), np.float32)
    y = (random.random(n) < 1 / (1 + np.exp(4.5 - 6 * x[:, 0]))).astype(np.int8)
    return Rows(x, y, np.arange(n) % FOLDS)


def differ(one, other):
    """Return for each fold whether its networks differ."""
    a, b = (each.network.weights[0].reshape(3, FOLDS, -1) for each in (one, other))
    return (a != b).any(axis=(0, 2))


def test_the_team_that_scores_has_learnt_from_all_rows():
    """Outcomes of a fold reach its own networks, and only in the second training."""
    data = rows()
    turned = replace(data, y=np.where(data.fold == 1, 1 - data.y, data.y))
    once = replace(TEAM, refit=False)
    assert not differ(train(once, data), train(once, turned))[1]
    assert differ(train(TEAM, data), train(TEAM, turned)).all()


def test_rows_that_were_left_out_are_judged_as_before():
    """What judges a run knows nothing of the second training."""
    once, again = train(replace(TEAM, refit=False), rows()), train(TEAM, rows())
    assert np.array_equal(once.held_out, again.held_out)
    assert [each.val_loss for each in once.history] == [each.val_loss for each in again.history]
    assert (once.refit_epochs, again.refit_epochs) == (0, 8)
    assert differ(once, again).all()


@pytest.mark.parametrize(
    ("settings", "n"),
    [
        (TEAM, ROWS - 10),
        (replace(TEAM, folds=1, members=4), ROWS),
        (replace(TEAM, refit=False), ROWS),
    ],
)
def test_others_keep_the_team_of_the_best_epoch(settings, n):
    """On few rows, of one network, or if nobody wants it."""
    data = rows(n)
    data = data if settings.folds > 1 else replace(data, fold=np.where(data.fold == 0, 0, -1))
    told = []
    found = train(settings, data, watch=Watch(refit=lambda *each: told.append(each)))
    assert (found.refit_epochs, told) == (0, [])


def test_it_takes_the_epochs_that_led_to_the_best():
    """Not those that brought nothing; each is told."""
    told = []
    found = train(
        replace(TEAM, epochs=200, patience=3, learning_rate=0.1),
        rows(),
        watch=Watch(refit=lambda *each: told.append(each)),
    )
    assert found.refit_epochs == found.best_epoch < len(found.history)
    assert told == [(n + 1, found.best_epoch) for n in range(found.best_epoch)]


def test_terms_are_as_long_as_they_brought_something(monkeypatch):
    """The first epoch was best until the last term, which went on from it."""
    paths, data = [], rows()

    class Seen(Refit):
        def __init__(self, *args):
            paths.append(args[-2])
            super().__init__(*args)

    monkeypatch.setattr(training, "Refit", Seen)
    wrong = replace(data, said=lambda: np.tile(1.0 - data.y, (FOLDS, 1)))
    found = train(replace(TEAM, epochs=200, patience=6, taught=1.0), wrong)
    before = 1 + 6 + 3  # it, and the patience of two terms
    assert [each.taught for each in found.history[:11]] == [False, *[True] * 9, False]
    assert paths == [(1, 0, found.best_epoch - before)]
    assert found.refit_epochs == sum(paths[0])


@pytest.mark.parametrize("knows", [True, False])
def test_what_was_shown_is_shown_again(knows, monkeypatch):
    """Outcomes, then what trees say of rows that they have not seen, and less of it by terms.

    Where they teach; else outcomes to the end.
    """
    shown, data = [], rows()
    monkeypatch.setattr(Batches, "show", lambda self, outcomes: shown.append(outcomes.copy()))
    lessons = Lessons(replace(TEAM, taught=1.0), Batches(TEAM, data, 0), data.y)
    said = np.full((FOLDS, ROWS), 0.25) if knows else None
    refit = Refit(TEAM, lessons, said, 3, (2, 0, 1) if knows else (3,), Watch())
    rates = []
    model = SimpleNamespace(
        layers=[], optimizer=SimpleNamespace(learning_rate=SimpleNamespace(assign=rates.append))
    )
    monkeypatch.setattr(refit, "_model", model, raising=False)
    after = []
    for epoch in range(refit.epochs):
        refit.on_epoch_begin(epoch)
        after.append(len(shown))
    assert after == ([1, 2, 3] if knows else [1, 1, 1])
    assert np.array_equal(shown[0], np.tile(data.y, (FOLDS, 1)))
    if knows:
        assert np.array_equal(shown[1], said)
        assert np.array_equal(shown[2], np.tile(data.y, (FOLDS, 1)))
        assert rates == [pytest.approx(0.3 * TEAM.learning_rate)]


def test_who_stops_it_has_the_team_of_the_best_epoch():
    """Half a second training is worth less than a whole first one."""
    told = []
    watch = Watch(refit=lambda *each: told.append(each), should_stop=lambda: len(told) == 3)
    stopped, once = train(TEAM, rows(), watch=watch), train(replace(TEAM, refit=False), rows())
    assert (stopped.stopped, stopped.refit_epochs, len(told)) == (True, 0, 3)
    assert not differ(stopped, once).any()


def test_a_loss_that_is_no_number_is_told():
    """As in the first training."""
    lessons = Lessons(TEAM, Batches(TEAM, rows(), 0), rows().y)
    refit = Refit(TEAM, lessons, None, 3, (2,), Watch())
    refit.set_model(SimpleNamespace(stop_training=False))
    refit.on_epoch_end(0, {"loss": np.nan})
    refit.on_train_end()
    assert "loss of epoch 1 is not a number" in refit.failed
    assert refit.model.stop_training
    assert refit.network is None
