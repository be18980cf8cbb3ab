"""``tin-cong-doan``: Scrapy's command line with the settings of this project, in any folder."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

from portals.commands.uncaught import end_in_one_line
from portals.configuration import ARCHIVE_DIR, DATA_DIR, DATABASE

_FLAGS = ("--data-dir", "--db")


def main() -> None:
    """Run a command and exit with its code. ``--data-dir`` and ``--db`` work with every command."""
    end_in_one_line()
    from scrapy.cmdline import execute  # noqa: PLC0415 - takes a while to load

    os.environ["SCRAPY_SETTINGS_MODULE"] = "portals.settings"
    execute([sys.argv[0], *translated(sys.argv[1:], os.environ)])


def translated(arguments: list[str], environment: MutableMapping[str, str]) -> list[str]:
    """Return ``arguments`` for Scrapy's command line; ``--data-dir`` is set in ``environment``.

    Processes that a command starts inherit it. The variables of single files are removed, since
    the command line has precedence over the environment. Exits with 2 if a flag has no value.
    """
    found: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            return [*found, word, *left]
        flag, has_value, value = word.partition("=")
        if flag not in _FLAGS:
            found.append(word)
            continue
        if not has_value:
            value = left.pop(0) if left else ""
        if not value:
            print(f"error: {flag} needs a value, such as {flag} PATH", file=sys.stderr)
            raise SystemExit(2)
        if flag == "--db":
            found.append(f"--set=DATABASE={value}")
            continue
        environment[DATA_DIR] = value
        for name in (DATABASE, ARCHIVE_DIR):
            environment.pop(name, None)
    return found


if __name__ == "__main__":
    main()
