"""ui.training_curves: what is said beside the curves."""

import pytest

from core.store.tables import Epoch
from ui.training_curves import lessons


@pytest.mark.parametrize(
    ("taught", "said"),
    [
        ([False, False, False], []),
        ([False, True, True], ["From epoch 2 on boosted trees teach, half as much"]),
        ([False, True, True, False], ["From epoch 2 on", "From epoch 4 on the networks learn on"]),
    ],
)
def test_who_teaches_is_said(taught, said):
    """Nothing where nobody does; the last term only once it has begun."""
    words = lessons([Epoch(epoch=number, taught=each) for number, each in enumerate(taught, 1)])
    assert bool(words) == bool(said)
    assert all(part in words for part in said)
    assert ("outcomes alone" in words) == (len(said) > 1)
