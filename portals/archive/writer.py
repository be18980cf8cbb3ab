"""Writing WARC files: every response of a crawl as received, in files of limited size."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from portals.archive.building import (
    BuiltRecords,
    Headers,
    RevisitTarget,
    metadata_record,
    response_records,
    warcinfo_record,
)
from portals.archive.captures import Capture
from portals.archive.link_facts import NO_FACTS, LinkFacts
from portals.files import make_folder, sync_folder
from portals.timestamps import utc_now

SOFTWARE = "tin-cong-doan"

_TOKEN = 4  # bytes in the names of the files of one run


@dataclass(frozen=True, slots=True)
class RecordLocation:
    """The position of a record in its file (bytes), and the digest of its payload."""

    path: Path
    offset: int
    length: int
    digest: str


class ArchiveWriter:
    """Writes one new WARC file, gzip per record; what one response gives is one system call.

    ``about``: additional fields of the ``warcinfo`` record (``isPartOf``: the portal). The entry of
    the file in its folder is on disk before the first record. Raises OSError, FileExistsError where
    the file exists: two writers would destroy each other's records.
    """

    def __init__(
        self,
        path: Path,
        software: str = SOFTWARE,
        started_at: datetime | None = None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        make_folder(path.parent)
        self.path = path
        self._file: IO[bytes] = path.open("xb")
        sync_folder(path.parent)
        info = {"software": software, **(about or {})}
        self._append(warcinfo_record(path.name, info, started_at or utc_now()))

    @property
    def size(self) -> int:
        """Bytes written."""
        return self._file.tell()

    def write(
        self,
        capture: Capture,
        asked: Headers | None = None,
        earlier: RevisitTarget | None = None,
        link: LinkFacts = NO_FACTS,
        body: bytes = b"",
        listing_page: str = "",
    ) -> RecordLocation:
        """Append one response, see ``response_records``. Raises OSError."""
        return self.append(response_records(capture, asked, earlier, link, body, listing_page))

    def append(self, built: BuiltRecords) -> RecordLocation:
        """Append the records of one response. Raises OSError."""
        offset = self._append(built.data)
        return RecordLocation(self.path, offset, built.length, built.digest)

    def annotate(self, url: str, response_id: str, link: LinkFacts, now: datetime) -> None:
        """Append what the link to a page says, as metadata of its response. Raises OSError."""
        self._append(metadata_record(url, response_id, link, now))

    def _append(self, data: bytes) -> int:
        """Write bytes and return their offset."""
        offset = self._file.tell()
        self._file.write(data)
        self._file.flush()
        return offset

    def sync(self) -> None:
        """Flush the written records to the disk. Raises OSError, also where the file was moved."""
        os.fsync(self._file.fileno())
        self.check_place()

    def check_place(self) -> None:
        """Raise FileNotFoundError if the file is no longer at its path: records would be lost."""
        try:
            is_there = os.path.samestat(self.path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            is_there = False
        if not is_there:
            message = "the archive was moved or removed during the crawl"
            raise FileNotFoundError(errno.ENOENT, message, str(self.path))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class RollingWriter:
    """Writes the responses of one run to ``FOLDER/NAME-TOKEN-00000.warc.gz``, ``-00001`` and so on.

    The token is random: other runs, and runs into other databases, never have the same file.
    ``on_new``: called with the path of a file before the file is made.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        largest: int,
        about: Mapping[str, str],
        on_new: Callable[[Path], None] | None = None,
    ) -> None:
        self.folder = folder
        self.name = f"{name}-{secrets.token_hex(_TOKEN)}"
        self.largest = largest
        self.about = about
        self._on_new = on_new
        self._number = 0
        self._writer: ArchiveWriter | None = None
        self._is_synced = True

    def append(self, built: BuiltRecords) -> RecordLocation:
        """Append the records of a response, to a new file if the last is full. Raises OSError."""
        if self._writer is not None and self._writer.size >= self.largest:
            self.close()
            self._number += 1
        if self._writer is None:
            path = self.folder / f"{self.name}-{self._number:05}.warc.gz"
            if self._on_new:
                self._on_new(path)
            self._writer = ArchiveWriter(path, about=self.about)
        self._is_synced = False
        return self._writer.append(built)

    def annotate(self, url: str, response_id: str, link: LinkFacts, now: datetime) -> None:
        """Append what the link to a page says that was written before. Raises OSError."""
        if self._writer is not None:
            self._is_synced = False
            self._writer.annotate(url, response_id, link, now)

    def sync(self) -> None:
        """Flush the written records to the disk, if there are any. Raises OSError."""
        if self._writer is not None and not self._is_synced:
            self._writer.sync()
            self._is_synced = True

    def close(self) -> None:
        """Close the file that is open. Raises OSError."""
        writer = self._writer
        if writer is None:
            return
        try:
            self.sync()
            writer.check_place()
        finally:
            self._writer = None
            writer.close()
