"""Articles for other tools: every format holds what the database does, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from portals.article import Article
from portals.contract import normalise
from portals.store.database import Store
from portals.store.export import FIELDS, FORMATS, ArticleFilter, articles, count, json_schema
from tests.support.commands import scrapy
from tests.support.project import SAMPLE

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
NASTY = '=HYPERLINK("http://evil") <script>alert(1)</script> & \u202eabc'
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    for number, title in enumerate(["Công đoàn họp", NASTY, "@cong doan", "Tin cuối"], 1):
        item = Article(
            portal="haiphong" if number == 4 else "ldtd",
            url=f"http://x.vn/{number}.html?a=1&b=2",
            title=title,
            lead="Dòng dẫn" if number == 1 else None,
            body=f"Đoạn một của bài {number}.\n\nĐoạn hai, có dấu phẩy.",
            fetched_at=NOW + timedelta(days=number),
            published_at=f"2025-02-0{number}T08:00:00+07:00",
            published_precision="minute",
        )
        opened.articles.save(
            normalise(item), opened.runs.start_run("ldtd", NOW + timedelta(days=number))
        )
    yield opened
    opened.close()


def written(store: Store, name: str, choice: ArticleFilter | None = None) -> bytes:
    out = io.BytesIO()
    FORMATS[name](articles(store.db.conn, choice or ArticleFilter()), out)
    return out.getvalue()


def test_json_lines_hold_every_field_as_the_schema_says(store: Store) -> None:
    rows = [json.loads(line) for line in written(store, "jsonl").splitlines()]
    schema = json_schema()
    kinds: dict[str, tuple[type, ...]] = {
        "integer": (int,), "string": (str,), "null": (type(None),),
    }  # fmt: skip

    assert len(rows) == 4
    for row in rows:
        assert list(row) == schema["required"]
        for name, value in row.items():
            said = schema["properties"][name]["type"]
            allowed = [said] if isinstance(said, str) else said
            assert isinstance(value, sum((kinds[kind] for kind in allowed), ()))


def test_the_schema_is_printed() -> None:
    assert json.loads(scrapy("contract", "--json").out) == json_schema()


def test_tables_open_in_a_spreadsheet_and_hold_no_formula(store: Store) -> None:
    data = written(store, "csv")
    table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))

    assert data.startswith(b"\xef\xbb\xbf")
    assert table[0] == list(FIELDS)
    cells = [cell for row in table[1:] for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert table[2][7].startswith("'=HYPERLINK")
    assert table[1][9] == "Đoạn một của bài 1.\n\nĐoạn hai, có dấu phẩy."


def test_parquet_holds_the_same_rows(store: Store) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(written(store, "parquet")))

    assert table.to_pylist() == [dict(row) for row in articles(store.db.conn, ArticleFilter())]


def test_a_feed_is_what_the_standard_asks_for(store: Store) -> None:
    feed = etree.fromstring(written(store, "atom", ArticleFilter(portal="ldtd")))

    assert feed.tag == f"{ATOM}feed"
    for name in ("title", "id", "updated"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 3
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 3
    for entry in entries:
        for name in ("id", "title", "updated", "author", "content"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "").tzinfo
        assert entry.find(f"{ATOM}author/{ATOM}name").text  # type: ignore[union-attr]
        (link,) = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"
        assert str(link.get("href")).endswith("?a=1&b=2")
        assert entry.findtext(f"{ATOM}id") == link.get("href")
    assert "<script>" in str(entries[1].findtext(f"{ATOM}title"))


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ArticleFilter(), [1, 2, 3, 4]),
        (ArticleFilter(portal="ldtd"), [1, 2, 3]),
        (ArticleFilter(since="2025-02-03"), [3, 4]),
        (ArticleFilter(until="2025-02-03"), [1, 2]),
        (ArticleFilter(changed_since="2025-03-04T00:00:00+00:00"), [3, 4]),
    ],
)
def test_what_is_chosen(store: Store, choice: ArticleFilter, expected: list[int]) -> None:
    found = [row["id"] for row in articles(store.db.conn, choice)]

    assert found == expected
    assert count(store.db.conn, choice) == len(expected)


def test_an_edited_field_counts_as_a_change(store: Store) -> None:
    item = Article(
        portal="ldtd", url="http://x.vn/1.html?a=1&b=2", title="Công đoàn họp bàn", lead="Dòng dẫn",
        body="Đoạn một của bài 1.\n\nĐoạn hai, có dấu phẩy.", fetched_at=NOW + timedelta(days=30),
        published_at="2025-02-01T08:00:00+07:00", published_precision="minute",
    )  # fmt: skip
    store.articles.save(normalise(item), store.runs.start_run("ldtd", NOW + timedelta(days=30)))
    choice = ArticleFilter(changed_since="2025-03-20T00:00:00+00:00")

    assert [row["title"] for row in articles(store.db.conn, choice)] == ["Công đoàn họp bàn"]


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("x") / "a.db"
    scrapy("reextract", SAMPLE, "-s", f"DATABASE={path}")
    return path


def run(sample: Path, *words: str | Path) -> Any:
    return scrapy("export", *words, "-s", f"DATABASE={sample}")


def test_without_a_file_it_goes_to_standard_output(sample: Path) -> None:
    done = run(sample, "--format", "jsonl", "--portal", "ldtd")

    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 11


def test_a_file_is_replaced_whole_or_not_at_all(sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xml"
    target.write_text("before")
    failed = run(sample, "--format", "atom", "--portal", "nobody", "--output", target)
    assert (failed.code, target.read_text()) == (2, "before")
    done = run(sample, "--format", "atom", "--portal", "ldtd", "--output", target)

    assert done.code == 0, done.err
    assert len(etree.fromstring(target.read_bytes()).findall(f"{ATOM}entry")) == 11
    assert [path.name for path in tmp_path.iterdir()] == ["out.xml"]


def test_a_feed_of_nothing_new_is_a_feed(sample: Path) -> None:
    done = run(sample, "--format", "atom", "--portal", "ldtd", "--changed-since", "2060-01-01")
    feed = etree.fromstring(done.out.encode())

    assert done.code == 0
    assert feed.findtext(f"{ATOM}title") == "Báo Lao động Thủ đô"
    assert feed.findall(f"{ATOM}entry") == []


def test_a_pipe_is_written_and_not_replaced(sample: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    done = run(sample, "--portal", "ldtd", "--since", "2022-01-01", "--output", tmp_path / "pipe")
    os.close(reader)

    assert done.code == 0, done.err
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    "words",
    [
        "--output .", "--portal nobody", "--format atom", "--format xls", "--since gestern",
        "extra",
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(sample: Path, words: str) -> None:
    assert run(sample, *words.split()).code == 2


@pytest.mark.parametrize(("length", "is_long"), [(32_767, False), (32_768, True)])
def test_cells_that_excel_cuts_are_counted(tmp_path: Path, length: int, *, is_long: bool) -> None:
    database = tmp_path / "a.db"
    store = Store.open(database)
    at = datetime(2025, 3, 1, tzinfo=UTC)
    run_id = store.runs.start_run("ldtd", at)
    body = ("a" * 9 + " ") * (length // 10) + "b" * (length % 10)
    item = Article(portal="ldtd", url="http://x.vn/1", title="Tin", body=body, fetched_at=at)
    store.articles.save(normalise(item), run_id)
    store.close()
    done = scrapy("export", "--format", "csv", "-s", f"DATABASE={database}")

    assert done.code == 0
    assert body in done.out
    assert done.err.startswith("1 cells of body are longer than the 32,767 characters") is is_long
    assert (done.err == "") is not is_long
    assert scrapy("export", "-s", f"DATABASE={database}").err == ""


def test_markdown_is_for_reading_and_nothing_of_a_portal_is_markup(store: Store) -> None:
    text = written(store, "md").decode()

    assert text.startswith(
        "# Công đoàn họp\n\nBáo Lao động Thủ đô · 2025-02-01\n\n<http://x.vn/1.html"
    )
    assert "**Dòng dẫn**" in text
    assert "\n\nĐoạn hai, có dấu phẩy.\n\n" in text
    assert text.count("\n---\n") == 4
    assert "&lt;script&gt;" in text
    assert "<script" not in text


def test_a_day_is_that_of_vietnam_also_where_the_time_is_unknown(store: Store) -> None:
    with store.writing():
        store.db.execute(
            "UPDATE articles SET published_at = '2025-02-01T00:00:00+07:00',"
            " published_precision = 'day' WHERE id = 1"
        )
    (row, *_) = articles(store.db.conn, ArticleFilter())

    assert (row["published_on"], row["published_month"]) == ("2025-02-01", "2025-02")
    (day,) = store.db.execute("SELECT date(published_at) FROM articles WHERE id = 1").fetchone()
    assert day == "2025-01-31"  # what the columns are for
