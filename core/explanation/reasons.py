"""Principal reasons in words (US Reg B, 12 CFR 1002.9 and its interpretation).

Method: each field's share in how far the applicant's log-odds lie above the average of a
reference population, by default those who just pass (comment 9(b)(2)-5). The fields with the
largest shares that raise the risk are the reasons, at most four (comment 9(b)(2)-1), whatever
they are (comment 9(b)(2)-4), and only fields that were scored (comment 9(b)(2)-2).
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from core.data.schema import Column, Schema
from core.errors import ExplanationError
from core.explanation.attribution import Attribution
from core.explanation.reason_list import STANDARD, Case, ReasonList, filled
from core.explanation.reference import Reference
from core.formatting import number, percent


@dataclass(frozen=True, slots=True)
class _Usual:
    """A field in the reference population: its typical value, and the share that has it."""

    value: Any
    share: float


_USUAL: WeakKeyDictionary[Reference, dict[str, _Usual]] = WeakKeyDictionary()
"""What reasons have asked about a population: it never changes, and a median costs 0.1 ms."""

MOST = 4
LEAST_LOG_ODDS = 0.005
"""Smaller shares change no decision and vanish in rounding, so they are no principal reason."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One field that raises the risk.

    Attributes:
        field: Feature name.
        label: As users see it.
        value: The applicant's, as text.
        typical: The reference population's median or most frequent category, as text.
        sentence: The reason in specific words.
        log_odds: How much it raises the log-odds.
        points: How many points it costs, negative or 0.
        default_probability: How much lower the PD would be without this share.
    """

    field: str
    label: str
    value: str
    typical: str
    sentence: str
    log_odds: float
    points: int
    default_probability: float

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def reasons(
    attribution: Attribution,
    features: Mapping[str, Any],
    reference: Reference,
    schema: Schema,
    most: int = MOST,
    *,
    pdo: float = 20,
    imputed: Collection[str] = (),
    wordings: ReasonList = STANDARD,
) -> tuple[Reason, ...]:
    """Return the principal reasons, the weightiest first; equal ones in schema order.

    Fields that the reason list states in the same words are one reason, that of the weightiest.

    Args:
        attribution: Against this reference.
        features: The applicant's value of every feature; None or NaN where missing.
        reference: Who the applicant is compared with.
        schema: Of the cleaned frame.
        most: At most so many reasons.
        pdo: Points that double the odds.
        imputed: Features that the applicant left blank and the recipe filled.
        wordings: The words of each field and case.

    Raises:
        ExplanationError: A field of the attribution is not a feature, such as a protected one.
    """
    for name in attribution.names:
        if schema[name].role != "feature":
            raise ExplanationError(
                f"{name!r} is marked {schema[name].role}, so it can be no reason. "
                "Train again with it out of the features."
            )
    places = {name: place for place, name in enumerate(schema.names)}
    ranked = sorted(
        zip(attribution.names, attribution.values.tolist(), strict=True),
        key=lambda pair: (-pair[1], places[pair[0]]),
    )
    found: dict[str, Reason] = {}
    for name, share in ranked:
        if share < LEAST_LOG_ODDS or len(found) == most:
            break
        value = None if name in imputed else features.get(name)
        reason = _reason(schema[name], share, attribution, value, reference, pdo, wordings)
        found.setdefault(reason.sentence, reason)
    return tuple(found.values())


def _reason(
    column: Column,
    share: float,
    attribution: Attribution,
    value: Any,
    reference: Reference,
    pdo: float,
    wordings: ReasonList,
) -> Reason:
    usual = _usual(column, reference)
    slots = _slots(column, value, usual, reference)
    return Reason(
        field=column.name,
        label=column.label,
        value=slots["value"],
        typical=slots["typical"],
        sentence=filled(wordings.text(column, _case(column, value, usual)), slots),
        log_odds=share,
        points=-round(share * pdo / math.log(2)),
        default_probability=_pd(attribution.log_odds) - _pd(attribution.log_odds - share),
    )


def _slots(column: Column, value: Any, usual: _Usual, reference: Reference) -> dict[str, str]:
    return {
        "label": column.label,
        "value": shown(column, value),
        "typical": shown(column, usual.value),
        "share": percent(usual.share, 0),
        "who": reference.name,
    }


def example(wordings: ReasonList, column: Column, case: Case, reference: Reference) -> str:
    """Return a wording as somebody would read it whose value stands so to the typical one."""
    usual, among = _usual(column, reference), reference.frame[column.name].dropna()
    ends = {"below": 0.05, "above": 0.95}
    value: Any = usual.value
    if case == "missing" or among.empty:
        value = None
    elif case in ends:
        value = float(among.quantile(ends[case], interpolation="nearest"))
    elif case == "differs":
        value = next((each for each in among if str(each) != str(usual.value)), "another value")
    return filled(wordings.text(column, case), _slots(column, value, usual, reference))


def _usual(column: Column, reference: Reference) -> _Usual:
    asked = _USUAL.setdefault(reference, {})
    if column.name not in asked:
        among = reference.frame[column.name]
        value = typical(column, among)
        asked[column.name] = _Usual(value, float((among == value).sum() / len(among)))
    return asked[column.name]


def typical(column: Column, values: pd.Series) -> Any:
    """Return the median of numbers, else the most frequent value; None if all are missing."""
    known = values.dropna()
    if known.empty:
        return None
    if column.kind == "number":
        return float(known.median())
    counts = known.value_counts()
    return min(counts.index[counts == counts.max()])  # ties by name, whatever the row order


def shown(column: Column, value: Any) -> str:
    """Return a value as text with its unit; "not given" where it is missing."""
    if _missing(value):
        return "not given"
    if column.kind != "number":
        return str(value)
    # "1 year", not "1 years"; units of several words stay as they are.
    one = float(value) == 1 and " " not in column.unit
    return f"{number(value)} {column.unit.removesuffix('s') if one else column.unit}".strip()


def _case(column: Column, value: Any, usual: _Usual) -> Case:
    if _missing(value):
        return "missing"
    if _missing(usual.value):
        return "unusual"
    if shown(column, value) == shown(column, usual.value):
        return "same"
    if column.kind != "number":
        return "differs"
    return "below" if float(value) < usual.value else "above"


def _missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _pd(log_odds: float) -> float:
    return 0.5 * (1 + math.tanh(log_odds / 2))
