"""Archives of a host that changed its system: each page is read by the system of its day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from portals.archive.captures import Capture
from tests.support.archived_pages import write
from tests.support.catalogue_file import written
from tests.support.commands import scrapy
from tests.support.database import rows
from tests.support.pages.prose import SampleStory, stories
from tests.support.pages.synthetic import text_of
from tests.support.pages.themes import Frame, Text, danaweb_1, mastercms_2_9

HOST = "https://tin.vn"
COUNT = 6
CHANGED = "2021-05"

Theme = Callable[[Text, Frame], bytes]


def told(first: int, year: int) -> list[SampleStory]:
    """Return stories of a year; the numbers of both systems begin at 1."""
    return [
        replace(story, number=n, published=story.published.replace(year=year))
        for n, story in enumerate(stories(COUNT, first), 1)
    ]


def midnight(story: SampleStory) -> datetime:
    """Return the beginning of the story's day."""
    return story.published.replace(hour=0, minute=0)


def captured(stories_of: list[SampleStory], theme: Theme, url: str, at: datetime) -> list[Capture]:
    """Return the captures of articles in one theme."""
    return [
        Capture(
            HOST + url.format(slug=story.slug, number=story.number), 200,
            [("Content-Type", "text/html")], theme(text_of(story, "Tin"), Frame(at)), at,
        )
        for story in stories_of
    ]  # fmt: skip


BEFORE, AFTER = told(1, 2020), told(COUNT + 1, 2022)
NIGHT_BEFORE = datetime.fromisoformat("2021-03-01T02:00:00+00:00")
NIGHT_AFTER = datetime.fromisoformat("2023-03-01T02:00:00+00:00")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the articles of an archive of both times."""
    folder = tmp_path_factory.mktemp("dated")
    written(folder / "portals.csv", {"cms": f"MasterCMS<{CHANGED} DANAWEB", "listings": ""})
    archive = write(
        folder / "a.warc.gz",
        *captured(BEFORE, mastercms_2_9, "/tin/{slug}-{number}.html", NIGHT_BEFORE),
        *captured(AFTER, danaweb_1, "/tin-tuc/{slug}-{number}.html", NIGHT_AFTER),
    )
    path = folder / "a.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIN_CONG_DOAN_DATA_DIR", str(folder))
        done = scrapy("reextract", archive, "-s", f"DATABASE={path}")
    assert done.code == 0, done.err
    return path


def test_archives_of_both_systems_give_every_article_in_all_fields(database: Path) -> None:
    found = {
        (row["title"], row["published_at"], row["author"], row["lead"], row["body"])
        for row in rows(database, "SELECT * FROM articles WHERE portal = 'tin'")
    }
    dated = [(story, story.published) for story in BEFORE]
    dated += [(story, midnight(story)) for story in AFTER]  # a page of DANAWEB shows the day

    assert found == {
        (story.title, at.isoformat(), story.author, story.lead, "\n\n".join(story.paragraphs))
        for story, at in dated
    }


def test_numbers_that_both_systems_gave_join_no_articles(database: Path) -> None:
    assert rows(database, "SELECT count(*) AS found FROM articles") == [{"found": 2 * COUNT}]
    assert rows(database, "SELECT count(*) AS found FROM revisions") == [{"found": 2 * COUNT}]
