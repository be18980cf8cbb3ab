"""The forms of exported articles: JSON lines, CSV, Parquet, Markdown and Atom, each as a stream."""

from __future__ import annotations

import codecs
import csv
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote
from xml.sax.saxutils import XMLGenerator, escape
from xml.sax.xmlreader import AttributesImpl

from portals.errors import PortalError
from portals.files import replacing
from portals.store.export import FIELDS, Row
from portals.timestamps import utc_now

MAX_CELL = 32_767
"""Characters that Excel holds in one cell; it cuts or splits longer ones."""

_ROWS_IN_GROUP = 2_000  # rows per row group of Parquet
_SAFE_IN_URLS = "!#$%&'()*+,/:;=?@[]~"
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"[\\`*_\[\]#|~]")
_LIST_MARK = re.compile(r"(?m)^(\s*\d*)([-+=.)])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_jsonl(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write one JSON object per line, UTF-8."""
    out.writelines(json.dumps(dict(row), ensure_ascii=False).encode() + b"\n" for row in rows)


def write_csv(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write CSV for spreadsheets: UTF-8 with a byte order mark, and no cell that is a formula."""
    out.write(codecs.BOM_UTF8)
    table = csv.writer(_Encoded(out))
    table.writerow(FIELDS)
    for row in rows:
        table.writerow([_defused(row[name]) for name in FIELDS])


class _Encoded:
    """A binary stream to which texts are written; unlike a wrapper of ``io`` it closes nothing."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())


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


def cut_long_cells(rows: Iterable[Row]) -> Iterator[Row]:
    """Return ``rows`` for Excel: cells above ``MAX_CELL`` characters end with a mark."""
    return ({name: _cut(value) for name, value in row.items()} for row in rows)


def _cut(value: object) -> object:
    length = len(str(_defused(value)))
    if length <= MAX_CELL:
        return value
    mark = f" […{length:,} characters]"
    return str(value)[: MAX_CELL - len(mark) - 1].rstrip() + mark  # 1: of what is defused


def write_parquet(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write Parquet, days and times as such. Raises PortalError if pyarrow is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an optional extra
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise PortalError(
            "Parquet needs pyarrow; install the extra 'parquet': pip install '.[parquet]' in a"
            " clone, or the package's file with [parquet] behind it"
        ) from None
    types = {
        "integer": pa.int64(),
        "string": pa.string(),
        "day": pa.date32(),
        "local time": pa.timestamp("us", tz="Asia/Ho_Chi_Minh"),
        "time": pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema(
        [
            pa.field(name, types[kind.removesuffix("?")], nullable=kind.endswith("?"))
            for name, (kind, _) in FIELDS.items()
        ]
    )
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _grouped(map(_parsed, rows)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


_PARSERS: dict[str, Callable[[str], Any]] = {
    "day": date.fromisoformat,
    "local time": datetime.fromisoformat,
    "time": datetime.fromisoformat,
}


def _parsed(row: Row) -> Row:
    """Return an article with days and times as such."""
    kinds = ((name, kind.removesuffix("?")) for name, (kind, _) in FIELDS.items())
    read = {
        name: _PARSERS[kind](row[name])
        for name, kind in kinds
        if kind in _PARSERS and row[name] is not None
    }
    return {**row, **read}


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
    """Write an Atom feed (RFC 4287), of a portal or of all; an entry's id is its URL."""
    feed = XMLGenerator(out, "utf-8", short_empty_elements=True)
    feed.startDocument()
    _open(feed, "feed", **{"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "vi"})
    _element(feed, "title", title or portal or "Tin Công Đoàn")
    _element(feed, "id", f"tag:tin-cong-doan,2025:{portal or 'all'}")
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


WRITTEN: dict[str, re.Pattern[bytes]] = {
    "jsonl": re.compile(rb'\{"id": \d+, "(?:content_hash|portal)": '),
    "csv": re.compile(codecs.BOM_UTF8 + rb"id,(?:content_hash|portal),"),
    "parquet": re.compile(rb"PAR1.*published_precision.*first_seen_at", re.DOTALL),
    "atom": re.compile(rb"<\?xml [^>]*>\s*<feed [^>]*><title>[^<]*</title><id>tag:tin-cong-doan,"),
    "md": re.compile(rb"# [^\n]*\n\n[^\n]+\n\n<[^>\s]+>\n\n"),
}
"""What a file of each format begins with; Parquet names its columns at the end.

One sign (``# ``, ``PAR1``, ``<?xml ``) is not enough: files of other programs have it too.
"""

_SAMPLE = 64 * 1024  # bytes of a file that are looked at


@contextmanager
def opened(output: Path | None, written: re.Pattern[bytes]) -> Iterator[BinaryIO]:
    """Open ``output``, which is replaced atomically at the end; None: standard output.

    A file that does not match ``written`` is not replaced. Raises PortalError.
    """
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
    _check_replaceable(output, written)
    with replacing(output) as draft, draft.open("wb") as file:
        yield file


def _check_replaceable(output: Path, written: re.Pattern[bytes]) -> None:
    """Raise PortalError where a file has something else in it than this command writes."""
    if not output.exists():
        return
    found = _ends_of(output)
    if found and not written.match(found):
        raise PortalError(
            f"{output} was not written by this command in this format, and is not replaced;"
            " give another name"
        )


def _ends_of(path: Path) -> bytes:
    """Return the beginning of a file, followed by its end, with the whole footer of Parquet."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8))
        last = file.read()
        footer = int.from_bytes(last[:4], "little") + 8 if last[4:] == b"PAR1" else 0
        file.seek(max(0, size - max(footer, _SAMPLE)))
        return head + file.read()
