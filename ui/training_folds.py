"""The figures of a cross-validated run: means over all folds, and who wins."""

import streamlit as st

from core.evaluation.comparison import SMALLEST_GAP
from core.evaluation.holdout import BASELINE, SUBJECT
from core.evaluation.intervals import Estimate
from core.evaluation.resampled import Resampled
from core.evaluation.words import TERMS, in_sentence, model_label
from core.formatting import MISSING, interval, metric
from core.store.tables import Run
from ui.components.table import worded_table


def of_folds(run: Run) -> list[Resampled]:
    """Return each model's ROC-AUC and log-loss over all folds; none where there was one split."""
    return [Resampled.from_json(each) for each in run.summary.get("folds", ())]


def ranking_words(run: Run) -> str:
    """Return what the folds say about the ranking."""
    own = next(
        each.estimate for each in of_folds(run) if (each.metric, each.model) == ("auc", SUBJECT)
    )
    value, low, high = (f"{100 * share:.0f}" for share in (own.value, own.low, own.high))
    return (
        f"Over {_count_of_folds(run)} the network ranks a random bad applicant above a random good "
        f"one in {value} of 100 cases ({low} to {high}); a coin toss manages 50."
    )


def _count_of_folds(run: Run) -> str:
    folds, repeats = run.split["folds"], run.summary.get("repeats", run.split["repeats"])
    return f"{folds} folds" if repeats == 1 else f"{repeats} times {folds} folds"


def over_folds(run: Run) -> None:
    """Draw each model's figures over all folds and repeats, and who wins."""
    found = of_folds(run)
    if not found:
        return
    for name in dict.fromkeys(each.metric for each in found):
        one = [each for each in found if each.metric == name]
        st.subheader(fold_finding(one), anchor=False)
        worded_table([_fold_row(each) for each in one], alt=fold_finding(one))
    st.caption(
        f"Means over {_count_of_folds(run)}, each tested on rows its models had not seen. In "
        "brackets: 95 % intervals, corrected because folds share training rows (Nadeau and "
        'Bengio). "No clear winner" means that the interval of the difference holds 0.'
    )


def _fold_row(found: Resampled) -> dict[str, str]:
    gap = found.difference
    return {
        "Model": model_label(found.model),
        figure_label(found.metric): estimate_text(found.estimate),
        "Network minus this": MISSING if gap is None else estimate_text(gap, signed=True),
        "Verdict": fold_verdict(found).capitalize() or MISSING,
    }


def estimate_text(found: Estimate, signed: bool = False) -> str:
    """Return a figure with its interval, as 0.783 [0.772, 0.794]."""
    sign = "+" if signed and found.value > 0 else ""
    ends = f" {interval(found.low, found.high)}" if found.low == found.low else ""
    # Where the room is scarce, a line ends before the interval and never inside it.
    return f"{sign}{metric(found.value)}{ends}".replace("-", "−").replace(
        ", ", ",\N{NO-BREAK SPACE}"
    )


def figure_label(name: str) -> str:
    """Return what a figure is called."""
    return TERMS[name].label if name in TERMS else "Log-loss"


def fold_verdict(found: Resampled) -> str:
    """Return who wins, seen from the network, in the words of the evaluation."""
    gap = found.difference
    if gap is None or gap.value != gap.value:
        return ""
    if gap.holds_zero:
        return "no clear winner"
    if abs(gap.value) < SMALLEST_GAP.get(found.metric, 0):
        return "too small to matter"
    higher_is_better = found.metric in TERMS and TERMS[found.metric].higher_is_better
    return "network better" if (gap.value > 0) == bool(higher_is_better) else "network worse"


def fold_finding(found: list[Resampled]) -> str:
    """Return in one sentence whom the network beats over the folds; the baseline does not count."""
    by_verdict: dict[str, list[str]] = {}
    for each in found:
        if each.model not in (SUBJECT, BASELINE):
            by_verdict.setdefault(fold_verdict(each), []).append(in_sentence(each.model))
    clear = [
        f"{words} {_listed(by_verdict[verdict])}"
        for verdict, words in (("network better", "beats"), ("network worse", "loses to"))
        if verdict in by_verdict
    ]
    label = figure_label(found[0].metric)
    by = f"By {label if found[0].metric in TERMS else label.lower()}"
    if not clear:
        return f"{by}, there is no clear winner"
    rest = by_verdict.get("no clear winner", []) + by_verdict.get("too small to matter", [])
    unclear = f"; against {_listed(rest)} there is no clear winner" if rest else ""
    return f"{by}, the network {' and '.join(clear)}{unclear}"


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
