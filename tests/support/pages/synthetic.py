"""Portals that nobody described: many kinds of addresses, lists and pagers around real articles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from tests.support.pages import themes
from tests.support.pages.prose import SampleStory, stories
from tests.support.pages.themes import Frame, Item, Text

TODAY = datetime(2025, 6, 15, 9, 0, tzinfo=timezone(timedelta(hours=7)))
HOME = "http://tin.example.vn"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a portal is built: ``article`` and ``section`` make paths, ``page`` the pager."""

    name: str
    portal: str
    render: Callable[[Text, Frame], bytes]
    article: Callable[[SampleStory, int], str]
    section: Callable[[int], str]
    page: Callable[[str, int], str]
    style: str = "ul"
    date: str | None = "%d/%m/%Y"
    arrows: bool = False
    listed_on_home: int = 6
    related: bool = True
    endless: bool = False


_SECTIONS = ("Tin hoạt động công đoàn", "Kinh tế - Xã hội", "Xây dựng Đảng", "Văn hóa")
_NAMES = ("tin-hoat-dong-cong-doan", "kinh-te-xa-hoi", "xay-dung-dang", "van-hoa")

PLANS: tuple[Plan, ...] = (
    Plan(
        "id in the path, ?page=",
        "kiengiang",
        themes.kiengiang,
        lambda s, n: f"/trang/TinTuc/{100 + n}/{s.number}/{s.slug}.html",
        lambda n: f"/trang/TinTuc/{100 + n}/Default.aspx",
        lambda url, p: f"{url}?page={p}",
        "div",
    ),
    Plan(
        "slug at the root, /trang-2",
        "brvt",
        themes.brvt,
        lambda s, _: f"/{s.slug}.html",
        lambda n: f"/{_NAMES[n]}.html",
        lambda url, p: url.replace(".html", f"/trang-{p}.html"),
        "table",
        None,
    ),
    Plan(
        "numbered detail pages, /2",
        "tienlang",
        themes.tienlang,
        lambda s, _: f"/tin-tuc/chi-tiet-{s.number + 500}.html",
        lambda n: f"/tin-tuc/{_NAMES[n]}",
        lambda url, p: f"{url}/{p}",
        "ul",
    ),
    Plan(
        "query addresses, next arrows only",
        "tienlang",
        themes.tienlang,
        lambda s, n: f"/index.php?mod=news&cat={n + 1}&id={s.number}",
        lambda n: f"/index.php?mod=news&cat={n + 1}",
        lambda url, p: f"{url}&trang={p}",
        "table",
        None,
        arrows=True,
    ),
    Plan(
        "section in the path, /page/2/",
        "brvt",
        themes.brvt,
        lambda s, n: f"/{_NAMES[n]}/{s.slug}-{s.number + 100}.html",
        lambda n: f"/{_NAMES[n]}/",
        lambda url, p: f"{url}page/{p}/",
        "div",
    ),
    Plan(
        "dated addresses, ?p=",
        "kiengiang",
        themes.kiengiang,
        lambda s, _: f"/{s.published:%Y/%m/%d}/{s.slug}/",
        lambda n: f"/chuyen-muc/{_NAMES[n]}",
        lambda url, p: f"{url}?p={p}",
        "table",
        arrows=True,
        listed_on_home=0,
    ),
)

PLANS += tuple(
    replace(plan, name=f"{plan.name}, no related links", related=False) for plan in PLANS
)
ENDLESS = replace(PLANS[3], name="a pager without end", endless=True, related=False)

STATICS = (
    ("/gioi-thieu.html", "Giới thiệu"),
    ("/lien-he.html", "Liên hệ"),
    ("/so-do-cong.html", "Sơ đồ cổng"),
    ("/lich-cong-tac.html", "Lịch công tác"),
    ("/thu-vien-anh.html", "Thư viện ảnh"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """Bodies by path (with query), the paths that are articles, and those that are lists."""

    pages: dict[str, bytes]
    articles: dict[str, SampleStory]
    lists: frozenset[str]


def build(plan: Plan, count: int = 60, per_page: int = 7) -> Site:
    """Return a portal of ``count`` articles in four sections."""
    told = sorted(stories(count), key=lambda s: s.published, reverse=True)
    by_section: list[list[Item]] = [[] for _ in _SECTIONS]
    articles: dict[str, SampleStory] = {}
    for i, story in enumerate(told):
        section = i % len(_SECTIONS)
        path = plan.article(story, section)
        articles[path] = story
        by_section[section].append(Item(path, text_of(story, _SECTIONS[section])))
    menu = [("/", "Trang chủ"), *((plan.section(n), s) for n, s in enumerate(_SECTIONS)), *STATICS]
    menu.append(("/en/", "English"))
    pages: dict[str, bytes] = {}
    everything = [item for items in by_section for item in items]
    frame = Frame(TODAY, menu=menu)
    home = plan.listed_on_home
    pages["/"] = themes.plain_list(everything[:home], frame, [], plan.style, plan.date, "Tin mới")
    for items in by_section:
        for i, item in enumerate(items):
            related = items[max(0, i - 2) : i] + items[i + 1 : i + 3] if plan.related else []
            pages[item.url] = plan.render(item.text, Frame(TODAY, related, menu))
            pages[f"/print{item.url}"] = plan.render(item.text, Frame(TODAY))
    lists = {"/"}
    for number, items in enumerate(by_section):
        lists |= _add_lists(plan, number, items, per_page, frame, pages)
    for path, label in STATICS:
        pages[path] = themes.static_page(label, frame)
    pages["/en/"] = pages["/"]
    return Site(pages, articles, frozenset(lists))


def _add_lists(
    plan: Plan,
    number: int,
    items: Sequence[Item],
    per_page: int,
    frame: Frame,
    pages: dict[str, bytes],
) -> set[str]:
    first = plan.section(number)
    chunks = [items[i : i + per_page] for i in range(0, len(items), per_page)]
    urls = [first, *(plan.page(first, p) for p in range(2, len(chunks) + 1))]
    for i, (url, chunk) in enumerate(zip(urls, chunks, strict=True)):
        pager = [(u, str(n + 1)) for n, u in enumerate(urls)]
        if plan.arrows:
            pager = [(urls[i + 1], "»")] if i + 1 < len(urls) else []
        body = themes.plain_list(chunk, frame, pager, plan.style, plan.date, _SECTIONS[number])
        pages[url] = body
    if plan.endless:
        urls += _add_pages_past_the_end(plan, number, chunks, urls[-1], frame, pages)
    return set(urls)


def _add_pages_past_the_end(
    plan: Plan,
    number: int,
    chunks: Sequence[Sequence[Item]],
    last: str,
    frame: Frame,
    pages: dict[str, bytes],
) -> list[str]:
    """A pager that never ends: past the last page its items are shown again and again."""
    first = plan.section(number)
    past = [plan.page(first, p) for p in range(len(chunks) + 1, len(chunks) + 30)]
    for url, following in zip([last, *past], [*past, first], strict=True):
        pages[url] = themes.plain_list(
            chunks[-1], frame, [(following, "Trang sau")], plan.style, plan.date, _SECTIONS[number]
        )
    return past[:1]


def text_of(story: SampleStory, section: str) -> Text:
    """Return a story as what its page shows."""
    return Text(
        title=story.title,
        paragraphs=story.paragraphs,
        published=story.published,
        lead=story.lead,
        author=story.author,
        source="daitienlang.vn",
        section=section,
        captions=story.captions,
        views=story.number,
    )
