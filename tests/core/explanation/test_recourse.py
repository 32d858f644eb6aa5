"""core.explanation.recourse: the smallest changes that reach approval, and no others."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.allowed import Allowed
from core.data.fields import Field
from core.explanation.lever_grid import FINEST, grid
from core.explanation.levers import Lever, proposed_levers
from core.explanation.recourse import recourse

FIELDS = (
    Field("Age", "Age", "number", low=18, high=70, typical=40, whole=True),
    Field("Income", "Income", "number", low=0, high=400, typical=100, whole=True),
    Field("Amount", "Amount", "number", low=100, high=3000, typical=1000, whole=True),
    Field("Home", "Home", "category", categories=("own", "rent")),
)
APPLICANT = {"Age": 30.0, "Income": 100.0, "Amount": 2000.0, "Home": "rent"}
LEVERS = (Lever("Income", "up"), Lever("Amount", "down"))


def found(levers=LEVERS, goal=0.0, applicant=APPLICANT, beyond=False, fields=FIELDS):
    """Search with the score below."""

    def score(changes):
        return np.array([score_of(applicant | dict(each)) for each in changes])

    return recourse(applicant, fields, levers, score, goal, beyond)


def test_every_option_reaches_the_goal():
    """And says the log-odds it leads to."""
    options = found().options
    assert options
    for option in options:
        values = APPLICANT | {change.name: change.after for change in option.changes}
        assert score_of(values) < 0
        assert option.log_odds == pytest.approx(score_of(values))


def score_of(values):
    """Amount raises, income lowers: now 2 - 1 = 1; the goal of 0 needs one of them to move."""
    own = -0.2 if values["Home"] == "own" else 0.0
    return values["Amount"] / 1000 - (values["Income"] or 0) / 100 + own


def test_the_cheapest_comes_first():
    """Less by 1,050 of 2,000 (0.53) is a smaller share than more by 105 of 100 (1.05)."""
    first, *rest = found().options
    assert [change.name for change in first.changes] == ["Amount"]
    assert first.cost <= min(option.cost for option in rest)
    assert 850 <= first.changes[0].after < 1000


def test_one_step_less_would_not_do():
    """Options are polished: taking back one tried step of any change misses the goal."""
    for option in found((Lever("Amount", "down", step=50),)).options:
        (change,) = option.changes
        assert change.after == 950
        assert score_of(APPLICANT | {"Amount": change.after + 50}) >= 0


def test_options_differ_in_more_than_additions():
    """No option is a cheaper one plus a further change."""
    names = [{change.name for change in option.changes} for option in found().options]
    for place, one in enumerate(names):
        assert not any(other <= one for other in names[:place])


def test_fields_move_together_where_none_reaches_it_alone():
    """Bounds keep each lever short; both together suffice."""
    levers = (Lever("Income", "up", high=160), Lever("Amount", "down", low=1500))
    (option,) = found(levers).options
    assert {change.name for change in option.changes} == {"Income", "Amount"}
    for change in option.changes:
        assert change.after >= 1500 or change.after <= 160


def test_what_cannot_be_reached_is_said():
    """No option, and how near the levers carry."""
    result = found((Lever("Income", "up", high=150),))
    assert result.options == ()
    assert result.nearest == pytest.approx(0.5)
    assert found(()).options == ()


def test_only_marked_fields_move_and_only_their_way():
    """Age stays; the amount does not grow although the score might like it."""
    for option in found((Lever("Amount", "down"), Lever("Home"))).options:
        for change in option.changes:
            assert change.name in ("Amount", "Home")
            assert change.name == "Home" or change.after < 2000


def test_a_blank_starts_from_the_typical_value():
    """The income is unknown; 100 is typical."""
    result = found((Lever("Income", "up"),), applicant=APPLICANT | {"Income": None})
    assert result.options[0].changes[0].before is None
    assert result.options[0].changes[0].after > 200


def test_amount_and_income_are_proposed_and_age_never_is():
    """Proposals come from the words of a field."""
    assert [(lever.name, lever.direction) for lever in proposed_levers(FIELDS)] == [
        ("Income", "up"),
        ("Amount", "down"),
    ]


@pytest.mark.parametrize(
    ("place", "says", "levers"),
    [
        (0, {"changeable": "no"}, {"Income": "up", "Amount": "down"}),
        (0, {"changeable": "yes"}, {"Age": "either", "Income": "up", "Amount": "down"}),
        (1, {"changeable": "no"}, {"Amount": "down"}),
        (1, {"changeable": "yes"}, {"Income": "up", "Amount": "down"}),
        (2, {"changeable": "only up"}, {"Income": "up", "Amount": "up"}),
        (3, {"changeable": "yes"}, {"Income": "up", "Amount": "down", "Home": "either"}),
    ],
)
def test_what_may_change_follows_the_dictionary_before_the_words(place, says, levers):
    """What it says of a field decides; where it says nothing, name and label do."""
    proposed = proposed_levers(with_dictionary(place, **says))
    assert {lever.name: lever.direction for lever in proposed} == levers


def with_dictionary(place, **says):
    """Return the fields with what the dictionary says of one of them."""
    return (*FIELDS[:place], replace(FIELDS[place], **says), *FIELDS[place + 1 :])


def test_bounds_are_those_the_dictionary_allows():
    """The proposal carries them, and they hold beyond the training range, too."""
    fields = with_dictionary(1, allowed=Allowed(0.0, 180.0))
    lever = proposed_levers(fields)[0]
    assert (lever.low, lever.high) == (0.0, 180.0)
    assert found((Lever("Income", "up"),), fields=fields).options == ()
    wide = with_dictionary(1, allowed=Allowed(0.0, 1000.0))
    options = found(proposed_levers(wide)[:1], goal=-2.5, beyond=True, fields=wide).options
    assert 400 < options[0].changes[0].after <= 1000


@pytest.mark.parametrize(
    ("place", "allowed", "name", "after"),
    [
        (1, Allowed(values=("150", "220", "390")), "Income", 220.0),
        (3, Allowed(values=("rent",)), "Home", None),
    ],
)
def test_only_listed_values_are_proposed(place, allowed, name, after):
    """An option names no value that the dictionary would flag."""
    fields = with_dictionary(place, allowed=allowed)
    options = found((Lever(name),), goal=0.0 if name == "Income" else 0.9, fields=fields).options
    assert [option.changes[0].after for option in options] == ([] if after is None else [after])


def test_nothing_outside_of_the_training_range_unless_asked():
    """A bound beyond what was seen holds only where it is asked for."""
    lever = (Lever("Income", "up", high=900),)
    assert found(lever, goal=-2.1).options == ()
    (option,) = found(lever, goal=-2.1, beyond=True).options
    assert option.changes[0].after > 400


def test_an_applicant_who_cannot_move_is_told_the_present_score():
    """At the bound already: the nearest is where the applicant stands."""
    result = found((Lever("Income", "up", high=100),))
    assert (result.options, result.nearest) == ((), 1.0)


def test_steps_may_be_as_small_as_numbers_get():
    """More steps than a whole number can count still lead from here to the end."""
    values = grid(Lever("x", "up", step=1e-300), Field("x", "x", "number", low=0, high=1000), 0.0)
    assert len(values) <= FINEST
    assert max(values) == pytest.approx(1000)


def test_steps_are_the_finer_the_nearer():
    """Of a field that reaches far, small changes are tried as well as large ones."""
    (option,) = found((Lever("Income", "up", step=1),), goal=0.97).options
    assert option.changes[0].after <= 105


def test_more_than_three_fields_are_added_where_three_do_not_suffice():
    """Ten fields that each do a tenth: eight of them at most, and no more than needed."""
    names = [f"Debt {place}" for place in range(10)]
    fields = [Field(name, name, "number", low=0, high=1, typical=1) for name in names]
    now = dict.fromkeys(names, 1.0)

    def score(changes):
        return np.array([sum((now | dict(each)).values()) for each in changes])

    levers = [Lever(name, "down") for name in names]
    (option,) = recourse(now, fields, levers, score, 5.05).options
    assert len(option.changes) == 5
    assert recourse(now, fields, levers, score, 1.0).options == ()
