"""Standard output that is full, closed, or knows no Vietnamese; and what a terminal would obey."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from rich.text import Text

from portals.actions import terminal
from tests.support.commands import scrapy
from tests.support.project import PROJECT, SAMPLE
from tests.support.variants import some

EVIL = "\x1b]0;mã độc\x07\x1b[31mđỏ\x9b2J"
READ = (
    ("search", "cong doan"), ("status",), ("history", "1"), ("export",), ("portals",),
    ("export", "--format", "csv"),
)  # fmt: skip
"""Commands whose output is their product."""
EACH = some(READ, [READ[0], READ[3]])
ENOUGH = '| true; exit "${PIPESTATUS[0]}"'
"""To a reader that reads nothing."""
FULL = (
    "error: cannot use standard output: No space left on device; free disk space, then run again\n"
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("streams") / "a.db"
    done = scrapy("reextract", SAMPLE, "--jobs", "1", "-s", f"DATABASE={path}")
    assert done.code == 0, done.err
    return path


def run(
    database: Path, *words: str, to: str = "", environment: dict[str, str] | None = None
) -> tuple[int, str]:
    """Run a command with a shell's redirection of its output; return code and standard error."""
    command = [sys.executable, "-m", "scrapy", *words, "-s", f"DATABASE={database}"]
    done = subprocess.run(
        ["/bin/bash", "-c", f'"$@" {to}', "sh", *command],
        cwd=PROJECT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    return done.returncode, done.stderr.decode("utf-8")


@pytest.mark.parametrize("to", ["> /dev/full", pytest.param(">&-", marks=pytest.mark.nightly)])
@pytest.mark.parametrize("words", EACH, ids=map(" ".join, READ))
def test_a_product_that_cannot_be_written_is_an_error(
    database: Path, words: tuple[str, ...], to: str
) -> None:
    code, err = run(database, *words, to=to)

    assert code == 15
    assert err.startswith("error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", EACH, ids=map(" ".join, READ))
def test_a_reader_that_has_enough_is_no_error(database: Path, words: tuple[str, ...]) -> None:
    code, err = run(database, *words, to=ENOUGH)

    assert (code, err) == (0, "")


def test_a_reader_that_has_enough_of_the_help_is_no_error() -> None:
    command = f'"{sys.executable}" -m portals --help {ENOUGH}'
    done = subprocess.run(
        ["/bin/bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


LISTS = (("-h",), ("--version",), ("list",), ("version",), ("settings", "--get", "BOT_NAME"))
"""What Scrapy itself prints."""


@pytest.mark.parametrize("words", some(LISTS, [LISTS[0]]), ids=map(" ".join, LISTS))
@pytest.mark.parametrize(
    ("to", "ends"), [(ENOUGH, (0, "")), ("> /dev/full", (15, FULL))], ids=["pipe", "full"]
)
def test_what_scrapy_prints_ends_without_a_traceback(
    words: tuple[str, ...], to: str, ends: tuple[int, str]
) -> None:
    command = [sys.executable, "-m", "scrapy", *words]
    done = subprocess.run(
        ["/bin/bash", "-c", f'"$@" {to}', "sh", *command],
        cwd=PROJECT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},  # so that the print fails, not the exit
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == ends


@pytest.mark.parametrize(
    "to", [">&-", *(pytest.param(to, marks=pytest.mark.nightly) for to in ("> /dev/full", ENOUGH))]
)
def test_the_verdict_of_a_crawl_holds_where_it_cannot_be_printed(tmp_path: Path, to: str) -> None:
    code, err = run(
        tmp_path / "a.db", "crawl", "haiphong", "-s", f"REPLAY={SAMPLE}", "-s", "LOG_ENABLED=0",
        to=to,
    )  # fmt: skip

    assert code == 0, err
    assert "Traceback" not in err


ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "posix": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize(
    "kind", ["ascii", *(pytest.param(k, marks=pytest.mark.nightly) for k in ("latin-1", "posix"))]
)
@pytest.mark.parametrize("words", some([READ[0], READ[2], READ[4]], READ[4:5]), ids=" ".join)
def test_an_encoding_without_vietnamese_is_no_error(
    database: Path, kind: str, words: tuple[str, ...]
) -> None:
    code, err = run(database, *words, environment=ENCODINGS[kind])

    assert (code, err) == (0, "")


def shown_on_terminal(database: Path, *words: str) -> str:
    """Return what a command prints on a terminal."""
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "scrapy", *words, "-s", f"DATABASE={database}"]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "dumb", "NO_COLOR": "1"},
    ):
        os.close(terminal)
        parts = []
        while part := _read(main):
            parts.append(part)
    os.close(main)
    return b"".join(parts).decode("utf-8")


def _read(main: int) -> bytes:
    try:
        return os.read(main, 65536)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize(
    "words",
    some(
        [("search", "cong doan"), ("history", "1"), ("export", "--format", "csv")],
        [("history", "1")],
    ),
)
def test_a_terminal_gets_no_escapes_of_a_foreign_database(
    database: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(path)) as new:
        old.backup(new)
        for table in ("articles", "sightings", "revisions"):
            new.execute(f"UPDATE {table} SET title = ? || title", [EVIL])
        new.execute("UPDATE articles SET body = ? || body", [EVIL])
        new.commit()
    shown = shown_on_terminal(path, *words)

    assert "đỏ" in shown
    assert "\x1b]" not in shown
    assert "\x1b[31m" not in shown
    assert "\x9b" not in shown


def test_styles_stay_where_they_were() -> None:
    line = Text(f"a{EVIL}b", style="bold")
    line.stylize("red", len(line) - 1, len(line))
    found = terminal._harmless(line)

    assert found.plain == "ađỏb"
    assert [(span.start, span.end, span.style) for span in found.spans] == [(3, 4, "red")]
