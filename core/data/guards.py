"""What is wrong or odd in a loan file: found at the door, with evidence and a remedy."""

from collections.abc import Iterable, Iterator
from itertools import chain

import pandas as pd

from core.data.by_column import by_column
from core.data.column_guards import check_column, check_leakage
from core.data.cross_guards import drift_in_time, longer_than_life, missing_tells, mixed_units
from core.data.finding import Finding
from core.data.repeats import count_repeated
from core.data.schema import Column, Schema, find_bad_rows, outcome_vector, value_text
from core.data.step import Step, listing
from core.data.steps import Clip, CodesToMissing, DropDuplicates
from core.data.tally import Tally, tally
from core.errors import SchemaError
from core.formatting import count, counted, of, percent

FEWEST_ROWS = 50
MOST_CODES = 100
"""Up to so many different values are read as missing one by one."""

_SORT = {"error": 0, "warning": 1, "note": 2}


def check(frame: pd.DataFrame, schema: Schema) -> tuple[Finding, ...]:
    """Return everything found in a frame, the gravest first."""
    bad_rows = find_bad_rows(frame, schema)

    def of_column(column: Column) -> list[Finding]:
        return check_tally(tally(frame[column.name], bad_rows), column)

    return gravest_first(check_rows(frame, schema), *by_column(of_column, checked(frame, schema)))


def checked(frame: pd.DataFrame, schema: Schema) -> list[Column]:
    """Return the columns that are looked at one by one."""
    roles = ("feature", "protected")
    return [column for column in schema.columns if column.name in frame and column.role in roles]


def check_rows(frame: pd.DataFrame, schema: Schema) -> list[Finding]:
    """Return what is found about rows, the outcome, and columns beside each other."""
    findings = [*_rows(frame, schema), *_outcome(frame, schema), *_dates(schema)]
    return [*findings, *longer_than_life(frame, schema), *drift_in_time(frame, schema)]


def check_tally(found: Tally, column: Column) -> list[Finding]:
    """Return what is found about one feature or protected column."""
    findings = [*check_column(found, column), *_outside_allowed(found.series, column)]
    if column.role == "feature":
        findings += [*check_leakage(found, column), *missing_tells(found, column)]
        findings += mixed_units(found, column) if column.kind == "number" else ()
    return findings


def gravest_first(*findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return all findings in one order."""
    return tuple(sorted(chain(*findings), key=lambda finding: _SORT[finding.severity]))


def require_trainable(frame: pd.DataFrame, schema: Schema) -> None:
    """Refuse a frame no model can be trained on.

    Raises:
        SchemaError: Too few rows, no usable outcome, no feature, or a feature that cannot be
            encoded; the message says what was found, where, and what to do.
    """
    errors = [finding for finding in check(frame, schema) if finding.severity == "error"]
    if errors:
        raise SchemaError(
            " ".join(f"{error.title}: {error.evidence} {error.remedy}" for error in errors)
        )


def _rows(frame: pd.DataFrame, schema: Schema) -> Iterator[Finding]:
    if len(frame) < FEWEST_ROWS:
        yield Finding(
            "few_rows", "There are too few rows to train on", "error", None,
            f"{count(len(frame))} row{'s' * (len(frame) != 1)}; at least {FEWEST_ROWS} are needed.",
            "Use a longer file, or a recipe that drops fewer rows.",
        )  # fmt: skip
    if not schema.features:
        yield Finding(
            "no_features", "No column is a feature", "error", None,
            f"{len(schema.columns)} columns, none with the role feature.",
            "Give at least one column the role feature.",
        )  # fmt: skip
    compared = [c.name for c in schema.columns if c.role != "identifier" and c.name in frame]
    repeated = count_repeated(frame, compared)
    if repeated:
        yield Finding(
            "duplicates", "Some rows repeat an earlier one", "warning", None,
            f"{of(repeated, len(frame))} are equal to an earlier row in every column.",
            "Add the step that drops duplicate rows, unless equal applicants are real.",
            fix=DropDuplicates(tuple(compared)),
        )  # fmt: skip


def _outcome(frame: pd.DataFrame, schema: Schema) -> Iterator[Finding]:
    column = schema.outcome
    if column is None:
        yield Finding(
            "no_outcome", "No column is the outcome", "error", None,
            "No column has two values and a name that speaks of the outcome.",
            "Give one column the role outcome and say which value is bad.",
        )  # fmt: skip
        return
    distinct = tally(frame[column.name]).values
    if len(distinct) < 2:
        held = f"only {value_text(distinct[0])!r}" if len(distinct) else "no value at all"
        yield Finding(
            "constant_outcome", "The outcome never changes", "error", column.name,
            f"{column.name!r} holds {held} in {count(len(frame))} rows.",
            "Choose another outcome, or a file with both good and bad loans.",
        )  # fmt: skip
        return
    try:
        y = outcome_vector(frame, schema)
    except SchemaError as error:
        what, _, remedy = str(error).partition(". ")
        yield Finding(
            "unusable_outcome", "The outcome cannot be used yet", "error", column.name,
            f"{what}.", remedy,
        )  # fmt: skip
        return
    bads = int(y.sum())
    if min(bads, len(y) - bads) < 10:
        yield Finding(
            "few_of_a_class", "One outcome is too rare to learn", "error", column.name,
            f"{counted(bads, 'bad')} and {counted(len(y) - bads, 'good')}; "
            "at least 10 of each are needed.",
            "Use a longer file, or check which value means bad.",
        )  # fmt: skip
    elif bads > len(y) / 2:
        yield Finding(
            "mostly_bad", "Most loans are bad", "warning", column.name,
            f"{percent(bads / len(y))} of rows hold {schema.bad_value!r}.",
            "Check that this is the value that means bad.",
        )  # fmt: skip


def _dates(schema: Schema) -> Iterator[Finding]:
    for column in schema.with_role("date"):
        if column.kind != "date":
            yield Finding(
                "not_a_date", "The date column holds no dates", "error", column.name,
                f"{column.name!r} has the role date and the type {column.kind}.",
                "Give it the type date, or another role.",
            )  # fmt: skip


def _outside_allowed(series: pd.Series, column: Column) -> Iterator[Finding]:
    if not column.allowed or not (outside := column.allowed.outside(series)).any():
        return
    values = series[outside].value_counts().index
    seen = listing([value_text(value) for value in values], most=3)
    held = "" if column.personal else f": {seen}"
    fix = _as_missing(column, [value_text(value) for value in values])
    remedy = "Mend the file or the dictionary"
    yield Finding(
        "outside_allowed", "Values lie outside what the dictionary allows", "warning", column.name,
        f"{column.name!r} should be {column.allowed.words(column.unit)}, and is not in "
        f"{of(int(outside.sum()), len(series))}{held}.",
        f"{remedy}, or add the step that reads such values as missing." if fix else f"{remedy}.",
        fix=fix,
    )  # fmt: skip


def _as_missing(column: Column, values: list[str]) -> Step | None:
    """Return the step that reads what is not allowed as missing; None where no step can."""
    low, high = column.allowed.low, column.allowed.high
    if column.kind == "number" and not column.allowed.values and low != high:
        return Clip((column.name,), _as_float(low), _as_float(high), "missing")
    if column.kind == "date" or column.personal or len(values) > MOST_CODES:
        return None
    return CodesToMissing((column.name,), tuple(values))


def _as_float(bound: float | str | None) -> float | None:
    return None if bound is None or isinstance(bound, str) else bound
