"""Every cleaning step, by its name."""

from core.data.column_steps import Rename, SetType
from core.data.derive_steps import Ratio, YearsBetween
from core.data.missing_steps import CodesToMissing, Impute, ImputeByGroup, MissingFlags
from core.data.row_steps import DropDuplicates, DropMissing, FilterRows
from core.data.scale_steps import Bin, Clip, Logarithm, Standardise, Winsorise
from core.data.step import STEPS, Step, step_from_json
from core.data.text_steps import GroupCategories, MergeRare, NormaliseText

__all__ = [
    "STEPS",
    "Bin",
    "Clip",
    "CodesToMissing",
    "DropDuplicates",
    "DropMissing",
    "FilterRows",
    "GroupCategories",
    "Impute",
    "ImputeByGroup",
    "Logarithm",
    "MergeRare",
    "MissingFlags",
    "NormaliseText",
    "Ratio",
    "Rename",
    "SetType",
    "Standardise",
    "Step",
    "Winsorise",
    "YearsBetween",
    "step_from_json",
]
