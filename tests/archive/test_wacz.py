"""WACZ packages: records are where the index says, hashes hold, and nothing else is replaced."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portals.archive.captures import capture_of
from portals.archive.records import Record, read_records
from portals.archive.wacz import EntryPage, is_our_wacz, url_key, write_wacz
from portals.errors import ArchiveError
from tests.sample.__main__ import SAMPLE_LATER
from tests.support.commands import scrapy
from tests.support.project import SAMPLE

NOW = datetime(2026, 3, 1, 5, tzinfo=UTC)
PAGES = (EntryPage("http://x.vn/a", "Tít “một”", "2025-06-14T19:00:00+00:00"),)


def packed(*files: Path) -> zipfile.ZipFile:
    out = io.BytesIO()
    write_wacz(out, files, PAGES, "Thử", NOW)
    return zipfile.ZipFile(out)


def index_of(package: zipfile.ZipFile) -> list[tuple[str, dict[str, Any]]]:
    lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
    return [(line, json.loads(line.split(" ", 2)[2])) for line in lines]


def test_every_record_is_where_the_index_says(tmp_path: Path) -> None:
    with packed(SAMPLE, SAMPLE_LATER) as package:
        package.extractall(tmp_path)
        lines = index_of(package)

    assert [line for line, _ in lines] == sorted(line for line, _ in lines)
    for line, about in lines:
        start, length = int(about["offset"]), int(about["length"])
        path = tmp_path / "archive" / about["filename"]
        record = next(read_records(path, start, start + length))
        assert isinstance(record, Record)
        assert record.url == about["url"]
        assert line.startswith(url_key(about["url"]) + " ")
    records = [one for path in (SAMPLE, SAMPLE_LATER) for one in read_records(path)]
    assert len(lines) == sum(isinstance(r, Record) and capture_of(r) is not None for r in records)


def test_the_description_lists_every_file_with_its_hash() -> None:
    with packed(SAMPLE) as package:
        about = json.loads(package.read("datapackage.json"))
        digest = json.loads(package.read("datapackage-digest.json"))
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]
        for one in about["resources"]:
            content = package.read(one["path"])
            assert one["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            assert one["bytes"] == len(content)
        named = {one["path"] for one in about["resources"]}
        stored = {one.filename for one in package.infolist() if one.compress_type == 0}

        assert named | {"datapackage.json", "datapackage-digest.json"} == set(package.namelist())
        content = package.read("datapackage.json")
        assert digest["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert stored >= {"archive/sample.warc.gz", "indexes/index.cdx.gz"}, "players seek in them"
    assert about["wacz_version"] == "1.1.1"
    assert pages == [
        {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"},
        {"id": "1", "url": "http://x.vn/a", "title": "Tít “một”", "ts": "2025-06-14T19:00:00Z"},
    ]


def test_the_blocks_of_a_long_index_begin_where_their_index_says(tmp_path: Path) -> None:
    copies = [tmp_path / f"{number}" / "a.warc.gz" for number in range(12)]
    for copy in copies:
        copy.parent.mkdir()
        shutil.copy(SAMPLE, copy)
    with packed(*copies) as package:
        names = [name for name in package.namelist() if name.startswith("archive/")]
        blocks = package.read("indexes/index.cdx.gz")
        places = package.read("indexes/index.idx").decode().splitlines()[1:]
        lines = [line for line, _ in index_of(package)]

    assert len(set(names)) == 12
    assert len(places) == 2
    for number, place in enumerate(places):
        key, at, text = place.split(" ", 2)
        one = json.loads(text)
        block = blocks[one["offset"] : one["offset"] + one["length"]]
        assert one["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
        first = gzip.decompress(block).decode().splitlines()[0]
        assert first == lines[number * 1024]
        assert first.startswith(f"{key} {at} ")


def test_a_record_that_is_still_in_writing_is_not_packed(tmp_path: Path) -> None:
    whole = [one for one in read_records(SAMPLE) if isinstance(one, Record)]
    growing = tmp_path / "a.warc.gz"
    growing.write_bytes(SAMPLE.read_bytes()[: whole[9].offset + whole[9].length // 2])
    with packed(growing) as package:
        assert package.getinfo("archive/a.warc.gz").file_size == whole[9].offset
        assert len(index_of(package)) == sum(capture_of(one) is not None for one in whole[:9])


def test_nothing_to_pack_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(b"")
    with pytest.raises(ArchiveError, match="no archive has a record"):
        packed(tmp_path / "a.warc.gz")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.ldtd.vn/", "vn,ldtd)/"),
        ("https://cd.vn:8080/A/b?z=1&a=2", "vn,cd:8080)/a/b?a=2&z=1"),
        ("http://x.vn/a/b/", "vn,x)/a/b"),
        ("http://x.vn/p?q=a%20b#f", "vn,x)/p?q=a%20b"),
        ("http://x.vn", "vn,x)/"),
        ("http://x.vn/index.html?", "vn,x)/index.html"),
    ],
)
def test_the_key_of_a_url_is_that_of_other_programs(url: str, key: str) -> None:
    assert url_key(url) == key


def test_the_command_packs_again_and_replaces_nothing_else(tmp_path: Path) -> None:
    database, target = tmp_path / "a.db", tmp_path / "tin.wacz"
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("datapackage.json", '{"wacz_version": "1.1.1", "software": "other"}')
    shutil.copy(SAMPLE, tmp_path / "s.warc.gz")
    scrapy("reextract", tmp_path / "s.warc.gz", "--db", database)
    ask = ("archive", "pack", target, tmp_path / "s.warc.gz", "--db", database)
    first, second = scrapy(*ask), scrapy(*ask)
    refused = scrapy("archive", "pack", other, tmp_path / "s.warc.gz", "--db", database)

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "1 archives" in second.out
    assert "46 articles to begin with" in second.out
    assert is_our_wacz(target)
    assert (refused.code, is_our_wacz(other)) == (2, False)
    assert "was not written by 'scrapy archive pack', and is not replaced" in refused.err
