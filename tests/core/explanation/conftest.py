"""Small models for explanations."""

import numpy as np
import pandas as pd
import pytest
from small_models import NAMES, small_model


@pytest.fixture
def model():
    """Five fields: small enough to enumerate by definition."""
    return small_model()


@pytest.fixture
def wide_model():
    """Fourteen fields and a layer wide enough that the engine has to sample."""
    return small_model(numbers=12, categories=2, hidden=(64, 64), scale=0.6)


@pytest.fixture
def rows() -> pd.DataFrame:
    """Two thousand applicants; `copy` repeats `weighty` but for a little noise."""
    random = np.random.default_rng(3)
    weighty = random.normal(size=2000)
    frame = pd.DataFrame({name: random.normal(size=2000) for name in NAMES})
    return frame.assign(weighty=weighty, copy=weighty + 0.1 * frame["copy"])


@pytest.fixture
def y(rows: pd.DataFrame) -> np.ndarray:
    """Outcomes that follow `weighty`."""
    return (rows["weighty"] + np.random.default_rng(4).normal(size=2000) > 1).to_numpy()
