"""The command's name as it was started: ``scrapy`` in a clone, ``tin-cong-doan`` of a package."""

from __future__ import annotations

import re

INSTALLED = "tin-cong-doan"

_IN_A_CLONE = "scrapy"
_COMMANDS = re.compile(rf"(?<![\w./-]){_IN_A_CLONE} (?=[a-z<-]|COMMAND|CODE)")
_started = [_IN_A_CLONE]


def started_as_installed() -> None:
    """From now on messages name the installed command: ``scrapy`` has other commands there."""
    _started[0] = INSTALLED


def named(text: str) -> str:
    """Return a message whose commands can be typed as they are: ``scrapy status`` may be another.

    >>> named("run 'scrapy status'")
    "run 'scrapy status'"
    """
    return _COMMANDS.sub(f"{_started[0]} ", text)
