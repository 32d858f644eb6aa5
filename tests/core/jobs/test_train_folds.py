"""core.jobs.train_folds: which folds learn when; what they learn is tested with the whole job."""

import time
from threading import Lock
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.data.splitting import SplitSettings
from core.jobs import train_folds
from core.jobs.train_folds import CrossValidation

SHARES = SplitSettings("cross_validation", folds=3, repeats=2)


class Learning:
    """Stands for `learn`: takes until somebody stops it, and knows how many were at it at once."""

    def __init__(self):
        self.begun, self.at_once, self.most_at_once, self._lock = 0, 0, 0, Lock()

    def __call__(self, material, watch, width):
        """Wait for the stop."""
        with self._lock:
            self.begun += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        wait_until(watch.should_stop)
        with self._lock:
            self.at_once -= 1


@pytest.fixture
def learning(monkeypatch):
    """Put the stand-in where folds learn."""
    learning = Learning()
    monkeypatch.setattr(train_folds, "learn", learning)
    return learning


@pytest.fixture
def material():
    """Return the rows that folds are cut from."""
    frame = pd.DataFrame({"income": np.arange(60.0), "outcome": ["bad", "good", "good"] * 20})
    columns = (Column("income", "number", "feature"), Column("outcome", "category", "outcome"))
    schema = Schema(columns, "bad")
    return SimpleNamespace(whole=frame, schema=schema, width=32, divided=lambda parts: parts)


def wait_until(reached, seconds=20):
    """Return as soon as it is so."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "It did not come so far."
        time.sleep(0.002)


def test_one_fold_learns_beside_the_models_that_are_kept(material, learning):
    """The other place is theirs until somebody asks what the folds say."""
    with CrossValidation(material, SHARES) as folds:
        folds.begin()
        wait_until(lambda: learning.begun)
        time.sleep(0.05)
        assert learning.most_at_once == 1


def test_two_folds_learn_once_those_are_done(material, learning):
    """Then both places are theirs: they learn until two are at it; stopped, they say nothing."""
    with CrossValidation(material, SHARES, lambda: learning.most_at_once == 2) as folds:
        folds.begin()
        wait_until(lambda: learning.begun)
        assert folds.judged() is None


def test_what_is_left_open_is_given_up(material, learning):
    """Where the models that are kept fail, the folds end at once, and none begins."""
    with CrossValidation(material, SHARES) as folds:
        folds.begin()
        wait_until(lambda: learning.begun)
    assert (learning.begun, learning.at_once) == (1, 0)
