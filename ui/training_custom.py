"""The form for custom settings: every choice about a network, none that cannot work."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.model.settings import MOST_FOLDS, PRESETS, REFIT_FROM, TAUGHT_FOLDS, NetworkSettings
from core.store.tables import DataSet
from ui.training_directions import directions
from ui.training_settings import ENCODINGS, OPTIMISERS
from ui.training_split import KEEP

START = PRESETS["recommended"].settings
"""The form begins where the recommended preset stands: one change at a time."""


def custom_settings(data_set: DataSet) -> NetworkSettings:
    """Draw the form.

    Raises:
        ModelError: Lists every setting that is out of range.
    """
    with st.expander("Settings of the custom network", expanded=True):
        additive = st.toggle(
            "Own units for each field (additive)",
            key="additive",
            help="Each field has a curve of its own and the curves add up: the network can be read "
            "off, but two fields cannot work together.",
            **KEEP,
        )
        monotone = directions(data_set) if additive else {}
        team = _team(additive)
        layers = _layers(additive)
        first, second, third = st.columns(3)
        with first:
            shape = _shape(bool(monotone), bool(team["taught"]))
        with second:
            steps = _steps() | {
                "apart": _apart(team["folds"] * team["members"], team["members"]),
                "refit": team["folds"] > 1 and _refit(),
            }
        with third:
            limits = _limits()
    return NetworkSettings(
        layers=layers, additive=additive, monotone=monotone, **team, **shape, **steps, **limits
    )


def _team(additive: bool) -> dict[str, Any]:
    first, members, taught, bins, cuts = st.columns(5, vertical_alignment="bottom")
    folds = first.number_input(
        "Folds of the team",
        1,
        MOST_FOLDS,
        START.folds,
        key="folds",
        help="1: validation rows tell when to stop. More: the rows are divided into so many "
        "parts, each left out by networks of its own, and the score is the mean of all.",
        **KEEP,
    )
    return {
        "folds": folds,
        "members": _members(members, additive),
        "taught": _taught(taught, folds, additive),
        "bins": bins.number_input(
            "Bins per number",
            2,
            256,
            START.bins,
            key="bins",
            help="At most so many quantile bins, between which the network can bend. Piecewise "
            "encoding only.",
            **KEEP,
        ),
        "cuts": cuts.number_input(
            "Further cuts per number",
            0,
            256,
            START.cuts,
            key="cuts",
            help="At most so many more, where the risk jumps out of its trend. Piecewise "
            "encoding only.",
            **KEEP,
        ),
    }


def _members(place: DeltaGenerator, additive: bool) -> int:
    words = (
        "They share most of their weights, and their mean is steadier than each. An additive "
        "network has one per fold."
    )
    if additive:
        place.number_input("Networks per fold", 1, 1, key="one-member", disabled=True, help=words)
        return 1
    members: int = place.number_input(
        "Networks per fold", 1, 64, START.members, key="members", help=words, **KEEP
    )
    return members


def _taught(place: DeltaGenerator, folds: int, additive: bool) -> float:
    label = "Share taught by trees"
    words = (
        "Boosted trees that have not seen a row say how probable its outcome was, and the networks "
        "are shown this share of it beside the outcome; half as much and then none once that "
        "brings no more. For three folds or more; on few rows only where the trees add something "
        "to a logistic regression on rows left out."
    )
    if folds < TAUGHT_FOLDS:
        place.number_input(label, 0.0, 0.0, key="untaught", disabled=True, help=words)
        return 0.0
    start, key = (0.0, "taught-additive") if additive else (START.taught, "taught")
    share: float = place.number_input(label, 0.0, 1.0, start, 0.1, key=key, help=words, **KEEP)
    return share


def _layers(additive: bool) -> tuple[int, ...]:
    if additive:
        width = st.columns(5)[0].number_input(
            "Hidden units per field", 1, 4096, 16, key="width-additive", **KEEP
        )
        return (width,)
    columns = st.columns(5)
    depth = columns[0].number_input(
        "Hidden layers",
        0,
        4,
        len(START.layers),
        key="depth",
        help="Without one it is a logistic regression.",
        **KEEP,
    )
    widths = (*START.layers, 16, 16)
    return tuple(
        columns[number + 1].number_input(
            f"Width of layer {number + 1}", 1, 4096, widths[number], key=f"width-{number}", **KEEP
        )
        for number in range(depth)
    )


def _shape(directed: bool, taught: bool) -> dict[str, Any]:
    activations = ["relu", "tanh", "sigmoid", *([] if directed else ["gelu"])]
    return {
        "numeric": st.selectbox(
            "Encoding of numbers",
            list(ENCODINGS),
            format_func=ENCODINGS.__getitem__,
            key="numeric",
            help="Piecewise linear splits each number at its bins and cuts, so that the network "
            "can bend where the risk does.",
            **KEEP,
        ),
        "activation": st.selectbox(
            "Activation",
            activations,
            key="activation",
            help="gelu keeps no direction, so it is not offered beside one." if directed else None,
            **KEEP,
        ),
        "dropout": st.number_input(
            "Dropout",
            0.0,
            0.9,
            START.dropout,
            0.05,
            key="dropout",
            help="Share of hidden units left out at random in each step, against overfitting.",
            **KEEP,
        ),
        "taught_dropout": _taught_dropout() if taught else 0.0,
        "l1": st.number_input("L1 penalty", 0.0, 10.0, 0.0, 1e-4, format="%.5f", key="l1", **KEEP),
        "l2": st.number_input("L2 penalty", 0.0, 10.0, 0.0, 1e-4, format="%.5f", key="l2", **KEEP),
    }


def _taught_dropout() -> float:
    dropout: float = st.number_input(
        "Dropout where trees teach",
        0.0,
        0.9,
        START.taught_dropout,
        0.05,
        key="taught-dropout",
        help="Instead of the other from the epoch on in which trees begin to teach: they take out "
        "noise already.",
        **KEEP,
    )
    return dropout


def _steps() -> dict[str, Any]:
    optimiser = st.selectbox(
        "Optimiser",
        list(OPTIMISERS),
        format_func=OPTIMISERS.__getitem__,
        key="optimiser",
        **KEEP,
    )
    full = optimiser == "gradient_descent"
    return {
        "optimiser": optimiser,
        "learning_rate": st.number_input(
            "Learning rate",
            1e-7,
            10.0,
            START.learning_rate,
            1e-4,
            format="%.5f",
            key="learning-rate",
            **KEEP,
        ),
        "batch_size": st.number_input(
            "Batch size",
            1,
            1_000_000,
            START.batch_size,
            32,
            key="batch-size",
            disabled=full,
            help="Rows per step. Full-batch gradient descent takes all training rows at once.",
            **KEEP,
        ),
        "weight_decay": st.number_input(
            "Weight decay",
            0.0,
            1.0,
            START.weight_decay,
            0.01,
            format="%.4f",
            key="weight-decay",
            disabled=optimiser != "adamw",
            help="AdamW only.",
            **KEEP,
        ),
        "calibrate": st.toggle(
            "Calibrate",
            START.calibrate,
            key="calibrate",
            help="Moves or stretches the log-odds on rows that were left out, where that lowers "
            "the log-loss. The order of applicants stays.",
            **KEEP,
        ),
    }


def _apart(networks: int, members: int) -> bool:
    if members == 1 or members == networks:
        return False
    apart: bool = st.toggle(
        "Own folds for near copies",
        START.apart,
        key="apart",
        help="Where one applicant stands in the file several times without an identifier, each "
        f"network leaves out a part of its own. For {MOST_FOLDS} networks or fewer.",
        **KEEP,
    )
    return apart


def _refit() -> bool:
    refit: bool = st.toggle(
        "Learn again from all rows",
        START.refit,
        key="refit",
        help="Once it is known how many epochs are best, the team learns once more, and no "
        f"network leaves rows out. It takes {_rows(0.5)} rows if half of them are bads, "
        f"{_rows(0.2)} if one in five is and {_rows(0.05)} if one in twenty is; on fewer it would "
        "harm.",
        **KEEP,
    )
    return refit


def _rows(bad_rate: float) -> str:
    """Return how many rows tell enough to learn again from all of them."""
    return f"{REFIT_FROM / (bad_rate * (1 - bad_rate)):,.0f}"


def _limits() -> dict[str, Any]:
    epochs = st.number_input("Epochs at most", 1, 10_000, START.epochs, key="epochs", **KEEP)
    early = st.toggle("Stop early", True, key="early", **KEEP)
    return {
        "epochs": epochs,
        "patience": st.number_input(
            "Patience, epochs",
            1,
            1000,
            START.patience,
            key="patience",
            help="Stops after so many epochs without a lower validation loss, and keeps the best. "
            "Networks that trees teach learn on with less of that then, until half as many bring "
            "nothing.",
            **KEEP,
        )
        if early
        else 0,
        "class_weights": st.toggle(
            "Weigh goods and bads the same",
            False,
            key="class-weights",
            help="The shift this causes in the probabilities is taken back after training.",
            **KEEP,
        ),
        "seed": st.number_input(
            "Seed",
            0,
            2**31 - 1,
            0,
            key="seed",
            help="The same seed gives the same network.",
            **KEEP,
        ),
    }
