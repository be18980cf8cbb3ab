"""What the lists of a described system show, found by its selectors or without them."""

from __future__ import annotations

import pytest

from portals.extraction.page import Page
from spiders.base.listing import ListingFinder
from spiders.families.nukeviet import NukeVietSpider
from spiders.ldtd import LaoDongThuDoSpider

CARDS = {
    "nukeviet": '<div class="{box}"><h3><a href="/tin-tuc/tham-{n}.html">{t}</a></h3></div>',
    "ldtd": '<h3 class="{box}"><a href="/tham-cong-nhan-{n}.html">{t}</a></h3>',
}
HOMES = {"nukeviet": "http://a.vn", "ldtd": "https://laodongthudo.vn"}


def finder_of(system: str) -> ListingFinder:
    is_any = system == "nukeviet"
    finder = (NukeVietSpider(origin="http://a.vn") if is_any else LaoDongThuDoSpider()).finder
    assert isinstance(finder, ListingFinder)
    return finder


def list_of(system: str, box: str) -> Page:
    title = "Công đoàn xã Tân An thăm công nhân"
    cards = "".join(CARDS[system].format(box=box, n=n, t=f"{title} {n}") for n in range(20, 26))
    url = f"{HOMES[system]}/tin-tuc"
    return Page.from_bytes(url, f"<main>{cards}</main>".encode(), "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("system", "box"), [("nukeviet", "news_column"), ("ldtd", "article-title")]
)
def test_articles_that_only_their_addresses_show_are_a_change_of_the_theme(
    system: str, box: str
) -> None:
    described = finder_of(system).links.items(list_of(system, box), 1)
    renamed = finder_of(system).links.items(list_of(system, "k9"), 1)

    assert described.urls == renamed.urls
    assert len(renamed.urls) == 6
    assert not described.is_by_headlines
    assert renamed.is_by_headlines
