"""Where one applicant stands between the cut-offs."""

import math
from collections.abc import Iterator
from html import escape

from core.charts.template import Theme, css_variables, faded, palette
from core.formatting import percent

ENDS = (0.005, 0.995)
TICKS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
ROOM = 6.0
"""So many hundredths of the line from its ends, a number centred on its mark would stick out."""

STYLE = """
.cut-offs { margin: 0; color: var(--muted); font-size: 0.75rem; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
.cut-offs .names { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; color: var(--text); }
.cut-offs .names span::before, .cut-offs i {
  background: var(--fill); border: 1px solid var(--edge); }
.cut-offs .names span::before { content: ""; display: inline-block; width: 1.5rem; height: 0.5rem;
  margin-right: 0.375rem; }
.cut-offs > div { position: relative; }
.cut-offs .line { height: 1.875rem; margin-top: 2.25rem; }
.cut-offs i { position: absolute; top: 0; bottom: 0; box-sizing: border-box; }
.cut-offs .mark { position: absolute; top: -0.25rem; bottom: 0; width: 3px; margin-left: -1.5px;
  background: var(--text); }
.cut-offs .mark::before { content: ""; position: absolute; left: -4.5px; top: -0.25rem;
  border: 6px solid transparent; border-top: 8px solid var(--text); }
.cut-offs b { position: absolute; bottom: calc(100% + 0.375rem); left: 50%;
  transform: translateX(-50%); white-space: nowrap; font-size: 0.875rem; color: var(--text); }
.cut-offs .first b { left: 0; transform: none; }
.cut-offs .last b { left: auto; right: 0; transform: none; }
.cut-offs .ticks { height: 1rem; margin-top: 0.375rem; }
.cut-offs .ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.cut-offs figcaption { margin-top: 0.25rem; text-align: center; font-size: 0.8125rem; }
"""


def cut_offs(
    default_probability: float, approve_below: float, decline_from: float, alt: str, theme: Theme
) -> str:
    """Return the bands of a policy and the applicant's mark on one line, as HTML.

    The line is even in log-odds, so that 1 % and 5 % lie as far apart as their odds say, and so
    that cut-offs near 5 % are as readable as ones near 50 %. It ends at 0.5 % and 99.5 %.

    It is drawn anew with every key that is typed beside it, and a browser takes a twentieth of a
    second for a Plotly figure.

    Args:
        default_probability: In [0, 1].
        approve_below: In [0, 1].
        decline_from: In [0, 1], at least `approve_below`.
        alt: What it shows, for those who cannot see it.
        theme: Which palette.
    """
    bands = list(_bands(approve_below, decline_from, theme))
    names = "".join(f'<span style="{colours}">{name}</span>' for name, _, colours in bands)
    areas = "".join(
        f'<i style="{place};{colours}" title="{name}"></i>' for name, place, colours in bands
    )
    ticks = "".join(
        f'<span style="left:{_place(tick):.2f}%">{percent(tick, 0)}</span>' for tick in TICKS
    )
    return (
        f"<style>{STYLE}</style>"
        f'<figure class="cut-offs" role="img" aria-label="{escape(alt)}" '
        f'style="{css_variables(theme)}"><div class="names">{names}</div>'
        f'<div class="line">{areas}{_mark(default_probability)}</div>'
        f'<div class="ticks">{ticks}</div>'
        "<figcaption>Probability of default</figcaption></figure>"
    )


def _bands(
    approve_below: float, decline_from: float, theme: Theme
) -> Iterator[tuple[str, str, str]]:
    """Yield name, place and colours of each band that is not empty."""
    colours = palette(theme)
    for name, low, high, colour in (
        (f"Approve below {percent(approve_below)}", 0.0, approve_below, colours.good),
        ("Refer", approve_below, decline_from, colours.refer),
        (f"Decline from {percent(decline_from)}", decline_from, 1.0, colours.bad),
    ):
        left, right = _place(low), _place(high)
        if low < high:
            yield (
                name,
                f"left:{left:.2f}%;width:{right - left:.2f}%",
                f"--edge:{colour};--fill:{faded(colour, 0.35)}",
            )


def _mark(default_probability: float) -> str:
    place = _place(default_probability)
    side = " first" if place < ROOM else " last" if place > 100 - ROOM else ""
    said = percent(default_probability)
    return (
        f'<div class="mark{side}" style="left:{place:.2f}%" title="This applicant: {said}">'
        f"<b>{said}</b></div>"
    )


def _place(default_probability: float) -> float:
    """Return how far along the line a probability lies, in hundredths of it, within its ends."""
    low, high = map(_log_odds, ENDS)
    held = min(max(default_probability, ENDS[0]), ENDS[1])
    return 100 * (_log_odds(held) - low) / (high - low)


def _log_odds(default_probability: float) -> float:
    return math.log(default_probability / (1 - default_probability))
