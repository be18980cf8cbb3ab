"""How a process ends on errors that no command of ours catches: of Scrapy's, and at the start.

``scrapy -h``, ``--version``, ``list`` and ``settings`` print by themselves.
"""

from __future__ import annotations

import atexit
import os
import sys
from types import TracebackType

from portals.commands.output import STDOUT, discard_stdout, print_error
from portals.crawling.exit_codes import EXIT_CODES
from portals.file_failures import file_failure


def end_in_one_line() -> None:
    """From now on end without a traceback where standard output fails, and at Ctrl-C.

    A reader that has enough (``| head``) is no error: code 0. Where standard output cannot be
    written the code is that of storage, at Ctrl-C that of an incomplete run.
    """
    if sys.excepthook is _report:
        return
    sys.excepthook = _report
    atexit.register(_flush)


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an error that ends the process; Python takes the code of a SystemExit raised here."""
    if isinstance(error, BrokenPipeError):
        discard_stdout()
        raise SystemExit(0)
    if isinstance(error, KeyboardInterrupt):
        raise SystemExit(print_error("interrupted; run again", EXIT_CODES["incomplete"]))
    if isinstance(error, OSError) and _cannot_write_stdout():
        discard_stdout()
        raise SystemExit(print_error(_unwritable(error), EXIT_CODES["storage"]))
    sys.__excepthook__(kind, error, trace)


def _flush() -> None:
    """Write what standard output still holds; Python itself would print two lines about it."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        code = print_error(_unwritable(error), EXIT_CODES["storage"])
        os._exit(code)  # the only way to end with another code from here
    except ValueError:  # it is closed
        return


def _cannot_write_stdout() -> bool:
    try:
        os.write(sys.stdout.fileno(), b"\n")
    except (OSError, ValueError):
        return True
    return False


def _unwritable(error: OSError) -> str:
    return file_failure(OSError(error.errno, error.strerror, STDOUT))
