"""The policy rules of a model version: listed, added, removed; each change is a new version."""

from dataclasses import replace
from datetime import date
from typing import Literal

import streamlit as st

from core.data.conditions import Condition, possible_tests
from core.data.fields import Field
from core.data.schema import Column
from core.decision.policy import Policy
from core.decision.rules import LONGEST, Rule
from core.decision.scoring import Scorer
from core.errors import LendlensError
from core.formatting import count, of
from core.store.tables import ModelVersion
from ui.cohort_form import DATED, WORDS
from ui.components.pickers import told_apart
from ui.components.shelf import shelf
from ui.components.words import literal, problem
from ui.models_actions import keep_policy
from ui.models_evidence import unseen_rows
from ui.session import workspace

ABOUT = (
    "A rule decides by a fact, whatever the score: it can refer or decline, never approve. A "
    "notice states it before the reasons of the score. Each change makes a new version."
)


def policy_rules(model: ModelVersion) -> None:
    """Draw a shelf with the rules of a version; closed, it reads nothing."""
    rules = Policy.from_json(model.policy).rules
    shelf(
        f"Policy rules ({count(len(rules))})" if rules else "Policy rules",
        lambda: _rules(model, Scorer.load(workspace(), model.id)),
        key="shelf-rules",
        icon=":material/gavel:",
    )


@st.fragment
def _rules(model: ModelVersion, scorer: Scorer) -> None:
    st.markdown(ABOUT)
    policy, fields = scorer.policy, {field.name: field for field in scorer.bundle.fields}
    for place, rule in enumerate(policy.rules):
        words, remove = st.columns([6, 1], vertical_alignment="center")
        words.markdown(_said(rule, fields))
        kept = policy.rules[:place] + policy.rules[place + 1 :]
        if remove.button(
            ":material/delete:", type="tertiary", key=f"rule-{place}", help="Remove this rule"
        ):
            keep_policy(model, replace(policy, rules=kept))
    try:
        added = _ask(fields)
    except LendlensError as error:
        problem(error)
        return
    if added is None:
        return
    rows = unseen_rows(model).rows
    st.caption(f"It concerns {of(int(added.concerns(rows).sum()), len(rows))} of the test part.")
    if st.button("Keep as a new version", icon=":material/add:", key="keep-rule"):
        keep_policy(model, replace(policy, rules=(*policy.rules, added)))


def _said(rule: Rule, fields: dict[str, Field]) -> str:
    sentence = rule.condition.sentence(_column(fields[rule.condition.field]))
    verb = "Decline" if rule.decision == "decline" else "Refer"
    return f"**{verb}** if {literal(sentence)}  \n:gray[“{literal(rule.reason)}”]"


def _column(field: Field) -> Column:
    return Column(field.name, field.kind, "feature", field.label, field.unit)


def _ask(fields: dict[str, Field]) -> Rule | None:
    """Ask for a rule; None while it is not complete."""
    first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
    labels = told_apart({name: field.label for name, field in fields.items()})
    name = first.selectbox(
        "Field",
        list(fields),
        None,
        format_func=labels.__getitem__,
        placeholder="Choose a field",
        key="rule-field",
    )
    if name is None:
        return None
    field = fields[name]
    words = DATED if field.kind == "date" else WORDS
    test = second.selectbox(
        "Condition", possible_tests(field.kind), format_func=words.__getitem__, key=f"rule-{name}"
    )
    with third:
        value = None if test in ("missing", "given") else _value(field)
    verbs: dict[Literal["decline", "refer"], str] = {"decline": "Decline", "refer": "Refer"}
    decision = fourth.segmented_control(
        "What to do", list(verbs), default="decline", required=True, format_func=verbs.__getitem__
    )
    reason = st.text_input(
        "The fact, as the applicant will read it",
        max_chars=LONGEST,
        placeholder="Such as: You are under 18 years of age.",
        key="rule-reason",
    )
    valued = test in ("missing", "given") or value not in (None, ())
    needed = {"a value": valued, "the fact, as the applicant will read it": bool(reason.strip())}
    if missing := [what for what, given in needed.items() if not given]:
        st.caption(f"Still missing: {' and '.join(missing)}.")
        return None
    return Rule(Condition(name, test, value), decision, reason)


def _value(field: Field) -> tuple[str, ...] | float | str | None:
    key = f"rule-value-{field.name}"
    if field.kind == "number":
        unit = f" in {field.unit}" if field.unit else ""
        found = st.number_input(literal(f"Value{unit}"), value=None, format="%g", key=key)
        return None if found is None else float(found)
    if field.kind == "date":
        day = st.date_input("Day", None, min_value=date(1900, 1, 1), key=key)
        return day.isoformat() if isinstance(day, date) else None
    return tuple(
        st.multiselect(
            "Values", field.categories, accept_new_options=True, placeholder="Choose", key=key
        )
    )
