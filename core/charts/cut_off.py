"""What moves with a cut-off, as HTML: a browser redraws it in milliseconds, Plotly in a hundred.

The bars do not depend on the cut-off, so they are a piece of their own that stays as it is; the
line, and the veil over those it approves, are laid over them. Shares and probabilities arrive in
[0, 1]. Good is always blue and bad always vermillion, each with its word beside it.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

import pandas as pd

from core.charts.template import FONT, Palette, Theme, css_variables, faded, palette, rows_of
from core.formatting import count, counted, percent

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
"""


def score_bars(frame: pd.DataFrame, alt: str, theme: Theme) -> str:
    """Draw goods upwards and bads downwards over the scores.

    Args:
        frame: As `curves.score_distribution`.
        alt: What it shows, for those who cannot see it.
        theme: Which palette.
    """
    colours = palette(theme)
    most = 100 * max(frame["good_share"].max(), frame["bad_share"].max(), 0.01) * 1.12
    style = css_variables(theme)
    return (
        f"<style>{_STYLE}</style>"
        f'<div class="bars" role="img" aria-label="{escape(alt)}" style="{style}">'
        f"<div>{''.join(_axes(most))}{''.join(_bins(frame, most, colours))}</div></div>"
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


def cut_off_line(cut_off: float, theme: Theme) -> str:
    """Draw the cut-off over the bars that stand right above it, and fade those it approves."""
    colours = palette(theme)
    to_right = cut_off < 0.6
    here = f"{100 * cut_off:.2f}%"
    # The number stands on the side with room, below the word for the goods where that is near.
    place = f"left:{here};top:14%" if to_right else f"right:{100 - 100 * cut_off:.2f}%;top:1%"
    return (
        f'<div aria-hidden="true" style="position:relative;height:0;pointer-events:none">'
        f'<div style="position:absolute;left:{LEFT}px;right:{RIGHT}px;'
        f'bottom:{BOTTOM}px;height:{HEIGHT - TOP - BOTTOM}px">'
        f'<div style="position:absolute;left:0;width:{here};height:100%;'
        f'background:{faded(colours.background, 0.55)}"></div>'
        f'<div style="position:absolute;left:{here};height:100%;margin-left:-1px;'
        f'border-left:1.5px dashed {colours.text}"></div>'
        f'<div style="position:absolute;{place};padding:0 6px;color:{colours.text};'
        f"font:12px {FONT.replace(chr(34), chr(39))};white-space:nowrap;"
        f'font-variant-numeric:tabular-nums">Cut-off {percent(cut_off)}</div>'
        "</div></div>"
    )


def confusion_table(frame: pd.DataFrame, alt: str, theme: Theme) -> str:
    """Draw decisions against outcomes as four tiles; wrong decisions are bordered in vermillion.

    Args:
        frame: Four rows with outcome ("Good", "Bad"), decision ("Approved", "Declined"), rows,
            share (of the outcome) and right (whether the decision was).
        alt: What the table is about, for screen readers.
        theme: Which palette.
    """
    colours = palette(theme)
    tiles = {(row.outcome, row.decision): _tile(row, colours) for row in rows_of(frame)}
    decisions = dict.fromkeys(decision for _, decision in tiles)
    heads = "".join(f'<th scope="col">{decision}</th>' for decision in decisions)
    body = "".join(
        f'<tr><th scope="row">{outcome}</th>'
        f"{''.join(tiles[outcome, decision] for decision in decisions)}</tr>"
        for outcome in dict.fromkeys(outcome for outcome, _ in tiles)
    )
    return (
        f"<style>{_TABLE_STYLE}</style>"
        f'<table class="confusion" aria-label="{escape(alt)}" style="color:{colours.text}">'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


_TABLE_STYLE = f"""
.confusion {{ width: 100%; height: {HEIGHT}px; padding-bottom: 4px; border: none;
  table-layout: fixed; border-collapse: separate; border-spacing: 6px; font: 14px {FONT};
  font-variant-numeric: tabular-nums; }}
.confusion th, .confusion td {{ border: none; padding: 0 4px; text-align: center; }}
.confusion thead :first-child {{ width: 56px; }}
.confusion th {{ font-weight: 400; font-size: 13px; }}
.confusion thead tr {{ height: 28px; }}
.confusion th[scope=row] {{ text-align: right; }}
.confusion tbody td {{ border: 1.5px solid; border-radius: 6px; line-height: 1.5; }}
.confusion b {{ display: block; font-size: 16px; font-weight: 600; }}
"""


def _tile(row: Any, colours: Palette) -> str:
    hue = colours.accent if row.right else colours.bad
    share = f"{percent(row.share)} of {row.outcome.lower()}s".replace(" ", "\N{NO-BREAK SPACE}")
    return (
        f'<td style="border-color:{hue};background:{faded(hue, 0.08 + 0.3 * row.share)}">'
        f"<b>{count(row.rows)}</b>{'Right' if row.right else 'Wrong'}: {share}</td>"
    )
