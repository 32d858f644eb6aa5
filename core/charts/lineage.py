"""A tree from a loan file to decisions, as HTML: it reads from left to right and scrolls alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.charts.template import FONT, Theme, css_variables

WIDTH, HEIGHT, GAP_X, GAP_Y, HEAD = 142, 52, 24, 14, 28
"""Of a box and between boxes, in pixels."""

_STYLE = f"""
.lineage {{ overflow-x: auto; font: 13px {FONT}; line-height: 1.35; padding-bottom: 4px; }}
.lineage > div {{ position: relative; }}
.lineage span, .lineage i, .lineage a, .lineage div div {{ position: absolute;
  box-sizing: border-box; }}
.lineage span {{ color: var(--muted); }}
.lineage i {{ border-top: 1.5px solid var(--border); }}
.lineage i.down {{ border-top: 0; border-left: 1.5px solid var(--border);
  border-bottom: 1.5px solid var(--border); border-bottom-left-radius: 6px; }}
.lineage a, .lineage div div {{ display: flex; flex-direction: column; justify-content: center;
  width: {WIDTH}px; height: {HEIGHT}px; padding: 0 10px; border: 1px solid var(--border);
  border-radius: 8px; background: var(--surface); color: var(--text); text-decoration: none; }}
.lineage a:hover, .lineage a:focus-visible {{ border-color: var(--accent); outline: none; }}
.lineage b, .lineage q {{ overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  font-weight: 500; quotes: none; }}
.lineage q {{ color: var(--muted); font-weight: 400; font-size: 12px; }}
"""


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Attributes:
        column: From 0, left to right.
        title: First line.
        detail: Second line; may be empty.
        parent: Position of the box it comes from; None for the first.
        address: Where a click leads; "" if nowhere.
    """

    column: int
    title: str
    detail: str
    parent: int | None
    address: str = ""


def tree(boxes: Sequence[Box], heads: Sequence[str], alt: str, theme: Theme) -> str:
    """Return the picture.

    Args:
        boxes: Each after its parent.
        heads: What stands above each column; those after the last box are left out.
        alt: What it shows, for those who cannot see it.
        theme: Which palette.
    """
    rows = _rows(boxes)
    heads = heads[: 1 + max(box.column for box in boxes)]
    parts = [
        f'<span style="left:{_x(column)}px;top:0">{escape(head)}</span>'
        for column, head in enumerate(heads)
    ]
    for box, row in zip(boxes, rows, strict=True):
        if box.parent is not None:
            parts.append(_line(boxes[box.parent], rows[box.parent], box, row))
        parts.append(_box(box, row))
    style = css_variables(theme)
    width = len(heads) * (WIDTH + GAP_X) - GAP_X
    height = HEAD + (int(max(rows)) + 1) * (HEIGHT + GAP_Y)
    return (
        f'<style>{_STYLE}</style><div class="lineage" style="{style}">'
        f'<div role="group" aria-label="{escape(alt)}" style="width:{width}px;height:{height}px">'
        f"{''.join(parts)}</div></div>"
    )


def _rows(boxes: Sequence[Box]) -> list[float]:
    """Return each box's row: ends take one after the other, others stand at their first child."""
    children: dict[int, list[int]] = {}
    for place, box in enumerate(boxes):
        if box.parent is not None:
            children.setdefault(box.parent, []).append(place)
    rows = [0.0] * len(boxes)
    following = 0

    def settle(place: int) -> None:
        nonlocal following
        own = children.get(place, [])
        for child in own:
            settle(child)
        if own:
            rows[place] = rows[own[0]]
        else:
            rows[place] = following
            following += 1

    for place, box in enumerate(boxes):
        if box.parent is None:
            settle(place)
    return rows


def _x(column: int) -> int:
    return column * (WIDTH + GAP_X)


def _y(row: float) -> int:
    return round(HEAD + row * (HEIGHT + GAP_Y))


def _line(parent: Box, parent_row: float, box: Box, row: float) -> str:
    """Return the way from a box to the one made of it: to the right, down, to the right."""
    above, below = (_y(each) + HEIGHT // 2 for each in (parent_row, row))
    start, end = _x(parent.column) + WIDTH, _x(box.column)
    middle = end - GAP_X // 2
    if above == below:
        return f'<i style="left:{start}px;top:{above}px;width:{end - start}px"></i>'
    down = f"left:{middle}px;top:{above}px;width:{end - middle}px;height:{below - above}px"
    return f'<i class="down" style="{down}"></i>'


def _box(box: Box, row: float) -> str:
    place = f"left:{_x(box.column)}px;top:{_y(row)}px"
    whole = escape(f"{box.title} {box.detail}".strip())
    said = f"<b>{escape(box.title)}</b>" + (f"<q>{escape(box.detail)}</q>" if box.detail else "")
    if not box.address:
        return f'<div title="{whole}" style="{place}">{said}</div>'
    address = escape(box.address)
    return f'<a href="{address}" target="_self" title="{whole}" style="{place}">{said}</a>'
