"""Long lists on every core: the same bits in the same order, whatever becomes of a helper."""

import multiprocessing
from contextlib import closing
from itertools import cycle, islice

import pytest

from core.explanation.processes import explain_long, helpers_for
from core.explanation.rounds import CORES
from core.explanation.shapley import Explainer

DIFFERENT = 8
"""Applicants of a list that repeats them until a helper has taken part."""


@pytest.fixture
def explainer(wide_model):
    """The wide model, which is sampled, against ten applicants."""
    return Explainer(wide_model, wide_model.frame.iloc[20:30])


@pytest.fixture
def rows(wide_model):
    """Encoded rows, over and over, without end."""
    return cycle(wide_model.encoder.encode(wide_model.frame.iloc[:DIFFERENT]))


@pytest.fixture
def alone(explainer, rows):
    """What each row gets alone."""
    return [explainer.explain_encoded(row) for row in islice(rows, DIFFERENT)]


@pytest.fixture
def here(explainer, alone, monkeypatch):
    """The rows that are explained in this process, from now on."""
    explained, explain_encoded = [], explainer.explain_encoded

    def count(row, **how):
        explained.append(row)
        return explain_encoded(row, **how)

    monkeypatch.setattr(explainer, "explain_encoded", count)
    return explained


def require_as_alone(said, place, alone):
    """Fail unless these are the bits of the row in this place."""
    assert said.values.tobytes() == alone[place % DIFFERENT].values.tobytes()
    assert said.bars.tobytes() == alone[place % DIFFERENT].bars.tobytes()


@pytest.mark.parametrize("helpers", [1, 2])
def test_helpers_take_part_and_rows_are_as_alone(explainer, rows, alone, here, helpers):
    """Of a list without end some rows are explained elsewhere; order and bits are the same."""
    elsewhere = 0
    with closing(explain_long(explainer, rows, helpers)) as attributions:
        for place, said in enumerate(attributions):
            require_as_alone(said, place, alone)
            elsewhere = place + 1 - len(here)
            if elsewhere > 10:
                break
    assert elsewhere > 10


@pytest.mark.parametrize("helpers", [0, 1])
def test_a_list_comes_to_its_end(explainer, rows, alone, helpers):
    """As many as were given, ready helper or not."""
    some = islice(rows, 2 * DIFFERENT)
    with closing(explain_long(explainer, some, helpers)) as attributions:
        for place, said in enumerate(attributions):
            require_as_alone(said, place, alone)
    assert place + 1 == 2 * DIFFERENT


def test_what_a_dead_helper_had_in_hand_is_not_lost(explainer, rows, alone, here):
    """Its rows are explained here, in their place, and the list goes on."""
    killed = 0
    with closing(explain_long(explainer, islice(rows, 10_000), 1)) as attributions:
        for place, said in enumerate(attributions):
            require_as_alone(said, place, alone)
            if not killed and place > len(here):
                (helper,) = multiprocessing.active_children()
                helper.kill()
                killed = place
            if killed and place == killed + 3 * DIFFERENT:
                break
    assert 0 < killed == place - 3 * DIFFERENT


def test_helpers_end_with_the_list(explainer, rows):
    """Closed before they are ready, none is left."""
    attributions = explain_long(explainer, rows, 2)
    next(attributions)
    assert len(multiprocessing.active_children()) == 2
    attributions.close()
    assert multiprocessing.active_children() == []


def test_short_lists_need_no_helper():
    """A process takes a second to start; 199 rows are explained before long."""
    assert helpers_for(199) == 0
    assert helpers_for(200) == CORES - 1
