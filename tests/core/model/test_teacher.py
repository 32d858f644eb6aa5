"""core.model.teacher: trees speak of rows they have not seen, to networks that may hear it."""

import numpy as np
import pytest

from core.model import teacher
from core.model.teacher import opinions

FOLDS, LEFT_OUT = 3, 1


@pytest.fixture
def lesson():
    """Return inputs, outcomes that follow the first of them by chance, and folds."""
    random = np.random.default_rng(0)
    inputs = random.random((600, 3)).astype(np.float32)
    y = (random.random(600) < inputs[:, 0]).astype(np.int8)
    return inputs, y, np.arange(600) % FOLDS


def test_networks_are_told_what_trees_say(lesson):
    """Rows that a fold leaves out stand as they are."""
    inputs, y, fold = lesson
    told = opinions(inputs, y, fold, 0)
    assert told.shape == (FOLDS, len(y))
    for each in range(FOLDS):
        assert np.array_equal(told[each, fold == each], y[fold == each])
        said = told[each, fold != each]
        assert said.min() >= 0
        assert said.max() <= 1
        assert np.corrcoef(said, inputs[fold != each, 0])[0, 1] > 0.7


def test_networks_hear_nothing_of_the_rows_they_leave_out(lesson, monkeypatch):
    """Other outcomes in a fold change only what networks of other folds are shown.

    But for the number of trees, which is the same for all.
    """
    monkeypatch.setattr(teacher, "grow_until_best", lambda *_: (20, 0.0))
    inputs, y, fold = lesson
    turned = np.where(fold == LEFT_OUT, 1 - y, y)
    before = opinions(inputs, y, fold, 0)
    after = opinions(inputs, turned, fold, 0)
    for each in range(FOLDS):
        learnt = (fold != each) & (fold != LEFT_OUT)
        same = np.array_equal(before[each, learnt], after[each, learnt])
        assert same == (each == LEFT_OUT)


def test_the_same_seed_says_the_same(lesson):
    """To the bit."""
    assert np.array_equal(*(opinions(*lesson, 7) for _ in range(2)))


def test_once_stopped_no_more_trees_grow(lesson):
    """What is left then is the outcome."""
    inputs, y, fold = lesson
    told = opinions(inputs, y, fold, 0, lambda: True)
    assert np.array_equal(told, np.tile(y, (FOLDS, 1)))
