"""core.model.batches: which rows each fold's networks are given."""

import numpy as np

from core.model.batches import Batches, Rows
from core.model.settings import NetworkSettings

N, FOLDS, SIZE = 50, 3, 8
X = np.arange(1, N + 1, dtype=np.float32)[:, np.newaxis]
FOLD = np.minimum(np.arange(N) // 10, FOLDS - 1)  # of 10, 10 and 30 rows
ROWS = Rows(X, np.arange(N) % 2, FOLD)


def epoch(batches):
    """Return the first slot of all rows, and their weight as a bad less that as a good."""
    x, targets = zip(*(batches[number] for number in range(len(batches))), strict=True)
    bad, good = np.moveaxis(np.concatenate(targets, axis=1), -1, 0)
    return np.concatenate(x, axis=1)[..., 0], bad - good


def test_each_epoch_gives_each_fold_the_rows_it_does_not_leave_out_once():
    """In another order each time; small folds are filled up with rows that weigh nothing."""
    batches = Batches(NetworkSettings(batch_size=SIZE, folds=FOLDS), ROWS, 0)
    x, targets = epoch(batches)
    assert x.shape == targets.shape == (FOLDS, SIZE * 5)
    for fold in range(FOLDS):
        real = targets[fold] != 0
        assert sorted(x[fold][real]) == list(X[fold != FOLD, 0])
        assert np.array_equal(targets[fold][real], np.where(x[fold][real] % 2, -1, 1))
    batches.shuffle()
    assert not np.array_equal(epoch(batches)[0], x)


def test_each_fold_learns_from_what_it_is_shown():
    """A share of a bad weighs on both sides; class weights count for each side."""
    settings = NetworkSettings(batch_size=SIZE, folds=FOLDS, class_weights=True)
    y = (np.arange(N) % 5 == 0).astype(int)  # a bad weighs 2.5, a good 0.625
    batches = Batches(settings, Rows(X, y, FOLD), 0)
    shown = np.tile([[0.25], [0.5], [1.0]], N)
    batches.show(shown)
    _, weights = epoch(batches)
    for fold, expected in enumerate((0.25 * 2.5 - 0.75 * 0.625, 0.5 * 1.875, 2.5)):
        assert np.allclose(weights[fold][weights[fold] != 0], expected)


def test_with_one_fold_validation_rows_are_not_learnt_from():
    """They are in fold 0; the others, in none, are learnt from."""
    rows = Rows(X, ROWS.y, np.where(np.arange(N) < 10, 0, -1))
    x, targets = epoch(Batches(NetworkSettings(batch_size=SIZE), rows, 0))
    assert sorted(x[targets != 0]) == list(X[10:, 0])


def test_gradient_descent_takes_all_rows_at_once():
    """Whatever the batch size says."""
    settings = NetworkSettings(batch_size=SIZE, folds=FOLDS, optimiser="gradient_descent")
    batches = Batches(settings, ROWS, 0)
    assert (len(batches), batches.size) == (1, 40)
