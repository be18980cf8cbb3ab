"""Exporting articles as a stream: JSON lines, CSV, Parquet, Markdown or an Atom feed."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote
from xml.sax.saxutils import XMLGenerator, escape
from xml.sax.xmlreader import AttributesImpl

from portals.errors import PortalError
from portals.files import replacing
from portals.timestamps import utc_now

Row = Mapping[str, Any]

FIELDS: dict[str, tuple[str, str]] = {
    "id": ("integer", "Key of the article in the database it comes from."),
    "content_hash": ("string", "SHA-256 of the canonical form of the text: the same everywhere."),
    "portal": ("string", "Portal on which the story was first seen."),
    "portal_title": ("string?", "Its name in full."),
    "province_then": ("string?", "Its province until 30 June 2025."),
    "province_now": ("string?", "Its province since 1 July 2025."),
    "url": ("string", "URL at which the story was first seen."),
    "title": ("string", "Headline."),
    "lead": ("string?", "Lead."),
    "body": ("string", "Paragraphs, separated by one blank line."),
    "author": ("string?", "Person or organisation that signs."),
    "source": ("string?", "Source that the page names."),
    "section": ("string?", "Section."),
    "published_at": ("string?", "Publication, ISO 8601, +07:00."),
    "published_precision": ("string?", "`minute` or `day`."),
    "published_on": ("string?", "Day of publication in Vietnam."),
    "published_month": ("string?", "Month of publication in Vietnam."),
    "word_count": ("integer", "Words of the body."),
    "revisions": ("integer", "Texts that the article has had."),
    "sightings": ("integer", "URLs at which it is published."),
    "first_seen_at": ("string", "When it was first served to us, UTC."),
    "last_seen_at": ("string", "When it was last served to us, UTC."),
    "changed_at": ("string", "Start of the run that last wrote its text or a field of it, UTC."),
}
"""Fields of an exported article, their types (``?``: may be null) and meanings, in order."""

MAX_CELL = 32_767
"""Characters that Excel holds in one cell; it cuts or splits longer ones."""

_ROWS_IN_GROUP = 2_000  # rows per row group of Parquet
_SAFE_IN_URLS = "!#$%&'()*+,/:;=?@[]~"
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"[\\`*_\[\]#|~]")
_LIST_MARK = re.compile(r"(?m)^(\s*\d*)([-+=.)])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles are exported: of a portal, by days of publication, by time of change (UTC)."""

    portal: str | None = None
    since: str | None = None
    until: str | None = None
    changed_since: str | None = None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an exported article."""
    properties = {}
    for name, (kind, meaning) in FIELDS.items():
        kinds = [kind.removesuffix("?"), *(["null"] if kind.endswith("?") else [])]
        properties[name] = {
            "type": kinds if len(kinds) > 1 else kinds[0],
            "description": meaning,
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Article",
        "type": "object",
        "properties": properties,
        "required": list(FIELDS),
        "additionalProperties": False,
    }


def _conditions(choice: ArticleFilter) -> tuple[str, list[str]]:
    tests = (
        (choice.portal, "id IN (SELECT article_id FROM sightings WHERE portal = ?)"),
        (choice.since, "published_at >= ?"),
        (choice.until, "published_at < ?"),
        (choice.changed_since, "changed_at >= ?"),
    )
    wanted = [(value, sql) for value, sql in tests if value]
    where = " AND ".join(sql for _, sql in wanted)
    return (f" WHERE {where}" if where else ""), [value for value, _ in wanted]


_CHANGED = (
    "SELECT v.*, runs.started_at AS changed_at FROM v_articles v"
    " JOIN articles a ON a.id = v.id JOIN runs ON runs.id = a.run_id"
)


def title_of(conn: sqlite3.Connection, portal: str | None) -> str:
    """Return the full name of a portal, or ``portal`` itself. Raises PortalError if unknown."""
    if portal is None:
        return ""
    row = conn.execute("SELECT title FROM portals WHERE name = ?", (portal,)).fetchone()
    if row:
        return str(row[0])
    if conn.execute("SELECT 1 FROM sightings WHERE portal = ?", (portal,)).fetchone():
        return portal
    raise PortalError(f"nothing is known of a portal {portal!r}; 'scrapy status' prints them")


def count(conn: sqlite3.Connection, choice: ArticleFilter) -> int:
    """Return the number of matching articles. Raises sqlite3.Error."""
    where, values = _conditions(choice)
    sql = f"SELECT count(*) FROM ({_CHANGED}){where}"  # noqa: S608 - values are bound
    return int(conn.execute(sql, values).fetchone()[0])


def articles(conn: sqlite3.Connection, choice: ArticleFilter) -> Iterator[Row]:
    """Yield the matching articles by id, as of one moment. Raises sqlite3.Error."""
    where, values = _conditions(choice)
    names = ", ".join(FIELDS)
    sql = f"SELECT {names} FROM ({_CHANGED}){where} ORDER BY id"  # noqa: S608 - values are bound
    for row in conn.execute(sql, values):
        yield dict(zip(FIELDS, row, strict=True))


def feed_rows(conn: sqlite3.Connection, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return the articles with these ids, in this order. Raises sqlite3.Error."""
    names = ", ".join(FIELDS)
    sql = f"SELECT {names} FROM ({_CHANGED}) WHERE id = ?"  # noqa: S608 - our own names
    rows = (conn.execute(sql, (article_id,)).fetchone() for article_id in ids)
    return [dict(zip(FIELDS, row, strict=True)) for row in rows if row]


