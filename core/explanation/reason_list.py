"""The reason list: in which words each field is stated as a reason, by the way it differs.

A standard wording exists for every case; whoever answers for the notices can replace it, field by
field. A wording is a text with slots such as {value} and {typical}. Which fields are reasons is
none of its business: that follows from the score alone (US Reg B, comment 9(b)(2)-4).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pandas as pd

from core.data.schema import Column, Schema
from core.errors import ExplanationError

Case = Literal["below", "above", "differs", "same", "missing", "unusual"]
"""How a value stands to the typical one. unusual: the reference population does not give it."""

NUMBER: tuple[Case, ...] = ("below", "above", "same", "missing", "unusual")
CATEGORY: tuple[Case, ...] = ("differs", "same", "missing", "unusual")
CASES: dict[Case, str] = {
    "below": "Below what is typical",
    "above": "Above what is typical",
    "differs": "Another value",
    "same": "The typical value",
    "missing": "Not given",
    "unusual": "Others do not give it",
}
SLOTS = ("label", "value", "typical", "share", "who")
LONGEST = 300
_SLOT = re.compile(r"\{([^{}]*)\}")
_NO_REASON = re.compile(r"\bscor(e|ing)\b|internal standard", re.IGNORECASE)
COLUMNS = ["Field", "Label", "When", "Wording"]

_STILL = "but adds more risk than on average among them."
"""True of every network: of one that is additive as well, where no fields work together."""

_STANDARD: dict[str, dict[Case, str]] = {
    "number": {
        "below": "{label} of {value} is below the {typical} that is typical of {who}.",
        "above": "{label} of {value} is above the {typical} that is typical of {who}.",
        "same": "{label} of {value} is typical of {who}, " + _STILL,
        "missing": "{label} is not given; {typical} is typical of {who}.",
        "unusual": "{label} is {value}; {who} do not give it.",
    },
    "category": {
        "differs": "{label} is “{value}”; among {who} it is most often “{typical}” ({share}).",
        "same": "{label} is “{value}”, as for {share} of {who}, " + _STILL,
        "missing": "{label} is not given; among {who} it is most often “{typical}” ({share}).",
        "unusual": "{label} is “{value}”; {who} do not give it.",
    },
}


def cases(column: Column) -> tuple[Case, ...]:
    """Return the cases a field can be in."""
    return NUMBER if column.kind == "number" else CATEGORY


def standard(column: Column, case: Case) -> str:
    """Return the wording of a field without one of its own."""
    return _STANDARD["number" if column.kind == "number" else "category"][case]


@dataclass(frozen=True, slots=True)
class ReasonList:
    """Wordings that replace the standard ones.

    Attributes:
        own: Field to case to text.
    """

    own: Mapping[str, Mapping[Case, str]] = field(default_factory=dict)

    def text(self, column: Column, case: Case) -> str:
        """Return the wording of a case with its slots still open."""
        return self.own.get(column.name, {}).get(case) or standard(column, case)

    @property
    def digest(self) -> str:
        """Hash of the wordings, "" where all are standard."""
        if not self.own:
            return ""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def require_fit(self, schema: Schema) -> None:
        """Check every wording.

        Raises:
            ExplanationError: A field can be no reason, or a text is not usable.
        """
        for name, texts in self.own.items():
            if name not in schema or schema[name].role != "feature":
                raise ExplanationError(
                    f"{name!r} is no field that this model scores, so it can be no reason."
                )
            for case, text in texts.items():
                _require_usable(schema[name], case, text)

    def frame(self, schema: Schema) -> pd.DataFrame:
        """Return every wording in use: columns Field, Label, When (in words), Wording."""
        rows = [
            (column.name, column.label, CASES[case], self.text(column, case))
            for column in schema.features
            for case in cases(column)
        ]
        return pd.DataFrame(rows, columns=COLUMNS)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, schema: Schema) -> "ReasonList":
        """Return what differs from the standard in a table as `frame` returns it.

        Raises:
            ExplanationError: A column is missing, a field or case unknown, or a text unusable.
        """
        if absent := [name for name in COLUMNS if name != "Label" and name not in frame]:
            raise ExplanationError(
                f"The table has no column {absent[0]!r}. It should have: {', '.join(COLUMNS)}."
            )
        own: dict[str, dict[Case, str]] = {}
        for name, when, text in frame[["Field", "When", "Wording"]].itertuples(index=False):
            case = _case(str(name), str(when), schema)
            wording = "" if pd.isna(text) else str(text).strip()
            if wording and wording != standard(schema[str(name)], case):
                own.setdefault(str(name), {})[case] = wording
        found = cls(own)
        found.require_fit(schema)
        return found

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {name: dict(texts) for name, texts in self.own.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ReasonList":
        """Return the list that `to_json` wrote."""
        return cls({name: dict(texts) for name, texts in data.items()})


STANDARD = ReasonList()


def filled(text: str, slots: Mapping[str, str]) -> str:
    """Return a wording with its slots filled.

    >>> filled("{label} of {value} is low.", {"label": "Income", "value": "40"})
    'Income of 40 is low.'
    """
    return _SLOT.sub(lambda found: slots[found[1]], text)


def _case(name: str, when: str, schema: Schema) -> Case:
    if name not in schema or schema[name].role != "feature":
        raise ExplanationError(f"{name!r} is no field that this model scores.")
    for case in cases(schema[name]):
        if when in (case, CASES[case]):
            return case
    known = ", ".join(repr(CASES[case]) for case in cases(schema[name]))
    raise ExplanationError(f"{name!r} has no case {when!r}; it has: {known}.")


def _require_usable(column: Column, case: Case, text: str) -> None:
    where = f"The wording of {column.label!r} ({CASES.get(case, case)})"
    if case not in get_args(Case) or case not in cases(column):
        raise ExplanationError(f"{where} is for a case that this field cannot be in.")
    if not text.strip() or len(text) > LONGEST:
        raise ExplanationError(f"{where} should have 1 to {LONGEST} characters.")
    strange = [slot for slot in _SLOT.findall(text) if slot not in SLOTS]
    if strange or re.search(r"[{}]", _SLOT.sub("", text)):
        slots = ", ".join(f"{{{slot}}}" for slot in SLOTS)
        raise ExplanationError(f"{where} may hold no other braces than {slots}.")
    if _NO_REASON.search(text) and not _NO_REASON.search(column.label):
        raise ExplanationError(
            f"{where} speaks of the score or of internal standards, which are no reasons (US Reg "
            "B, Appendix C). Name the fact about the applicant."
        )
