"""The five portals of the sample, address by address, as they were "captured" in June 2025."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.pages import themes
from tests.support.pages.themes import Frame, Item, Text

VIETNAM = timezone(timedelta(hours=7))
CAPTURED = datetime(2025, 6, 15, 2, 0, tzinfo=VIETNAM)
EARLIER = CAPTURED - timedelta(days=40)

EDITED = "http://laodongthudo.vn/{slug}-{id}.html"
HAIPHONG_COPY_ID = 5190

Render = Callable[[Text, Frame], bytes]


@dataclass(frozen=True, slots=True)
class Served:
    """One response of the sample."""

    url: str
    body: bytes
    at: datetime = CAPTURED
    status: int = 200
    content_type: str = "text/html; charset=utf-8"


@cache
def entries(name: str = "articles.toml") -> tuple[dict[str, Any], ...]:
    """Return the texts of the sample as written in a file of this folder."""
    path = Path(__file__).with_name(name)
    return tuple(tomllib.loads(path.read_text("utf-8"))["article"])


def text_of(entry: dict[str, Any]) -> Text:
    """Return an entry as what its page shows."""
    written = entry["published"]
    form = "%Y-%m-%d %H:%M" if " " in written else "%Y-%m-%d"
    return Text(
        title=entry["title"],
        paragraphs=entry["paragraphs"],
        published=datetime.strptime(written, form).replace(tzinfo=VIETNAM),
        lead=entry.get("lead"),
        author=entry.get("author"),
        source=entry.get("source"),
        section=entry["section"],
        captions=entry.get("captions", ()),
        files=entry.get("files", ()),
        views=1000 + len(entry["title"]) * 7,
    )


def sample() -> list[Served]:
    """Return every response of the sample, in the order in which they were captured."""
    served: list[Served] = []
    for site in (ldtd, haiphong, kiengiang, brvt, tienlang):
        served += site()
    return sorted(served, key=lambda response: response.at)


def _entries_of(portal: str) -> list[dict[str, Any]]:
    found = [entry for entry in entries() if entry["portal"] == portal]
    return sorted(found, key=lambda entry: entry["published"], reverse=True)


def _pages(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[i : i + size] for i in range(0, len(items), size)] or [[]]


def _robots(home: str) -> Served:
    return Served(
        f"{home}/robots.txt", b"User-agent: *\nDisallow: /admin/\n", content_type="text/plain"
    )


# --- ldtd ----------------------------------------------------------------------------------------

_LDTD = "http://laodongthudo.vn"
_LDTD_SECTIONS = {"Hoạt động": "/cong-doan/hoat-dong", "Việc làm": "/lao-dong/viec-lam"}


def ldtd() -> list[Served]:
    """Two theme generations, lists in pages, one article edited, one without a date."""
    found = _entries_of("ldtd")
    items = [Item(f"{_LDTD}/{e['slug']}-{e['id']}.html", text_of(e)) for e in found]
    menu = [(path, label) for label, path in _LDTD_SECTIONS.items()]
    served = [_robots(_LDTD)]
    for number, item in enumerate(items):
        text = item.text
        frame = _frame(items, item, menu, _LDTD_SECTIONS[text.section])
        if number == 1:
            old = replace(text, paragraphs=[*text.paragraphs[:-1], "Tin đang được cập nhật."])
            served.append(Served(item.url, themes.mastercms_2_9(old, frame), at=EARLIER))
        if number == 3:
            text = replace(text, published=None)
        render = themes.mastercms_2_9 if number < 5 else themes.mastercms_2018
        served.append(Served(item.url, render(text, frame)))
    for label, path in _LDTD_SECTIONS.items():
        served += _ldtd_list([i for i in items if i.text.section == label], path, menu)
    served += _ldtd_list(items[:2], "/cong-doan/vi-loi-ich-doan-vien", menu)
    return served


def _ldtd_list(items: Sequence[Item], path: str, menu: list[tuple[str, str]]) -> Iterator[Served]:
    size, pages = 4, _pages(items, 4)
    urls = [path, *(f"{path}&s_cond=&BRSR={n * size}" for n in range(1, len(pages)))]
    pager = [(url, str(n + 1)) for n, url in enumerate(urls)]
    for url, page in zip(urls, pages, strict=True):
        yield Served(_LDTD + url, themes.mastercms_list(page, Frame(CAPTURED, menu=menu), pager))


# --- haiphong ------------------------------------------------------------------------------------

_HAIPHONG = "https://congdoanhaiphong.vn"
_HAIPHONG_MENUS = {
    "Tin hoạt động Liên đoàn Lao động quận, huyện": "tin-hoat-dong-lien-doan-lao-dong-quan-huyen",
    "Tin hoạt động Công đoàn ngành": "tin-hoat-dong-cong-doan-nganh",
}


def haiphong() -> list[Served]:
    """Everything answers 200: one article is gone, and one is a copy of Báo Lao động Thủ đô's."""
    items = haiphong_items()
    gone = haiphong_item("Tin hoạt động Công đoàn ngành", "bai-da-go-2999", items[5].text)
    return haiphong_site(items, [gone], [*items[2:], gone])


