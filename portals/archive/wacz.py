"""WACZ files (version 1.1.1): archives with their index and their articles, to replay anywhere.

A WACZ is a ZIP with the WARC files as they are, an index of their records (CDXJ in gzip blocks),
the list of the pages to begin with, and the hashes of everything. A file is copied up to its last
whole record, so that a crawl may write meanwhile.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from portals.archive.captures import REQUEST_DIGEST, Capture, Revisit, capture_of
from portals.archive.records import Damage, Record, is_compressed_whole, read_records
from portals.errors import ArchiveError

VERSION = "1.1.1"
PACKAGE = "datapackage.json"
"""The file of a WACZ that describes all others."""

_LINES = 1024  # of the index in a gzip block
_CHUNK = 1 << 20
_IN_KEYS = "!\"#$%&'()*+,-./:;=?@[]^_`{|}~\\"
_MOST_BYTES = 64 * 1024 * 1024  # of a package whose description is looked at


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page to begin with. ``fetched_at``: UTC, ISO 8601."""

    url: str
    title: str
    fetched_at: str


@dataclass(slots=True)
class Packed:
    """What a WACZ holds. ``skipped``: files whose records have no places of their own."""

    files: int = 0
    records: int = 0
    pages: int = 0
    skipped: list[Path] = field(default_factory=list)


_MAKER = "tin-cong-doan"


def is_our_wacz(path: Path) -> bool:
    """Return True for a WACZ that this program wrote. Raises OSError."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as package:
        if PACKAGE not in package.namelist() or package.getinfo(PACKAGE).file_size > _MOST_BYTES:
            return False
        try:
            about = json.loads(package.read(PACKAGE))
        except (ValueError, zipfile.BadZipFile):
            return False
    return isinstance(about, dict) and "wacz_version" in about and about.get("software") == _MAKER


def write_wacz(
    out: BinaryIO, files: Sequence[Path], pages: Iterable[EntryPage], title: str, now: datetime
) -> Packed:
    """Write ``files`` and ``pages`` as a WACZ to ``out``. ``now``: aware.

    Raises ArchiveError if no file has a record, and OSError.
    """
    packed = Packed()
    with zipfile.ZipFile(out, "w", allowZip64=True) as package:
        writer = _Package(package, now)
        lines: list[str] = []
        for path in files:
            if is_compressed_whole(path):
                packed.skipped.append(path)
                continue
            name = writer.free_name(path)
            found = list(_indexed(path, name))
            if found:
                lines += [line for line, _ in found]
                writer.add_file(f"archive/{name}", path, found[-1][1])
                packed.files += 1
        if not lines:
            raise ArchiveError("no archive has a record to pack; name WARC files, or crawl first")
        packed.records = len(lines)
        writer.add_index(sorted(lines))
        packed.pages = writer.add_pages(pages)
        writer.finish(title)
    return packed


def _indexed(path: Path, name: str) -> Iterator[tuple[str, int]]:
    """Yield the line of the index of each record of a file, and where the record ends."""
    for record in read_records(path):
        if isinstance(record, Damage) or REQUEST_DIGEST.lower() in record.headers:
            continue  # an answer to a form has the URL of another page
        found = capture_of(record)
        if isinstance(found, Capture | Revisit):
            yield _line(record, found, name), record.offset + record.length


def _line(record: Record, found: Capture | Revisit, name: str) -> str:
    about = {
        "url": found.url,
        "mime": "warc/revisit" if isinstance(found, Revisit) else _mime(found),
        "status": str(found.status),
        "digest": record.headers.get("warc-payload-digest", "-"),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": name,
    }
    at = found.captured_at.astimezone(UTC)
    return f"{url_key(found.url)} {at:%Y%m%d%H%M%S} {json.dumps(about)}\n"


def _mime(capture: Capture) -> str:
    values = (value for name, value in capture.headers if name.lower() == "content-type")
    return next(values, "unk").partition(";")[0].strip().lower() or "unk"


def url_key(url: str) -> str:
    """Return the key of a URL in an index (SURT): ``vn,x)/a?b=1`` for http://www.x.vn/A?b=1."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    path = quote(parts.path.lower(), safe=_IN_KEYS).rstrip("/") or "/"
    query = "&".join(sorted(quote(parts.query.lower(), safe=_IN_KEYS).split("&")))
    return f"{','.join(reversed(host.split('.')))}{port}){path}{f'?{query}' if query else ''}"


