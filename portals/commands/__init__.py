"""Scrapy commands of the project, and what they share: one-line errors and tables."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def fail(message: object, code: int) -> int:
    """Print one line on standard error and return ``code``."""
    print(f"error: {message}", file=sys.stderr)
    return code


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool = False) -> None:
    """Print rows: a table on a terminal, tab-separated lines in a pipe, or a JSON list."""
    if as_json:
        print_text(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2))
        return
    if not rows:
        return
    names = list(rows[0])
    if not sys.stdout.isatty():
        lines = ["\t".join(_plain(row[name]) for name in names) for row in rows]
        print_text("\n".join(["\t".join(names), *lines]))
        return
    table = Table(box=box.SIMPLE, pad_edge=False)
    for name in names:
        numeric = all(isinstance(row[name], int | None) for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(escape(_plain(row[name])) for name in names))
    Console().print(table)


def print_text(text: str) -> None:
    """Print ``text``; a reader that has gone (``| head``) ends the output, not in a traceback."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plain(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
