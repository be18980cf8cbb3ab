"""``scrapy serve`` as an operator starts and ends it: one line where it cannot."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portals.store.database import VERSION, Store
from tests.support.commands import scrapy
from tests.support.database import copy_database
from tests.support.site import serving


def stamped(path: Path, version: int) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


@pytest.mark.parametrize(
    ("what", "words"),
    [("missing", "there is no database"), ("newer", "of a newer release")],
)
def test_a_database_that_cannot_be_served_is_one_line_and_exit_15(
    tmp_path: Path, what: str, words: str
) -> None:
    if what == "newer":
        stamped(tmp_path / "a.db", VERSION + 1)
    done = scrapy("serve", "--db", tmp_path / "a.db", "--port", "0")

    assert (done.code, done.out, done.err.count("\n")) == (15, "", 1)
    assert words in done.err


def test_a_port_in_use_is_one_line(sample_database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = scrapy("serve", "--db", sample_database, "--port", str(port))

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"error: port {port} is in use; give another one with --port, or --port 0 for any\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "70000"), "--port must be from 0 to 65535"),
        (("articles.db",), "unknown argument 'articles.db'; the database is given with --db"),
        (("--host", "no such host"), "there is no address 'no such host'"),
    ],
)
def test_wrong_arguments_say_what_is_right(
    sample_database: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = scrapy("serve", "-s", f"DATABASE={sample_database}", "--port", "0", *arguments)

    assert (done.code, done.out) == (2, "")
    assert words in done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_it_is_asked_to(sample_database: Path, number: int) -> None:
    with serving(sample_database) as site:
        assert site.get("/").status == 200
        os.kill(site.process.pid, number)
        out, err = site.process.communicate()

    assert (site.process.returncode, out, err) == (0, "", "")


def test_serving_writes_nothing(sample_database: Path, tmp_path: Path) -> None:
    copy_database(sample_database, tmp_path / "a.db")
    before = (tmp_path / "a.db").read_bytes()
    with serving(tmp_path / "a.db") as site:
        for path in ("/", "/search?q=cong+doan", "/portal/ldtd", "/articles/articles.json"):
            assert site.get(path).status == 200
        held = {path.name for path in tmp_path.iterdir()}

    assert (tmp_path / "a.db").read_bytes() == before
    assert held <= {"a.db", "a.db-shm", "a.db-wal"}


def test_a_database_that_is_migrated_meanwhile_is_reported_and_nothing_breaks(
    sample_database: Path, tmp_path: Path
) -> None:
    copy_database(sample_database, tmp_path / "a.db")
    with serving(tmp_path / "a.db") as site, closing(sqlite3.connect(tmp_path / "a.db")) as other:
        before = site.get("/")
        other.execute("BEGIN IMMEDIATE")  # what is migrated now is read as it was
        during = site.get("/")
        other.execute(f"PRAGMA user_version = {VERSION + 1}")
        other.commit()
        after = [site.get(path) for path in ("/", "/article/1", "/news.json", "/page/1")]
        other.execute(f"PRAGMA user_version = {VERSION}")
        other.commit()
        again = site.get("/")

    assert [one.status for one in (before, during, *after, again)] == [200] * 2 + [503] * 4 + [200]
    assert "khởi động lại" in after[0].text
    assert after[2].json()["status"] == 503


def test_the_language_of_the_start_is_that_of_the_short_addresses(sample_database: Path) -> None:
    with serving(sample_database, "--lang", "en") as site:
        assert '<html lang="en">' in site.get("/").text
        assert '<html lang="vi">' in site.get("/vi").text
