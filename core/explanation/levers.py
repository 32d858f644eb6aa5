"""Which fields of an applicant may change, which way and how far: proposed or chosen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.data.fields import Field
from core.errors import ExplanationError

Direction = Literal["up", "down", "either"]

LARGEST = 1e15
"""Beyond it, neighbouring steps of a number are no longer told apart."""

_USUALLY: tuple[tuple[str, Direction], ...] = (
    (r"pay_?amt|pay amt|paid|repaid|repayment", "up"),
    (r"amount|loan|credit_?limit|limit_bal|price|funded", "down"),
    (r"time|term|duration|months?$", "either"),
    (r"income|salary|wage|assets|saving|deposit|down_?payment", "up"),
    (r"expense|debt|dti|balance|installment|bill|owed|outstanding|utili[sz]ation", "down"),
)
_NEVER = r"age|birth|sex|gender|marital|nation|foreign|race|religion|children|depend"


@dataclass(frozen=True, slots=True)
class Lever:
    """A field that may change.

    Attributes:
        name: Which field.
        direction: Which way; categories take any of their values.
        low: Least value; the smallest seen in training if None, or if it lies beyond.
        high: Largest value; the largest seen in training if None, or if it lies beyond.
        step: Values lie whole steps from the present one; a round one is chosen if None.
        cost: Weight of a change, above 0.
    """

    name: str
    direction: Direction = "either"
    low: float | None = None
    high: float | None = None
    step: float | None = None
    cost: float = 1.0


def require_usable(levers: Sequence[Lever], fields: Sequence[Field]) -> None:
    """Check levers that somebody chose.

    Raises:
        ExplanationError: A field is not in the form, cannot change or is named twice, or a bound,
            step or weight makes no sense; the field is named.
    """
    known = {field.name: field for field in fields if field.kind in ("number", "category")}
    for place, lever in enumerate(levers):
        if lever.name not in known:
            raise ExplanationError(f"{lever.name!r} is no number or category of this model.")
        if lever.name in {other.name for other in levers[:place]}:
            raise ExplanationError(f"{lever.name!r} is named twice.")
        if problem := _problem(lever):
            raise ExplanationError(f"{known[lever.name].label}: {problem}")


def _problem(lever: Lever) -> str:
    if lever.direction not in get_args(Direction):
        return f"the way should be up, down or either, but is {lever.direction!r}."
    given = {"at least": lever.low, "at most": lever.high, "the step": lever.step}
    given = {name: value for name, value in given.items() if value is not None}
    for name, value in (given | {"the weight": lever.cost}).items():
        if not _is_number(value):
            limits = f"from {-LARGEST:g} to {LARGEST:g}"
            return f"{name} should be a number {limits}, but is {value!r:.40}."
    if lever.low is not None and lever.high is not None and lever.low > lever.high:
        return f"at least {lever.low:g} is more than at most {lever.high:g}."
    if lever.step is not None and not lever.step > 0:
        return f"the step should be above 0, but is {lever.step:g}."
    return "" if lever.cost > 0 else f"the weight should be above 0, but is {lever.cost:g}."


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= LARGEST


def proposed_levers(fields: Sequence[Field]) -> tuple[Lever, ...]:
    """Return what a person can change: what the data dictionary says, within what it allows.

    Where it says nothing the words of name and label decide (amount, term, income, debts; never
    age or sex), so it is a proposal that people look at.
    """
    found = []
    for field in fields:
        if direction := _direction(field):
            low, high = (_bound(each) for each in (field.allowed.low, field.allowed.high))
            found.append(Lever(field.name, direction, low, high))
    return tuple(found)


def _direction(field: Field) -> Direction | None:
    if field.changeable == "no" or field.kind not in ("number", "category"):
        return None
    if field.kind == "category":
        return "either" if field.changeable else None
    if field.changeable == "only up":
        return "up"
    if field.changeable == "only down":
        return "down"
    return _usual_direction(field) or ("either" if field.changeable else None)


def _usual_direction(field: Field) -> Direction | None:
    words = f"{field.name} {field.label}".lower()
    if re.search(rf"\b({_NEVER})", words):
        return None
    return next((way for pattern, way in _USUALLY if re.search(pattern, words)), None)


def _bound(bound: float | str | None) -> float | None:
    return None if isinstance(bound, str) else bound
