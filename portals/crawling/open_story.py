"""A story of several pages whose later pages are still to be fetched, as data of its next request.

What was read is in the frontier, with the request for the next page: an interrupted crawl loses
nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portals.article import Article
from portals.contract import normalise, why_invalid
from portals.crawling.page_result import StoryOrigin
from portals.crawling.page_result_json import CONVERTER

ORIGIN = "story"
"""Key in ``Request.meta``: the page of the story at which its row is stored (``StoryOrigin``)."""

STORY = "story"
"""Key in ``cb_kwargs``: the story as read so far (``OpenStory``)."""


@dataclass(slots=True)
class OpenStory:
    """A story as read so far. ``next``: number of the page that is requested now, from 2.

    ``is_again``: the page failed before, and is requested for the second and last time.
    """

    article: Article
    next: int = 2
    is_again: bool = False

    @property
    def url(self) -> str:
        """The URL of the page that is requested now."""
        assert self.article.parts is not None
        return self.article.parts.urls[self.next - 1]

    @property
    def has_next(self) -> bool:
        """True if there is a page that was not requested yet."""
        return self.article.parts is not None and self.next <= len(self.article.parts.urls)

    def as_data(self) -> dict[str, Any]:
        """Return the story as JSON."""
        data: dict[str, Any] = CONVERTER.unstructure(self)
        return data

    @classmethod
    def of(cls, data: dict[str, Any]) -> OpenStory:
        """Return the story of ``as_data``."""
        return CONVERTER.structure(data, cls)


def article_so_far(request: dict[str, Any]) -> Article | None:
    """Return what was read of the story of a stored request before its page, ready to be stored."""
    data = request.get("cb_kwargs", {}).get(STORY)
    if data is None:
        return None
    article = OpenStory.of(data).article
    article.missing_parts += 1
    normalise(article)
    return None if why_invalid(article) else article


def origin_data(origin: StoryOrigin) -> dict[str, Any]:
    """Return the origin of a story as JSON."""
    data: dict[str, Any] = CONVERTER.unstructure(origin)
    return data


def origin_of(data: dict[str, Any] | None) -> StoryOrigin | None:
    """Return the origin of ``origin_data``, None if there is none."""
    return CONVERTER.structure(data, StoryOrigin) if data else None
