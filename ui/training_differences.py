"""What was chosen for a run, in words, and what was chosen differently for another."""

from collections.abc import Sequence
from typing import Any

from core.data.splitting import SplitSettings
from core.formatting import MISSING
from core.model.settings import PRESETS, NetworkSettings
from core.store.tables import Run
from ui.components.pickers import data_set_name
from ui.session import workspace
from ui.training_settings import LABELS, setting_text
from ui.training_split import KINDS

SPLIT_LABELS = {
    "kind": "Split",
    "test": "Test, share of rows",
    "validation": "Validation, share of rows",
    "folds": "Folds of the cross-validation",
    "repeats": "Repeats of the cross-validation",
    "seed": "Seed of the draw",
}
_SHARES, _FOLDS = ("test", "validation"), ("folds", "repeats")


def differing(described: Sequence[dict[str, str]]) -> list[tuple[str, list[str]]]:
    """Return name and texts of each setting that is not the same in all.

    >>> differing([{"Seed": "0", "Dropout": "0.1"}, {"Seed": "1", "Dropout": "0.1"}])
    [('Seed', ['0', '1'])]
    >>> differing([{"Folds": "5"}, {}])
    [('Folds', ['5', '–'])]
    """
    names = dict.fromkeys(name for each in described for name in each)
    rows = [(name, [each.get(name, MISSING) for each in described]) for name in names]
    return [(name, texts) for name, texts in rows if len(set(texts)) > 1]


def described(run: Run) -> dict[str, str]:
    """Return everything that was chosen for a run."""
    settings = NetworkSettings.from_json(run.settings).to_json()
    data_set = workspace().registry.data_set(run.data_set_id)
    return {
        "Data set": data_set_name(data_set),
        "Preset": PRESETS[run.preset].title,
        **_split(SplitSettings.from_json(run.split)),
        **{label: setting_text(settings[name]) for name, label in LABELS.items()},
    }


def _split(split: SplitSettings) -> dict[str, str]:
    """Return what was chosen about the split; what its kind does not use is missing."""
    values: dict[str, Any] = split.to_json()
    unused = _SHARES if split.kind == "cross_validation" else _FOLDS
    values |= dict.fromkeys(unused, MISSING) | {"kind": KINDS[split.kind]}
    return {label: setting_text(values[name]) for name, label in SPLIT_LABELS.items()}
