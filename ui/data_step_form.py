"""The settings of each cleaning step, asked for in words."""

from core.data.steps import Logarithm, Standardise, Step
from ui import data_step_rows as rows
from ui import data_step_values as values
from ui.data_draft import View
from ui.data_step_fields import Ask, StepForm

ABOUT: dict[str, str] = {
    "drop_missing": "Rows that lack a value leave the data set. An applicant who is scored later "
    "is never dropped.",
    "drop_duplicates": "Only the first of equal rows stays.",
    "filter_rows": "Only rows for which a condition holds stay. An applicant who is scored later "
    "is never dropped.",
    "rename": "The same column under a better name.",
    "set_type": "Values are read as numbers, categories, dates or text; what cannot be read "
    "becomes missing.",
    "years_between": "A new column, such as years from birth to application.",
    "ratio": "A new column, such as the loan as a share of the price.",
    "impute": "Missing values are filled in. Leave them if being missing says something itself: "
    "a model is told which values are missing.",
    "impute_by_group": "Missing values are filled with what is usual in the same group, such as "
    "the median income of those who rent. Groups never seen take what is usual for all.",
    "missing_flags": "A new yes/no column. A model is told which values are missing anyway; this "
    "shows it, and keeps it when the value is filled in.",
    "codes_to_missing": "Values such as -9 or “unknown” that mean that nothing is known.",
    "clip": "Numbers that cannot be true, such as an age of 144, go to the bound or become "
    "missing.",
    "winsorise": "The few largest or smallest values are brought to a quantile that is learnt, "
    "so that one millionaire does not set the scale.",
    "bin": "Ranges that hold about as many rows each, such as “over 100 to 150”.",
    "logarithm": "Long tails become short: sign(x) · ln(1 + |x|), so that 0 stays 0.",
    "standardise": "Numbers are measured in standard deviations from their mean. The network "
    "does this anyway; use it when you want to see such values.",
    "merge_rare": "Categories that few rows hold become one, “other”. New categories of later "
    "applicants belong to it too.",
    "group_categories": "Values that mean much the same become one.",
    "normalise_text": "“ Rent” and “RENT” become “rent”: spaces, capitals and full-width "
    "characters are written alike.",
}
"""What each step does, in the order in which they are offered."""

_FORMS: dict[str, Ask] = {
    "drop_missing": rows.drop_missing,
    "drop_duplicates": rows.drop_duplicates,
    "filter_rows": rows.filter_rows,
    "rename": rows.rename,
    "set_type": rows.set_type,
    "years_between": rows.years,
    "ratio": rows.ratio,
    "impute": values.impute,
    "impute_by_group": values.impute_by_group,
    "missing_flags": values.missing_flags,
    "codes_to_missing": values.codes,
    "clip": values.clip,
    "winsorise": values.winsorise,
    "bin": values.bin,
    "logarithm": values.of_columns(Logarithm, "number"),
    "standardise": values.of_columns(Standardise, "number"),
    "merge_rare": values.merge_rare,
    "group_categories": values.group_categories,
    "normalise_text": values.normalise,
}


def ask_step(kind: str, view: View, key: str) -> Step | None:
    """Draw the settings of one kind of step; return the step, or None while some are open."""
    return _FORMS[kind](StepForm(view, key))
