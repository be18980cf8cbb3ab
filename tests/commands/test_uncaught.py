"""Errors that no command catches: what is printed, and the exit code."""

from __future__ import annotations

import errno
import sys

import pytest

from portals.commands import uncaught

pytestmark = pytest.mark.quick


def test_an_interrupt_is_one_line_and_an_incomplete_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        uncaught._report(KeyboardInterrupt, KeyboardInterrupt(), None)

    assert (ended.value.code, capsys.readouterr().err) == (10, "error: interrupted; run again\n")


@pytest.mark.parametrize("error", [ZeroDivisionError("a bug"), OSError(errno.EIO, "of a disk")])
def test_any_other_error_keeps_its_traceback(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(sys, "__excepthook__", lambda *given: seen.append(given[1]))
    monkeypatch.setattr(uncaught, "_cannot_write_stdout", lambda: False)
    uncaught._report(type(error), error, None)

    assert seen == [error]
