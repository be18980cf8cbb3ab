"""Pages that list no article themselves: months of a calendar, menus of menus, documents."""

from __future__ import annotations

from portals.discovery.explorer import Explorer
from portals.discovery.targets import CrawlTarget, FoundLink, UrlPattern

HOME = "http://a.vn/"
SECTIONS = [FoundLink(f"{HOME}c/{letter}", "Khối cơ sở") for letter in "abcdefgh"]


def stories(section: str) -> list[FoundLink]:
    return [
        FoundLink(f"{HOME}tin/{section}-{n}.html", "Công đoàn xã Tân An thăm công nhân")
        for n in range(11, 15)
    ]


def asked_of(explorer: Explorer, pages: dict[str, list[FoundLink]]) -> list[str]:
    """Return the addresses requested; one that is not among ``pages`` is an article."""
    waiting: list[CrawlTarget] = explorer.on_page(HOME, "other", pages[HOME]).targets
    asked = []
    while waiting:
        target = waiting.pop(0)
        asked.append(target.url)
        links, kind = pages.get(target.url, []), "other" if target.url in pages else "article"
        step = explorer.on_page(target.url, kind, links, f"text {len(asked)}")  # type: ignore[arg-type]
        waiting += step.targets
    return asked


def test_menus_of_menus_are_followed_to_their_lists_in_every_night() -> None:
    leaves = {
        f"{section.url}/khu-{n}": stories(f"{section.url[-1]}{n}")
        for section in SECTIONS
        for n in (1, 2)
    }
    pages = {HOME: list(SECTIONS), **leaves}
    for section in SECTIONS:
        pages[section.url] = [FoundLink(f"{section.url}/khu-{n}", "Thành phố") for n in (1, 2)]
    first = Explorer(HOME)

    assert set(leaves) <= set(asked_of(first, pages))
    later = Explorer(HOME, first.learned(), is_known=lambda url: "/tin/" in url)
    assert set(leaves) <= set(asked_of(later, pages))


def test_the_numbers_of_a_page_without_articles_are_days() -> None:
    month = f"{HOME}tin?thang=10"
    days = [FoundLink(f"{month}&ngay={day}", str(day)) for day in range(1, 9)]
    pages = {HOME: [FoundLink(month, "Tin theo ngày")], month: days}
    pages |= {day.url: stories(f"ngay-{day.text}") for day in days}

    assert {day.url for day in days} <= set(asked_of(Explorer(HOME), pages))


def test_headlines_of_documents_are_no_emptied_list() -> None:
    documents = [
        FoundLink(f"{HOME}van-ban/{n}", "Quyết định về việc phân công nhiệm vụ") for n in range(3)
    ]
    explorer = Explorer(HOME, [UrlPattern("/van-ban/{n}", kind="other")])

    assert explorer.leads_to_others(documents)
    assert not explorer.leads_to_others([*documents[:2], *stories("a")])


def test_a_list_whose_number_a_story_has_is_not_the_story() -> None:
    """``?loai=1`` ends like ``?id=1``, and is in flight while copies are looked for."""
    explorer = Explorer(HOME)
    lists = [FoundLink(f"{HOME}ds.aspx?loai={n}", "Tin tức") for n in (1, 2)]
    explorer.on_page(HOME, "other", lists)
    pattern = explorer.patterns["/ds.aspx?loai={n}"]
    assert pattern.in_flight == len(lists)
    tin = UrlPattern("/tin.aspx?id={n}", kind="article", articles=3, duplicates=2, named_copies=2)
    tin.queued[f"{HOME}tin.aspx?id=1"] = "Công đoàn xã Tân An thăm công nhân"

    assert explorer.names.copies_in(tin)
    assert not explorer.names.copies_in(tin, explorer._has_articles)


def test_articles_that_have_the_addresses_of_lists_are_known_once_they_are_requested() -> None:
    """In Drupal ``/node/9`` is a list and ``/node/12`` an article; tags have one of them each."""
    explorer = Explorer(HOME, [UrlPattern("/node/{n}", kind="listing", listings=1, articles=3)])
    node = f"{HOME}node/12"

    assert not explorer._are_known(frozenset([node]))
    explorer.on_page(HOME, "other", [FoundLink(node, "Công đoàn xã Tân An thăm công nhân")])
    assert explorer._are_known(frozenset([node]))


def test_of_static_pages_one_of_a_kind_is_read_where_news_were_found() -> None:
    static = [
        FoundLink(f"{HOME}trang/{name}.html", label)
        for name, label in (("gt", "Giới thiệu"), ("lh", "Liên hệ"), ("sd", "Sơ đồ"))
    ]
    section = FoundLink(f"{HOME}tin", "Tin tức")
    own = [story for letter in "abcdefg" for story in stories(letter)]
    pages = {HOME: [section, *static], section.url: own, **{one.url: [] for one in static}}

    first = Explorer(HOME)
    asked = asked_of(first, pages)
    assert len({one.url for one in static}.intersection(asked)) == 1
    later = Explorer(HOME, first.learned(), is_known=lambda url: url in asked)
    assert not {one.url for one in static}.intersection(asked_of(later, pages))
