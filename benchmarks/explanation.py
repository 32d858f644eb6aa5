"""Explanations beside SHAP's model-agnostic explainers: seconds, errors, and whether bars hold.

Truth is the enumeration of all coalitions where at most 13 fields are explained, else a run of
two million coalitions, whose own error bars are reported. Our engine and the peers
take turns on each applicant, so that a busy machine is busy for all. Errors are shares of the
applicant's largest attribution; `largest` is over fields and applicants.
"""

import math
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import takewhile
from typing import Any

import numpy as np

from benchmarks import explanation_deep
from benchmarks.contract import Options, inputs
from benchmarks.explanation_models import Model, models
from benchmarks.explanation_peers import Peers
from core.explanation.attribution import Attribution, Precision
from core.explanation.processes import explain_long, helpers_for
from core.explanation.shapley import Explainer

MOST_EXACT = 13
TRUTH = Precision(target=0, most_coalitions=2_000_000)
SHARP = Precision(target=0.0015)
PEERS = ("kernel_explainer", "permutation_explainer", "deep_explainer")
ROWS = (1, 1_000, 10_000)


def run(options: Options) -> dict[str, Any]:
    """Return for each model times, errors, coverage and throughput, and ratios to the peers."""
    trained = models(options)
    left_out = {"deep_explainer": "TensorFlow is not installed"}
    return (
        inputs(options)
        | {
            name: _network(options, model) if name != "additive" else _additive(model)
            for name, model in trained.items()
        }
        | {"left_out": {} if explanation_deep.installed() else left_out}
    )


def _network(options: Options, model: Model) -> dict[str, Any]:
    number, beside_peers, seconds = (8, 2, 3.0) if options.quick else (24, 4, 15.0)
    applicants = model.applicants.sample(number, random_state=0)
    peers = Peers(model, applicants[:beside_peers])
    begin = time.perf_counter()
    explainer = Explainer(model, model.reference)
    prepared = time.perf_counter() - begin
    explainer.explain(applicants[:1])  # draws the designs
    rows = model.encoder.encode(applicants)
    truth = [_truth(explainer, row) for row in rows]
    ways = _ways(explainer, rows, peers)
    with ExitStack() as stack:
        if explanation_deep.installed():
            deep = explanation_deep.Deep(model, rows[:beside_peers], explainer.names)
            ways["deep_explainer"] = stack.enter_context(closing(deep)).explain
        said, took = _turns(ways, number, beside_peers)
    figures = {name: _figures(said[name], took[name], truth) for name in ways}
    return {
        "fields": len(explainer.names),
        "members": model.network.members,
        "reference_rows": len(model.reference),
        "applicants": number,
        "applicants_beside_peers": beside_peers,
        "prepare_s": round(prepared, 3),
        "truth": _about_truth(truth),
        **figures,
        "rows": _throughput(explainer, model, math.inf if options.whole else seconds),
        "ratios": _ratios(said, took, truth, beside_peers),
    }


def _ways(explainer: Explainer, rows: np.ndarray, peers: Peers) -> dict[str, Callable[[int], Any]]:
    return {
        "lendlens_first": lambda place: next(explainer.sharpen(rows[place])),
        "lendlens_usual": lambda place: explainer.explain_encoded(rows[place]),
        "lendlens_sharp": lambda place: explainer.explain_encoded(rows[place], SHARP),
        "kernel_explainer": peers.kernel,
        "permutation_explainer": peers.permutation,
    }


def _turns(
    ways: dict[str, Callable[[int], Any]], number: int, beside_peers: int
) -> tuple[dict[str, list[Any]], dict[str, list[float]]]:
    """Return what each way says of each applicant, and the seconds it takes."""
    said: dict[str, list[Any]] = {name: [] for name in ways}
    took: dict[str, list[float]] = {name: [] for name in ways}
    for place in range(number):
        for name in [name for name in ways if place < beside_peers or name not in PEERS]:
            begin = time.perf_counter()
            said[name].append(ways[name](place))
            took[name].append(time.perf_counter() - begin)
    return said, took


def _truth(explainer: Explainer, row: np.ndarray) -> Attribution:
    few = len(explainer.names) <= MOST_EXACT
    return explainer.explain_encoded(row, Precision(exact=True) if few else TRUTH)


def _about_truth(truth: list[Attribution]) -> dict[str, Any]:
    bars = [0.0 if t.bars is None else t.bars.max() / np.abs(t.values).max() for t in truth]
    coalitions = float(np.mean([t.n_coalitions for t in truth]))
    return {
        "method": truth[0].method,
        "coalitions": round(coalitions),
        "longest_bar": round(max(bars), 5),
        "largest_gap": max(abs(t.gap) for t in truth),
    }


