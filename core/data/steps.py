"""Every cleaning step, by its name."""

from core.data.derive_steps import Ratio, YearsBetween
from core.data.missing_steps import CodesToMissing, DropDuplicates, DropMissing, Impute
from core.data.step import STEPS, Step, step_from_json
from core.data.value_steps import Clip, MergeRare, SetType, Standardise

__all__ = [
    "STEPS",
    "Clip",
    "CodesToMissing",
    "DropDuplicates",
    "DropMissing",
    "Impute",
    "MergeRare",
    "Ratio",
    "SetType",
    "Standardise",
    "Step",
    "YearsBetween",
    "step_from_json",
]
