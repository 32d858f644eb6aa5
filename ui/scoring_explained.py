"""The explanation on the scoring page: a first answer at once, then the sharp one.

Only the sharp one is what REST and `core` say about the applicant, and only it is recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from core.decision.applicant import Value
from core.decision.assessment import Assessment
from core.decision.scoring import Scorer

SHARP = "scoring-explained"
UNDER_WAY = "scoring-sharpening"
Asked = tuple[str, tuple[tuple[str, Value], ...]]


@dataclass(slots=True)
class _UnderWay:
    """An explanation that has begun: what was asked, the last answer and those to come."""

    asked: Asked
    said: Assessment
    further: Iterator[Assessment]


def explained(scorer: Scorer, values: dict[str, Value]) -> Assessment:
    """Return the sharp assessment; kept while nothing but other widgets change."""
    asked = _asked(scorer, values)
    if not is_sharp(scorer, values):
        begun = _begun(scorer, values)
        # Gone before it goes on: what breaks off must not pass for the end.
        del st.session_state[UNDER_WAY]
        *_, last = begun.said, *begun.further
        st.session_state[SHARP] = (asked, last)
    said: Assessment = st.session_state[SHARP][1]
    return said


def first_explained(scorer: Scorer, values: dict[str, Value]) -> Assessment:
    """Return the sharp assessment where it is known, else the first one."""
    if is_sharp(scorer, values):
        return explained(scorer, values)
    said = _begun(scorer, values).said
    # Often the first round is sharp enough already: then nothing follows it.
    return explained(scorer, values) if said.attribution and said.attribution.precise else said


def is_sharp(scorer: Scorer, values: dict[str, Value]) -> bool:
    """Return whether the sharp assessment of these values is known."""
    known = st.session_state.get(SHARP)
    return known is not None and bool(known[0] == _asked(scorer, values))


def _begun(scorer: Scorer, values: dict[str, Value]) -> _UnderWay:
    """Return the explanation of these values under way, begun if it was not."""
    known: _UnderWay | None = st.session_state.get(UNDER_WAY)
    if known is None or known.asked != _asked(scorer, values):
        further = scorer.sharpen(values)
        known = _UnderWay(_asked(scorer, values), next(further), further)
        st.session_state[UNDER_WAY] = known
    return known


def _asked(scorer: Scorer, values: dict[str, Value]) -> Asked:
    return scorer.model.id, tuple(values.items())