def _figures(said: list[Any], took: list[float], truth: list[Attribution]) -> dict[str, Any]:
    errors = _errors(said, truth)
    figures: dict[str, Any] = {
        "ms_p50": _ms(np.median(took)),
        "ms_p95": _ms(np.quantile(took, 0.95)),
        "largest_error": round(float(errors.max()), 5),
        "mean_of_largest_errors": round(float(errors.max(axis=1).mean()), 5),
        "mean_error": round(float(errors.mean()), 5),
    }
    if isinstance(said[0], Attribution):
        figures |= {
            "coalitions": round(float(np.mean([each.n_coalitions for each in said]))),
            "largest_gap": max(abs(each.gap) for each in said),
            "precise": float(np.mean([each.precise for each in said])),
            **_coverage(said, truth),
        }
    return figures


def _coverage(said: list[Attribution], truth: list[Attribution]) -> dict[str, Any]:
    """Return the share of true values inside the 95 % bars, over fields and applicants."""
    inside = np.concatenate(
        [
            (np.abs(each.values - exact.values) <= each.bars)[each.bars > 0]
            for each, exact in zip(said, truth, strict=True)
            if each.bars is not None
        ]
        or [np.empty(0)]
    )
    share = round(float(inside.mean()), 4) if len(inside) else None
    return {"inside_bars": share, "inside_bars_of": len(inside)}


def _errors(said: list[Any], truth: list[Attribution]) -> np.ndarray:
    """Return (n, p) errors as shares of each applicant's largest attribution."""
    return np.array(
        [
            np.abs(np.asarray(getattr(each, "values", each)) - exact.values)
            / np.abs(exact.values).max()
            for each, exact in zip(said, truth, strict=False)
        ]
    )


def _ratios(
    said: dict[str, list[Any]], took: dict[str, list[float]], truth: list[Attribution], n: int
) -> dict[str, Any]:
    """Return each peer's time and largest error over ours, on the same applicants."""
    return {
        f"{peer}_over_{ours}": {
            "seconds": round(sum(took[peer]) / sum(took[ours][:n]), 2),
            "largest_error": round(
                float(_errors(said[peer], truth).max() / _errors(said[ours][:n], truth).max()), 2
            ),
        }
        for peer in PEERS
        if peer in said
        for ours in ("lendlens_first", "lendlens_usual", "lendlens_sharp")
    }


def _throughput(explainer: Explainer, model: Model, seconds: float) -> dict[str, Any]:
    """Return rows a second of long lists; what takes longer than `seconds` is cut and projected.

    Lists are explained as the job of the worker does it, helpers and their start included.
    """
    found = {}
    for rows in ROWS:
        encoded = model.encoder.encode(model.applicants.sample(rows, replace=True, random_state=1))
        before = _most_memory()
        begin, worked = time.perf_counter(), _processor_time()
        with closing(explain_long(explainer, encoded, helpers_for(rows))) as attributions:
            done = _explain_for(attributions, seconds)
        took, worked = time.perf_counter() - begin, _processor_time() - worked
        found[str(rows)] = {
            "measured_rows": done,
            "rows_per_s": round(done / took, 1),
            "seconds": round(took * rows / done, 3),
            "projected": done < rows,
            "processes": 1 + helpers_for(rows),
            "cpu_ms_per_row": _ms(worked / done),  # of all our processes; others do not count
            "memory_grew_mb": round(_most_memory() - before, 1),
        }
    return found


def _processor_time() -> float:
    """Return the seconds of a core that this process and its ended children have used."""
    return sum(os.times()[:4])


def _explain_for(attributions: Iterator[Attribution], seconds: float) -> int:
    end = time.perf_counter() + seconds
    return max(1, sum(1 for _ in takewhile(lambda _: time.perf_counter() < end, attributions)))


def _additive(model: Model) -> dict[str, Any]:
    explainer = Explainer(model, model.reference)
    rows = model.encoder.encode(model.applicants.sample(200, random_state=0))
    took, said = [], []
    for row in rows:
        begin = time.perf_counter()
        said.append(explainer.explain_encoded(row))
        took.append(time.perf_counter() - begin)
    return {
        "closed_form": {
            "ms_p50": _ms(np.median(took)),
            "method": said[0].method,
            "coalitions": said[0].n_coalitions,
            "largest_gap": max(abs(each.gap) for each in said),
        }
    }


def _ms(seconds: Any) -> float:
    return round(float(seconds) * 1e3, 2)


def _most_memory() -> float:
    """Return the most memory this process ever held, in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
