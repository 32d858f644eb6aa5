"""core.model.teacher: trees speak of rows they have not seen, to networks that may hear it."""

import numpy as np
import pytest

from core.model import teacher
from core.model.teacher import shown_outcomes

FOLDS, LEFT_OUT = 3, 1
SHARE = 0.4


@pytest.fixture
def lesson():
    """Return inputs, outcomes that follow the first of them by chance, and folds."""
    random = np.random.default_rng(0)
    inputs = random.random((600, 3)).astype(np.float32)
    y = (random.random(600) < inputs[:, 0]).astype(np.int8)
    return inputs, y, np.arange(600) % FOLDS


def test_a_row_is_shown_as_its_outcome_and_what_trees_say_of_it(lesson):
    """The share decides; rows that a fold leaves out stand as they are."""
    inputs, y, fold = lesson
    shown = shown_outcomes(inputs, y, fold, SHARE, 0)
    assert shown.shape == (FOLDS, len(y))
    for each in range(FOLDS):
        assert np.array_equal(shown[each, fold == each], y[fold == each])
        learnt = fold != each
        said = (shown[each, learnt] - (1 - SHARE) * y[learnt]) / SHARE
        assert said.min() >= 0
        assert said.max() <= 1
        assert np.corrcoef(said, inputs[learnt, 0])[0, 1] > 0.7


def test_networks_hear_nothing_of_the_rows_they_leave_out(lesson, monkeypatch):
    """Other outcomes in a fold change only what networks of other folds are shown.

    But for the number of trees, which is the same for all.
    """
    monkeypatch.setattr(teacher, "grow_until_best", lambda *_: (20, 0.0))
    inputs, y, fold = lesson
    turned = np.where(fold == LEFT_OUT, 1 - y, y)
    before = shown_outcomes(inputs, y, fold, SHARE, 0)
    after = shown_outcomes(inputs, turned, fold, SHARE, 0)
    for each in range(FOLDS):
        learnt = (fold != each) & (fold != LEFT_OUT)
        same = np.array_equal(before[each, learnt], after[each, learnt])
        assert same == (each == LEFT_OUT)


def test_the_same_seed_says_the_same(lesson):
    """To the bit."""
    assert np.array_equal(*(shown_outcomes(*lesson, SHARE, 7) for _ in range(2)))


def test_once_stopped_no_more_trees_grow(lesson):
    """What is left then is the outcome."""
    inputs, y, fold = lesson
    shown = shown_outcomes(inputs, y, fold, SHARE, 0, lambda: True)
    assert np.array_equal(shown, np.tile(y, (FOLDS, 1)))
