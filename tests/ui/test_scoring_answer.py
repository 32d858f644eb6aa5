"""ui.scoring_answer: what the verdict warns of."""

from types import SimpleNamespace
from typing import Any

import pytest

from core.decision.applicant import Flag
from ui.scoring_answer import _caution

FIELDS = [SimpleNamespace(name=name, label=f"The {name}") for name in ("age", "home")]


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([], ""),
        ([("age", "missing")], ""),
        ([("home", "never_seen")], "The model has never met such a value: The home."),
        (
            [("age", "outside_allowed"), ("home", "never_seen")],
            "The data dictionary does not allow such a value: The age.",
        ),
    ],
)
def test_the_gravest_kind_of_unusual_value_is_named(kinds: list[Any], words: str) -> None:
    """What the dictionary forbids goes before what training never met; blanks do not count."""
    scorer: Any = SimpleNamespace(bundle=SimpleNamespace(fields=FIELDS))
    said: Any = SimpleNamespace(flags=[Flag(field, kind, "") for field, kind in kinds])
    told = _caution(scorer, said)
    assert words in told
    assert bool(told) == bool(words)
