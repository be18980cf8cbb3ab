"""The list of posts that WordPress serves to programs (``/wp-json/wp/v2/posts``)."""

from __future__ import annotations

import html
import json
from urllib.parse import urljoin

from portals.discovery.announced import AnnouncedUrl
from portals.language.text import clean

POSTS_PER_PAGE = 100
"""The most that WordPress gives at once."""


def count_url(home: str, api: str) -> str:
    """Return the URL whose header ``X-WP-Total`` is the number of posts."""
    return f"{urljoin(home, api)}?per_page=1&_fields=link"


def posts_url(home: str, api: str, page: int) -> str:
    """Return the URL of a page of posts, from 1, the newest first."""
    return f"{urljoin(home, api)}?per_page={POSTS_PER_PAGE}&_fields=link,title,modified&page={page}"


def read_posts(body: bytes) -> list[AnnouncedUrl] | None:
    """Return the posts of a page, or None if it is no list of posts."""
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(rows, list):
        return None
    return [
        AnnouncedUrl(row["link"], _title(row), str(row.get("modified") or ""))
        for row in rows[:POSTS_PER_PAGE]
        if isinstance(row, dict) and isinstance(row.get("link"), str)
    ]


def _title(row: dict[str, object]) -> str:
    title = row.get("title")
    text = title.get("rendered") if isinstance(title, dict) else title
    return clean(html.unescape(text)) if isinstance(text, str) else ""
