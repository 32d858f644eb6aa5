"""One applicant's way up and down again, in words."""

import numpy as np
import pytest

from core.data.schema import Column, Schema
from core.explanation.attribution import Attribution
from core.explanation.force import force

SCHEMA = Schema(tuple(Column(name, "number", "feature", label=name.title()) for name in "abcd"))


def attribution(base, *values):
    """Return these shares of the first fields."""
    end = base + sum(values)
    return Attribution(tuple("abcd")[: len(values)], np.array(values), base, end, 0, None, "exact",
                       4, 16)  # fmt: skip


def test_the_two_strides_add_up():
    """What raises the risk and what lowers it lead from the population to the applicant."""
    found = force(attribution(-1.5, 0.2, -0.35, 0.5), SCHEMA)
    assert found.raised == pytest.approx(-0.8)
    assert found.end == pytest.approx(-1.15)
    assert (found.up, found.down) == (("C", "A"), ("B",))


def test_it_is_told_as_probability():
    """In whole percentages where the change is large enough to be told in them."""
    found = force(attribution(-1.5, 0.2, -0.35, 0.5), SCHEMA)
    assert found.sentence("all applicants").endswith("raise the risk from 18\xa0% to 24\xa0%.")
    assert found.strides() == "C and A would take it to 31\xa0%; B brings it to 24\xa0%."
    small = force(attribution(-1.5, -0.05), SCHEMA)
    assert small.sentence("x").endswith("lower the risk from 18.2\xa0% to 17.5\xa0%.")
    assert small.strides() == "A lowers it to 17.5\xa0%."


def test_it_is_told_in_points():
    """The strides in points add up to the way from start to end, rounded numbers included."""
    found = force(attribution(-1.5, 0.2, -0.35, 0.5), SCHEMA)
    said = found.in_points(lambda log_odds: round(500 - 29 * log_odds))
    assert said == (
        "In points: from 544 to 533, −21 by what raises the risk and +10 by what lowers it."
    )


def test_other_fields_are_counted():
    """Two fields are named on each side."""
    found = force(attribution(0, 0.4, 0.3, 0.2, 0.1), SCHEMA)
    assert found.strides().startswith("A, B and 2 others raise it to")


def test_nothing_moves_the_risk():
    """An applicant like the population is said to be like it."""
    found = force(attribution(0, 0.0, 0.0), SCHEMA)
    assert found.sentence("all applicants") == "The risk is that of all applicants: 50.0\xa0%."
    assert found.strides() == ""
