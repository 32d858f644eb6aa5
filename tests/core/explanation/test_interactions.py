"""How strongly fields work together: against the definition, and where nothing interacts."""

from itertools import chain, combinations
from math import comb

import numpy as np
import pytest

from core.errors import ExplanationError
from core.explanation.interactions import Interactions, interactions
from core.model.served import ServedNetwork


def by_definition(model, row, other, first, second):
    """Return the Shapley interaction index of two fields in one game, term by term."""
    names = list(model.encoder.names)
    rest = [name for name in names if name not in (first, second)]

    def worth(*fields):
        mixed = other.copy()
        mixed[list(fields)] = row[list(fields)]
        return float(model.log_odds(mixed.to_frame().T.astype(model.frame.dtypes))[0])

    total = 0.0
    for some in chain.from_iterable(combinations(rest, size) for size in range(len(rest) + 1)):
        weight = 1 / (len(rest) + 1) / comb(len(rest), len(some))
        both, one = worth(*some, first, second), worth(*some, first)
        total += weight * (both - one - worth(*some, second) + worth(*some))
    return total


def test_it_is_the_index_of_the_definition(model):
    """Many draws for a few applicants come to the root mean square of the exact index."""
    rows, reference = model.frame.iloc[1:3], model.frame.iloc[[20, 31]]
    found = interactions(model, rows, reference, draws=400)
    for _, pair in found.pairs.iterrows():
        exact = [
            np.mean(
                [
                    by_definition(model, row, other, pair["field"], pair["other"])
                    for _, other in reference.iterrows()
                ]
            )
            for _, row in rows.iterrows()
        ]
        assert pair["strength"] == pytest.approx(
            np.sqrt(np.mean(np.square(exact))), rel=0.15, abs=0.005
        )


def test_few_draws_are_right_on_average(model):
    """The mean square of two draws has no noise of its own in it: it is that of many draws."""
    rows, reference = model.frame, model.frame.iloc[:20]
    few, many = (interactions(model, rows, reference, draws=n).pairs for n in (1, 60))
    error = (few["high"] ** 2 - few["strength"] ** 2) / 1.96
    off = (few["strength"] ** 2 - many["strength"] ** 2) / error
    assert off.abs().max() < 4
    assert (off.abs() < 2).mean() >= 0.8


def test_fields_that_only_add_up_do_not_interact(model):
    """A linear network has no interaction, and no field has a partner."""
    line = ServedNetwork([model.network.weights[0][:, :1]], [model.network.biases[0][:1]])
    still = type(model)(model.encoder, line, model.schema, model.frame)
    found = interactions(still, model.frame, model.frame.iloc[:9])
    assert found.pairs["strength"].max() < 1e-6
    assert found.pairs["low"].max() == 0
    assert found.partner("n0") is None


def test_the_partner_is_the_other_field_of_the_strongest_pair(model):
    """Pairs of a field come the strongest first, whichever side it stands on."""
    found = interactions(model, model.frame, model.frame.iloc[:20])
    first = found.strongest.iloc[0]
    assert found.partner(first["field"]) == first["other"]
    assert found.partner(first["other"]) == first["field"]
    mine = found.of(first["other"])
    assert (mine["field"] == first["other"]).all()
    assert mine["strength"].is_monotonic_decreasing
    assert len(mine) == 4


def test_it_is_deterministic_and_survives_its_file(model):
    """The same rows give the same numbers, and the file brings them back with n."""
    rows, seen = model.frame.iloc[:10], []
    found = interactions(model, rows, rows, on_row=seen.append)
    again = interactions(model, rows, rows)
    read = Interactions.from_files(found.to_files().__getitem__)
    assert read.pairs.equals(found.pairs)
    assert found.pairs.equals(again.pairs)
    assert (read.rows, read.draws, read.n_reference) == (10, 2, 10)
    assert seen == list(range(1, 11))


def test_a_single_applicant_has_no_spread(model):
    """Two applicants are needed for an interval."""
    with pytest.raises(ExplanationError, match="at least two"):
        interactions(model, model.frame.iloc[:1], model.frame)
