"""What a portal says is shown and logged as text: no terminal obeys it, and no secret is in it."""

from __future__ import annotations

import json
import logging
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.actions.process import PlainFormatter
from portals.commands.output import strip_control_chars, to_json
from tests.support.commands import crawl_of, scrapy
from tests.support.database import rows
from tests.support.hostile_server import LIST, good_path, hostile, http
from tests.support.processes import run

EVIL = "\x1b]0;mã độc\x07\x1b[31m\x9b2J\u202egpj.exe\u2066\x00\x08"


def unseen(text: str) -> list[str]:
    """Return the signs of ``text`` that a terminal may obey, or nobody sees."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\t"]


@given(st.text())
def test_any_text_is_harmless(text: str) -> None:
    assert unseen(strip_control_chars(text)) == []


def test_a_colour_goes_as_a_whole() -> None:
    assert strip_control_chars("\x1b[1;31mđỏ\x1b[0m \x9b2Jxóa\xa0hết") == "đỏ xóa\xa0hết"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_shows_every_sign_and_loses_none(text: str) -> None:
    shown = to_json({"a": text})

    assert unseen(shown) == []
    assert json.loads(shown) == {"a": text}


def test_a_log_line_stays_one_line() -> None:
    record = logging.LogRecord("a", 20, "", 1, "cannot read %s", (f"x\n2026 ERROR: {EVIL}",), None)
    line = PlainFormatter("%(levelname)s: %(message)s").format(record)

    assert "\n" not in line
    assert unseen(line) == []


def test_an_exception_keeps_its_lines_and_no_controls() -> None:
    error = ValueError(EVIL)
    info = (type(error), error, None)
    record = logging.LogRecord("a", 40, "", 1, "failed", (), info)
    told = PlainFormatter().format(record)

    assert told.startswith("failed\nValueError: ")
    assert unseen(told) == []


def test_the_log_of_a_crawl_is_plain(tmp_path: Path) -> None:
    said = "from portals.crawling.run_log import RunLog\n"
    said += f"RunLog.summary = lambda own: {EVIL!r} + 'http://a:mat-khau@h.vn/\\n2026 ERROR'"
    with hostile([], {}) as portal:
        words = (said, tmp_path / "a.db", f"haiphong={portal.origin}")
        done = run("tests.support.two_crawls", *words)

    (line,) = [line for line in done.err.splitlines() if "ERROR" in line]
    assert unseen(line) == []
    assert "http://…@h.vn/ 2026 ERROR" in line


@pytest.fixture(scope="module")
def evil_crawl(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A crawl of a portal that puts controls wherever it can; database, output and log."""
    folder: Path = tmp_path_factory.mktemp("evil")
    marks = EVIL.encode("utf-8").decode("latin-1").replace("\x00", "")
    paths = [good_path(1), *(f"{LIST}/x-{n}.html" for n in (11, 12, 13, 14))]
    answers = {
        paths[1]: http(b"x", kind=f"image/{marks}"),
        paths[2]: http(b"", "302 Found", Location=f"http://evil.example/{marks}"),
        paths[3]: http(b"", f"200 {marks}", kind="text/html"),
        paths[4]: http(f"<title>{EVIL}</title><p>{EVIL}</p>".encode(), Content_Encoding=marks),
        "/robots.txt": http(f"User-agent: *\nDisallow: /{EVIL}".encode(), kind="text/plain"),
    }
    with hostile([paths], {}, answers) as portal:
        done = scrapy(*crawl_of(portal.origin, folder / "a.db", "-s", "LOG_LEVEL=DEBUG"))
    return folder / "a.db", done.out, done.err


def test_neither_output_nor_log_of_a_crawl_holds_a_control(
    evil_crawl: tuple[Path, str, str],
) -> None:
    _, out, log = evil_crawl

    assert "rejected" in out
    assert unseen(out) == []
    assert unseen(log) == []


def test_no_row_holds_a_control(evil_crawl: tuple[Path, str, str]) -> None:
    database, _, _ = evil_crawl
    found = rows(database, "SELECT * FROM rejects")

    assert len(found) == 4
    assert [
        unseen(str(value)) for row in found for value in row.values() if unseen(str(value))
    ] == []


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_was_stored_by_whoever_is_shown_as_text(
    evil_crawl: tuple[Path, str, str], form: tuple[str, ...]
) -> None:
    database, _, _ = evil_crawl
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE runs SET reason = ?", (EVIL.replace("\x00", ""),))
    shown = scrapy("status", "haiphong", *form, "-s", f"DATABASE={database}")

    assert "gpj.exe" in shown.out
    assert unseen(shown.out) == []


def test_an_origin_with_a_password_is_refused_and_stored_nowhere(tmp_path: Path) -> None:
    done = scrapy(*crawl_of("http://ten:mat-khau@127.0.0.1:9", tmp_path / "a.db"))

    assert done.code == 2
    assert "mat-khau" not in done.out + done.err
    assert not (tmp_path / "a.db").exists()
