"""The settings of a network in words: in one line, and as a table."""

import pandas as pd

from core.model.settings import NetworkSettings
from ui.components.table import table

LABELS = {
    "layers": "Hidden layers",
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


def settings_line(settings: NetworkSettings) -> str:
    """Return the settings in one line.

    >>> settings_line(NetworkSettings(layers=(32, 16), optimiser="adam", epochs=10, patience=0))
    '32-16-1 relu · piecewise linear · Adam · 10 epochs'
    """
    layers = "-".join(str(width) for width in (*settings.layers, 1))
    epochs = f"{settings.epochs} epochs"
    epochs = f"at most {epochs}" if settings.patience else epochs
    encoding, optimiser = ENCODINGS[settings.numeric].lower(), OPTIMISERS[settings.optimiser]
    return f"{layers} {settings.activation} · {encoding} · {optimiser} · {epochs}"


def settings_table(settings: NetworkSettings) -> None:
    """Draw the table."""
    values = settings.to_json()
    table(
        pd.DataFrame(
            [(label, _shown(values[name])) for name, label in LABELS.items()],
            columns=["Setting", "Value"],
        ),
        alt="Settings of the network",
        key="settings",
        height="content",
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " · ".join(str(width) for width in value) or "none"
    return f"{value:g}" if isinstance(value, float) else WORDS.get(str(value), str(value))