def haiphong_items() -> list[Item]:
    """Return the articles of the sample, the copy first."""
    copied = text_of(_entries_of("ldtd")[0])
    label = "Tin hoạt động Công đoàn ngành"
    published = (copied.published or CAPTURED) + timedelta(days=2)
    copy = replace(
        copied, title=f"Theo dòng sự kiện: {copied.title}", author=None, captions=(), section=label,
        published=published.replace(hour=0, minute=0),
    )  # fmt: skip
    own = [haiphong_entry(entry) for entry in _entries_of("haiphong")]
    return [haiphong_item(label, f"theo-dong-su-kien-{HAIPHONG_COPY_ID}", copy), *own]


def haiphong_entry(entry: dict[str, Any]) -> Item:
    """Return an entry with its address."""
    return haiphong_item(entry["section"], f"{entry['slug']}-{entry['id']}", text_of(entry))


def haiphong_item(section: str, name: str, text: Text) -> Item:
    """Return a text with its address: ``name`` is the last part of it."""
    return Item(f"{_HAIPHONG}/tin-tuc-su-kien/{_HAIPHONG_MENUS[section]}/{name}.html", text)


def haiphong_site(
    items: Sequence[Item], gone: Sequence[Item], listed: Sequence[Item], at: datetime = CAPTURED
) -> list[Served]:
    """Return the responses of a day: pages of ``items``, answers for ``gone``, and the lists."""
    menu = [("/gioi-thieu", "Giới thiệu"), ("/tin-tuc-su-kien", "Tin tức - sự kiện")]
    plain = Frame(at, menu=menu)
    served = [Served(f"{_HAIPHONG}/robots.txt", themes.danaweb_404(plain), at)]
    for item in items:
        path = f"/tin-tuc-su-kien/{_HAIPHONG_MENUS[item.text.section]}"
        frame = _frame(items, item, menu, path, at)
        served.append(Served(item.url, themes.danaweb_1(item.text, frame), at))
    served += [Served(item.url, themes.danaweb_404(plain), at) for item in gone]
    served += _haiphong_list(listed, "/tin-tuc-su-kien", plain)
    for label, name in _HAIPHONG_MENUS.items():
        section = [item for item in items if item.text.section == label]
        served += _haiphong_list(section, f"/tin-tuc-su-kien/{name}", plain)
    return served


def _haiphong_list(items: Sequence[Item], path: str, frame: Frame) -> Iterator[Served]:
    pages = _pages(items, 5)
    urls = [path, *(f"{path}?p={n}" for n in range(2, len(pages) + 1))]
    pager = [(url, str(n + 1)) for n, url in enumerate(urls)]
    for url, page in zip(urls, pages, strict=True):
        body = themes.danaweb_1_list(page, frame, pager)
        yield Served(_HAIPHONG + url, body, frame.today)


