"""Output of commands: tables, JSON, one-line errors and progress, safe on a terminal."""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import RawIOBase, TextIOWrapper
from typing import Any, BinaryIO

from portals.program import named
from portals.redaction import without_secrets
from portals.timestamps import utc_now

STDOUT = "standard output"
"""What messages call it."""


def strip_control_chars(text: str) -> str:
    """Return ``text`` without control characters, escape sequences and bidi controls."""
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
    """Return ``value`` as JSON in which every invisible character is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    kept = (
        sign if sign.isprintable() or sign in _SHOWN_BLANKS else _escaped(sign) for sign in text
    )
    return "".join(kept)


def _escaped(sign: str) -> str:
    return json.dumps(sign)[1:-1] if sign > "\x7f" else f"\\u{ord(sign):04x}"


def decode_argument(argument: str) -> str:
    """Return an argument as valid Unicode; bytes that are not UTF-8 become replacement signs.

    Where the locale is not of UTF-8 (``LC_ALL=C``) the bytes of an argument are still UTF-8.
    """
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def print_error(message: object, code: int) -> int:
    """Print one line on standard error and return ``code``."""
    print_note(f"error: {message}")
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
    _draw_table(names, rows)


def _draw_table(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - takes a while to load
    from rich.text import Text  # noqa: PLC0415

    from portals import tables  # noqa: PLC0415 - for terminals only

    console, now = Console(), utc_now()
    cells = [{name: tables.as_age(_plain(row[name]), now) for name in names} for row in rows]
    left_out: tuple[str, ...] = ()
    if list(names) == ["field", "value"]:
        lines = tables.facts(cells)
    else:
        found = tables.layout(names, cells, console.width)
        numbers = [n for n in names if all(isinstance(row[n], int | float | None) for row in rows)]
        lines, left_out = tables.drawn(found, cells, numbers, console.width), found.left_out
    for line in lines:  # the terminal breaks what is too long, so that it can be copied
        console.print(Text.assemble(*line), soft_wrap=True)
    if left_out:
        left = ", ".join(map(tables.heading, left_out))
        print_note(f"no room for: {left}; a wider terminal, a pipe or --json has them")


def print_text(text: str) -> None:
    """Print ``text``, the product of a command, on standard output.

    A closed pipe (``| head``) is not an error. Raises OSError, which names standard output, if it
    cannot be written.
    """
    try:
        print("\n".join(map(strip_control_chars, text.split("\n"))), flush=True)
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        raise OSError(error.errno, error.strerror, STDOUT) from error


def print_outcome(text: str) -> None:
    """Print how a task ended; what it did and its exit code hold even if this cannot be printed."""
    try:
        print("\n".join(map(strip_control_chars, text.split("\n"))), flush=True)
    except OSError as error:
        discard_stdout()
        if not isinstance(error, BrokenPipeError):
            print_note(f"warning: standard output cannot be written: {error}")


def print_note(message: object) -> None:
    """Print one line on standard error, if that can be written, without passwords of URLs."""
    with suppress(OSError):
        print(named(without_secrets(strip_control_chars(str(message)))), file=sys.stderr)


class TerminalWriter(RawIOBase):
    """A binary stream for texts in UTF-8 that a terminal shows: without control characters."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Write what is harmless of ``data`` (bytes); return its length."""
        lines = self._decoder.decode(bytes(data)).split("\n")
        self._stream.write("\n".join(map(strip_control_chars, lines)).encode())
        return len(data)


def prepare_streams() -> None:
    """Make the standard streams safe to print on: closed ones, and encodings without Vietnamese.

    Characters that an encoding lacks are printed as escapes. A stream that was closed is replaced:
    standard output by one that cannot be written, standard error by the null device.
    """
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush_stdout() -> None:
    """Write what standard output still holds, or discard it: Python would fail on it at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_stdout()


def discard_stdout() -> None:
    """Redirect standard output to the null device, since Python flushes it at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _plain(value: object) -> str:
    return "" if value is None else strip_control_chars(" ".join(str(value).split()))
