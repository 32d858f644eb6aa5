"""What moves with a cut-off, as HTML that stays: the browser writes into its slots.

A slot is an element that names what stands in it (`data-slot`); `data-fill` names how full its
colour is, and `--part`, from 0 to 1, is where the cut-off lies. `ui/assets/cut_off_board.js`
fills them at every move, so nothing here depends on the cut-off. Shares and probabilities arrive
in [0, 1]. Good is always blue and bad always vermillion, each with its word beside it.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

import pandas as pd

from core.charts.template import FONT, Palette, Theme, css_variables, faded, palette, rows_of
from core.formatting import counted, percent

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 64, 16, 12, 52, 320
"""Margins and height in pixels, as of every other chart."""

_AREA = f"position:absolute;left:{LEFT}px;right:{RIGHT}px;top:{TOP}px;bottom:{BOTTOM}px"

_STYLE = f"""
.bars {{ position: relative; height: {HEIGHT}px; font: 12px {FONT}; line-height: 1;
  font-variant-numeric: tabular-nums; color: var(--muted); }}
.bars > div {{ {_AREA}; }}
.bars s, .bars span, .bars i, .bars b, .bars q {{ position: absolute; white-space: nowrap; }}
.bars s.h {{ left: 0; right: 0; border-top: 1px solid var(--border); }}
.bars s.v {{ top: 0; bottom: 0; border-left: 1px solid var(--border); }}
.bars .y {{ right: 100%; transform: translateY(50%); padding-right: 3px; }}
.bars .x {{ top: 100%; transform: translateX(-50%); padding-top: 5px; }}
.bars .title {{ font-size: 13px; }}
.bars .under {{ left: 50%; top: 100%; transform: translateX(-50%); padding-top: 30px; }}
.bars .beside {{ right: 100%; top: 50%; writing-mode: vertical-rl; padding-left: 34px;
  transform: translateY(-50%) rotate(180deg); }}
.bars .kind {{ right: 0; color: var(--text); }}
.bars i {{ top: 0; bottom: 0; }}
.bars b {{ left: 5%; right: 5%; }}
.bars q {{ display: none; z-index: 2; padding: 6px 8px; quotes: none; color: var(--text);
  background: var(--surface); border: 1px solid var(--border); border-radius: 4px;
  font-size: 13px; font-style: normal; line-height: 1.45; pointer-events: none; }}
