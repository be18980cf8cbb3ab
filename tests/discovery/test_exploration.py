"""Portals nobody described: everything is found, and hardly anything else is asked for."""

from __future__ import annotations

from collections import deque
from functools import cache

import pytest

from portals.article import Article
from portals.discovery.explorer import Explorer
from portals.discovery.links import found_links
from portals.discovery.targets import CrawlTarget, FoundLink, PageKind, UrlPattern
from portals.discovery.url_patterns import without_session
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.language.text import content_hash
from tests.support.pages.synthetic import ENDLESS, HOME, PLANS, TODAY, Plan, Site, build
from tests.support.recipes import RECIPES
from tests.support.variants import some


class Walk:
    """An exploration without a network: asks the site's dictionary."""

    def __init__(self, site: Site, recipe: Recipe, learnt: list[UrlPattern] | None = None) -> None:
        self.site = site
        self.recipe = recipe
        self.explorer = Explorer(f"{HOME}/", learnt or [])
        self.asked: list[str] = []
        self.found: set[str] = set()

    def run(self) -> Walk:
        waiting = deque([CrawlTarget(f"{HOME}/", "listing")])
        while waiting:
            visit = waiting.popleft()
            path = visit.url.removeprefix(HOME)
            self.asked.append(path)
            body = self.site.pages.get(path)
            if body is None:
                waiting.extend(self.explorer.on_failure(visit.url))
            else:
                waiting.extend(self._see(visit.url, path, body))
        return self

    def _see(self, url: str, path: str, body: bytes) -> list[CrawlTarget]:
        page = Page.from_bytes(url, body, fetched_at=TODAY)
        result = read_article(page, self.recipe) if path != "/" else None
        kind: PageKind = "other"
        text_hash = None
        if isinstance(result, Article):
            kind = "article" if result.published_at else "undated"
            text_hash = content_hash(result.title, result.body)
            if kind == "article" or self.explorer.accepts_undated(url):
                self.found.add(path)
        links = [
            FoundLink(without_session(link.url), link.text, link.day) for link in found_links(page)
        ]
        return self.explorer.on_page(url, kind, links, text_hash).targets


@cache
def walk(plan: Plan, count: int = 60) -> Walk:
    """Explore a portal that nothing is known of; several tests look at the same walk."""
    return Walk(build(plan, count), RECIPES[plan.portal]).run()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_every_article_is_found(plan: Plan) -> None:
    done = walk(plan)

    assert sorted(done.found) == sorted(done.site.articles)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_at_most_three_requests_in_ten_lead_nowhere(plan: Plan) -> None:
    done = walk(plan)

    others = [path for path in done.asked if path not in done.site.lists]
    assert len(others) <= 1.3 * len(done.site.articles), sorted(set(others) - set(done.found))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_nothing_is_asked_twice(plan: Plan) -> None:
    done = walk(plan)

    assert len(done.asked) == len(set(done.asked))


@pytest.mark.parametrize("plan", some(PLANS, PLANS[::3]), ids=lambda plan: plan.name)
def test_print_and_language_twins_are_left_alone(plan: Plan) -> None:
    done = walk(plan)

    assert not [path for path in done.asked if path.startswith(("/print", "/en"))]


@pytest.mark.parametrize("plan", some(PLANS, PLANS[::3]), ids=lambda plan: plan.name)
def test_what_was_learnt_spares_the_samples(plan: Plan) -> None:
    first = walk(plan)
    second = Walk(first.site, first.recipe, first.explorer.learned()).run()

    assert second.found == first.found
    assert len(second.asked) <= len(first.asked)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_a_small_portal_is_found_whole(plan: Plan) -> None:
    done = walk(plan, count=24)

    assert sorted(done.found) == sorted(done.site.articles)


def test_a_pager_without_end_is_left_at_its_end() -> None:
    done = walk(ENDLESS)

    assert sorted(done.found) == sorted(done.site.articles)
    assert not [path for path in done.asked if path in done.site.pages and path.endswith("trang=9")]
