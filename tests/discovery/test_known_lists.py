"""Where the lists of an explored portal end."""

from __future__ import annotations

import pytest

from portals.discovery.explorer import Explorer
from portals.discovery.targets import FoundLink, PageKind, UrlPattern
from portals.discovery.url_patterns import pattern_of
from portals.outcomes import StopReason

HOME = "http://a.vn/"
LIST = f"{HOME}tin-tuc"
PAGE_2 = f"{LIST}?page=2"


def article(number: int) -> FoundLink:
    url = f"{HOME}tin-tuc/tham-cong-nhan-{number}.html"
    return FoundLink(url, "Công đoàn xã Tân An thăm công nhân")


def pages(first: int, last: int) -> list[FoundLink]:
    """The links of a page that lists articles, newest first, and has a pager."""
    return [*(article(n) for n in range(first, last - 1, -1)), FoundLink(PAGE_2, "2")]


@pytest.mark.parametrize(
    ("known", "on_home", "goes_on"),
    [
        (40, range(1), False),  # nothing new
        (30, range(40, 32, -1), True),  # ten new ones, eight of them on the home page
        (35, range(40, 32, -1), True),  # all new ones of the first page are on the home page
    ],
)
def test_a_list_goes_on_behind_articles_that_another_page_named(
    known: int, on_home: range, *, goes_on: bool
) -> None:
    stored = {article(n).url for n in range(1, known + 1)}
    learned = UrlPattern(pattern_of(article(1).url), "article", 40, articles=40)
    explorer = Explorer(HOME, [learned], stored.__contains__, stops_at_known=True)
    menu = FoundLink(LIST, "Tin tức")
    explorer.on_page(HOME, "other", [menu, *(article(n) for n in on_home)])

    first = explorer.on_page(LIST, "other", pages(40, 36))

    assert (PAGE_2 in [target.url for target in first.targets]) is goes_on
    assert first.stop_reason is (None if goes_on else StopReason.KNOWN)
    if goes_on and known == 35:
        second = explorer.on_page(PAGE_2, "other", pages(35, 31))
        assert second.stop_reason is StopReason.KNOWN


def test_lists_of_days_are_followed_although_stories_led_to_their_articles() -> None:
    """Each day leads to the day before it; its article was related to one that was read."""
    explorer = Explorer(HOME)
    stories = [
        FoundLink(f"{HOME}tin/tham-{n}.html", f"Công đoàn thăm công nhân lần {n}")
        for n in range(12)
    ]
    days = [FoundLink(f"{HOME}ngay/2024/03/{n:02}", "Ngày trước") for n in range(20, 8, -1)]
    explorer.on_page(HOME, "other", [days[0], *stories[:3]])
    for place, story in enumerate(stories):
        explorer.on_page(story.url, "article", stories[place + 1 : place + 2], f"hash {place}")

    asked = {days[0].url}
    for place, day in enumerate(days[:-1]):
        assert day.url in asked
        step = explorer.on_page(day.url, "other", [stories[place], days[place + 1]])
        asked |= {target.url for target in step.targets}
    assert days[-1].url in asked


@pytest.mark.parametrize("read_since", [36, 41])
def test_a_list_goes_on_behind_articles_that_a_crawl_found_which_was_cut_short(
    read_since: int,
) -> None:
    """Articles 36 to 40 are known, from a crawl that may have ended before page 2."""
    recent = {article(n).url for n in range(read_since, 41)}
    learned = UrlPattern(pattern_of(article(1).url), "article", 40, articles=40)
    explorer = Explorer(
        HOME, [learned], lambda url: "tham-" in url, is_recent=recent.__contains__,
        stops_at_known=True,
    )  # fmt: skip
    explorer.on_page(HOME, "other", [FoundLink(LIST, "Tin tức")])

    first = explorer.on_page(LIST, "other", pages(40, 36))

    assert first.stop_reason is (None if recent else StopReason.KNOWN)
    assert (PAGE_2 in [target.url for target in first.targets]) is bool(recent)


def test_a_list_has_later_pages_where_its_pager_shows_them() -> None:
    explorer = Explorer(HOME)
    explorer.on_page(HOME, "other", [FoundLink(LIST, "Tin tức")])
    explorer.on_page(LIST, "other", pages(40, 36))

    assert explorer.pages.has_later(LIST)
    assert not explorer.pages.has_later(PAGE_2)


def test_page_1_is_not_read_again_at_the_address_that_later_pages_give_it() -> None:
    explorer = Explorer(HOME)
    explorer.on_page(HOME, "other", [FoundLink(LIST, "Tin tức")])
    explorer.on_page(LIST, "other", pages(40, 36))
    again = [FoundLink(f"{LIST}?page=1", label) for label in ("1", "« Trang trước", "Mới hơn")]
    later = FoundLink(f"{LIST}?page=3", "Cuối")
    step = explorer.on_page(PAGE_2, "other", [*pages(35, 31), *again, later])

    asked = {target.url for target in step.targets}
    assert (again[0].url in asked, later.url in asked) == (False, True)


def test_page_1_is_read_where_the_first_page_links_to_it() -> None:
    """A section whose first page is made of boxes shows part of page 1 only."""
    explorer = Explorer(HOME)
    explorer.on_page(HOME, "other", [FoundLink(LIST, "Tin tức")])
    first = FoundLink(f"{LIST}?page=1", "1")
    step = explorer.on_page(LIST, "other", [*pages(40, 36), first])

    assert first.url in {target.url for target in step.targets}


def test_a_page_that_shows_what_another_one_showed_before_an_interruption_is_no_end() -> None:
    """Five new articles have moved page 1 to page 2."""
    explorer = Explorer(HOME)
    explorer.on_page(HOME, "other", [FoundLink(LIST, "Tin tức")])
    explorer.on_page(LIST, "other", pages(40, 36))
    explorer.pages.forget_contents()
    second = explorer.on_page(PAGE_2, "other", [*pages(40, 36), FoundLink(f"{LIST}?page=3", "3")])

    assert second.stop_reason is None
    assert f"{LIST}?page=3" in [target.url for target in second.targets]


@pytest.mark.parametrize("kind", ["other", "hidden"])
def test_a_pattern_whose_pages_were_hidden_is_not_known_as_one_without_articles(
    kind: PageKind,
) -> None:
    explorer = Explorer(HOME)
    found = explorer.on_page(HOME, "other", [article(1), article(2)])
    for target in found.targets:
        found = explorer.on_page(target.url, kind, [])
    (pattern,) = explorer.learned()

    assert (pattern.others, pattern.hidden) == (2, 2 if kind == "hidden" else 0)
