"""The settings of a network in words: in one line, and as a table."""

from collections.abc import Mapping
from typing import Any

from core.model.settings import NetworkSettings
from ui.components.table import worded_table

LABELS = {
    "folds": "Folds of the team",
    "members": "Networks per fold",
    "apart": "A fold for each network where rows are near copies",
    "layers": "Hidden layers",
    "additive": "Own units for each field, no interactions",
    "monotone": "Fields with a direction",
    "activation": "Activation",
    "dropout": "Dropout",
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "optimiser": "Optimiser",
    "learning_rate": "Learning rate",
    "weight_decay": "Weight decay",
    "batch_size": "Batch size",
    "epochs": "Epochs at most",
    "patience": "Patience, epochs (0: no early stopping)",
    "class_weights": "Goods and bads weigh the same",
    "numeric": "Encoding of numbers",
    "bins": "Bins per number at most",
    "cuts": "Further bins where the risk jumps, at most",
    "taught": "Share taught by boosted trees, if they know enough",
    "taught_dropout": "Dropout where boosted trees teach",
    "refit": "Learns again from all rows, if there are many",
    "calibrate": "Calibrated on rows left out",
    "seed": "Seed",
}
OPTIMISERS: dict[str, str] = {
    "adamw": "AdamW",
    "adam": "Adam",
    "sgd": "Stochastic gradient descent",
    "gradient_descent": "Full-batch gradient descent",
}
ENCODINGS: dict[str, str] = {"piecewise": "Piecewise linear", "standard": "Standardised"}
WORDS = OPTIMISERS | ENCODINGS
ARROWS = {1: "↑", -1: "↓"}


def settings_line(settings: NetworkSettings) -> str:
    """Return the settings in one line.

    >>> settings_line(NetworkSettings(layers=(32, 16), optimiser="adam", epochs=10, patience=0))
    '32-16-1 relu · piecewise linear · Adam · 10 epochs'
    >>> settings_line(NetworkSettings(layers=(64, 32), folds=4, members=4))
    '16 networks of 64-32-1 relu, 4 folds · piecewise linear · AdamW · at most 60 epochs'
    >>> settings_line(NetworkSettings(layers=(16,), additive=True, monotone={"Debt": 1}))
    '16 relu units for each field, 1 direction · piecewise linear · AdamW · at most 60 epochs'
    >>> settings_line(NetworkSettings(folds=3, taught=0.5, numeric="standard", optimiser="adam"))
    '3 networks of 32-16-1 relu, 3 folds, trees may teach · standardised · Adam · at most 60 epochs'
    """
    epochs = f"{settings.epochs} epochs"
    epochs = f"at most {epochs}" if settings.patience else epochs
    encoding, optimiser = ENCODINGS[settings.numeric].lower(), OPTIMISERS[settings.optimiser]
    return f"{_shape(settings)} · {encoding} · {optimiser} · {epochs}"


def _shape(settings: NetworkSettings) -> str:
    layers = "-".join(str(width) for width in (*settings.layers, 1))
    one = f"{layers} {settings.activation}"
    if settings.additive:
        one = f"{settings.layers[0]} {settings.activation} units for each field"
    team = f"{settings.networks} networks of {one}" if settings.networks > 1 else one
    folds = f", {settings.folds} folds" if settings.folds > 1 else ""
    fixed = len(settings.monotone)
    directions = f", {fixed} direction{'' if fixed == 1 else 's'}" if fixed else ""
    taught = ", trees may teach" if settings.taught else ""
    return f"{team}{folds}{taught}{directions}"


def settings_table(settings: NetworkSettings) -> None:
    """Draw the table."""
    values = settings.to_json()
    worded_table(
        [{"Setting": label, "Value": setting_text(values[name])} for name, label in LABELS.items()],
        alt="Settings of the network",
        wraps=True,
    )


def setting_text(value: Any) -> str:
    """Return the value of a setting as people read it.

    >>> setting_text([64, 32]), setting_text(True), setting_text({"Debt": 1, "Age": -1})
    ('64 · 32', 'yes', 'Debt ↑, Age ↓')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " · ".join(str(width) for width in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {ARROWS[way]}" for name, way in value.items()) or "none"
    return f"{value:g}" if isinstance(value, float) else WORDS.get(str(value), str(value))
