"""``tin-cong-doan``: Scrapy's command line with the settings of this project, in any folder."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from types import TracebackType

_FLAGS = ("--data-dir", "--db")
_VERSION = ("--version", "-V", "version")
_HELP = ("-h", "--help")


def main() -> None:
    """Run a command and exit with its code. ``--data-dir`` and ``--db`` work with every command."""
    sys.excepthook = _interrupted  # until the package is loaded, which has one for more errors
    from portals.commands.uncaught import end_in_one_line  # noqa: PLC0415 - takes a while to load

    sys.excepthook = sys.__excepthook__
    end_in_one_line()
    from portals.program import started_as_installed  # noqa: PLC0415 - likewise

    started_as_installed()
    words = sys.argv[1:]
    if words and words[0] in _VERSION:
        print(_versions())
        return
    arguments = translated(words, os.environ)
    if (code := _refusal(arguments)) is not None:
        raise SystemExit(code)
    from scrapy.cmdline import execute  # noqa: PLC0415 - takes a while to load

    os.environ["SCRAPY_SETTINGS_MODULE"] = "portals.settings"
    with _named_listing() if not arguments or arguments[0] in _HELP else contextlib.nullcontext():
        execute([sys.argv[0], *arguments])


def _interrupted(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print one line at Ctrl-C; Python takes the code of a SystemExit raised here."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    print("error: interrupted; run again", file=sys.stderr)
    raise SystemExit(10)


def _versions() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - likewise

    try:
        own = version("tin-cong-doan")
    except PackageNotFoundError:
        own = "of a clone"
    return f"tin-cong-doan {own} (Scrapy {version('scrapy')})"


def _refusal(arguments: Sequence[str]) -> int | None:
    """Print that there is no such command, with the one that was meant; its exit code, or None."""
    name = next((word for word in arguments if not word.startswith("-")), None)
    if name is None or arguments[0] != name:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - likewise
    from pkgutil import iter_modules  # noqa: PLC0415 - likewise

    import scrapy.commands  # noqa: PLC0415 - likewise

    import portals.commands  # noqa: PLC0415 - likewise
    from portals.commands.output import print_error  # noqa: PLC0415 - likewise
    from portals.crawling.exit_codes import USAGE_ERROR  # noqa: PLC0415 - likewise

    folders = [*portals.commands.__path__, *scrapy.commands.__path__]
    known = {module.name for module in iter_modules(folders)}
    if name in known:
        return None
    near = get_close_matches(name, sorted(known), n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return print_error(f"there is no command {name!r}; {meant}'scrapy -h' lists them", USAGE_ERROR)


@contextlib.contextmanager
def _named_listing() -> Iterator[None]:
    """Give the list of the commands, which Scrapy prints, the name of this one."""
    from portals.commands.output import print_text  # noqa: PLC0415 - likewise
    from portals.program import named  # noqa: PLC0415 - likewise

    held = io.StringIO()
    try:
        with contextlib.redirect_stdout(held):
            yield
    finally:
        print_text(named(held.getvalue().rstrip()))


def translated(arguments: list[str], environment: MutableMapping[str, str]) -> list[str]:
    """Return ``arguments`` for Scrapy's command line; ``--data-dir`` is set in ``environment``.

    Processes that a command starts inherit it. The variables of single files are removed, since
    the command line has precedence over the environment. Exits with 2 if a flag has no value.
    """
    from portals.configuration import ARCHIVE_DIR, DATA_DIR, DATABASE  # noqa: PLC0415 - see main

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
