"""The answer about one applicant: verdict, place between the cut-offs, reasons and waterfall."""

import streamlit as st

from core.charts.decision import cut_offs
from core.charts.waterfall import waterfall
from core.decision.assessment import Assessment
from core.decision.policy import Policy
from core.decision.rules import Rule
from core.decision.scoring import Scorer
from core.explanation import words
from core.explanation.attribution import Attribution
from core.explanation.force import force
from core.explanation.local import path
from core.explanation.reasons import Reason
from core.formatting import counted, percent, typeset
from ui import theme
from ui.components.figure import draw
from ui.components.verdict import verdict
from ui.components.words import literal

ENDS = (("pd_start", 0), ("pd_end", -1))
AGAINST = {
    "approve": "What speaks against this applicant",
    "refer": "Why this applicant is not approved at once",
    "decline": "Why this applicant is declined",
}


def answer(scorer: Scorer, said: Assessment) -> None:
    """Draw the verdict, and beside it where the applicant stands between the cut-offs."""
    card, picture = st.columns([6, 7], gap="large", vertical_alignment="center")
    with card:
        meaning = " ".join(filter(None, [by_rule(said), _caution(scorer, said)]))
        verdict(said.decision, said.default_probability, said.points, meaning)
    with picture:
        cut_off_picture(said.default_probability, scorer.policy)


def by_rule(said: Assessment) -> str:
    """Say that a policy rule decided; "" where the cut-offs did."""
    if said.decision == said.by_score:
        return ""
    return f"A policy rule decides so; the score alone would {said.by_score}."


def _caution(scorer: Scorer, said: Assessment) -> str:
    """Name the fields that are far from anything the model learnt from, within the verdict.

    There it takes the place of another sentence: nothing below moves when it comes or goes.
    """
    labels = {field.name: field.label for field in scorer.bundle.fields}
    unusual = [flag for flag in said.flags if flag.kind != "missing"]
    forbidden = [flag for flag in unusual if flag.kind == "outside_allowed"]
    named = literal(", ".join(labels[flag.field] for flag in forbidden or unusual))
    if not named:
        return ""
    what = (
        f"The data dictionary does not allow such a value: {named}."
        if forbidden
        else f"The model has never met such a value: {named}."
    )
    return f":orange[:material/warning: **{what}** Read the score with care.]"


def cut_off_picture(default_probability: float, policy: Policy) -> None:
    """Draw the bands of a policy and where one applicant stands."""
    alt = f"Probability of default {percent(default_probability)}. {policy.sentence}"
    cuts = policy.approve_below, policy.decline_from
    st.html(cut_offs(default_probability, *cuts, alt, theme.current()))


def why(scorer: Scorer, said: Assessment) -> None:
    """Draw the principal reasons in words and the waterfall behind them."""
    if said.attribution is None:
        return
    st.subheader(AGAINST[said.decision], anchor=False)
    for rule in said.rules:
        st.markdown(f":material/gavel: **{literal(typeset(rule.reason))}**  \n{_rule(rule)}")
    force_text(scorer, said.attribution, _who(scorer, said))
    if not said.reasons:
        st.markdown(f"Nothing puts this applicant above {literal(_compared(said))}.")
    for place, reason in enumerate(said.reasons, start=1):
        st.markdown(f"{place}. {literal(typeset(reason.sentence))}  \n{_weight(reason, said)}")
    sentence = literal(said.method["reference"]["sentence"])
    st.caption(f"Whom the applicant is compared with: {sentence}")
    _waterfall(scorer, said, said.attribution)


def _rule(rule: Rule) -> str:
    verb = "declines" if rule.decision == "decline" else "refers"
    return f":gray[:small[A policy rule {verb} such applicants, whatever the score.]]"


def force_text(scorer: Scorer, attribution: Attribution, who: str) -> None:
    """Say how the fields move the risk, as probability and in points."""
    pushed = force(attribution, scorer.bundle.schema)
    st.markdown(f"**{literal(pushed.sentence(who))}** {literal(pushed.strides())}")
    st.caption(typeset(pushed.in_points(scorer.policy.points)))


def _waterfall(scorer: Scorer, said: Assessment, attribution: Attribution) -> None:
    steps = path(attribution, said.features, scorer.bundle.schema)
    who = _who(scorer, said)
    start, end = (percent(steps[name].iloc[place]) for name, place in ENDS)
    draw(
        waterfall(steps, who, theme.current()),
        f"From {start} for {who} to {end} for this applicant",
        steps,
        key="scoring-waterfall",
        alt="How each field moves the probability of default from the reference to the applicant",
        polled=True,
    )
    now = "" if attribution.precise else " :material/hourglass_top: Sharpening."
    st.caption(words.exactness(attribution) + now)


def _who(scorer: Scorer, said: Assessment) -> str:
    return scorer.references[said.method["reference"]["kind"]].name


def _weight(reason: Reason, said: Assessment) -> str:
    risk = 100 * reason.default_probability
    return (
        f":gray[:small[Raises the probability of default by {risk:.1f}{_bar(reason, said)} "
        f"percentage points and takes {counted(-reason.points, 'point')}.]]"
    )


def _bar(reason: Reason, said: Assessment) -> str:
    """Return the reason's 95 % error bar in percentage points; "" where it is exact."""
    shares = said.attribution
    if shares is None or shares.bars is None:
        return ""
    without = said.default_probability - reason.default_probability
    bar = shares.bars[shares.names.index(reason.field)] * without * (1 - without)
    return f" (±\N{NO-BREAK SPACE}{100 * bar:.2f})"


def _compared(said: Assessment) -> str:
    return str(said.method["compared_with"])
