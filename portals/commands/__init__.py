"""Scrapy commands of the project, and what they share: one-line errors and tables."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, TypeVar

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.utils.log import get_scrapy_root_handler, install_scrapy_root_handler

_Item = TypeVar("_Item")

_QUIETED = {
    "scrapy.addons": logging.WARNING,  # lists of components
    "scrapy.crawler": logging.WARNING,
    "scrapy.middleware": logging.WARNING,
    "scrapy.utils.log": logging.WARNING,
    # A dead host would be a traceback of 80 lines here; the spider tells it in one.
    "scrapy.downloadermiddlewares.robotstxt": logging.CRITICAL,
}


def crawler_process(settings: Settings) -> AsyncCrawlerProcess:
    """Return the process that crawls, its log without lists of versions and components."""
    settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    for name, level in _QUIETED.items():
        logging.getLogger(name).setLevel(level)
    install_scrapy_root_handler(settings)
    handler = get_scrapy_root_handler()
    if handler is not None:
        handler.setFormatter(PlainFormatter(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"]))
    return process


class PlainFormatter(logging.Formatter):
    """Log lines without what a terminal would obey; what is told of a page stays on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the lines of an exception under it."""
        told = copy(record)
        told.msg, told.args = " ".join(record.getMessage().splitlines()), None
        return "\n".join(strip_control_chars(line) for line in super().format(told).split("\n"))


def strip_control_chars(text: str) -> str:
    """Return ``text`` without controls, escape sequences and signs that turn lines round."""
    if text.isprintable():
        return text
    kept = (
        sign for sign in _SEQUENCE.sub("", text) if sign.isprintable() or sign in " \t\xa0\u3000"
    )
    return "".join(kept)


_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]"
)
_SHOWN_BLANKS = " \n\xa0\u3000"


def to_json(value: object, indent: int | None = None) -> str:
    """Return ``value`` as JSON in which every sign that nobody sees is written as its number."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    kept = (
        sign if sign.isprintable() or sign in _SHOWN_BLANKS else _escaped(sign) for sign in text
    )
    return "".join(kept)


def _escaped(sign: str) -> str:
    return json.dumps(sign)[1:-1] if sign > "\x7f" else f"\\u{ord(sign):04x}"


def decode_argument(argument: str) -> str:
    """Return an argument as text, whatever bytes a shell passed on."""
    return argument.encode("utf-8", "replace").decode()


def print_error(message: object, code: int) -> int:
    """Print one line on standard error and return ``code``."""
    print(strip_control_chars(f"error: {message}"), file=sys.stderr)
    return code


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool = False) -> None:
    """Print rows: a table on a terminal, tab-separated lines in a pipe, or a JSON list."""
    if as_json:
        print_text(to_json([dict(row) for row in rows], indent=2))
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


def with_progress(items: Iterable[_Item], total: int, what: str, by: int = 0) -> Iterator[_Item]:
    """Yield ``items`` behind a bar on standard error, where somebody looks.

    Each item counts ``by``, or as much as itself where that is 0.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        for item in items:
            yield item
            progress.advance(task, by or int(str(item)))


def print_text(text: str) -> None:
    """Print ``text``; a reader that has gone (``| head``) ends the output, not in a traceback."""
    try:
        print("\n".join(map(strip_control_chars, text.split("\n"))), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plain(value: object) -> str:
    return "" if value is None else strip_control_chars(" ".join(str(value).split()))
