"""A first guess of what each column is for, with the reason in one sentence."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.data.casting import cast
from core.data.schema import Column, Kind, Role, Schema, value_text
from core.formatting import count

OUTCOME_NAMES = re.compile(
    r"^(y|class|status|target|label|outcome|bad|good_?bad|creditability|credit_risk|risk"
    r"|loan_status|defaulted|charged_?off|delinquent)$|default|seriousdlqin|bad_flag|is_bad",
    re.IGNORECASE,
)
BAD_VALUES = (
    "bad", "default", "defaulted", "charged off", "charged_off", "chargedoff", "delinquent",
    "late", "yes", "y", "true", "1",
)  # fmt: skip
_GOOD_VALUES = ("good", "paid", "fully paid", "repaid", "current")
_GOOD_IS_ONE = re.compile(r"good|creditability|credit_risk|repaid|paid", re.IGNORECASE)

# What a column may not decide on, by the words of its name (FIELD.md, reasons 7).
PROTECTED_NAMES = (
    (r"sex|gender", "Sex"),
    (r"marital|marriage|married|civil_?status|family_?status|spouse", "Marital status"),
    (r"foreign|nationality|national_?origin|citizen|immigra|country_?of_?birth", "Nationality"),
    (r"race|ethnic", "Race"),
    (r"colou?r", "Colour"),
    (r"religio|church", "Religion"),
    (r"public_?assist|welfare|benefit_?recipient", "Public assistance"),
    (r"pregnan", "Pregnancy"),
    (r"disab", "Disability"),
)
PROTECTED_WHY = (
    "{what} must not decide about credit.",
    "{what} may count only under strict conditions; you decide.",
)
_AGE = re.compile(r"^(age|age_in_years|age_years|applicant_age|customer_age|.*birth.*|dob)$", re.I)
_CODES = re.compile(
    r"sex|gender|mari|marr|educat|status|purpose|hous|home|property|job|occupation|type|category|code"
    r"|history|state|region|country|branch|channel|grade|plan|savings|debtor|telephone|foreign"
    r"|employment",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"^(.*[_ ])?(id|uuid|key|no|nr|number|ref|reference|index)$|^id|^unnamed", re.I
)
_DATE_ORDER = re.compile(r"appl|issue|open|origin|start|book|grant|disburs|^date$", re.IGNORECASE)
_FEW_VALUES = 20
_MOST_OUTCOMES = 10
_MOST_CATEGORIES = 100


def propose_schema(frame: pd.DataFrame) -> Schema:
    """Return kinds and roles for a frame as `read_table` gives it.

    Every column carries `why`. At most one outcome is proposed, with the value that means bad.
    """
    outcome = _find_outcome(frame)
    columns = [_column(frame[name], name == outcome) for name in frame.columns]
    columns = _one_date(columns)
    bad = propose_bad_value(frame[outcome]) if outcome else None
    return Schema(tuple(columns), bad)


def typed(frame: pd.DataFrame) -> tuple[pd.DataFrame, Schema]:
    """Return the frame in the form of its proposed schema, and the schema."""
    schema = propose_schema(frame)
    return cast(frame, schema), schema


def _column(series: pd.Series, is_outcome: bool) -> Column:
    name = str(series.name)
    kind, why_kind = _kind(series, name)
    role, why_role = _role(series, name, kind)
    if is_outcome:
        bad = propose_bad_value(series)
        return Column(
            name, "category", "outcome",
            why=f"Its name and values speak of the outcome; {bad!r} is taken as bad.",
        )  # fmt: skip
    return Column(name, kind, role, why=" ".join(filter(None, [why_role, why_kind])))


def _kind(series: pd.Series, name: str) -> tuple[Kind, str]:
    if pd.api.types.is_datetime64_any_dtype(series):
        return "date", "All values are dates."
    distinct = series.nunique()
    if not pd.api.types.is_numeric_dtype(series):
        rows = max(1, int(series.notna().sum()))
        free = distinct > _MOST_CATEGORIES and distinct > rows / 20
        if free:
            return "text", f"{count(distinct)} different texts."
        return "category", f"{count(distinct)} categories."
    if not _is_whole(series) or distinct > _FEW_VALUES or distinct == 0:
        return "number", f"{count(distinct)} different numbers."
    if distinct == 2:
        return "category", "Two numbers only, read as categories."
    if _CODES.search(name) and not _AGE.match(name):
        return "category", f"{distinct} whole numbers under a name that suggests codes."
    return "number", f"{distinct} whole numbers. Make it a category if they are codes."


def _role(series: pd.Series, name: str, kind: Kind) -> tuple[Role, str]:
    if series.isna().all():
        return "ignore", "Every value is missing."
    if what := protected_ground(name):
        return "protected", PROTECTED_WHY[what == "Age"].format(what=what)
    if _is_identifier(series, name, kind):
        return "identifier", "Names a row: nearly every value is different."
    if series.nunique() == 1:
        return "ignore", f"Holds a single value, {value_text(series.dropna().iloc[0])!r}."
    if kind == "date":
        return "date", "Orders the rows in time."
    if kind == "text":
        return "ignore", "Free text is not learnt from."
    return "feature", ""


def protected_ground(name: str) -> str | None:
    """Return which protected ground the name of a column speaks of, if any.

    >>> protected_ground("personal_status_and_sex"), protected_ground("MARRIAGE")
    ('Sex', 'Marital status')
    >>> protected_ground("essex_branch") is None
    True
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace(" ", "_")
    if _AGE.match(words):
        return "Age"
    for pattern, ground in PROTECTED_NAMES:
        if re.search(rf"(^|_)({pattern})", words):
            return ground
    return None


