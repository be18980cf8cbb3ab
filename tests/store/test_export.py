"""Articles for other tools: every format holds what the database does, whole or not at all."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from portals.article import Article
from portals.contract import normalise
from portals.errors import PortalError
from portals.store.data_card import card_markdown, data_card
from portals.store.database import Store
from portals.store.export import FIELDS, ArticleFilter, articles, count, json_schema, newest_first
from portals.store.export_formats import (
    FORMATS,
    MAX_CELL,
    WRITTEN,
    cut_long_cells,
    opened,
)
from tests.support.commands import scrapy
from tests.support.project import SAMPLE

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
NASTY = '=HYPERLINK("http://evil") <script>alert(1)</script> & \u202eabc'
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "a.db")
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
        made.articles.save(
            normalise(item), made.runs.start_run("ldtd", NOW + timedelta(days=number))
        )
    yield made
    made.close()


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
    expected = [dict(row) for row in articles(store.db.conn, ArticleFilter())]
    for row in expected:
        for name in ("published_at", "first_seen_at", "last_seen_at", "changed_at"):
            row[name] = datetime.fromisoformat(row[name])
        row["published_on"] = date.fromisoformat(row["published_on"])
    types = {field.name: str(field.type) for field in table.schema}

    assert table.to_pylist() == expected
    assert types["published_at"] == "timestamp[us, tz=Asia/Ho_Chi_Minh]"
    assert types["published_on"] == "date32[day]"
    assert types["changed_at"] == "timestamp[us, tz=UTC]"


def test_parquet_has_nothing_where_no_date_is_known(store: Store) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    with store.writing():
        store.db.execute("UPDATE articles SET published_at = NULL, published_precision = NULL")
    table = parquet.read_table(io.BytesIO(written(store, "parquet")))

    assert table["published_at"].null_count == table["published_on"].null_count == 4


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


EARLIER = (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
    "<title>Tin Công Đoàn</title><id>tag:tin-cong-doan,2025:all</id></feed>"
)


def test_a_file_is_replaced_whole_or_not_at_all(sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xml"
    target.write_text(EARLIER)
    failed = run(sample, "--format", "atom", "--portal", "nobody", "--output", target)
    assert (failed.code, target.read_text()) == (2, EARLIER)
    done = run(sample, "--format", "atom", "--portal", "ldtd", "--output", target)

    assert done.code == 0, done.err
    assert len(etree.fromstring(target.read_bytes()).findall(f"{ATOM}entry")) == 11
    assert [path.name for path in tmp_path.iterdir()] == ["out.xml"]


FOREIGN = [
    *((name, b"all: test\n") for name in FORMATS),
    ("csv", b"SQLite format 3\0"),
    ("csv", b"id,x\n"),
    ("csv", codecs.BOM_UTF8 + "id,họ tên\n".encode()),
    ("jsonl", b'{"id": 7, "name": "x"}\n'),
    (
        "atom",
        b'<?xml version="1.0" encoding="utf-8"?>\n<feed><title>x</title><id>urn:x</id></feed>',
    ),
    ("md", "# Dự án của tôi\n\nMột đoạn văn.\n\n<https://example.org> là trang chủ.\n".encode()),
    ("parquet", b"PAR1" + b"name, mass" * 9 + bytes((90, 0, 0, 0)) + b"PAR1"),
]
"""Files of other programs, which may begin with the same signs."""


@pytest.mark.parametrize(("form", "content"), FOREIGN)
def test_a_file_of_something_else_is_not_replaced(
    tmp_path: Path, form: str, content: bytes
) -> None:
    target = tmp_path / "Makefile"
    target.write_bytes(content)
    with pytest.raises(PortalError, match="not replaced"), opened(target, WRITTEN[form]):
        raise AssertionError

    assert target.read_bytes() == content


@pytest.mark.parametrize("form", FORMATS)
def test_what_an_export_wrote_is_replaced(store: Store, tmp_path: Path, form: str) -> None:
    for _ in range(2):
        with opened(tmp_path / "out", WRITTEN[form]) as file:
            FORMATS[form](articles(store.db.conn, ArticleFilter()), file)

    assert (tmp_path / "out").stat().st_size > 30


CARDS = {(): b"# T\xc3\xa0i li\xe1\xbb\x87u\n", ("--json",): b'{"name": "x"}'}


@pytest.mark.parametrize(("words", "content"), CARDS.items())
def test_a_card_replaces_a_card_only(
    sample: Path, tmp_path: Path, words: tuple[str, ...], content: bytes
) -> None:
    target = tmp_path / "card"
    target.write_bytes(content)
    refused = run(sample, "--card", *words, "--output", target)
    target.unlink()
    codes = [run(sample, "--card", *words, "--output", target).code for _ in range(2)]

    assert (refused.code, codes) == (2, [0, 0])


def test_csv_leaves_its_stream_open_also_where_it_fails() -> None:
    out = io.BytesIO()
    with pytest.raises(KeyError):
        FORMATS["csv"]([{}], out)

    assert not out.closed


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
        "--output .", "--portal nobody", "--format xls", "--since gestern", "extra", "--json",
        "--cut-cells",
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


def test_a_feed_of_all_portals_has_the_newest_first(sample: Path) -> None:
    done = run(sample, "--format", "atom")
    feed = etree.fromstring(done.out.encode())
    days = [entry.findtext(f"{ATOM}published") or "" for entry in feed.iter(f"{ATOM}entry")]

    assert (done.code, done.err) == (0, "")
    assert len(days) > 40
    assert days == sorted(days, reverse=True)
    assert feed.findtext(f"{ATOM}id") == "tag:tin-cong-doan,2025:all"


def test_the_newest_come_first_and_undated_ones_last(store: Store) -> None:
    with store.writing():
        store.db.execute("UPDATE articles SET published_at = NULL WHERE id = 4")
    found = [row["id"] for row in newest_first(store.db.conn, ArticleFilter())]

    assert found == [3, 2, 1, 4]


@pytest.mark.parametrize("start", ["a", "="])
def test_a_cell_is_cut_with_a_mark_to_what_excel_holds(store: Store, start: str) -> None:
    (row, *_) = articles(store.db.conn, ArticleFilter())
    (whole,) = cut_long_cells([{**row, "body": start * MAX_CELL}])
    (cut,) = cut_long_cells([{**row, "body": start + "b" * MAX_CELL}])
    out = io.BytesIO()
    FORMATS["csv"]([cut], out)
    (_, line) = csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""))

    assert (whole["body"] == "a" * MAX_CELL) is (start == "a")
    assert len(line[9]) <= MAX_CELL
    assert line[9].endswith(f"bbb […{MAX_CELL + 1 + (start == '='):,} characters]")


def test_cut_cells_are_counted(tmp_path: Path, store: Store) -> None:
    long = Article(
        portal="ldtd", url="http://x.vn/9", title="Dài", body="chữ " * 10_000, fetched_at=NOW
    )
    store.articles.save(normalise(long), 1)
    done = scrapy("export", "--format", "csv", "--cut-cells", "-s", f"DATABASE={tmp_path / 'a.db'}")
    cells = [cell for row in csv.reader(io.StringIO(done.out)) for cell in row]

    assert done.code == 0
    assert done.err == (
        "1 cells of body were cut to the 32,767 characters that Excel holds;"
        " each says so at its end\n"
    )
    assert max(map(len, cells)) <= MAX_CELL


# --- the data card -------------------------------------------------------------------------------


def test_a_card_counts_what_is_exported(store: Store) -> None:
    with store.writing():
        store.db.execute("UPDATE articles SET published_at = NULL WHERE id = 1")
    choice = ArticleFilter(portal="ldtd")
    card = data_card(store.db.conn, choice, {"portal": "ldtd", "since": None}, NOW)
    filled = {one["name"]: one["filled"] for one in card.fields}

    assert card.chosen == {"portal": "ldtd"}
    assert card.counts["articles"] == count(store.db.conn, choice) == 3
    assert (card.counts["dated"], card.counts["sightings"]) == (2, 3)
    assert (card.first_day, card.last_day) == ("2025-02-02", "2025-02-03")
    assert list(filled) == list(FIELDS)
    assert (filled["lead"], filled["title"], filled["published_at"]) == (1, 3, 2)
    assert [(one["portal"], one["articles"]) for one in card.portals] == [("ldtd", 3)]


def test_a_card_of_nothing_is_a_card(store: Store) -> None:
    card = data_card(store.db.conn, ArticleFilter(since="2060-01-01"), {}, NOW)

    assert card.counts["articles"] == card.counts["words"] == 0
    assert "no dated article" in card_markdown(card)


def test_a_card_is_markdown_or_json(sample: Path, tmp_path: Path) -> None:
    text = run(sample, "--card", "--output", tmp_path / "CARD.md")
    data = json.loads(run(sample, "--card", "--json", "--since", "2018-01-01").out)
    card = (tmp_path / "CARD.md").read_text("utf-8")

    assert (text.code, text.out) == (0, "")
    for heading in ("Counts", "Fields", "Portals", "Rights", "Limits"):
        assert f"\n## {heading}\n" in card
    assert "| `ldtd` | Báo Lao động Thủ đô |" in card
    assert data["chosen"] == {"since": "2018-01-01"}
    assert data["first_day"] >= "2018-01-01"
    assert {one["name"] for one in data["fields"]} == set(FIELDS)
