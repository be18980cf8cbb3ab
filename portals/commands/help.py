"""What ``-h`` prints below the options: examples, settings, exit codes."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Iterator

from scrapy.commands import ScrapyHelpFormatter

from portals.crawling.exit_codes import EXIT_CODES, USAGE_ERROR
from portals.known_settings import BY_NAME
from portals.program import named

_WIDTH = 79  # columns of a terminal

Codes = tuple[tuple[int, str], ...]
"""Exit codes, and what each means for a command."""

COMMON_CODES: Codes = (
    (0, "done"),
    (USAGE_ERROR, "the command cannot be used as given; nothing was done"),
    (EXIT_CODES["incomplete"], "interrupted"),
    (EXIT_CODES["storage"], "the database is missing, or cannot be read or written"),
)
"""Exit codes that nearly all commands have."""

FETCH_CODES: Codes = (
    (EXIT_CODES["incomplete"], "interrupted, or the page could not be fetched"),
    (EXIT_CODES["blocked"], "the server refuses"),
    (EXIT_CODES["gone"], "no server answers"),
    (EXIT_CODES["timeout"], "the server did not answer in time"),
)
"""Exit codes of the commands that fetch a few pages."""

RUN_CODES: Codes = tuple((code, str(verdict)) for verdict, code in EXIT_CODES.items())
"""Exit codes of crawls: verdicts."""


class HelpFormatter(argparse.RawDescriptionHelpFormatter, ScrapyHelpFormatter):
    """Scrapy's formatter, which leaves the lines of the epilog as they are."""

    def format_help(self) -> str:
        """Return the help, with the name of the command as it was started."""
        return named(super().format_help())


def epilog(examples: Iterable[str], heeds: Iterable[str], codes: Codes) -> str:
    """Return the text below the options. A code without a text is not of the command."""
    settings = [BY_NAME[name] for name in heeds if not BY_NAME[name].metavar]
    of_settings = [
        (f"{one.name}={one.kind.example}", f"{one.help} [{one.default}]; {one.kind.form}")
        for one in settings
    ]
    meanings = dict([*COMMON_CODES, *codes])
    of_codes = [(str(code), text) for code, text in sorted(meanings.items()) if text]
    blocks = [
        *_block("Examples", ((example, "") for example in examples)),
        *_block("Settings, with -s NAME=VALUE", of_settings),
        *_block("Exit codes ('scrapy explain CODE' says more)", of_codes),
    ]
    return "\n".join(blocks).rstrip()


def _block(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    lines = [line for head, text in rows for line in _lines(head, text)]
    if lines:
        yield from (title, "=" * len(title), *lines, "")


def _lines(head: str, text: str) -> Iterator[str]:
    """Yield the head, and the text beside it if it is a code, else below it."""
    if not text:
        yield f"  {head}"
        return
    if head.isdecimal():
        yield f"  {head:>2}  {text}"
        return
    yield f"  {head}"
    yield from textwrap.wrap(text, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
