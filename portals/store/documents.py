"""Distinguishing documents with the same text: announcements with one covering sentence.

"Nội dung chi tiết trong tệp đính kèm" is the whole text of many announcements; their numbers,
titles, days and files are what differs. Pure functions of what pages show.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from portals.language.text import canonical

COVERING_WORDS = 150
"""A text with fewer words than this may be a covering text, which says nothing of the document."""

_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Document:
    """What distinguishes a document from others with the same text, as one URL shows it.

    ``day``: of publication, ``YYYY-MM-DD``; ``files``: URLs of its attachments.
    """

    portal: str
    url: str
    title: str
    external_id: str | None = None
    day: str | None = None
    files: Sequence[str] = ()

    @property
    def file_names(self) -> frozenset[str]:
        """The last parts of the files' URLs: a portal that moves keeps them."""
        return frozenset(
            unquote(urlsplit(url).path.rsplit("/", 1)[-1]).casefold() for url in self.files
        )


def is_other(document: Document, known: Sequence[Document], word_count: int) -> bool:
    """Return True if ``document`` is none of those that are stored with the same text.

    ``known``: the URLs of the stored article; that of the document itself does not count, since an
    earlier release may have taken it for a copy. ``word_count``: words of the text.
    """
    others = [one for one in known if one.url != document.url]
    return bool(others) and all(_differs(document, one, word_count) for one in others)


def _differs(one: Document, other: Document, word_count: int) -> bool:
    titles = canonical(one.title), canonical(other.title)
    is_covering = word_count < COVERING_WORDS
    has_other_title = titles[0] != titles[1]
    has_other_number = _FIGURE.findall(titles[0]) != _FIGURE.findall(titles[1])
    if one.portal != other.portal:  # a copy has files and days of its own, often another headline
        return is_covering and has_other_title and has_other_number
    if one.external_id is not None and one.external_id == other.external_id:
        return False
    has_other_day = None not in (one.day, other.day) and one.day != other.day
    has_other_files = _has_other_files(one, other)
    if not has_other_title:  # a weekly schedule: the same words, another day and another file
        return has_other_files and has_other_day
    return has_other_files or (is_covering and (has_other_day or has_other_number))


def _has_other_files(one: Document, other: Document) -> bool:
    both = one.file_names, other.file_names
    return all(both) and both[0].isdisjoint(both[1])


def document_hash(document: Document, text_hash: str, *, with_files: bool = False) -> str:
    """Return the hash of a document that shares its text with another one.

    SHA-256 (hex) of the text's hash and the canonical title; ``with_files``: and of day and files,
    where another document has the same title too.
    """
    parts = [text_hash, canonical(document.title)]
    if with_files:
        parts += [document.day or "", *sorted(document.file_names)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
