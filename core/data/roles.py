"""A first guess of what each column is for, with the reason in one sentence and how sure it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.data.by_column import by_column
from core.data.casting import cast
from core.data.facts import Facts, facts_of
from core.data.personal_data import personal_kind
from core.data.role_words import (
    AGE,
    BAD_VALUES,
    CODES,
    DATE_ORDER,
    GOOD_IS_ONE,
    GOOD_VALUES,
    IDENTIFIER,
    OUTCOME_NAMES,
    YES_NO,
    ground_of_values,
    protected_ground,
)
from core.data.schema import Column, Confidence, Kind, Role, Schema, value_text
from core.formatting import count, counted

__all__ = ["propose_bad_value", "propose_schema", "protected_ground", "typed"]

PROTECTED_WHY = (
    "{what} must not decide about credit.",
    "{what} may count only under strict conditions; you decide.",
)
_FEW_VALUES = 20
_MOST_OUTCOMES = 10
_MOST_CATEGORIES = 100
_SURE: dict[Confidence, int] = {"guess": 0, "likely": 1, "sure": 2, "": 3}


def propose_schema(frame: pd.DataFrame, how: Mapping[str, str] | None = None) -> Schema:
    """Return kinds and roles for a frame as `read_table` gives it.

    Every column carries `why` and `confidence`. At most one outcome is proposed, with the value
    that means bad.

    Args:
        frame: As read.
        how: By column, in which way its values are written, if not plainly.
    """
    names = list(frame.columns)
    columns = [_About(frame[name], str(name), (how or {}).get(name, "")) for name in names]
    facts_by_column = by_column(facts_of, [about.series for about in columns], len(frame))
    for about, facts in zip(columns, facts_by_column, strict=True):
        about.facts = facts
    outcome = _find_outcome(columns)
    proposed = _one_date([_column(about, about is outcome) for about in columns])
    bad = _bad_value(outcome) if outcome else None
    return Schema(tuple(proposed), bad)


def typed(frame: pd.DataFrame, how: Mapping[str, str] | None = None) -> tuple[pd.DataFrame, Schema]:
    """Return the frame in the form of its proposed schema, and the schema."""
    schema = propose_schema(frame, how)
    return cast(frame, schema), schema


class _About:
    """One column, and what is known of it."""

    def __init__(self, series: pd.Series, name: str, how: str) -> None:
        self.series, self.name, self.how = series, name, how
        self.facts = Facts(0, 0, 0)

    @property
    def is_date(self) -> bool:
        return pd.api.types.is_datetime64_any_dtype(self.series)

    @property
    def is_number(self) -> bool:
        return pd.api.types.is_numeric_dtype(self.series)

    @property
    def words(self) -> list[str]:
        """The different values where they are few."""
        return list(self.facts.counts)


def _column(about: _About, is_outcome: bool) -> Column:
    if is_outcome:
        bad = _bad_value(about)
        named = bool(OUTCOME_NAMES.search(about.name))
        known = bad.lower() in BAD_VALUES and about.facts.distinct == 2
        return Column(
            about.name, "category", "outcome",
            why=f"Its {'name and values speak' if named else 'values speak'} of the outcome; "
            f"{bad!r} is taken as bad.",
            confidence="sure" if named and known else "likely" if known else "guess",
        )  # fmt: skip
    if what := personal_kind(about.series, about.name):
        kind = _kind(about)[0]
        why = f"Holds {what}: personal data are masked, and no model learns from them."
        return Column(about.name, kind, "ignore", why=why, confidence="sure", personal=what)
    kind, why_kind, sure_kind = _kind(about)
    role, why_role, sure_role = _role(about, kind)
    why = " ".join(filter(None, [why_role, why_kind, about.how]))
    sure = min(sure_kind, sure_role, key=_SURE.__getitem__)
    return Column(about.name, kind, role, why=why, confidence=sure)


def _kind(about: _About) -> tuple[Kind, str, Confidence]:
    distinct = about.facts.distinct
    if about.is_date:
        unclear = "cannot be told apart" in about.how
        return "date", "All values are dates.", "guess" if unclear else "sure"
    if not about.is_number:
        return _kind_of_text(about)
    if not about.facts.whole or distinct > _FEW_VALUES or distinct == 0:
        return "number", f"{count(distinct)} different numbers.", "sure"
    if distinct == 2:
        return "category", "Two numbers only, read as categories.", "likely"
    if CODES.search(about.name) and not AGE.match(about.name):
        why = f"{distinct} whole numbers under a name that suggests codes."
        return "category", why, "likely"
    why = f"{distinct} whole numbers. Make it a category if they are codes."
    return "number", why, "likely" if distinct > 5 else "guess"


def _kind_of_text(about: _About) -> tuple[Kind, str, Confidence]:
    distinct = about.facts.distinct
    if distinct > _MOST_CATEGORIES and distinct > about.facts.known / 20:
        return "text", f"{count(distinct)} different texts.", "sure"
    if distinct and distinct <= 3 and {word.lower() for word in about.words} <= YES_NO:
        return "category", "Yes or no.", "sure"
    why = f"{counted(distinct, 'category')}."
    return "category", why, "sure" if distinct <= _FEW_VALUES else "likely"


def _role(about: _About, kind: Kind) -> tuple[Role, str, Confidence]:
    if not about.facts.known:
        return "ignore", "Every value is missing.", "sure"
    if what := protected_ground(about.name):
        return "protected", PROTECTED_WHY[what == "Age"].format(what=what), "sure"
    if kind == "category" and (what := ground_of_values(about.words)):
        told = f"Its values tell the {what.lower()}, which must not decide about credit."
        return "protected", told, "likely"
    if _is_identifier(about, kind):
        named = bool(IDENTIFIER.search(about.name))
        why = "Names a row: nearly every value is different."
        return "identifier", why, "sure" if named else "likely"
    if about.facts.distinct == 1:
        value = value_text(about.series.dropna().iloc[0])
        return "ignore", f"Holds a single value, {value!r}.", "sure"
    if kind == "date":
        return "date", "Orders the rows in time.", "likely"
    if kind == "text":
        return "ignore", "Free text is not learnt from.", "sure"
    return "feature", "", "sure"


def _is_identifier(about: _About, kind: Kind) -> bool:
    facts = about.facts
    if kind == "date" or facts.known < 20 or facts.distinct < 0.98 * facts.known:
        return False
    known, named = about.series.dropna(), bool(IDENTIFIER.search(about.name))
    if kind != "number":
        # Long free text is unique as well, but has spaces.
        return named or not known.str.contains(" ", regex=False).any()
    counts_up = bool((np.diff(known.to_numpy(float)) == 1).all())
    return facts.whole and (named or counts_up)


def _one_date(columns: Sequence[Column]) -> list[Column]:
    """Keep the role date for the one that orders applications; the others are ignored."""
    dates = [column for column in columns if column.role == "date"]
    if len(dates) < 2:
        return list(columns)
    first = next((column for column in dates if DATE_ORDER.search(column.name)), dates[0])
    why = f"A date; {first.name!r} orders the rows. Derive the years between them."
    return [
        replace(column, role="ignore", why=why)
        if column in dates and column is not first
        else column
        for column in columns
    ]


def _find_outcome(columns: Sequence[_About]) -> _About | None:
    named = [about for about in columns if OUTCOME_NAMES.search(about.name)]
    two_valued = [about for about in named if about.facts.distinct == 2]
    # A whole name ("Status") says more than a part of one ("default_flag_on_other_loan");
    # among equals the last column is the usual place.
    for about in reversed(two_valued):
        if _bad_value(about) in about.facts.counts:
            return about
    for about in reversed(columns):
        words = {word.lower() for word in about.words}
        if words in ({"good", "bad"}, {"gut", "schlecht"}, {"bueno", "malo"}, {"好", "坏"}):
            return about
    likely = two_valued or [about for about in named if _speaks_of_outcome(about)]
    return likely[-1] if likely else None


def _speaks_of_outcome(about: _About) -> bool:
    """Return whether a column with one value, or more than two, is meant as the outcome.

    It cannot be learnt yet, but then the page can say what it holds and what to do.
    """
    texts = {text.lower() for text in about.words}
    if not 1 <= len(texts) <= _MOST_OUTCOMES:
        return False
    words = texts & {*BAD_VALUES, *GOOD_VALUES} - {"0", "1"}
    return bool(words) or "default" in about.name.lower()


def propose_bad_value(series: pd.Series) -> str:
    """Return the value that means bad: by its word, else the rarer of the two."""
    about = _About(series, str(series.name), "")
    about.facts = facts_of(series)
    return _bad_value(about)


def _bad_value(about: _About) -> str:
    texts = about.facts.counts
    by_word = {text.lower(): text for text in texts}
    if set(by_word) == {"0", "1"} and GOOD_IS_ONE.search(about.name):
        return "0"
    for word in BAD_VALUES:
        if word in by_word:
            return by_word[word]
    return min(texts, key=lambda text: (texts[text], text), default="")
