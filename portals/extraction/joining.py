"""Joining the pages of a story into one article. Pure: the pages are read by their readers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from portals.article import Article, Reject, StoryParts
from portals.extraction.part_urls import page_key
from portals.language.text import canonical, words

_PART_OF_TITLE = re.compile(
    r"\s*[-–|,:(\[]*\s*(?:trang|page|phần|part)\s*\d{1,2}(?:\s*(?:/|of|trên)\s*\d{1,2})?\s*[)\]]*$",
    re.IGNORECASE,
)
_MIN_TITLE = 4  # words of a title that is the beginning of the other
_FROM_HEAD = ("meta[", "structured")


class Joining(Enum):
    """What a page added to a story."""

    ADDED = auto()
    REPEATED = auto()
    """Nothing: its text is that of the pages before it."""
    FOREIGN = auto()
    """Nothing: it shows another story."""


def join(story: Article, part: Article) -> Joining:
    """Add the text, pictures and files of the next page to ``story``.

    A lead that the page repeats is left out; one that it has of its own is a paragraph. An author
    and a source that the first page lacks are taken from the page, where long texts are signed.
    """
    if not _is_same_story(story, part):
        return Joining.FOREIGN
    known = {canonical(text) for text in (*_paragraphs(story), story.lead or "")}
    added = _paragraphs(part)
    if part.lead and not any(mark in part.provenance.get("lead", "") for mark in _FROM_HEAD):
        added = [" ".join(filter(None, [part.lead_prefix, part.lead])), *added]
    while added and canonical(added[0]) in known:
        added = added[1:]
    if not added:
        return Joining.REPEATED
    story.body = "\n\n".join([*_paragraphs(story), *added])
    story.word_count = len(words(story.body))
    pictures = {image.url for image in story.images}
    story.images += [image for image in part.images if image.url not in pictures]
    files = {file.url for file in story.attachments}
    story.attachments += [file for file in part.attachments if file.url not in files]
    for name in ("author", "source"):
        value = getattr(part, name)
        if value and not getattr(story, name):
            setattr(story, name, value)
            number = part.parts.number if part.parts else 2
            story.provenance[name] = f"{part.provenance.get(name, '')} of part {number}".strip()
    _add_pages(story, part.parts)
    return Joining.ADDED


@dataclass(slots=True)
class Joined:
    """What ``join_all`` did: the numbers of the pages added, and of those missing with the why."""

    added: list[int] = field(default_factory=list)
    missing: dict[int, str] = field(default_factory=dict)


def join_all(story: Article, read: Callable[[str], Article | Reject | None]) -> Joined:
    """Add all later pages to ``story``, as ``read`` returns them by URL; None if it has none."""
    joined = Joined()
    number = 2
    while story.parts is not None and number <= len(story.parts.urls):
        part = read(story.parts.urls[number - 1])
        if not isinstance(part, Article):
            joined.missing[number] = part.reason if part else "it is not archived"
            story.missing_parts += 1
        elif join(story, part) is Joining.ADDED:
            joined.added.append(number)
        else:
            break  # the pager is not that of the story
        number += 1
    return joined


def _paragraphs(article: Article) -> list[str]:
    return [text for text in article.body.split("\n\n") if text]


def _add_pages(story: Article, parts: StoryParts | None) -> None:
    """Add the pages of which only a later one knows: some pagers show the next page alone."""
    if story.parts and parts and parts.number > 1 and len(parts.urls) > len(story.parts.urls):
        more = parts.urls[len(story.parts.urls) :]
        story.parts = StoryParts(story.parts.number, story.parts.urls + more)


def _is_same_story(story: Article, part: Article) -> bool:
    first = story.parts.urls[:1] if story.parts else ()
    own = {page_key(url) for url in (story.url, *first)}
    if part.parts and page_key(part.parts.urls[0]) in own:
        return True
    one, other = (canonical(_PART_OF_TITLE.sub("", each.title)) for each in (story, part))
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(words(shorter)) >= _MIN_TITLE and longer.startswith(shorter))
