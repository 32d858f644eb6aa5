"""What stands on the evaluation page at each position of the cut-off, formatted beforehand.

The browser looks a position up and writes what it finds into the slots of that name; it formats
nothing, so a figure reads the same here, in a table and in a download.
"""

import json
import zlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property, lru_cache

from core.evaluation.cut_off import STEPS
from core.evaluation.intervals import Estimate, intervals_of_each
from core.evaluation.metrics import Confusion
from core.formatting import count, percent
from ui.evaluation_evidence import Evidence
from ui.evaluation_view import figure

FIGURES = ("approval_rate", "approved_bad_rate", "recall", "precision", "accuracy", "f1")


@dataclass(frozen=True, eq=False)
class Positions:
    """The words of every position of the slider.

    Attributes:
        slots: Names of what stands in each column of `rows`.
        rows: Texts, as HTML, one row for each set of decisions that differs.
        at: (STEPS + 1,) the row of each position.
    """

    slots: tuple[str, ...]
    rows: list[tuple[str, ...]]
    at: list[int]

    @cached_property
    def packed(self) -> str:
        """All of it for the browser: JSON, deflated, in letters."""
        told = {
            "slots": self.slots,
            "rows": self.rows,
            "at": self.at,
            "cut_offs": [percent(step / STEPS) for step in range(STEPS + 1)],
        }
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return b64encode(zlib.compress(text.encode(), 6)).decode()

    @cached_property
    def mark(self) -> str:
        """By which the browser knows whether it holds them."""
        return f"{zlib.crc32(self.packed.encode()):08x}"

    def words(self, step: int) -> dict[str, str]:
        """Return what stands in each slot at one position."""
        row = self.rows[self.at[step]]
        return {"cut_off": percent(step / STEPS), **dict(zip(self.slots, row, strict=True))}


@lru_cache(maxsize=8)
def positions(evidence: Evidence) -> Positions:
    """Return the words of a run's every position; a thousand take some 0.1 s, once."""
    confusions, at = evidence.cut_offs.every_step()
    each = [
        words_of(confusion, figures)
        for confusion, figures in zip(confusions, intervals_of_each(confusions), strict=True)
    ]
    return Positions(tuple(each[0]), [tuple(words.values()) for words in each], at)


def words_of(confusion: Confusion, figures: dict[str, Estimate]) -> dict[str, str]:
    """Return the texts by slot; the same slots, in the same order, at any cut-off."""
    words = {"outcome": outcome(confusion), **findings(confusion), **tiles(confusion)}
    for name in FIGURES:
        one = figure(name, figures[name])
        words |= {name: one.value, f"{name}_detail": one.detail}
    return words


def outcome(confusion: Confusion) -> str:
    """Return what the cut-off would do, in plain words."""
    approved, n = confusion.fn + confusion.tn, confusion.n
    if not approved:
        return "would approve nobody."
    if approved == n:
        return f"would approve everybody, of whom <b>{percent(confusion.fn / n)}</b> default."
    return (
        f"would approve <b>{percent(approved / n)}</b> of applicants, of whom "
        f"<b>{percent(confusion.fn / approved)}</b> default, and decline "
        f"<b>{percent(confusion.tp / (confusion.tp + confusion.fn))}</b> of all who default."
    )


def findings(confusion: Confusion) -> dict[str, str]:
    """Return what the two pictures show, each as a title."""
    bads, goods = confusion.tp + confusion.fn, confusion.fp + confusion.tn
    right = (confusion.tp + confusion.tn) / confusion.n
    return {
        "finding_distribution": (
            f"{100 * confusion.tp / bads:.0f} of 100 bads and {100 * confusion.fp / goods:.0f} "
            "of 100 goods would be declined"
        ),
        "finding_confusion": f"{100 * right:.0f} of 100 decisions would be right",
    }


def tiles(confusion: Confusion) -> dict[str, str]:
    """Return what the four tiles of the confusion matrix hold."""
    goods, bads = confusion.fp + confusion.tn, confusion.tp + confusion.fn
    words: dict[str, str] = {}
    for cell, whole, named in (
        ("tn", goods, "goods"),
        ("fp", goods, "goods"),
        ("fn", bads, "bads"),
        ("tp", bads, "bads"),
    ):
        rows = getattr(confusion, cell)
        share = f"{percent(rows / whole)} of {named}".replace(" ", "\N{NO-BREAK SPACE}")
        words |= {
            cell: count(rows),
            f"{cell}_share": share,
            f"{cell}_fill": f"{0.08 + 0.3 * rows / whole:.3f}",
        }
    return words
