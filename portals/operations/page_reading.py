"""Reading single pages of any site: what the reader sees, and by which rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portals.archive.captures import archive_files, read_captures
from portals.archive.replay_index import nearest
from portals.article import Article, Reject
from portals.contract import normalise, without_lines
from portals.extraction.joining import Joined, join_all
from portals.extraction.page import Page
from portals.extraction.part_urls import page_key
from portals.extraction.reader import Recipe
from portals.extraction.unreadable import UnreadablePageError
from portals.families import recipe_for
from portals.families.recognition import recognise
from portals.language.recurring import SAMPLE, StoryText, recurring_lines
from portals.language.text import canonical
from portals.network.replay_handler import open_replay
from portals.operations.fixtures import TEXT_FIELDS, read_served
from portals.operations.site_probe import FetchedPage
from portals.urls import host_of

_PAGES = (".html", ".htm", ".xhtml")
_OK = 200


def pages_in(path: Path) -> Iterator[FetchedPage]:
    """Yield the pages of a saved page or of a WARC file. Raises ArchiveError, OSError."""
    if path.suffix.lower() in _PAGES:
        saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        yield FetchedPage(_url_of(path), path.read_bytes(), "text/html", saved_at)
        return
    for file in archive_files([path]):
        for capture in read_captures(file):
            kind = capture.content_type or ""
            if capture.status == _OK and ("html" in kind or not kind):
                yield FetchedPage(capture.url, capture.body, kind, capture.captured_at)


def _url_of(path: Path) -> str:
    """Return the URL that a saved page gives as its own, else one made of the file's name."""
    placeholder = f"http://localhost/{path.name}"
    try:
        page = Page.from_bytes(placeholder, path.read_bytes(), "text/html")
    except UnreadablePageError:
        return placeholder
    link = next(iter(page.root.iterfind(".//link[@rel='canonical']")), None)
    return (
        page.absolute(str(link.get("href") or "")) or placeholder
        if link is not None
        else placeholder
    )


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page and what it was read as; ``joined``: the later pages of its story, if it has any."""

    url: str
    result: Article | Reject
    joined: Joined = field(default_factory=Joined)


def read_all(pages: Callable[[], Iterable[FetchedPage]]) -> list[ReadPage]:
    """Return what the pages show; the later pages of a story are read with its first one.

    ``pages``: returns them, and is called once more if a story has several.
    """
    read = [(page.url, page.fetched_at, read_any(page)) for page in pages()]
    parted = [item for *_, item in read if isinstance(item, Article) and item.parts]
    wanted = {page_key(url) for item in parted if item.parts for url in item.parts.urls}
    found: dict[str, list[tuple[datetime, FetchedPage]]] = defaultdict(list)
    for page in pages() if wanted else ():
        if (key := page_key(page.url)) in wanted:
            found[key].append((page.fetched_at, page))
    taken: set[str] = set()
    shown = []
    for url, at, item in read:
        joined = Joined()
        if isinstance(item, Article) and item.parts and item.parts.number == 1:
            joined = _join(item, at, found)
            normalise(item)
            taken |= {page_key(item.parts.urls[number - 1]) for number in joined.added}
        shown.append(ReadPage(url, item, joined))
    return _without_recurring([page for page in shown if page_key(page.url) not in taken])


def _without_recurring(pages: Sequence[ReadPage]) -> list[ReadPage]:
    """Leave out of the articles of each host the lines that recur in them, as a crawl does."""
    stories: defaultdict[str, dict[str, StoryText]] = defaultdict(dict)
    for page in pages:
        if isinstance(page.result, Article):
            text = StoryText.of(page.result.lead, page.result.body)
            stories[host_of(page.url)][canonical(page.result.title)] = text
    lines = {
        host: frozenset(recurring_lines(list(texts.values())[:SAMPLE]))
        for host, texts in stories.items()
    }
    return [
        replace(page, result=without_lines(page.result, lines[host_of(page.url)]))
        if isinstance(page.result, Article)
        else page
        for page in pages
    ]


def _join(
    story: Article, at: datetime, found: Mapping[str, Sequence[tuple[datetime, FetchedPage]]]
) -> Joined:
    def read(url: str) -> Article | Reject | None:
        served = nearest(found.get(page_key(url), ()), at)
        return read_any(served, story.title) if served else None

    return join_all(story, read)


def other_pages(served: FetchedPage) -> tuple[str, ...]:
    """Return the URLs of the other pages of the story that a page shows."""
    item = read_any(served)
    urls = item.parts.urls if isinstance(item, Article) and item.parts else ()
    return tuple(url for url in urls if page_key(url) != page_key(served.url))


def archived_parts(archive: str, first: FetchedPage) -> list[FetchedPage]:
    """Return the other pages of the story that ``first`` shows from the replayed archive."""
    urls = list(other_pages(first))
    pages = []
    for url in urls:  # grows, if only a later page knows the next one
        found = open_replay(archive).find(url, first.fetched_at)
        if found is None:
            continue
        capture = found.capture
        kind = capture.content_type or ""
        pages.append(FetchedPage(capture.url, capture.body, kind, capture.captured_at))
        urls += [one for one in other_pages(pages[-1]) if one not in (*urls, first.url)]
    return pages


def read_any(served: FetchedPage, link_text: str = "") -> Article | Reject:
    """Return the article of a page of any site: by its system if known, else by its evidence.

    ``link_text``: that of a link to it.
    """
    try:
        page = Page.from_bytes(served.url, served.body, served.content_type, served.fetched_at)
    except UnreadablePageError as error:
        return Reject(served.url, error.code, error.detail)
    family, portal = recognise(page), host_of(served.url)
    recipe = recipe_for(portal, family) if family else Recipe(portal, general=True)
    return read_served(served, recipe, link_text)


def shown_fields(page: ReadPage) -> dict[str, Any]:
    """Return a result as printed: the fields and their rules, or the code of the reject."""
    result = page.result
    if isinstance(result, Reject):
        return {
            "url": page.url,
            "reject": str(result.code),
            "reason": result.reason,
            "detail": result.detail,
        }
    return {
        "url": result.url,
        **{name: getattr(result, name) for name in TEXT_FIELDS},
        "body": result.body.split("\n\n"),
        "images": [asdict(image) for image in result.images],
        "attachments": [asdict(one) for one in result.attachments],
        "provenance": result.provenance,
        "part": _part_of(result, page.joined),
    }


def _part_of(article: Article, joined: Joined) -> dict[str, Any] | None:
    """Return which page of its story was read, and with which others; None if it has one page."""
    if article.parts is None:
        return None
    return {
        "number": article.parts.number,
        "of": len(article.parts.urls),
        "urls": list(article.parts.urls),
        "read": [article.parts.number, *joined.added],
    }
