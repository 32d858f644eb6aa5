"""Every error Lendlens raises on purpose.

LendlensError
├── ConfigError            a setting has a value that cannot work
├── DataError
│   ├── ReadError          a file cannot be read as a table
│   ├── SchemaError        a column's type, role or values do not fit
│   ├── CleaningError      a recipe step cannot be applied
│   ├── SplitError         the rows cannot be divided as asked
│   ├── ConditionError     a condition cannot be tested in these rows
│   └── CohortError        a cohort is everybody, or too small
├── ModelError             settings, encoding or training cannot work
├── EvaluationError        a figure is not defined for these predictions
├── ExplanationError       an explanation cannot be computed
├── DecisionError
│   └── InputError         an applicant's field holds something unusable
└── StoreError
    ├── NotFoundError      nothing is stored under this name
    ├── IntegrityError     a stored file is not what was written
    └── InUseError         something else still refers to it

Messages say what came, what was expected and what to do, in words a user may read; they are
shown on pages and mapped to 4xx answers. They never hold more of an applicant than the one
field in question, and are never logged with values.
"""

from dataclasses import dataclass
from typing import Any


class LendlensError(Exception):
    """An expected problem; its message is written for the person who can mend it."""


class ConfigError(LendlensError):
    """A setting has a value that cannot work."""


class DataError(LendlensError):
    """Something about the data."""


class ReadError(DataError):
    """A file cannot be read as a table."""


class SchemaError(DataError):
    """A column's type, role or values do not fit."""


class CleaningError(DataError):
    """A recipe step cannot be applied."""


class SplitError(DataError):
    """The rows cannot be divided as asked."""


class ConditionError(DataError):
    """A condition cannot be tested in these rows."""


class CohortError(DataError):
    """A cohort is everybody, or too small."""


class ModelError(LendlensError):
    """Settings, encoding or training cannot work."""


class EvaluationError(LendlensError):
    """A figure is not defined for these predictions."""


class ExplanationError(LendlensError):
    """An explanation cannot be computed."""


class DecisionError(LendlensError):
    """A decision cannot be made or recorded."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of an applicant that cannot be used.

    `row` is the position in the list that was sent (0 for a single applicant).
    """

    field: str
    received: Any
    expected: str
    row: int = 0

    def __str__(self) -> str:
        """Say it in one sentence."""
        return f"{self.field}: received {self.received!r}, expected {self.expected}."


class InputError(DecisionError):
    """One or more fields of an applicant hold something unusable."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        """Keep the problems; the message lists them."""
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems = problems


class StoreError(LendlensError):
    """Something about the workspace on disk."""


class NotFoundError(StoreError):
    """Nothing is stored under this name."""


class IntegrityError(StoreError):
    """A stored file is not what was written."""


class InUseError(StoreError):
    """Something else still refers to it."""
