"""``python -m tests.fuzz SECONDS [TARGET ...]``: fuzzes each target for so long, with coverage.

A found case is written beside the temporary corpus and its path is printed; it becomes a line in
``test_targets.py``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

_HANG = 10  # seconds for one input, under coverage
_MEMORY = 1024  # MB


def _fuzz(name: str, options: list[str]) -> None:
    import atheris  # noqa: PLC0415 - only where it is asked for

    with atheris.instrument_imports(include=["portals", "spiders"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - instrumented
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


def main() -> int:
    """Fuzz the targets one after another; the exit code says whether any failed."""
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - not in the processes that fuzz

    seconds, *wanted = sys.argv[1:] or ["60"]
    failed = []
    for name in wanted or TARGETS:
        folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
        options = [
            str(folder),
            f"-max_total_time={seconds}",
            f"-timeout={_HANG}",
            f"-rss_limit_mb={_MEMORY}",
            f"-artifact_prefix={folder}/",
            "-max_len=600",
            "-len_control=0",  # long inputs from the start: short ones are no pages
            "-print_final_stats=1",
        ]
        command = [sys.executable, "-m", "tests.fuzz", "--one", name, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        runs = next((line for line in done.stderr.splitlines() if "number_of_exec" in line), "")
        print(f"{name}: {'ok' if not done.returncode else 'FAILED'} {runs}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stderr[-3000:])
    return len(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _fuzz(sys.argv[2], sys.argv[3:])
    sys.exit(main())
