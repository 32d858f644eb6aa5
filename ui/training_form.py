"""The form that asks for a training: split, preset, and for custom ones every setting."""

from typing import Any

import streamlit as st

from core.data.schema import Schema
from core.data.splitting import SplitKind, SplitSettings
from core.jobs.train_request import start_run
from core.model.settings import PRESETS, NetworkSettings
from core.store.tables import DataSet
from ui import links
from ui.components.page import failures
from ui.session import workspace
from ui.training_settings import ENCODINGS, OPTIMISERS, settings_line

SPLITS: dict[SplitKind, str] = {"out_of_time": "Out of time", "stratified": "At random"}
KEEP: dict[str, Any] = {"persist_state": "session"}
"""Values survive a look at another page."""


def training_form(data_set: DataSet) -> None:
    """Draw the form; the button starts the run and leaves for its address."""
    st.subheader("How rows are divided", anchor=False)
    kind = _split_kind(Schema.from_json(data_set.schema))
    st.subheader("What is trained", anchor=False)
    preset = _preset()
    with failures():
        settings = _custom() if preset == "custom" else PRESETS[preset].settings
        shares = _shares(kind)
        if st.button("Start training", type="primary", icon=":material/play_arrow:", key="start"):
            run = start_run(workspace(), data_set.id, preset, settings, shares)
            links.go("training", run=run.id)
    st.caption(
        "Logistic regression and boosted trees are trained beside the network on the "
        "same rows, so that you see what the network adds."
    )


def _split_kind(schema: Schema) -> SplitKind:
    dates = schema.with_role("date")
    if not dates:
        st.markdown(
            "**At random**, with the same share of bads in each part. An out-of-time split needs "
            "a column with the role date, and this data set has none."
        )
        return "stratified"
    kind: SplitKind = st.segmented_control(
        "Split",
        list(SPLITS),
        format_func=lambda kind: SPLITS[kind],
        default="out_of_time",
        required=True,
        key="split-kind",
        label_visibility="collapsed",
        **KEEP,
    )
    st.caption(
        f"Trains on the oldest rows and tests on the newest by {dates[0].label}: the model will "
        "score applicants of a time it has not seen, and this is how well it can."
        if kind == "out_of_time"
        else "Draws rows with the same share of bads in each part. It flatters a model that will "
        "score a later time: choose out of time unless the dates mean little."
    )
    return kind


def _preset() -> str:
    """Draw a card per preset and return the chosen one."""
    chosen: str = st.session_state.setdefault("preset", "recommended")
    for column, (key, preset) in zip(st.columns(len(PRESETS)), PRESETS.items(), strict=True):
        with column.container(border=True, height="stretch", key=f"preset-card-{key}"):
            badge = " :primary-badge[:material/check: Chosen]" if key == chosen else ""
            st.markdown(f"**{preset.title}**{badge}")
            st.markdown(preset.sentence)
            st.caption(
                settings_line(preset.settings) if key != "custom" else "Every setting is yours."
            )
            st.space("stretch")
            st.button(
                "Choose",
                disabled=key == chosen,
                key=f"preset-{key}",
                on_click=_choose,
                args=(key,),
            )
    return chosen


def _choose(key: str) -> None:
    st.session_state["preset"] = key


def _shares(kind: SplitKind) -> SplitSettings:
    with st.expander("Shares of validation and test rows"):
        left, middle, right = st.columns(3)
        validation = left.number_input(
            "Validation, % of rows", 5, 45, 20, 5, key="split-validation", **KEEP
        )
        test = middle.number_input("Test, % of rows", 5, 45, 20, 5, key="split-test", **KEEP)
        seed = right.number_input(
            "Seed of the draw",
            0,
            2**31 - 1,
            0,
            key="split-seed",
            disabled=kind == "out_of_time",
            help="The same seed draws the same rows.",
            **KEEP,
        )
        st.caption(
            "The network learns from the training rows. Validation rows decide when it stops. "
            "Test rows are only looked at for the evaluation."
        )
    return SplitSettings(kind, test / 100, validation / 100, seed)


def _custom() -> NetworkSettings:
    with st.expander("Settings of the custom network", expanded=True):
        layers = _layers()
        first, second, third = st.columns(3)
        with first:
            shape = _shape()
        with second:
            steps = _steps()
        with third:
            limits = _limits()
    return NetworkSettings(layers=layers, **shape, **steps, **limits)


def _layers() -> tuple[int, ...]:
    columns = st.columns(5)
    depth = columns[0].number_input(
        "Hidden layers",
        0,
        4,
        2,
        key="depth",
        help="Without one it is a logistic regression.",
        **KEEP,
    )
    widths = (32, 16, 16, 16)
    return tuple(
        columns[number + 1].number_input(
            f"Width of layer {number + 1}", 1, 4096, widths[number], key=f"width-{number}", **KEEP
        )
        for number in range(depth)
    )


def _shape() -> dict[str, Any]:
    start = PRESETS["recommended"].settings
    return {
        "numeric": st.selectbox(
            "Encoding of numbers",
            list(ENCODINGS),
            format_func=ENCODINGS.__getitem__,
            key="numeric",
            help="Piecewise linear splits each number at its quantiles, so that the network can "
            "bend where the risk does.",
            **KEEP,
        ),
        "activation": st.selectbox(
            "Activation", ["relu", "tanh", "sigmoid", "gelu"], key="activation", **KEEP
        ),
        "dropout": st.number_input(
            "Dropout",
            0.0,
            0.9,
            start.dropout,
            0.05,
            key="dropout",
            help="Share of hidden units left out at random in each step, against overfitting.",
            **KEEP,
        ),
        "l1": st.number_input("L1 penalty", 0.0, 10.0, 0.0, 1e-4, format="%.5f", key="l1", **KEEP),
        "l2": st.number_input("L2 penalty", 0.0, 10.0, 0.0, 1e-4, format="%.5f", key="l2", **KEEP),
    }


def _steps() -> dict[str, Any]:
    start = PRESETS["recommended"].settings
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
            start.learning_rate,
            1e-4,
            format="%.5f",
            key="learning-rate",
            **KEEP,
        ),
        "batch_size": st.number_input(
            "Batch size",
            1,
            1_000_000,
            start.batch_size,
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
            start.weight_decay,
            0.01,
            format="%.4f",
            key="weight-decay",
            disabled=optimiser != "adamw",
            help="AdamW only.",
            **KEEP,
        ),
    }


def _limits() -> dict[str, Any]:
    start = PRESETS["recommended"].settings
    epochs = st.number_input("Epochs at most", 1, 10_000, start.epochs, key="epochs", **KEEP)
    early = st.toggle("Stop early", True, key="early", **KEEP)
    return {
        "epochs": epochs,
        "patience": st.number_input(
            "Patience, epochs",
            1,
            1000,
            start.patience,
            key="patience",
            disabled=not early,
            help="Stops after so many epochs without a lower validation loss, and keeps the best.",
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