def _is_identifier(series: pd.Series, name: str, kind: Kind) -> bool:
    known = series.dropna()
    if kind == "date" or len(known) < 20:
        return False
    nearly_unique = known.nunique() >= 0.98 * len(known)
    if not nearly_unique:
        return False
    if kind != "number":
        # Long free text is unique as well, but has spaces.
        return bool(_IDENTIFIER.search(name)) or not known.str.contains(" ").any()
    steps = np.diff(known.to_numpy(float))
    counts_up = bool((steps == 1).all())
    return _is_whole(series) and (bool(_IDENTIFIER.search(name)) or counts_up)


def _is_whole(series: pd.Series) -> bool:
    values = series.dropna().to_numpy(float)
    return bool((values == np.round(values)).all())


def _one_date(columns: Sequence[Column]) -> list[Column]:
    """Keep the role date for the one that orders applications; the others are ignored."""
    dates = [column for column in columns if column.role == "date"]
    if len(dates) < 2:
        return list(columns)
    first = next((column for column in dates if _DATE_ORDER.search(column.name)), dates[0])
    why = f"A date; {first.name!r} orders the rows. Derive the years between them."
    return [
        Column(column.name, "date", "ignore", why=why)
        if column in dates and column is not first
        else column
        for column in columns
    ]


def _find_outcome(frame: pd.DataFrame) -> str | None:
    named = [name for name in frame.columns if OUTCOME_NAMES.search(str(name))]
    two_valued = [name for name in named if frame[name].nunique() == 2]
    # A whole name ("Status") says more than a part of one ("default_flag_on_other_loan");
    # among equals the last column is the usual place.
    for name in reversed(two_valued):
        if propose_bad_value(frame[name]) in _texts(frame[name]):
            return str(name)
    for name in reversed(list(frame.columns)):
        if frame[name].nunique() == 2 and {"good", "bad"} == {
            v.lower() for v in _texts(frame[name])
        }:
            return str(name)
    unfinished = [name for name in named if _speaks_of_outcome(frame[name], str(name))]
    likely = two_valued or unfinished
    return str(likely[-1]) if likely else None


def _speaks_of_outcome(series: pd.Series, name: str) -> bool:
    """Return whether a column with one value, or more than two, is meant as the outcome.

    It cannot be learnt yet, but then the page can say what it holds and what to do.
    """
    texts = {text.lower() for text in _texts(series)}
    if not 1 <= len(texts) <= _MOST_OUTCOMES:
        return False
    words = texts & {*BAD_VALUES, *_GOOD_VALUES} - {"0", "1"}
    return bool(words) or "default" in name.lower()


def propose_bad_value(series: pd.Series) -> str:
    """Return the value that means bad: by its word, else the rarer of the two."""
    texts = _texts(series)
    by_word = {text.lower(): text for text in texts}
    if set(by_word) == {"0", "1"} and _GOOD_IS_ONE.search(str(series.name)):
        return "0"
    for word in BAD_VALUES:
        if word in by_word:
            return by_word[word]
    return min(texts, key=lambda text: (texts[text], text))


def _texts(series: pd.Series) -> dict[str, int]:
    counts = series.dropna().value_counts()
    return {value_text(value): int(number) for value, number in counts.items()}
