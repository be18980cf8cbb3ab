"""Reading the WARC records of a file with their offsets, and reporting damaged parts.

Every record is a gzip member of its own (WARC 1.1, annex D), so that a file can be read from any
record on, by several processes at once, and past a damaged one. Uncompressed files are supported
too, and files that were compressed whole, whose offsets are those of the uncompressed file. Other
programs write WARC 0.17 and 0.18, heads with bare line feeds, and other line ends after a record.
warcio stops at the first damage, which is why it is not used for reading.
"""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAX_RECORD = 32 * 1024 * 1024
"""Maximum bytes of one decompressed record; a response of a crawl has at most half of it."""

CUT = "the file ends in the middle of a record"

_CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b\x08"
_MARK = b"WARC/"
_VERSION = re.compile(rb"WARC/(?:1\.\d|0\.1[78])\r?\n")
_VERSION_LENGTH = len("WARC/1.0\r\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(r"\r?\n")
_END = b"\r\n\r\n"
_MAX_END = 8  # bytes of line ends after a record
_MAX_HEAD = 64 * 1024
_ARC = b"filedesc://"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its position in the file (bytes), headers (names in lower case) and block."""

    offset: int
    length: int
    headers: dict[str, str]
    block: bytes

    @property
    def kind(self) -> str:
        """The type of the record, such as ``response``, ``revisit`` or ``warcinfo``."""
        return self.headers.get("warc-type", "")

    @property
    def url(self) -> str | None:
        """The target URL of the record, if it has one."""
        url = self.headers.get("warc-target-uri")
        return url.strip("<>") if url else None  # wget writes it in angle brackets


@dataclass(frozen=True, slots=True)
class Damage:
    """A part of a file that is not a record: its position (bytes) and the reason, as a text."""

    offset: int
    length: int
    reason: str
    url: str | None = None


class _DamagedError(Exception):
    """The bytes at this offset are not a record."""

    def __init__(self, reason: str, url: str | None = None) -> None:
        super().__init__(reason)
        self.url = url


def read_records(path: Path, start: int = 0, end: int | None = None) -> Iterator[Record | Damage]:
    """Yield the records of ``path`` that begin at offsets from ``start`` up to ``end`` (bytes).

    Adjacent ranges give every record exactly once. Damage is yielded in place of the damaged part,
    and reading continues at the next record. Raises OSError.
    """
    with path.open("rb") as file:
        records = _record_file(file, path)
        if isinstance(records, _InflatedFile) and end is not None and end >= path.stat().st_size:
            end = None  # the end of the file, whose uncompressed size is unknown
        offset = records.next_start(start) if start else 0
        while offset is not None and (end is None or offset < end):
            try:
                found = records.read(offset)
            except _DamagedError as error:
                following = records.next_start(offset + 1)
                until = records.end if following is None else following
                yield Damage(offset, max(0, until - offset), str(error), error.url)
                offset = following
                continue
            if found is None:
                return
            yield found
            offset += found.length


def is_compressed_whole(path: Path) -> bool:
    """Return True if the first gzip member of a file holds several records. Raises OSError."""
    with path.open("rb") as file:
        return isinstance(_record_file(file, path), _InflatedFile)


def _record_file(file: BinaryIO, path: Path) -> _RecordFile:
    # The name counts too: a damaged first byte must not make the file unreadable.
    if file.read(2) != _GZIP[:2] and path.suffix.lower() != ".gz":
        return _PlainFile(file)
    packed = _CompressedFile(file)
    return _InflatedFile(file) if packed.has_several_in_first() else packed


class _RecordFile(ABC):
    """A file of records, read through a moving buffer. ``end``: the offset where the file ends."""

    mark: bytes
    cut = CUT

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = self.end = file.seek(0, 2)
        self._at = self.size
        self._buffer = b""

    @abstractmethod
    def read(self, offset: int) -> Record | None:
        """Return the record at ``offset``, or None at the end of the file. Raises _DamagedError."""

    @abstractmethod
    def begins(self, offset: int) -> bool:
        """Return True if a record begins at ``offset``."""

    def bytes_at(self, offset: int, least: int = 1) -> bytes:
        """Return at least ``least`` bytes from ``offset``, or fewer at the end of the file."""
        inside = offset - self._at
        held = len(self._buffer) - inside
        if inside < 0 or held < 0:
            self._seek(offset)
            self._at, self._buffer = offset, self._read(max(least, _CHUNK))
        elif held < least:
            self._buffer = self._buffer[inside:] + self._read(max(least - held, _CHUNK))
            self._at = offset
        inside = offset - self._at
        return self._buffer[inside:] if inside else self._buffer

    def _seek(self, offset: int) -> None:
        self.file.seek(offset)

    def _read(self, size: int) -> bytes:
        return self.file.read(size)

    def next_start(self, offset: int) -> int | None:
        """Return the offset of the next record at or after ``offset``, or None."""
        while offset < self.size:
            window = self.bytes_at(offset, _CHUNK)
            if not window:
                return None
            found = window.find(self.mark)
            if found < 0:
                offset += max(1, len(window) - len(self.mark) + 1)
            elif self.begins(offset + found):
                return offset + found
            else:
                offset += found + 1
        return None


class _CompressedFile(_RecordFile):
    """A file whose records are gzip members."""

    mark = _GZIP

    def begins(self, offset: int) -> bool:
        try:
            head = zlib.decompressobj(wbits=31).decompress(self.bytes_at(offset, 4096), 16)
        except zlib.error:
            return False
        return _VERSION.match(head) is not None

    def has_several_in_first(self) -> bool:
        """Return True if the first member holds another record after its first one."""
        try:
            headers, start = _head(self._beginning(_MAX_HEAD))
            end = start + _size(headers)
            rest = self._beginning(end + _MAX_END + _VERSION_LENGTH)[end:]
        except (zlib.error, _DamagedError):
            return False
        return _VERSION.match(rest.lstrip(b"\r\n")) is not None

    def _beginning(self, size: int) -> bytes:
        """Return the first ``size`` bytes of the first member, inflated. Raises zlib.error."""
        inflater = zlib.decompressobj(wbits=31)
        parts: list[bytes] = []
        size, at = min(size, MAX_RECORD), 0
        while size > 0 and not inflater.eof and (packed := self.bytes_at(at)):
            parts.append(inflater.decompress(packed, size))
            at += len(packed)
            size -= len(parts[-1])
        return b"".join(parts)

    def read(self, offset: int) -> Record | None:
        if offset >= self.size:
            return None
        inflated, length = self._member(offset)
        headers, start = _head(inflated)
        size = _size(headers)
        rest = inflated[start + size :]
        is_end = not rest.strip(b"\r\n") and len(rest) <= _MAX_END
        if len(inflated) - start < size or not is_end or (not rest and inflated.endswith(_END)):
            held = len(inflated) - start - len(_END)
            reason = f"Content-Length says {size} bytes, the record holds {max(0, held)}"
            if _VERSION.match(rest.lstrip(b"\r\n")):
                reason = "several records in one gzip member; write them anew, each in its own"
            raise _DamagedError(reason, headers.get("warc-target-uri"))
        return Record(offset, length, headers, inflated[start : start + size])

    def _member(self, offset: int) -> tuple[bytes, int]:
        """Return the gzip member at ``offset``, inflated, and its length in the file."""
        inflater = zlib.decompressobj(wbits=31)
        parts: list[bytes] = []
        size, at = 0, offset
        while not inflater.eof:
            packed = self.bytes_at(at)
            if not packed:
                raise _DamagedError(CUT, _url_in(parts))
            at += len(packed)
            try:
                part = inflater.decompress(packed, MAX_RECORD + 1 - size)
            except zlib.error as error:
                raise _DamagedError(f"the gzip data is damaged: {error}", _url_in(parts)) from error
            parts.append(part)
            size += len(part)
            if size > MAX_RECORD:
                reason = f"a record of more than {MAX_RECORD // 1024**2} MB"
                raise _DamagedError(reason, _url_in(parts))
        return b"".join(parts), at - len(inflater.unused_data) - offset


class _PlainFile(_RecordFile):
    """A file without compression."""

    mark = _MARK

    def begins(self, offset: int) -> bool:
        if offset and self.bytes_at(offset - 1, 1)[:1] != b"\n":
            return False
        head = self.bytes_at(offset, _MAX_HEAD)[:_MAX_HEAD]
        return _VERSION.match(head) is not None and b"WARC-Type:" in head

    def read(self, offset: int) -> Record | None:
        if not self.bytes_at(offset):
            return None
        headers, start = _head(self.bytes_at(offset, _MAX_HEAD))
        url, size = headers.get("warc-target-uri"), _size(headers)
        if size > MAX_RECORD:
            reason = f"a record of {size} bytes, more than {MAX_RECORD // 1024**2} MB"
            raise _DamagedError(reason, url)
        end = start + size
        whole = self.bytes_at(offset, end + _MAX_END + _VERSION_LENGTH)
        if len(whole) < end:
            raise _DamagedError(self.cut, url)
        blank = _length_of_end(whole[end : end + _MAX_END + _VERSION_LENGTH])
        if blank is None or (blank == 0 and whole[:end].endswith(_END)):
            raise _DamagedError(f"Content-Length says {size} bytes, and no record ends there", url)
        return Record(offset, end + blank, headers, whole[start:end])


class _InflatedFile(_PlainFile):
    """A file that was compressed whole; offsets are those of the uncompressed file."""

    cut = "the gzip data ends in the middle of a record"

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._inflated = gzip.GzipFile(fileobj=file)
        self.size, self.end = sys.maxsize, 0
        self._at, self._buffer = 0, b""
        self._fault = ""
        self._is_damaged = False

    def read(self, offset: int) -> Record | None:
        found = super().read(offset)
        if found is None and self._fault:
            fault, self._fault = self._fault, ""
            raise _DamagedError(fault)
        return found

    def _seek(self, offset: int) -> None:
        with self._noting_damage():
            self._inflated.seek(offset)

    def _read(self, size: int) -> bytes:
        parts: list[bytes] = []
        with self._noting_damage():
            while size > 0 and not self._is_damaged and (part := self._inflated.read1(size)):
                parts.append(part)
                size -= len(part)
        self.end = max(self.end, self._inflated.tell())
        return b"".join(parts)

    @contextmanager
    def _noting_damage(self) -> Iterator[None]:
        """After damage nothing more can be inflated."""
        try:
            yield
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self._fault = self._fault or f"the gzip data is damaged: {error}"
            self._is_damaged = True


def _length_of_end(tail: bytes) -> int | None:
    """Return the length of the line ends after a record; None if it does not end there."""
    blank = len(tail) - len(tail.lstrip(b"\r\n"))
    if blank == len(tail) or _VERSION.match(tail, blank):
        return blank
    return next((len(end) for end in (_END, b"\n\n") if tail.startswith(end)), None)


def _head(data: bytes) -> tuple[dict[str, str], int]:
    """Return the headers of a record and the offset of its block. Raises _DamagedError."""
    if data.startswith(_ARC):
        raise _DamagedError("an ARC file; convert it to WARC, for example with 'warcio recompress'")
    end = _HEAD_END.search(data, 0, _MAX_HEAD)
    if not _VERSION.match(data) or end is None:
        raise _DamagedError("not a WARC record")
    lines = _LINE_END.split(data[: end.start()].decode("utf-8", "replace"))[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, end.end()


def _size(headers: dict[str, str]) -> int:
    size = headers.get("content-length", "")
    if not size.isdecimal() or len(size) > 15:
        raise _DamagedError("a record without a length", headers.get("warc-target-uri"))
    return int(size)


def _url_in(parts: list[bytes]) -> str | None:
    """Return the URL of a record of which only the beginning could be read."""
    try:
        headers, _ = _head(parts[0][:_MAX_HEAD] if parts else b"")
    except _DamagedError:
        return None
    return headers.get("warc-target-uri")
