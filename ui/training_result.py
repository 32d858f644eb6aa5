"""What a finished run came to, and the ways on."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from core.evaluation.holdout import BASELINE, SUBJECT
from core.evaluation.intervals import Estimate
from core.evaluation.words import in_sentence, model_label, short_label
from core.formatting import MISSING, count, duration, interval, metric
from core.model.settings import PRESETS, NetworkSettings
from core.store.tables import Run
from ui import links
from ui.components.metrics import Figure, metric_row
from ui.components.table import worded_table
from ui.components.words import literal
from ui.session import workspace
from ui.training_calibration import calibration_of, calibration_words, candidates
from ui.training_curves import draw_curves
from ui.training_folds import estimate_text, of_folds, over_folds, ranking_words
from ui.training_settings import settings_line, settings_table

MOST_CARDS = 4
"""More models than this, the kept epoch beside them, are a table."""


def result(run: Run) -> None:
    """Show what a finished run came to, and the next step."""
    if run.summary["stopped"]:
        st.info(
            f"Stopped after {run.summary['epochs']} whole epochs. The best of them was kept, so "
            "this run can be evaluated and used like any other.",
            icon=":material/stop_circle:",
        )
    if cut_short := run.summary.get("cut_short"):
        st.info(literal(cut_short), icon=":material/stop_circle:")
    for sentence in _findings(run):
        st.markdown(literal(sentence))
    if found := run.summary.get("to_look_at"):
        st.markdown(
            f":material/warning: **To look at before it is used:** {literal('; '.join(found))}."
        )
    _figures(run)
    evaluate = st.button(
        "Evaluate this run", type="primary", icon=":material/query_stats:", key="evaluate"
    )
    if evaluate:
        links.go("evaluation", run=run.id)
    over_folds(run)
    epochs = workspace().registry.epochs(run.id)
    draw_curves(epochs)
    if words := _again(run.summary):
        st.caption(words)
    calibration = calibration_of(run)
    if calibration:
        st.markdown(calibration_words(calibration))
    _depth(run, calibration, taught=any(each.taught for each in epochs))
    _ways_on(run)


def _findings(run: Run) -> list[str]:
    """Return the sentences that come first; over folds, who wins stands above the table."""
    if run.summary.get("folds"):
        return [ranking_words(run)]
    return list(run.summary["findings"][:2])


def _auc(run: Run) -> dict[str, dict[str, Any]]:
    """Return the ROC-AUC of each model but the baseline; over folds where there are some."""
    folds = {each.model: each.estimate for each in of_folds(run) if each.metric == "auc"}
    found = {key: asdict(each) for key, each in folds.items()} or run.summary["auc"]
    return {key: each for key, each in found.items() if key != BASELINE}


def _figures(run: Run) -> None:
    auc = _auc(run)
    kept = Figure(
        "Kept epoch",
        f"{run.summary['best_epoch']} of {run.summary['epochs']}",
        f"trained in {duration(run.summary['seconds'][SUBJECT])}",
        "With early stopping the one with the lowest validation loss, else the last.",
    )
    if len(auc) <= MOST_CARDS:
        metric_row([*(_auc_figure(key, auc[key]) for key in auc), kept])
        return
    best = max((key for key in auc if key != SUBJECT), key=lambda key: float(auc[key]["value"]))
    metric_row([_auc_figure(SUBJECT, auc[SUBJECT]), _auc_figure(best, auc[best]), kept])
    if run.summary.get("folds"):
        return  # the table over folds follows
    worded_table(
        [_model_row(key, auc[key], run.summary["seconds"].get(key)) for key in _ranked(auc)],
        alt="AUC of every model, the best first",
    )


def _ranked(auc: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(auc, key=lambda key: -float(auc[key]["value"]))


def _model_row(key: str, auc: dict[str, Any], seconds: float | None) -> dict[str, str]:
    return {
        "Model": model_label(key),
        "AUC, 95 % interval": estimate_text(Estimate(**auc)),
        "Fitted in": MISSING if seconds is None else _fitted_in(seconds),
    }


def _fitted_in(seconds: float) -> str:
    return duration(seconds) if seconds >= 0.05 else "under 0.1 s"


def _auc_figure(key: str, auc: dict[str, Any]) -> Figure:
    return Figure(
        f"AUC, {_short(key)}",
        metric(auc["value"]),
        f"{interval(auc['low'], auc['high'])} · n = {count(auc['n'])}",
        f"How often {in_sentence(key)} ranks a bad applicant above a good one: 0.5 is chance, 1 is "
        "perfect. On test rows, with a 95 % interval.",
    )


def _short(key: str) -> str:
    label = short_label(key)
    return label if label[1:] != label[1:].lower() else label.lower()


def _depth(run: Run, calibration: dict[str, Any] | None, *, taught: bool) -> None:
    with st.expander("Settings, split, calibration and encoding"):
        summary, settings = run.summary, NetworkSettings.from_json(run.settings)
        parts = ", ".join(f"{count(n)} {part}" for part, n in summary["rows"].items())
        fitted = ", ".join(
            f"{in_sentence(key)} in {_fitted_in(seconds)}"
            for key, seconds in summary["seconds"].items()
            if key != SUBJECT
        )
        st.markdown(
            f"**{PRESETS[run.preset].title}**: {settings_line(settings)}. "
            f"{_untaught(settings, summary, taught=taught)}"
            f"{_one_fold_each(settings, summary, taught=taught)}  \n"
            f"**Rows**: {parts}. {_both(settings)}{literal(summary['split'])}  \n"
            f"**Input**: {count(summary['slots'])} slots, encoded from the applicant's fields.  \n"
            f"**Challengers**: {fitted}."
        )
        for warning in summary["warnings"]:
            st.warning(literal(warning), icon=":material/warning:")
        if calibration:
            candidates(calibration)
        settings_table(settings)


def _untaught(settings: NetworkSettings, summary: dict[str, Any], *, taught: bool) -> str:
    too_early = summary["stopped"] or summary["epochs"] == 1  # trees teach from the second epoch on
    if taught or too_early or not settings.taught:
        return ""
    return (
        "Boosted trees did not teach: on few rows they do so only where they add something to a "
        "logistic regression on rows left out. "
    )


def _one_fold_each(settings: NetworkSettings, summary: dict[str, Any], *, taught: bool) -> str:
    if (folds := summary.get("team_folds", settings.folds)) == settings.folds:
        return ""
    return (
        f"Rows are near copies of one another, so each of {count(folds)} networks left out a part "
        f"of its own{', and trees taught half as much' if taught else ''}."
    )


def _again(summary: dict[str, Any]) -> str:
    if not (epochs := summary.get("refit_epochs")):
        return ""
    return (
        f"Then the team learnt again, from all rows, in the {count(epochs)} epochs that had led to "
        f"epoch {count(summary['best_epoch'])}. The curves show the first time."
    )


def _both(settings: NetworkSettings) -> str:
    if settings.folds == 1:
        return ""
    return "Each validation row is a training row of the folds that do not leave it out. "


def _ways_on(run: Run) -> None:
    links.link(
        "Train again with other settings",
        "training",
        dataset=run.data_set_id,
        icon=":material/replay:",
    )
    runs = workspace().registry.runs(run.data_set_id)
    others = [each for each in runs if each.digest and each.id != run.id]
    if others:
        links.link(
            "Compare with another run",
            "training",
            compare=f"{run.id},{others[0].id}",
            icon=":material/compare_arrows:",
        )