.bars i:hover q {{ display: block; }}
.bars i:hover b {{ filter: brightness(0.88); }}
.bars > .cut-off {{ pointer-events: none; --here: calc(100% * var(--part, 0)); }}
.bars > .cut-off > * {{ position: absolute; height: 100%; left: var(--here); }}
.bars .approved {{ left: 0; width: var(--here); background: var(--veil); }}
.bars .line {{ margin-left: -1px; border-left: 1.5px dashed var(--text); }}
.bars .named {{ top: 14%; height: auto; padding: 0 6px; color: var(--text); white-space: nowrap; }}
.bars .named span {{ position: static; }}
.bars .named.late {{ left: auto; right: calc(100% - var(--here)); top: 1%; }}
"""

_LATE = 0.6
"""From here on the cut-off is named on its left, above the word for the goods."""


def slot(name: str) -> str:
    """Return a place for what the browser writes.

    >>> slot("recall")
    '<span data-slot="recall"></span>'
    """
    return f'<span data-slot="{name}"></span>'


def score_bars(frame: pd.DataFrame, alt: str, theme: Theme) -> str:
    """Draw goods upwards and bads downwards over the scores, and the cut-off over both.

    Args:
        frame: As `curves.score_distribution`.
        alt: What it shows, for those who cannot see it.
        theme: Which palette.
    """
    colours = palette(theme)
    most = 100 * max(frame["good_share"].max(), frame["bad_share"].max(), 0.01) * 1.12
    style = f"{css_variables(theme)};--veil:{faded(colours.background, 0.55)}"
    return (
        f"<style>{_STYLE}</style>"
        f'<div class="bars" role="img" aria-label="{escape(alt)}" style="{style}">'
        f"<div>{''.join(_axes(most))}{''.join(_bins(frame, most, colours))}</div>"
        f'<div class="cut-off"><div class="approved"></div><div class="line"></div>'
        f'<div class="named" data-late="{_LATE}">Cut-off\N{NO-BREAK SPACE}{slot("cut_off")}</div>'
        "</div></div>"
    )


def _axes(most: float) -> Iterator[str]:
    for across in (0, 20, 40, 60, 80, 100):
        yield f'<s class="v" style="left:{across}%"></s>'
        yield f'<span class="x" style="left:{across}%">{percent(across / 100, 0)}</span>'
    for tick in _round_ticks(most):
        for place in dict.fromkeys((tick, -tick)):
            height = f"bottom:{50 + 50 * place / most:.2f}%"
            yield f'<s class="h" style="{height}"></s>'
            yield f'<span class="y" style="{height}">{percent(tick / 100, 0)}</span>'
    yield '<span class="title under">Default probability given by the network</span>'
    yield '<span class="title beside">Share of goods · of bads</span>'
    yield '<span class="kind" style="top:2px">Goods (repaid)</span>'
    yield '<span class="kind" style="bottom:2px">Bads (defaulted)</span>'


def _round_ticks(most: float) -> list[float]:
    step = next((s for s in (1, 2, 5, 10, 20, 50) if most / s <= 3.5), 50)
    return [step * k for k in range(int(most / step) + 1)]


def _bins(frame: pd.DataFrame, most: float, colours: Palette) -> Iterator[str]:
    """Yield one column per bin: its two bars, and what a visitor who points at it reads."""
    for row in rows_of(frame):
        good, bad = (50 * 100 * share / most for share in (row.good_share, row.bad_share))
        side = "left:100%" if row.low < 0.5 else "right:100%"
        yield (
            f'<i style="left:{100 * row.low:g}%;width:{100 * (row.high - row.low):g}%">'
            f'<b style="bottom:50%;height:{good:.2f}%;background:{colours.good}"></b>'
            f'<b style="top:50%;height:{bad:.2f}%;background:{colours.bad}"></b>'
            f'<q style="{side};top:38%">{"<br>".join(_words(row))}</q></i>'
        )


def _words(row: Any) -> Iterator[str]:
    yield f"Default probability {percent(row.low)} to {percent(row.high)}"
    yield f"{counted(row.goods, 'good')}, {percent(row.good_share)} of all who repaid"
    yield f"{counted(row.bads, 'bad')}, {percent(row.bad_share)} of all who defaulted"


def confusion_table(alt: str, theme: Theme) -> str:
    """Draw decisions against outcomes as four tiles; wrong decisions are bordered in vermillion.

    Slots, of each cell of `core.evaluation.metrics.Confusion`: its name (how many), `…_share` (of
    the outcome, in words) and `…_fill` (how full the tile's colour is, in [0, 1]).

    Args:
        alt: What the table is about, for screen readers.
        theme: Which palette.
    """
    colours = palette(theme)
    return (
        f"<style>{_TABLE_STYLE}</style>"
        f'<table class="confusion" aria-label="{escape(alt)}" style="{css_variables(theme)}">'
        '<thead><tr><td></td><th scope="col">Approved</th><th scope="col">Declined</th></tr>'
        f'</thead><tbody><tr><th scope="row">Good</th>{_tile("tn", "Right", colours)}'
        f"{_tile('fp', 'Wrong', colours)}</tr>"
        f'<tr><th scope="row">Bad</th>{_tile("fn", "Wrong", colours)}'
        f"{_tile('tp', 'Right', colours)}</tr></tbody></table>"
    )


_TABLE_STYLE = f"""
.confusion {{ width: 100%; height: {HEIGHT}px; padding-bottom: 4px; border: none; margin: 0;
  table-layout: fixed; border-collapse: separate; border-spacing: 6px; font: 14px {FONT};
  font-variant-numeric: tabular-nums; color: var(--text); }}
.confusion th, .confusion td {{ border: none; padding: 0 4px; text-align: center; }}
.confusion thead :first-child {{ width: 56px; }}
.confusion th {{ font-weight: 400; font-size: 13px; }}
.confusion thead tr {{ height: 28px; }}
.confusion th[scope=row] {{ text-align: right; }}
.confusion tbody td {{ border: 1.5px solid rgb(var(--hue)); border-radius: 6px; line-height: 1.5;
  background: rgb(var(--hue) / var(--fill)); }}
.confusion b {{ display: block; font-size: 16px; font-weight: 600; }}
"""


def _tile(cell: str, verdict: str, colours: Palette) -> str:
    colour = colours.accent if verdict == "Right" else colours.bad
    hue = " ".join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
    return (
        f'<td style="--hue:{hue}" data-fill="{cell}_fill">'
        f'<b data-slot="{cell}"></b>{verdict}: {slot(f"{cell}_share")}</td>'
    )
