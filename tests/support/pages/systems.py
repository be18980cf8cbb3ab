"""Portals of the systems that are known by their addresses, around real articles.

The addresses are those of the system; the markup is not: every system is built with two templates
that have nothing in common with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

from tests.support.pages import themes
from tests.support.pages.prose import SampleStory
from tests.support.pages.synthetic import Plan, Site, build

_NAMES = ("tin-hoat-dong", "kinh-te-xa-hoi", "xay-dung-dang", "van-hoa")
_RENDERED = {"brvt": themes.brvt, "tienlang": themes.tienlang}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one system. ``trap``: turns an article's address into one of its traps."""

    family: str
    article: Callable[[SampleStory, int], str]
    section: Callable[[int], str]
    page: Callable[[str, int], str]
    trap: Callable[[str], str] | None = None


def _root(n: int) -> str:
    return f"/{_NAMES[n]}"


def _folder(n: int) -> str:
    return f"/{_NAMES[n]}/"


def _numbered(url: str, page: int) -> str:
    return f"{url}?page={page}"


def _from_0(url: str, page: int) -> str:
    return f"{url}?page={page - 1}"


def _offset(url: str, page: int) -> str:
    return f"{url}?start={7 * (page - 1)}"


SYSTEMS = (
    Addresses(
        "sharepoint",
        lambda s, _: f"/tintuc/Pages/chi-tiet.aspx?ItemID={s.number + 100}",
        lambda n: f"/tintuc/Pages/{_NAMES[n]}.aspx",
        lambda url, p: f"{url}?Page={p}",
        lambda url: f"{url}&IsDlg=1",
    ),
    Addresses(
        "tandan",
        lambda s, _: f"/portal/Pages/{s.published.year}-{s.published.month}-{s.published.day}/"
        f"{s.slug}{s.number}.aspx",
        lambda n: f"/portal/KenhTin/{_NAMES[n]}.aspx",
        lambda url, p: f"{url}?page={p}",
    ),
    Addresses(
        "liferay",
        lambda s, _: f"/tin/-/asset_publisher/9DJTiagaQTlH/content/{s.slug}/{20181 + s.number}",
        _root,
        lambda url, p: f"{url}?_101_INSTANCE_9DJTiagaQTlH_cur={p}",
        lambda url: f"{url}?redirect=%2Ftin-khac",
    ),
    Addresses(
        "dnn",
        lambda s, n: f"/chi-tiet-tin/group/{160 + n}/nid/{s.number}/{s.slug}",
        lambda n: f"/Default.aspx?tabid={650 + n}",
        lambda url, p: f"{url}&p={p}",
        lambda url: f"{url}?returnurl=%2F",
    ),
    Addresses(
        "joomla",
        lambda s, n: f"/index.php/{_NAMES[n]}/{s.number + 100}-{s.slug}",
        lambda n: f"/index.php/{_NAMES[n]}",
        _offset,
        lambda url: f"{url}?tmpl=component&print=1",
    ),
    Addresses(
        "k2",
        lambda s, _: f"/index.php/tin/item/{s.number + 100}-{s.slug}",
        lambda n: f"/index.php/component/k2/itemlist/category/{85 + n}",
        _offset,
        lambda url: f"{url}?tmpl=component&print=1",
    ),
    Addresses("drupal", lambda s, _: f"/node/{s.number + 100}", _root, _from_0),
    Addresses(
        "newsportal",
        lambda s, n: f"/{_NAMES[n]}/{s.slug}-{s.number + 900000}.ldo",
        _root,
        _from_0,
        lambda url: f"{url}?print=1",
    ),
    Addresses(
        "filehash",
        lambda s, n: f"/{_NAMES[n]}/{s.published:%Y%m}/{s.slug}-{s.number:07x}/",
        _folder,
        _numbered,
    ),
    Addresses("aid", lambda s, _: f"/{s.slug}-a{s.number + 1000}.html", _folder, _numbered),
    Addresses(
        "zce",
        lambda s, _: f"/{s.slug}-post{s.number + 500000}.html",
        _folder,
        lambda url, p: f"{url}trang-{p}.html",
    ),
    Addresses(
        "onecms",
        lambda s, _: f"/{s.slug}-{s.number + 10000}.html",
        lambda n: f"/chuyen-muc/{_NAMES[n]}/{18 + n}",
        lambda url, p: f"{url}/{p}",
    ),
    Addresses("rootid", lambda s, _: f"/{s.slug}-{s.number + 3000000}.html", _root, _numbered),
    Addresses(
        "vccorp",
        lambda s, _: f"/{s.slug}-{20250101000000000 + s.number}.htm",
        lambda n: f"/{_NAMES[n]}.htm",
        lambda url, p: url.replace(".htm", f"/trang-{p}.htm"),
    ),
    Addresses("detailview", lambda s, n: f"/DetailView/{s.number + 9000}/{n}/{s.slug}.html", _root,
              _numbered),
    Addresses("postdate", lambda s, n: f"/{_NAMES[n]}/{s.slug}", _root, _numbered,
              lambda url: f"{url}?format=pdf"),
    Addresses("commontitle", lambda s, n: f"/{_NAMES[n]}/{s.slug}", _root, _numbered),
    Addresses("vnportal", lambda s, n: f"/{_NAMES[n]}/{s.slug}", _folder, _numbered),
)  # fmt: skip


def plans() -> dict[str, tuple[Addresses, Plan]]:
    """Return every system with each template, by a name of both."""
    found = {}
    for system, (name, render) in product(SYSTEMS, _RENDERED.items()):
        plan = Plan(
            name=system.family,
            portal=name,
            render=render,
            article=system.article,
            section=system.section,
            page=system.page,
            style="div" if name == "brvt" else "ul",
        )
        found[f"{system.family} as {name}"] = (system, replace(plan, related=False))
    return found


def site_of(system: Addresses, plan: Plan, count: int) -> Site:
    """Return a portal of a system; every article leads to its trap, which shows it again."""
    site = build(plan, count)
    if system.trap is None:
        return site
    pages = dict(site.pages)
    for path in site.articles:
        copy = system.trap(path)
        link = f'<a href="{copy}">Bản in của bài viết này để bạn đọc</a></body>'.encode()
        pages[path] = pages[path].replace(b"</body>", link)
        pages[copy] = pages[path]
    return Site(pages, site.articles, site.lists)
