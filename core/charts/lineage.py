"""A tree from a loan file to decisions, as SVG: it reads from left to right and scrolls alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.charts.template import FONT, Theme, palette

WIDTH, HEIGHT, GAP_X, GAP_Y, HEAD = 164, 52, 28, 14, 28
"""Of a box and between boxes, in pixels."""
_MOST_LETTERS = 22


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Attributes:
        column: From 0, left to right.
        title: First line.
        detail: Second line; may be empty.
        parent: Position of the box it comes from; None for the first.
        address: Where a click leads; "" if nowhere.
        marked: Whether it is what the page is about.
    """

    column: int
    title: str
    detail: str
    parent: int | None
    address: str = ""
    marked: bool = False


def tree(boxes: Sequence[Box], heads: Sequence[str], alt: str, theme: Theme) -> str:
    """Return the picture.

    Args:
        boxes: Each after its parent.
        heads: What stands above each column.
        alt: What it shows, for those who cannot see it.
        theme: Which palette.
    """
    colours, rows = palette(theme), _rows(boxes)
    width = len(heads) * (WIDTH + GAP_X) - GAP_X + 2
    height = HEAD + (int(max(rows)) + 1) * (HEIGHT + GAP_Y)
    parts = [
        f'<text x="{_x(column) + 2}" y="16" fill="{colours.muted}">{escape(head)}</text>'
        for column, head in enumerate(heads)
    ]
    parts += [
        _line(boxes[box.parent], rows[box.parent], box, row, colours.border)
        for box, row in zip(boxes, rows, strict=True)
        if box.parent is not None
    ]
    parts += [_box(box, row, theme) for box, row in zip(boxes, rows, strict=True)]
    return (
        f'<div style="overflow-x:auto"><svg role="img" aria-label="{escape(alt)}" '
        f'width="{width}" height="{height}" style="font:13px {escape(FONT)}">'
        f"{''.join(parts)}</svg></div>"
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
    return 1 + column * (WIDTH + GAP_X)


def _y(row: float) -> float:
    return HEAD + row * (HEIGHT + GAP_Y)


def _line(parent: Box, parent_row: float, box: Box, row: float, colour: str) -> str:
    start, end = _x(parent.column) + WIDTH, _x(box.column)
    above, below = _y(parent_row) + HEIGHT / 2, _y(row) + HEIGHT / 2
    middle = end - GAP_X / 2
    return (
        f'<path d="M{start} {above:g} H{middle:g} V{below:g} H{end}" fill="none" '
        f'stroke="{colour}" stroke-width="1.5"/>'
    )


def _box(box: Box, row: float, theme: Theme) -> str:
    colours, x, y = palette(theme), _x(box.column), _y(row)
    edge = colours.accent if box.marked else colours.border
    first = y + (22 if box.detail else 31)
    drawn = (
        f"<title>{escape(f'{box.title} {box.detail}'.strip())}</title>"
        f'<rect x="{x}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="8" '
        f'fill="{colours.surface}" stroke="{edge}"/>'
        f'<text x="{x + 10}" y="{first:g}" fill="{colours.text}">{_short(box.title)}</text>'
    )
    if box.detail:
        drawn += (
            f'<text x="{x + 10}" y="{y + 40:g}" fill="{colours.muted}" font-size="12">'
            f"{_short(box.detail)}</text>"
        )
    if not box.address:
        return f"<g>{drawn}</g>"
    return f'<a href="{escape(box.address)}" target="_self">{drawn}</a>'


def _short(text: str) -> str:
    cut = text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1].rstrip()}…"
    return escape(cut)