# --- the three whose addresses nobody knows ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    """How an invented site is laid out: addresses, pager and list style."""

    home: str
    portal: str
    render: Render
    article: Callable[[dict[str, Any]], str]
    sections: dict[str, str]
    page: Callable[[str, int], str]
    statics: Sequence[tuple[str, str]]
    style: str
    date: str | None


def kiengiang() -> list[Served]:
    """SharePoint-like addresses, lists in ``div`` with dates."""
    codes = {"Hoạt động các sở, ban, ngành, địa phương": 127, "Tin trong tỉnh": 131}
    return _invented(
        _Plan(
            "https://kiengiang.gov.vn", "kiengiang", themes.kiengiang,
            lambda e: f"/trang/TinTuc/{codes[e['section']]}/{e['id']}/{e['slug'].title()}.html",
            {label: f"/trang/TinTuc/{code}/Default.aspx" for label, code in codes.items()},
            lambda url, n: f"{url}?page={n}",
            [("/trang/GioiThieu.aspx", "Giới thiệu"), ("/trang/LienHe.aspx", "Liên hệ"), ("/en/trang/trangchu.aspx", "English")],
            "div", "(%H:%M | %d/%m/%Y)",
        )
    )  # fmt: skip


def brvt() -> list[Served]:
    """Everything at the root as ``/<slug>.html``, lists in a table without dates."""
    return _invented(
        _Plan(
            "http://khoicqdn.baria-vungtau.gov.vn", "brvt", themes.brvt,
            lambda e: f"/{e['slug']}.html",
            {"Tin tức": "/tin-tuc.html", "Công tác xây dựng Đảng": "/cong-tac-xay-dung-dang.html"},
            lambda url, n: url.replace(".html", f"/trang-{n}.html"),
            [("/gioi-thieu.html", "Giới thiệu"), ("/co-cau-to-chuc.html", "Cơ cấu tổ chức")],
            "table", None,
        )
    )  # fmt: skip


def tienlang() -> list[Served]:
    """Query addresses, lists in ``ul`` with the day."""
    return _invented(
        _Plan(
            "http://daitienlang.vn", "tienlang", themes.tienlang,
            lambda e: f"/tin-tuc/chi-tiet-{e['id']}.html",
            {"Tin trong huyện": "/tin-tuc/tin-trong-huyen", "Kinh tế - Xã hội": "/tin-tuc/kinh-te-xa-hoi"},
            lambda url, n: f"{url}/{n}",
            [("/gioi-thieu", "Giới thiệu"), ("/lich-phat-song", "Lịch phát sóng")],
            "ul", "%d/%m/%Y",
        )
    )  # fmt: skip


def _invented(plan: _Plan) -> list[Served]:
    found = _entries_of(plan.portal)
    items = [Item(plan.home + plan.article(e), text_of(e)) for e in found]
    menu = [
        ("/", "Trang chủ"),
        *((url, label) for label, url in plan.sections.items()),
        *plan.statics,
    ]
    frame = Frame(CAPTURED, menu=menu)
    served = [_robots(plan.home)]
    home = themes.plain_list(items[:3], frame, [], plan.style, plan.date)
    served.append(Served(f"{plan.home}/", home))
    for item in items:
        page = plan.render(item.text, _frame(items, item, menu, "/"))
        served.append(Served(item.url, page))
    for label, url in plan.sections.items():
        section = [item for item in items if item.text.section == label]
        pages = _pages(section, 3)
        urls = [url, *(plan.page(url, n) for n in range(2, len(pages) + 1))]
        pager = [(u, str(n + 1)) for n, u in enumerate(urls)]
        for address, page_items in zip(urls, pages, strict=True):
            body = themes.plain_list(page_items, frame, pager, plan.style, plan.date, label)
            served.append(Served(plan.home + address, body))
    for url, label in plan.statics:
        served.append(Served(plan.home + url, themes.static_page(label, frame)))
    return served


def _frame(
    items: Sequence[Item],
    item: Item,
    menu: list[tuple[str, str]],
    section: str,
    at: datetime = CAPTURED,
) -> Frame:
    others = [other for other in items if other.url != item.url][:4]
    return Frame(at, others, menu, section)
