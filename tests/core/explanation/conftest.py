"""Small models for explanations."""

import pytest
from small_models import small_model


@pytest.fixture
def model():
    """Five fields: small enough to enumerate by definition."""
    return small_model()


@pytest.fixture
def wide_model():
    """Fourteen fields and a layer wide enough that the engine has to sample."""
    return small_model(numbers=12, categories=2, hidden=(64, 64), scale=0.6)
