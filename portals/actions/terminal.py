"""What is drawn on a terminal: styles and progress bars."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from portals.commands.output import strip_control_chars

_Item = TypeVar("_Item")


def with_progress(items: Iterable[_Item], total: int, what: str, by: int = 0) -> Iterator[_Item]:
    """Yield ``items`` and show a progress bar if standard error is a terminal.

    Each item advances the bar by ``by``, or by its own value if ``by`` is 0.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        for item in items:
            yield item
            progress.advance(task, by or int(str(item)))


def print_styled(*lines: Text) -> None:
    """Print lines with styles on a terminal, as ``print_text`` prints plain ones."""
    console = Console()
    for line in map(_harmless, lines):
        is_broken = any(len(word) > console.width for word in line.plain.split())
        console.print(line, soft_wrap=is_broken)  # an address stays one, to be followed and copied


def _harmless(line: Text) -> Text:
    """Return a line without control characters, its styles where they were."""
    if line.plain == strip_control_chars(line.plain):
        return line
    kept = Text(style=line.style)
    for part in line.divide(sorted({at for span in line.spans for at in span[:2]})):
        kept.append(strip_control_chars(part.plain), part.spans[0].style if part.spans else None)
    return kept
