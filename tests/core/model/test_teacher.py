"""core.model.teacher: trees speak of rows they have not seen, to networks that may hear it."""

import numpy as np
import pytest

from core.model import teacher
from core.model.teacher import opinions, told_to_all

FOLDS, LEFT_OUT = 3, 1


def draw(seed=0, rows=600):
    """Return inputs, the same as lines steep enough for a penalty, outcomes and folds.

    Bads are those on one side of a corner of the first two inputs, which no line tells apart, but
    for chance.
    """
    random = np.random.default_rng(seed)
    inputs = random.random((rows, 3)).astype(np.float32)
    inside = (inputs[:, 0] > 0.5) == (inputs[:, 1] > 0.5)
    y = (random.random(rows) < np.where(inside, 0.9, 0.1)).astype(np.int8)
    return inputs, 4 * inputs, y, np.arange(rows) % FOLDS


def rising(inputs, seed=0):
    """Return outcomes whose risk rises evenly with the first input."""
    chance = np.random.default_rng(seed + 100).random(len(inputs))
    return (chance < 0.2 + 0.6 * inputs[:, 0]).astype(np.int8)


@pytest.fixture
def lesson():
    """Return what trees know more of than a logistic regression."""
    return draw()


def test_networks_are_told_what_trees_say(lesson):
    """Rows that a fold leaves out stand as they are."""
    inputs, x, y, fold = lesson
    told = opinions(inputs, x, y, fold, 0)
    assert told.shape == (FOLDS, len(y))
    for each in range(FOLDS):
        assert np.array_equal(told[each, fold == each], y[fold == each])
        said = told[each, fold != each]
        assert said.min() >= 0
        assert said.max() <= 1
        assert np.corrcoef(said, y[fold != each])[0, 1] > 0.4


def test_networks_that_leave_nothing_out_hear_the_mean_of_the_others():
    """Of the own rows; what trees that have not seen a row say of the others stays."""
    told = np.array([[1, 0.2, 0.4, 0.6], [0.3, 0, 0.5, 0.7], [0.5, 0.8, 1, 0.9]], np.float32)
    everything = told_to_all(told, np.array([0, 1, 2, 2]))
    wanted = [[0.4, 0.2, 0.4, 0.6], [0.3, 0.5, 0.5, 0.7], [0.5, 0.8, 0.45, 0.65]]
    assert everything == pytest.approx(np.array(wanted))
    assert everything.dtype == told.dtype


def test_parts_are_fewer_where_bads_are(lesson, monkeypatch):
    """Three bads make two of them a fold's, for two parts."""
    monkeypatch.setattr(teacher, "FEW_ROWS", 0)
    inputs, x, _, fold = lesson
    told = opinions(inputs, x, (np.arange(len(x)) < FOLDS).astype(np.int8), fold, 0)
    assert 0 <= told.min() < told.max() <= 1


@pytest.mark.parametrize(("few", "taught"), [(601, False), (600, True)])
def test_trees_of_many_rows_teach_unasked(few, taught, lesson, monkeypatch):
    """Of fewer only those that know more than a logistic regression."""
    monkeypatch.setattr(teacher, "FEW_ROWS", few)
    inputs, x, _, fold = lesson
    assert (opinions(inputs, x, rising(inputs), fold, 0) is not None) == taught


def test_networks_hear_nothing_of_the_rows_they_leave_out(lesson, monkeypatch):
    """Other outcomes in a fold change only what networks of other folds are shown.

    But for the number of trees, which is the same for all.
    """
    monkeypatch.setattr(teacher, "grow_until_best", lambda *_: (20, 0.0))
    monkeypatch.setattr(teacher, "FEW_ROWS", 0)
    inputs, x, y, fold = lesson
    turned = np.where(fold == LEFT_OUT, 1 - y, y)
    before = opinions(inputs, x, y, fold, 0)
    after = opinions(inputs, x, turned, fold, 0)
    for each in range(FOLDS):
        learnt = (fold != each) & (fold != LEFT_OUT)
        same = np.array_equal(before[each, learnt], after[each, learnt])
        assert same == (each == LEFT_OUT)


def test_the_same_seed_says_the_same(lesson):
    """To the bit."""
    assert np.array_equal(*(opinions(*lesson, 7) for _ in range(2)))


@pytest.mark.parametrize("seed", range(3))
def test_trees_that_know_no_more_do_not_teach(seed):
    """Where the risk rises evenly a logistic regression knows it all."""
    inputs, x, _, fold = draw(seed)
    assert opinions(inputs, x, rising(inputs, seed), fold, seed) is None


def test_once_stopped_no_more_trees_grow(lesson):
    """And nobody teaches."""
    assert opinions(*lesson, 0, lambda: True) is None
