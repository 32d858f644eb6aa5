"""All settings of a network as a table."""

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
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " · ".join(str(width) for width in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")
