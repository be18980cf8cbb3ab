"""Whether a page at a new address shows a stored article: in another theme, or at another path.

When a portal changes its system in one night, every article has a new address and is read a little
differently: with a caption, without a source line. The text's hash then differs, and the story is
the same. Stories of one title and time are compared by runs of words that both texts contain.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import PurePosixPath

from portals.article import Article
from portals.language.text import canonical
from portals.store.article_decision import Row
from portals.store.rows import rows_of

_RUN = 5
"""Words of a run: shorter ones recur in other stories."""
_SHORT = 40
"""Words of a text of which nearly all must be the same: a notice differs in a date or a name."""
_SHARED, _SHARED_OF_SHORT = 0.8, 0.95
"""Share of the runs of the shorter text that the other one contains."""


_SAME_DAY = """
    SELECT id, title FROM articles
    WHERE portal = ? AND published_at >= ? AND published_at < ? ORDER BY id
"""
_COMPARED = """
    SELECT title, body, external_id, published_at, published_precision FROM articles WHERE id = ?
"""
_FILES = "SELECT url FROM attachments WHERE article_id = ?"


def same_story(conn: sqlite3.Connection, article: Article) -> int | None:
    """Return the article of the same portal and day that is the same story. Raises sqlite3.Error.

    Only titles are read of the others of that day.
    """
    if not article.published_at:
        return None
    day, title = article.published_at[:10], canonical(article.title)
    others = conn.execute(_SAME_DAY, (article.portal, day, f"{day}U")).fetchall()
    for article_id in [each for each, other in others if canonical(other) == title]:
        (row,) = rows_of(conn.execute(_COMPARED, (article_id,)))
        files = [str(url) for (url,) in conn.execute(_FILES, (article_id,))]
        if is_same_story(article, row, files):
            return int(article_id)
    return None


def is_same_story(article: Article, stored: Row, files: Sequence[str]) -> bool:
    """Return True if ``article`` is the story of a stored article of its portal and its day.

    ``files``: the URLs of the stored article's attachments. Titles are equal but for case, tone
    style and punctuation; minutes and the portal's numbers where both are known. Files of other
    names make it another document.
    """
    if canonical(article.title) != canonical(stored["title"]):
        return False
    has_minutes = article.published_precision == stored["published_precision"] == "minute"
    if has_minutes and article.published_at != stored["published_at"]:
        return False
    numbers = {article.external_id, stored["external_id"]} - {None}
    if len(numbers) > 1:
        return False
    own, others = _names([file.url for file in article.attachments]), _names(files)
    if own and others and own.isdisjoint(others):
        return False
    return _is_same_text(article.body, str(stored["body"]))


def _names(urls: Sequence[str]) -> set[str]:
    return {PurePosixPath(url.partition("?")[0]).name.casefold() for url in urls}


def _is_same_text(text: str, other: str) -> bool:
    one, two = (canonical(each).split() for each in (text, other))
    shorter, longer = sorted((one, two), key=len)
    if len(shorter) < _RUN:
        return shorter == longer
    runs, known = _runs(shorter), _runs(longer)
    least = _SHARED_OF_SHORT if len(shorter) < _SHORT else _SHARED
    return len(runs & known) >= least * len(runs)


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}
