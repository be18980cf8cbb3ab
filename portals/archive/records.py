"""Reading the WARC records of a file with their offsets, and reporting damaged parts.

Every record is a gzip member of its own (WARC 1.1, annex D), so that a file can be read from any
record on, by several processes at once, and past a damaged one. Uncompressed files are supported
too. warcio stops at the first damage, which is why it is not used for reading.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAX_RECORD = 32 * 1024 * 1024
"""Maximum bytes of one decompressed record; a response of a crawl has at most half of it."""

CUT = "the file ends in the middle of a record"

_CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b\x08"
_VERSION = b"WARC/1."
_END = b"\r\n\r\n"
_MAX_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its position in the file (bytes), headers (names in lower case) and block."""

    offset: int
    length: int
    headers: dict[str, str]
    block: bytes

    @property
    def kind(self) -> str:
        """The type of the record: ``response``, ``revisit`` or ``warcinfo``."""
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
        # The name counts too: a damaged first byte must not make the file unreadable.
        is_packed = file.read(2) == _GZIP[:2] or path.suffix == ".gz"
        records = _CompressedFile(file) if is_packed else _PlainFile(file)
        offset = records.next_start(start) if start else 0
        while offset is not None and (end is None or offset < end):
            try:
                found = records.read(offset)
            except _DamagedError as error:
                following = records.next_start(offset + 1)
                until = records.size if following is None else following
                yield Damage(offset, until - offset, str(error), error.url)
                offset = following
                continue
            if found is None:
                return
            yield found
            offset += found.length


class _RecordFile(ABC):
    """A file of records, read through a moving buffer."""

    mark: bytes

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        self._at = 0
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
        if inside < 0 or len(self._buffer) - inside < least:
            self.file.seek(offset)
            self._buffer = self.file.read(max(least, _CHUNK))
            self._at, inside = offset, 0
        return self._buffer[inside:] if inside else self._buffer

    def next_start(self, offset: int) -> int | None:
        """Return the offset of the next record at or after ``offset``, or None."""
        while offset < self.size:
            window = self.bytes_at(offset, _CHUNK)
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
        return head.startswith(_VERSION)

    def read(self, offset: int) -> Record | None:
        if offset >= self.size:
            return None
        inflated, length = self._member(offset)
        headers, start = _head(inflated)
        size = _size(headers)
        rest = inflated[start + size :]
        is_whole = rest == _END or (not rest and inflated[-len(_END) :] != _END)
        if len(inflated) - start < size or not is_whole:
            held = len(inflated) - start - len(_END)
            reason = f"Content-Length says {size} bytes, the record holds {max(0, held)}"
            if rest.lstrip(b"\r\n").startswith(_VERSION):
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

    mark = _VERSION

    def begins(self, offset: int) -> bool:
        if offset >= len(_END) and self.bytes_at(offset - len(_END), 4)[:4] != _END:
            return False
        return b"WARC-Type:" in self.bytes_at(offset, _MAX_HEAD)[:_MAX_HEAD]

    def read(self, offset: int) -> Record | None:
        if offset >= self.size:
            return None
        headers, start = _head(self.bytes_at(offset, _MAX_HEAD))
        size = _size(headers)
        if size > MAX_RECORD:
            reason = f"a record of {size} bytes, more than {MAX_RECORD // 1024**2} MB"
            raise _DamagedError(reason, headers.get("warc-target-uri"))
        whole = self.bytes_at(offset, start + size + len(_END))
        end = start + size + len(_END)
        if len(whole) < end:
            raise _DamagedError(CUT, headers.get("warc-target-uri"))
        if whole[start + size : end] != _END:
            reason = f"Content-Length says {size} bytes, and no record ends there"
            raise _DamagedError(reason, headers.get("warc-target-uri"))
        return Record(offset, end, headers, whole[start : start + size])


def _head(data: bytes) -> tuple[dict[str, str], int]:
    """Return the headers of a record and the offset of its block. Raises _DamagedError."""
    end = data.find(_END, 0, _MAX_HEAD)
    if not data.startswith(_VERSION) or end < 0:
        raise _DamagedError("not a WARC record")
    lines = data[:end].decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, end + len(_END)


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
