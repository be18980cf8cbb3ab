"""WARC files: every response of a live crawl written as it came, and read again in any order."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from portals.errors import ArchiveError

logger = logging.getLogger(__name__)

_SECRETS = frozenset(["set-cookie", "set-cookie2"])
_HOP_BY_HOP = frozenset(["transfer-encoding", "connection", "keep-alive"])
_DECODED = frozenset(["content-encoding", "transfer-encoding", "content-length"])


@dataclass(frozen=True, slots=True)
class Capture:
    """One archived response, body decoded; ``captured_at`` is aware (UTC)."""

    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    captured_at: datetime

    @property
    def content_type(self) -> str | None:
        """The Content-Type header, if any."""
        return next((v for k, v in self.headers if k.lower() == "content-type"), None)


class ArchiveWriter:
    """Writes one WARC file, gzip per record, each record on disk before the next one begins."""

    def __init__(self, path: Path, software: str, started_at: datetime | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file: IO[bytes] = path.open("ab")
        self._writer = WARCWriter(self._file, gzip=True, warc_version="1.1")
        info = {"software": software, "format": "WARC File Format 1.1"}
        record = self._writer.create_warcinfo_record(path.name, info)
        date = warc_date(started_at or datetime.now(UTC))
        record.rec_headers.replace_header("WARC-Date", date)
        record.rec_headers.replace_header("WARC-Record-ID", _record_id(path.name, date, b""))
        self._writer.write_record(record)
        self._file.flush()

    def write(self, capture: Capture) -> None:
        """Append one response. Cookies are left out: they are of use to nobody but a thief."""
        headers = [
            (name, value)
            for name, value in capture.headers
            if name.lower() not in _SECRETS | _HOP_BY_HOP
        ]
        date = warc_date(capture.captured_at)
        record = self._writer.create_warc_record(
            capture.url,
            "response",
            payload=BytesIO(capture.body),
            length=len(capture.body),
            http_headers=StatusAndHeaders(f"{capture.status} ", headers, protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": date,
                "WARC-Record-ID": _record_id(capture.url, date, capture.body),
            },
        )
        self._writer.write_record(record)
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _record_id(name: str, date: str, body: bytes) -> str:
    """Return an id that the same capture always has, so that archives can be compared."""
    digest = hashlib.sha256(body).hexdigest()
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{name} {date} {digest}')}>"


def warc_date(moment: datetime) -> str:
    """Return ``moment`` (aware) as WARC-Date."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def archive_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the WARC files in ``paths`` (files, or folders of them). Raises ArchiveError."""
    found: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.name.endswith((".warc", ".warc.gz")))
            if not inside:
                raise ArchiveError(f"the folder {path} holds no WARC file (*.warc, *.warc.gz)")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ArchiveError(f"there is no archive {path}; give a WARC file or a folder of them")
    return found


def read_captures(path: Path) -> Iterator[Capture]:
    """Yield the responses of a WARC file in order, up to its last whole record."""
    for _, record in _records(path):
        if capture := _capture(record, path):
            yield capture


@dataclass(frozen=True, slots=True)
class _Place:
    file: int
    offset: int
    captured_at: str


class Replay:
    """Answers for a set of archives: the newest capture of each address."""

    def __init__(self, paths: Iterable[str | Path]) -> None:
        self._files = archive_files(paths)
        self._places: dict[str, _Place] = {}
        for number, path in enumerate(self._files):
            for records, record in _records(path):
                url = record.rec_headers.get_header("WARC-Target-URI")
                at = record.rec_headers.get_header("WARC-Date") or ""
                known = self._places.get(_key(url)) if url else None
                if url and (known is None or at >= known.captured_at):
                    place = _Place(number, records.get_record_offset(), at)
                    self._places[_key(url)] = place
        if not self._places:
            names = ", ".join(str(path) for path in self._files)
            raise ArchiveError(f"no readable response in {names}; is it a WARC file?")

    def __len__(self) -> int:
        return len(self._places)

    def find(self, url: str) -> Capture | None:
        """Return the newest capture of ``url``, or None where it is not archived."""
        place = self._places.get(_key(url))
        if place is None:
            return None
        path = self._files[place.file]
        with path.open("rb") as file:
            file.seek(place.offset)
            for record in ArchiveIterator(file):
                return _capture(record, path)
        return None


def _records(path: Path) -> Iterator[tuple[ArchiveIterator, ArcWarcRecord]]:
    """Yield response records; a cut or broken tail ends the file, with a word in the log.

    The iterator comes along for ``get_record_offset``, which reads the record to its end.
    """
    whole = 0
    with path.open("rb") as file:
        try:
            records = ArchiveIterator(file)
            for record in records:
                if record.rec_type == "response" and record.http_headers:
                    yield records, record
                whole += 1
        except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
            if whole:
                logger.warning("%s is read up to record %d: %s", path, whole, error)


def _capture(record: ArcWarcRecord, path: Path) -> Capture | None:
    headers = record.http_headers
    url = record.rec_headers.get_header("WARC-Target-URI")
    try:
        status = int(headers.get_statuscode())
        body = record.content_stream().read()
        captured_at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
    except (ValueError, TypeError, EOFError, OSError) as error:
        logger.warning("%s: the record of %s cannot be read: %s", path, url, error)
        return None
    if captured_at.tzinfo is None:
        captured_at = captured_at.replace(tzinfo=UTC)
    kept = [(name, value) for name, value in headers.headers if name.lower() not in _DECODED]
    return Capture(url, status, kept, body, captured_at)


def _key(url: str) -> str:
    """Return ``url`` as looked up: scheme and a bare closing slash do not matter."""
    bare = url.split("#", 1)[0].split("://", 1)[-1]
    return bare[:-1] if bare.endswith("/") and bare.count("/") == 1 else bare
