"""Archives of a few articles of the federation of Hải Phòng, written without a crawl."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from portals.archive.captures import Capture
from portals.archive.writer import ArchiveWriter
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, danaweb_1

HOME = "https://congdoanhaiphong.vn"
AT = datetime(2025, 6, 15, 2, tzinfo=UTC)
_FRAME = Frame(TODAY)


def page_of(number: int, days: int = 0) -> Capture:
    """Return the capture of an article, ``days`` after the first ones."""
    (story,) = stories(1, number)
    body = danaweb_1(text_of(story, "Tin"), _FRAME)
    url = f"{HOME}/tin-tuc-su-kien/{story.slug}-{story.number}.html"
    return Capture(url, 200, [("Content-Type", "text/html")], body, AT + timedelta(days=days))


def write(path: Path, *captures: Capture) -> Path:
    """Write an archive."""
    writer = ArchiveWriter(path, started_at=AT)
    for capture in captures:
        writer.write(capture)
    writer.close()
    return path