class _Package:
    """The ZIP of a WACZ while it is packed; ``resources``: its files with their hashes."""

    def __init__(self, package: zipfile.ZipFile, now: datetime) -> None:
        self._package = package
        self._now = now.astimezone(UTC)
        self._resources: list[dict[str, object]] = []
        self._names: set[str] = set()

    def free_name(self, path: Path) -> str:
        """Return a name for a file of which there may be another one with the same name."""
        name, number = path.name, 1
        while name in self._names:
            number += 1
            name = f"{number}-{path.name}"
        self._names.add(name)
        return name

    def add_file(self, name: str, path: Path, end: int) -> None:
        """Add the first ``end`` bytes of a file, uncompressed: players read single records."""
        digest, left = hashlib.sha256(), end
        info = self._info(name)
        info.file_size = end
        with path.open("rb") as source, self._package.open(info, "w", force_zip64=True) as out:
            while left and (chunk := source.read(min(_CHUNK, left))):
                digest.update(chunk)
                out.write(chunk)
                left -= len(chunk)
        self._list(name, digest.hexdigest(), end - left)

    def add_index(self, lines: Sequence[str]) -> None:
        """Add the index in blocks, and the index of the blocks."""
        blocks, offset = bytearray(), 0
        about = {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
        heads = [f"!meta 0 {json.dumps(about)}\n"]
        for start in range(0, len(lines), _LINES):
            part = "".join(lines[start : start + _LINES]).encode()
            block = gzip.compress(part, mtime=0)
            key, at, _ = lines[start].split(" ", 2)
            digest = f"sha256:{hashlib.sha256(block).hexdigest()}"
            place = {"offset": offset, "length": len(block), "digest": digest}
            heads.append(f"{key} {at} {json.dumps(place)}\n")
            blocks += block
            offset += len(block)
        self.add("indexes/index.cdx.gz", bytes(blocks))
        self.add("indexes/index.idx", "".join(heads).encode(), zipfile.ZIP_DEFLATED)

    def add_pages(self, pages: Iterable[EntryPage]) -> int:
        """Add the list of pages; return their number."""
        lines = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
        for number, page in enumerate(pages, 1):
            at = datetime.fromisoformat(page.fetched_at).astimezone(UTC)
            lines.append({"id": str(number), "url": page.url, "title": page.title, "ts": _zulu(at)})
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        self.add("pages/pages.jsonl", text.encode(), zipfile.ZIP_DEFLATED)
        return len(lines) - 1

    def finish(self, title: str) -> None:
        """Add the description of everything, and its hash."""
        about = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": title,
            "created": _zulu(self._now),
            "software": _MAKER,
            "resources": self._resources,
        }
        content = json.dumps(about, ensure_ascii=False, indent=2).encode()
        digest = {"path": PACKAGE, "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        self.add(PACKAGE, content, zipfile.ZIP_DEFLATED)
        self.add("datapackage-digest.json", json.dumps(digest).encode(), zipfile.ZIP_DEFLATED)

    def add(self, name: str, content: bytes, compression: int = zipfile.ZIP_STORED) -> None:
        """Add a file with this content."""
        info = self._info(name)
        info.compress_type = compression
        self._package.writestr(info, content)
        self._list(name, hashlib.sha256(content).hexdigest(), len(content))

    def _info(self, name: str) -> zipfile.ZipInfo:
        return zipfile.ZipInfo(name, self._now.timetuple()[:6])

    def _list(self, path: str, digest: str, size: int) -> None:
        name = path.rpartition("/")[2].lower()
        self._resources.append(
            {"name": name, "path": path, "hash": f"sha256:{digest}", "bytes": size}
        )


def _zulu(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
