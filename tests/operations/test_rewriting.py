"""Pages in invented words: the markup and the facts stay, no word of the portal's does."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from portals.article import Article
from portals.extraction.reader import Recipe
from portals.families import DANAWEB, recipe_for
from portals.operations.fixtures import read_served
from portals.operations.rewriting import RewriteError, rewrite
from portals.operations.site_probe import FetchedPage
from tests.sample.site import CAPTURED
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import text_of
from tests.support.pages.themes import Frame, danaweb_1

RECIPE = recipe_for("tin", DANAWEB)
STORY = list(stories(3))[2]


def served(body: bytes, at: datetime = CAPTURED) -> FetchedPage:
    url = f"http://tin.vn/tin-tuc/{STORY.slug}-{STORY.number}.html"
    return FetchedPage(url, body, "text/html; charset=utf-8", at)


def article() -> FetchedPage:
    return served(danaweb_1(text_of(STORY, "Hoạt động"), Frame(CAPTURED)))


def test_the_article_has_other_words_and_the_same_facts() -> None:
    before = read_served(article(), RECIPE)
    _, after = rewrite(article(), RECIPE)

    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert (after.published_at, after.external_id) == (before.published_at, before.external_id)
    assert after.word_count == before.word_count
    assert len(after.body.split("\n\n")) == len(before.body.split("\n\n"))


def test_no_sentence_of_the_page_is_left() -> None:
    page, _ = rewrite(article(), RECIPE)
    text = page.body.decode()

    for sentence in (STORY.title, STORY.lead, *STORY.paragraphs, *STORY.captions, STORY.author):
        assert sentence not in text


def test_the_same_page_gives_the_same_words() -> None:
    assert rewrite(article(), RECIPE) == rewrite(article(), RECIPE)


def test_scripts_styles_and_comments_are_emptied() -> None:
    page = article()
    code = b"<script>var a = 'theirs';</script><style>b{}</style><!-- theirs -->"
    body = page.body.replace(b"</head>", code + b"</head>")
    rewritten, _ = rewrite(served(body), RECIPE)

    assert b"<script></script><style></style></head>" in rewritten.body
    assert b"theirs" not in rewritten.body


def test_the_texts_of_structured_data_are_replaced_and_its_dates_stay() -> None:
    data = {"@type": "NewsArticle", "headline": STORY.title, "datePublished": "2024-01-02"}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
    body = article().body.replace(b"</head>", script.encode())
    rewritten, _ = rewrite(served(body), RECIPE)

    text = rewritten.body.decode()
    found = json.loads(text.split('ld+json">')[1].split("</script>")[0])
    assert (found["@type"], found["datePublished"]) == ("NewsArticle", "2024-01-02")
    assert found["headline"] != STORY.title


def test_a_page_that_would_be_read_otherwise_is_refused() -> None:
    layout = danaweb_1(text_of(STORY, "Hoạt động"), Frame(CAPTURED))
    by_words = Recipe(portal="tin", themes=DANAWEB.themes, error_titles=r"^(?!" + STORY.title + ")")

    with pytest.raises(RewriteError, match="in words of your own"):
        rewrite(served(layout.replace(b"detail-wp", b"x").replace(b"wrap-detail", b"y")), by_words)