# --- formats -------------------------------------------------------------------------------------


def write_jsonl(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write one JSON object per line, UTF-8."""
    out.writelines(json.dumps(dict(row), ensure_ascii=False).encode() + b"\n" for row in rows)


def write_csv(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write CSV for spreadsheets: UTF-8 with a byte order mark, and no cell that is a formula."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    table = csv.writer(text)
    table.writerow(FIELDS)
    for row in rows:
        table.writerow([_defused(row[name]) for name in FIELDS])
    text.flush()
    text.detach()


def _defused(value: object) -> object:
    """Return a cell that a spreadsheet does not evaluate as a formula (OWASP: CSV injection)."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def count_long_cells(rows: Iterable[Row], counts: Counter[str]) -> Iterator[Row]:
    """Pass ``rows`` on; count by field the cells of CSV that Excel cuts (``MAX_CELL``)."""
    for row in rows:
        long = (name for name in FIELDS if len(str(_defused(row[name]))) > MAX_CELL)
        counts.update(long)
        yield row


def write_parquet(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write Parquet. Raises PortalError if pyarrow is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an optional extra
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise PortalError(
            "Parquet needs pyarrow; install the extra 'parquet': pip install '.[parquet]' in a"
            " clone, or the package's file with [parquet] behind it"
        ) from None
    types = {"integer": pa.int64(), "string": pa.string()}
    schema = pa.schema(
        [
            pa.field(name, types[kind.removesuffix("?")], nullable=kind.endswith("?"))
            for name, (kind, _) in FIELDS.items()
        ]
    )
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _grouped(rows):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _grouped(rows: Iterable[Row]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        group.append(dict(row))
        if len(group) >= _ROWS_IN_GROUP:
            yield group
            group = []
    if group:
        yield group


def write_markdown(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write Markdown for reading: a heading, a line about the article, its lead and its text."""
    for row in rows:
        names = (row["portal_title"] or row["portal"], row["author"])
        about = [_unmarked(str(name)) for name in names if name]
        parts = [
            f"# {_unmarked(row['title'])}",
            " · ".join(
                [*about[:1], *([row["published_on"]] if row["published_on"] else []), *about[1:]]
            ),
            f"<{quote(str(row['url']), safe=_SAFE_IN_URLS)}>",
            f"**{_unmarked(row['lead'])}**" if row["lead"] else "",
            *(_unmarked(part) for part in str(row["body"]).split("\n\n")),
        ]
        out.write(("\n\n".join(part for part in parts if part) + "\n\n---\n\n").encode())


def _unmarked(text: str) -> str:
    """Return a text in which nothing is Markdown or HTML."""
    marked = escape(_MARKDOWN.sub(r"\\\g<0>", text))
    return _LIST_MARK.sub(r"\1\\\2", marked)


def write_atom(rows: Iterable[Row], out: BinaryIO, portal: str = "", title: str = "") -> None:
    """Write an Atom feed (RFC 4287) of a portal, possibly empty; an entry's id is its URL."""
    feed = XMLGenerator(out, "utf-8", short_empty_elements=True)
    feed.startDocument()
    _open(feed, "feed", **{"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "vi"})
    _element(feed, "title", title or portal)
    _element(feed, "id", f"tag:tin-cong-doan,2025:{portal}")
    _element(feed, "updated", utc_now().isoformat(timespec="seconds"))
    _element(feed, "generator", "tin-cong-doan")
    for row in rows:
        _entry(feed, row)
    feed.endElement("feed")
    feed.endDocument()


def _entry(feed: XMLGenerator, row: Row) -> None:
    url = quote(str(row["url"]), safe=_SAFE_IN_URLS)
    _open(feed, "entry")
    _element(feed, "title", row["title"])
    _element(feed, "id", url)
    _open(feed, "link", rel="alternate", href=url)
    feed.endElement("link")
    if row["published_at"]:
        _element(feed, "published", row["published_at"])
    _element(feed, "updated", row["changed_at"])
    _open(feed, "author")
    _element(feed, "name", row["author"] or row["portal_title"] or row["portal"])
    feed.endElement("author")
    if row["section"]:
        _open(feed, "category", term=row["section"])
        feed.endElement("category")
    if row["lead"]:
        _element(feed, "summary", row["lead"])
    _element(feed, "content", row["body"], type="text")
    feed.endElement("entry")


def _element(feed: XMLGenerator, name: str, text: str, **attributes: str) -> None:
    _open(feed, name, **attributes)
    feed.characters(_NOT_XML.sub("", text))
    feed.endElement(name)


def _open(feed: XMLGenerator, name: str, **attributes: str) -> None:
    safe = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    feed.startElement(name, AttributesImpl(safe))


FORMATS: dict[str, Callable[[Iterable[Row], BinaryIO], None]] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
    "atom": write_atom,
    "md": write_markdown,
}


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """Open ``output``, which is replaced atomically at the end; None: standard output."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    output = output.resolve()
    if output.is_dir():
        raise PortalError(f"{output} is a folder; name a file in it")
    if output.exists() and not output.is_file():  # a pipe, a device
        with output.open("wb") as file:
            yield file
        return
    with replacing(output) as draft, draft.open("wb") as file:
        yield file
