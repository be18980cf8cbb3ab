"""No page holds up the others."""

from __future__ import annotations

import subprocess
import sys

from tests.support.project import PROJECT


def test_what_once_hung_a_reader_takes_two_seconds_at_most() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.hangs"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    last = [line for line in done.stdout.splitlines() if not line.startswith(" ")][-1:]
    assert done.returncode == 0, (last, done.stderr[-500:])
