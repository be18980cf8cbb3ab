"""Removing the records of URLs that were taken down from the archives.

Every record of such a URL goes: responses, revisits, requests and metadata. A revisit of another
URL that repeats a payload that goes is assigned to another record with the same payload; without
one it goes too, since it says nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from portals.archive.captures import is_archive_name
from portals.archive.reading import Recipes, about_file
from portals.archive.records import Record, read_records
from portals.archive.rewriting import rewrite_without
from portals.archive.wayback import parse_playback_url
from portals.store.forgotten import ForgottenUrls
from portals.store.pages import PageRepository, StoredPage


@dataclass(slots=True)
class FileTakedown:
    """What goes from one archive: offsets of records (bytes), and ids of pages.

    ``is_ours``: the file is in the folder of the archives; others belong to the operator.
    """

    path: Path
    is_ours: bool = True
    offsets: set[int] = field(default_factory=set)
    page_ids: set[int] = field(default_factory=set)


@dataclass(slots=True)
class ArchiveTakedown:
    """The archives from which records go.

    ``moved``: revisits of other URLs, and the page whose payload they repeat from now on.
    ``repeating``: URLs of revisits that go with the payload that they repeat.
    """

    files: dict[Path, FileTakedown] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    repeating: list[str] = field(default_factory=list)

    @property
    def ours(self) -> list[FileTakedown]:
        """The files from which records are removed."""
        return [one for one in self.files.values() if one.is_ours]

    @property
    def foreign(self) -> list[FileTakedown]:
        """The files in which records stay, for the operator to remove."""
        return [one for one in self.files.values() if not one.is_ours]


class ArchiveSearch:
    """Finds the records of ``forgotten`` URLs in ``folder`` and in the files with known pages."""

    def __init__(
        self,
        pages: PageRepository,
        folder: Path | None,
        recipes: Recipes,
        forgotten: ForgottenUrls,
    ) -> None:
        self.pages = pages
        self.folder = folder.resolve() if folder else None
        self.recipes = recipes
        self.forgotten = forgotten

    def files(self, portals: set[str]) -> list[Path]:
        """Return the archives that may hold records of ``portals`` that the database has not.

        Known files in the folders of other portals are left out: only their crawls wrote there.
        """
        if self.folder is None or not self.folder.is_dir():
            return []
        known = set(self.pages.archives())
        others = set(self.pages.portals()) - portals
        found = sorted(path for path in self.folder.rglob("*") if is_archive_name(path.name))
        return [
            path
            for path in found
            if path.is_file()
            and not (path in known and path.relative_to(self.folder).parts[0] in others)
        ]

    def find(self, files: Iterable[Path]) -> Iterator[ArchiveTakedown]:
        """Look through ``files`` and yield what goes so far, after each. Raises OSError."""
        found = ArchiveTakedown()
        for known in self._known_pages():
            self._add_page(found, known)
        for path in files:
            offsets = set(self._records_in(path))
            if offsets:
                self._file(found, path).offsets |= offsets
            yield found
        self._treat_repeating(found)
        yield found

    def _known_pages(self) -> Iterator[StoredPage]:
        for page_id, portal, url in self.pages.urls():
            recipe = self.recipes.by_name.get(portal)
            if self.forgotten.covers(portal, url, recipe.id_of(url) if recipe else None):
                known = self.pages.by_id(page_id)
                if known is not None:
                    yield known

    def _add_page(self, found: ArchiveTakedown, known: StoredPage) -> None:
        file = self._file(found, known.page.path)
        file.page_ids.add(known.id)
        file.offsets.add(known.page.offset)

    def _file(self, found: ArchiveTakedown, path: Path) -> FileTakedown:
        is_ours = self.folder is not None and path.resolve().is_relative_to(self.folder)
        return found.files.setdefault(path.resolve(), FileTakedown(path, is_ours))

    def _records_in(self, path: Path) -> Iterator[int]:
        about = about_file(path)
        for record in read_records(path):
            if (record.url and self._covers(record.url, about)) or (
                isinstance(record, Record) and self._repeats(record, about)
            ):
                yield record.offset

    def _covers(self, url: str, about: Mapping[str, str]) -> bool:
        """Return True for the URL of a record, or of the capture that a public archive played."""
        played = parse_playback_url(url)
        return any(self._is_forgotten(one, about) for one in (url, played.url if played else ""))

    def _is_forgotten(self, url: str, about: Mapping[str, str]) -> bool:
        try:
            recipe = self.recipes.recipe_of(url, about)
        except ValueError:
            return False
        portal = recipe.portal if recipe else about.get("ispartof", "")
        return self.forgotten.covers(portal, url, recipe.id_of(url) if recipe else None)

    def _repeats(self, record: Record, about: Mapping[str, str]) -> bool:
        """Return True for a revisit of a forgotten URL's payload that no other page has."""
        url = record.headers.get("warc-refers-to-target-uri", "").strip("<>")
        if record.kind != "revisit" or not url or not self._covers(url, about):
            return False
        others = self.pages.payloads(record.headers.get("warc-payload-digest", ""), url)
        return all(self._covers(one.page.url, about) for one in others)

    def _treat_repeating(self, found: ArchiveTakedown) -> None:
        """Decide on the known revisits of other URLs."""
        gone = {page_id for file in found.files.values() for page_id in file.page_ids}
        for page_id in sorted(gone):
            for repeat in set(self.pages.repeats_of(page_id)) - gone:
                known, payload = self.pages.by_id(repeat), self.pages.by_id(page_id)
                if known is None or payload is None:
                    continue
                others = self.pages.payloads(payload.page.digest, payload.page.url)
                other = next((one.id for one in others if one.id not in gone), None)
                if other is not None:
                    found.moved[repeat] = other
                else:
                    self._add_page(found, known)
                    found.repeating.append(known.page.url)


def remove(pages: PageRepository, found: ArchiveTakedown) -> Iterator[FileTakedown]:
    """Remove the records, file by file, and yield each file after that.

    Files of others are not changed; their pages are only no longer in the database. The caller
    holds the locks of ``rewrite_without``. Raises OSError and sqlite3.Error.
    """
    with pages.store.writing():
        for page_id, other in found.moved.items():
            pages.set_repeated(page_id, other)
    for file in found.files.values():
        dropping = partial(pages.drop, sorted(file.page_ids))
        if file.is_ours and file.path.is_file():
            rewrite_without(pages, file.path, file.offsets, dropping)
        else:
            with pages.store.writing():
                dropping()
        yield file
