"""Tables of a terminal: what fits its width, times as ages, long texts under their rows."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Cells = Mapping[str, str]
Line = list[tuple[str, str]]
"""Parts of a line, each with its style."""

_GAP = 2  # blanks between columns
_INDENT = "    "
_LONG = 30  # characters from which a text may be under its row
_PLAIN = ("reason", "title", "url")  # need no heading under a row
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)")
_SPANS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))
_RECENT = timedelta(days=30)  # what is further away is shown as a day

GOOD, BAD, POOR = "green", "bold red", "yellow"
_STYLES = {
    "ok": GOOD, "healthy": GOOD, "crashed": BAD, "incomplete": BAD, "storage": BAD, "archive": BAD,
    "gone": "dim", "locked": "dim", "running": "cyan",
}  # fmt: skip
STYLED = ("verdict", "finding")
"""Columns whose values are verdicts, which have colours."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows fit a width. ``columns``: names with their widths, in order.

    ``under``: names whose values are under their row. ``left_out``: names that have no room.
    """

    columns: dict[str, int]
    under: tuple[str, ...]
    left_out: tuple[str, ...]


def layout(names: Sequence[str], rows: Sequence[Cells], width: int) -> Layout:
    """Return the columns of ``rows`` that fit ``width`` characters, those named first above all.

    Columns without any value are not shown. Where not all fit, long texts go under their rows, and
    then the last columns are left out; the first one never is.
    """
    filled = [name for name in names if any(row[name] for row in rows)] or list(names[:1])
    widths = {name: _width(name, rows) for name in filled}
    if _total(widths) <= width:
        return Layout(widths, (), ())
    longest = {name: max(len(row[name]) for row in rows) for name in filled}
    under = tuple(name for name in filled[1:] if longest[name] >= _LONG)
    columns = {name: wide for name, wide in widths.items() if name not in under}
    left_out: list[str] = []
    while len(columns) > 1 and _total(columns) > width:
        left_out.insert(0, columns.popitem()[0] or "")
    return Layout(columns, under, tuple(left_out))


def _width(name: str, rows: Sequence[Cells]) -> int:
    return max(*(len(row[name]) for row in rows), *map(len, heading(name).split()))


def _total(widths: Mapping[str, int]) -> int:
    return sum(widths.values()) + _GAP * max(0, len(widths) - 1)


def heading(name: str) -> str:
    """Return the heading of a column."""
    return name.replace("_", " ")


def drawn(found: Layout, rows: Sequence[Cells], numbers: Collection[str], width: int) -> list[Line]:
    """Return the lines of a table; the columns in ``numbers`` are aligned at their end."""
    heads = {name: heading(name).split() for name in found.columns}
    height = max(map(len, heads.values()))
    lines = []
    for number in range(-height, 0):
        words = {n: one[number] if -number <= len(one) else "" for n, one in heads.items()}
        lines.append(_line(found.columns, words, numbers, dict.fromkeys(words, "bold")))
    for row in rows:
        styles = {name: style_of(name, row[name]) for name in found.columns}
        lines.append(_line(found.columns, row, numbers, styles))
        lines += [[(text, "dim")] for name in found.under for text in _under(name, row, width)]
    return lines


def facts(rows: Sequence[Cells]) -> list[Line]:
    """Return the lines of a table of names and values; values are never cut."""
    wide = max(len(row["field"]) for row in rows)
    return [
        [(heading(row["field"]).ljust(wide + _GAP), "bold"), (row["value"], "")] for row in rows
    ]


def _line(
    columns: Mapping[str, int], row: Cells, numbers: Collection[str], styles: Mapping[str, str]
) -> Line:
    parts: Line = []
    for name, wide in columns.items():
        pad = (" " * (wide - len(row[name])), "")
        cell = (row[name], styles[name])
        parts += [pad, cell] if name in numbers else [cell, pad]
        parts.append((" " * _GAP, ""))
    while parts and not parts[-1][0].strip():
        parts.pop()
    return parts


def _under(name: str, row: Cells, width: int) -> list[str]:
    """Return the lines of a text under its row; words, such as addresses, are never broken."""
    label = "" if name in _PLAIN or not row[name] else f"{heading(name)}: "
    return textwrap.wrap(
        label + row[name],
        max(20, width),
        initial_indent=_INDENT,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_age(text: str, now: datetime) -> str:
    """Return a time as its distance from ``now`` ("5 h ago"), or as a day where that is long.

    A text that is no time is returned as it is.
    """
    if not _TIME.fullmatch(text):
        return text
    distance = now - datetime.fromisoformat(text).astimezone(UTC)
    if abs(distance) > _RECENT:
        return text[:10]
    for span, unit in _SPANS:
        if count := abs(distance) // span:
            return f"{count} {unit} ago" if distance > timedelta(0) else f"in {count} {unit}"
    return "now"


def style_of(name: str, value: str) -> str:
    """Return the style of a cell: verdicts have colours."""
    if name == "overdue":
        return POOR if value == "true" else ""
    return _STYLES.get(value, POOR) if name in STYLED and value else ""
