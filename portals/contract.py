"""Normalisation and validation of articles before they are stored."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import datetime

from portals.article import MAX_BODY_CHARACTERS, Article, line_limits
from portals.language.dates import FUTURE_TOLERANCE, VIETNAM
from portals.language.identification import language_of
from portals.language.recurring import StoryText, without_recurring
from portals.language.text import HASH_VERSION, clean, content_hash, words
from portals.outcomes import RejectCode

MAX_TITLE_CHARACTERS = 500
MAX_FILES = 1_000
"""Limit of the pictures of one article, and of its attachments."""

_LINE_LIMITS = line_limits()


def normalise(article: Article) -> Article:
    """Clean every text of ``article`` in place; count its words, identify its language, hash it."""
    article.body = "\n\n".join(
        paragraph for part in article.body.split("\n\n") if (paragraph := clean(part))
    )
    for name, limit in _LINE_LIMITS.items():
        value = getattr(article, name)
        if isinstance(value, str):
            text = clean(value)
            if len(text) > limit:
                text = ""
                article.provenance[name] = "none: longer than any"
            setattr(article, name, text or None)
    article.title = article.title or ""
    del article.images[MAX_FILES:], article.attachments[MAX_FILES:]
    for image in article.images:
        image.caption = clean(image.caption or "") or None
    _describe(article)
    return article


def without_lines(article: Article, lines: Container[str]) -> Article:
    """Return a normalised article without the ``lines`` that recur on its portal (canonical)."""
    before = StoryText.of(article.lead, article.body)
    after = without_recurring(before, lines)
    if after == before:
        return article
    rules = noted_provenance(article.provenance)
    changed = replace(article, lead=after.lead, body=after.body, provenance=rules)
    _describe(changed)
    return changed


def noted_provenance(rules: dict[str, str]) -> dict[str, str]:
    """Return the provenance of an article that lost recurring lines."""
    return rules | {"body": f"{rules.get('body', '')}, without recurring lines"}


def _describe(article: Article) -> None:
    """Set what is computed from the texts of an article."""
    article.language = language_of(f"{article.title}\n{article.body}")
    article.word_count = len(words(article.body))
    article.content_hash = content_hash(article.title, article.body)
    article.hash_version = HASH_VERSION


def why_invalid(article: Article) -> RejectCode | None:
    """Return why ``article`` cannot be stored, or None."""
    checks = (
        (not article.title, RejectCode.INVALID_TITLE),
        (len(article.title) > MAX_TITLE_CHARACTERS, RejectCode.TITLE_TOO_LONG),
        (not article.word_count, RejectCode.INVALID_BODY),
        (len(article.body) > MAX_BODY_CHARACTERS, RejectCode.BODY_TOO_LONG),
    )
    code = next((code for failed, code in checks if failed), None)
    return code or _why_date_is_invalid(article)


def _why_date_is_invalid(article: Article) -> RejectCode | None:
    if article.published_at is None:
        return None
    at = datetime.fromisoformat(article.published_at)
    if at.utcoffset() != VIETNAM.utcoffset(None):
        return RejectCode.WRONG_TIME_ZONE
    if at > article.fetched_at + FUTURE_TOLERANCE:
        return RejectCode.FUTURE_DATE
    return None
