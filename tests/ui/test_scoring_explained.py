"""The first and the sharp explanation of the scoring page, and which of them is recorded."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from ui import scoring_explained
from ui.scoring_explained import explained, first_explained, is_sharp


class Sharpening:
    """A scorer whose explanations are words; each word but the last is imprecise."""

    model = SimpleNamespace(id="mod_1")

    def __init__(self, *words: str | Exception) -> None:
        self.words, self.begun = words, 0

    def sharpen(self, values: object) -> Iterator[SimpleNamespace]:
        self.begun += 1
        for word in self.words:
            if isinstance(word, Exception):
                raise word
            precise = word == self.words[-1]
            yield SimpleNamespace(word=word, attribution=SimpleNamespace(precise=precise))


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A session of its own."""
    kept: dict[str, object] = {}
    monkeypatch.setattr(scoring_explained, "st", SimpleNamespace(session_state=kept))
    return kept


def test_the_first_answer_comes_first_and_is_carried_on():
    """What the first round has found is not computed again."""
    scorer = Sharpening("rough", "better", "sharp")
    assert first_explained(scorer, {"a": 1}).word == "rough"
    assert not is_sharp(scorer, {"a": 1})
    assert explained(scorer, {"a": 1}).word == "sharp"
    assert is_sharp(scorer, {"a": 1})
    assert scorer.begun == 1


def test_a_sharp_first_answer_needs_no_other():
    """Then the page draws once."""
    scorer = Sharpening("sharp")
    assert first_explained(scorer, {"a": 1}).word == "sharp"
    assert is_sharp(scorer, {"a": 1})


def test_other_values_are_another_question():
    """Neither the sharp answer nor one under way is taken for that of other values."""
    scorer = Sharpening("rough", "sharp")
    first_explained(scorer, {"a": 1})
    assert not is_sharp(scorer, {"a": 2})
    assert explained(scorer, {"a": 2}).word == "sharp"
    assert scorer.begun == 2


def test_what_broke_off_is_not_taken_for_the_end():
    """A record never rests on a first answer because its sharpening failed."""
    scorer = Sharpening("rough", RuntimeError("no memory"), "sharp")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no memory"):
            explained(scorer, {"a": 1})
    assert not is_sharp(scorer, {"a": 1})
