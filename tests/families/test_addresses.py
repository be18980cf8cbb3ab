"""What an address leads to by the patterns of its system: in the catalogue and on whole sites."""

from __future__ import annotations

import re
from collections import deque
from functools import cache
from urllib.parse import unquote

import pytest

from portals.article import Article
from portals.catalogue import Portal, portals
from portals.discovery.explorer import Explorer
from portals.discovery.links import found_links
from portals.discovery.targets import CrawlTarget, FoundLink, PageKind, PatternKind
from portals.discovery.url_patterns import is_skipped
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.families import FAMILIES, Family
from portals.families.catalogued import read_systems, systems_fault
from portals.language.text import content_hash
from tests.support.pages.synthetic import HOME, TODAY
from tests.support.pages.systems import plans, site_of

EXCEPTIONS = {
    "http://congdoanbinhdinh.org.vn/vi/about/"
    "Tom-tat-Lich-su-cac-ky-dai-hoi-Cong-doan-Binh-giai-doan-tu-2003-20233.html":
        "a page about the federation: NukeViet's module for such pages has no articles",
    "http://liendoanlaodong.langson.gov.vn/index.php/gioi-thieu/cac-ky-dai-hoi":
        "a page about the federation, without a number",
    "https://congdoandanang.org.vn/bai-viet/"
    "cong-doan-phuong-lien-chieu-thanh-lap-to-cong-nhan-tu-quan-khu-nha-tro":
        "the system is a guess: articles of DANAWEB end in a number",
    "http://nld.com.vn/Print.aspx?NewsID=2012073008317364": "a print copy",
    "http://tapchicaosu.vn/2014/04/28": "an archive by day repeats what sections list",
    "http://tapchicaosu.vn/tag/khoi-thi-dua-cong-doan-cac-tap-doan":
        "an archive by tag repeats what sections list",
    "http://baobinhthuan.com.vn/print/1139.html": "a print copy",
    "https://vimc.co/en/cong-doan-tong-cong-ty-hang-hai-viet-nam-doan-ket-hanh-dong"
    "-trach-nhiem-doi-moi-hieu-qua": "a Vietnamese text under the path of the English ones",
    "https://laodongdoanthe.vn/tags/ong-ngo-duy-hieu-4648.tag":
        "an archive by tag repeats what sections list",
    "https://tapchicongthuong.vn/phat-dong-phong-trao-xay-dung-quy-den-on-dap-nghia-914.htm"
    "?print=print": "a print copy",
    "https://dongnai.gov.vn/en/news/savefile/Our-activities/trade-union-plays-an-important-role-in"
    "-the-improvement-movement-of-professional-skills-productivity-and-production-efficiency-in"
    "-dong-nai-rubber-company-1348.html": "a copy to save",
    "https://lienchieu.danang.gov.vn/chi-tiet-tin-tuc?d=1045&c=7":
        "the key d is this portal's own; other portals on Liferay have none",
    "https://www.moj.gov.vn/portal/tin-tuc/chi-tiet/ho-so-tham-inh-du-thao-nghi-inh-quy-inh-ve"
    "-hoat-ong-inh-danh-xac-thuc-truy-xuat-nguon-goc-san-pham-hang-hoa-tei8kh4f26.html":
        "the portal left SharePoint for a system that no other portal has",
}  # fmt: skip
"""Addresses of the catalogue that are not taken for what their column says, and why."""

ROWS = [
    (row, url, kind)
    for row in portals().values()
    for kind, urls in (("article", row.examples), ("listing", row.listings))
    for url in urls.split()
]


def kind_by_address(row: Portal, url: str, otherwise: str) -> str:
    """Return what the portal's patterns say; a portal without a system is explored."""
    family = read_systems(row.cms).family
    if family is None:
        return "trap" if is_skipped(url) else otherwise
    return family.kind_of(url)


@pytest.mark.parametrize(("row", "url", "kind"), ROWS, ids=[url for _, url, _ in ROWS])
def test_an_address_of_the_catalogue_is_what_its_column_says(
    row: Portal, url: str, kind: str
) -> None:
    assert (kind_by_address(row, url, kind) == kind) is (url not in EXCEPTIONS)


def test_the_exceptions_are_of_the_catalogue() -> None:
    assert set(EXCEPTIONS) <= {url for _, url, _ in ROWS}


OWN_WORDS = {
    "liferay": "asset_publisher content details instance widget",
    "tandan": "portal pages kenhtin aspx photos layouts",
    "sharepoint": "pages trang aspx itemid newsid idtin chuyen chuyenmucid cateid catid typevb"
    " linhvuc",
    "dnn": "group default aspx tabid categoryid",
    "joomla": "index itemlist category",
    "k2": "index itemlist category item",
    "drupal": "node",
    "newsportal": "page",
    "zce": "post html trang topic",
    "onecms": "event html chuyen",
    "rootid": "html topic chuyen page",
    "mastercms": "html media",
    "danaweb": "html",
    "nukeviet": "index page html",
    "wordpress": "index category chuyen page",
    "aid": "html page",
    "filehash": "index html page",
    "vccorp": "page html",
    "detailview": "detailview html",
    "postdate": "page",
    "commontitle": "page",
    "vnportal": "page",
    "postsbycategory": "chuyen-muc",
    "articlereads": "",
    "pubarticles": "articles",
    "newsbyslug": "",
    "baiviet": "bai-viet chuyen-muc",
    "wpgraphql": "",
}
"""Words that the programs of a system put into every portal's addresses."""


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_patterns_are_of_the_system_not_of_one_portal(family: Family) -> None:
    """Every word of a pattern is the system's own: no host and no section of a single portal.

    So the patterns are the same whichever portal's examples are left out.
    """
    patterns = [*family.articles, *family.listings, family.article_path or ""]
    bare = (re.sub(r"\\[dwsS]|\[[^\]]*\]|\(\?[:!=]", " ", one).casefold() for one in patterns)
    words = {word for one in bare for word in re.findall(r"[a-z_]{4,}", one)}
    own = {part for word in OWN_WORDS[family.name].split() for part in (word, *word.split("-"))}
    programs = {
        "savefile", "print", "sendmail", "option", "com_content", "view", "article", "limit",
        "start", "tags", "limitstart", "page", "html", "index", "aspx",
    }  # fmt: skip

    assert words - own - programs - {"_cur", "_war_", "_instance_", "brsr"} == set()


@pytest.mark.parametrize("row", list(portals().values()), ids=lambda row: row.name)
def test_no_pattern_names_a_host(row: Portal) -> None:
    family = read_systems(row.cms).family
    patterns = " ".join([*family.articles, *family.listings]) if family else ""

    assert row.host.split(".")[0] not in re.findall(r"[a-z]{5,}", patterns.replace("\\", " ")) or (
        row.host.split(".")[0] in ("portal", "pages", "group", "index")
    )


# --- a change of system --------------------------------------------------------------------------


def test_both_systems_of_a_host_know_their_addresses() -> None:
    family = read_systems("MasterCMS<2021-05 NukeViet").family
    assert family is not None

    assert family.kind_of("http://a.vn/doi-thoai-voi-cong-nhan-94661.html") == "article"
    assert family.kind_of("http://a.vn/vi/news/tin/doi-thoai-94661.html") == "article"
    assert family.external_id is None  # numbers of two systems may be the same


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("NukeViets", "unknown system"),
        ("MasterCMS NukeViet", "with the day on which it ended"),
        ("MasterCMS<2021-02-30 NukeViet", "day"),
    ],
)
def test_a_text_that_is_no_system_has_a_fault(text: str, words: str) -> None:
    assert words in (systems_fault(text) or "")


@pytest.mark.parametrize("text", ["", "unknown", "NukeViet", "nukeviet (guess)", "IBM-WCM"])
def test_a_system_or_none_has_no_fault(text: str) -> None:
    assert systems_fault(text) is None


# --- whole sites ---------------------------------------------------------------------------------

SITES = plans()
FAMILY = {family.name: family for family in FAMILIES}
COUNT = 24
_KINDS: dict[str, PatternKind] = {"article": "article", "trap": "other"}


@cache
def explored(name: str) -> tuple[dict[str, Article], list[str]]:
    """Return the articles that are found on a portal of the system, by path, and what is asked."""
    system, plan = SITES[name]
    family = FAMILY[system.family]
    site = site_of(system, plan, COUNT)
    explorer = Explorer(f"{HOME}/", kind_of=lambda url: _KINDS.get(family.kind_of(url), "unknown"))
    recipe = Recipe("thu", family.themes, external_id=family.external_id, general=True)
    found: dict[str, Article] = {}
    asked: list[str] = []
    waiting = deque([CrawlTarget(f"{HOME}/", "listing")])
    while waiting:
        target = waiting.popleft()
        path = target.url.removeprefix(HOME)
        asked.append(path)
        if path not in site.pages:
            waiting.extend(explorer.on_failure(target.url))
            continue
        page = Page.from_bytes(target.url, site.pages[path], fetched_at=TODAY)
        page.link_texts = (target.label,) if target.label else ()
        result = read_article(page, recipe) if path != "/" else None
        kind: PageKind = "other"
        text_hash = None
        if isinstance(result, Article):
            kind = "article" if result.published_at else "undated"
            text_hash = content_hash(result.title, result.body)
            if kind == "article":
                found[path] = result
        links = [FoundLink(link.url, link.text) for link in found_links(page)]
        waiting.extend(explorer.on_page(target.url, kind, links, text_hash).targets)
    return found, asked


@pytest.mark.parametrize("name", SITES)
def test_every_article_of_a_system_is_found_and_none_twice(name: str) -> None:
    system, plan = SITES[name]
    site = site_of(system, plan, COUNT)
    found, asked = explored(name)

    assert set(found) == set(site.articles)
    assert len(asked) == len(set(asked)) <= 1.4 * COUNT + 4  # beside the home page and its menu
    wrong = [
        path
        for path, story in site.articles.items()
        if (found[path].title, (found[path].published_at or "")[:10])
        != (story.title, f"{story.published:%Y-%m-%d}")
    ]
    assert wrong == []


@pytest.mark.parametrize("name", [name for name, (system, _) in SITES.items() if system.trap])
def test_no_trap_of_a_system_is_asked(name: str) -> None:
    system, _ = SITES[name]
    assert system.trap is not None
    found, asked = explored(name)

    assert {system.trap(path) for path in found} & set(asked) == set()


@pytest.mark.parametrize("name", [n for n, (s, _) in SITES.items() if FAMILY[s.family].articles])
def test_an_article_of_a_system_is_told_by_its_address(name: str) -> None:
    system, plan = SITES[name]
    site = site_of(system, plan, COUNT)
    family = FAMILY[system.family]

    assert {family.kind_of(HOME + path) for path in site.articles} == {"article"}
    assert "article" not in {family.kind_of(HOME + path) for path in site.lists}
    keys = {match[1] for path in site.articles if (match := _id(family, HOME + path))}
    assert len(keys) in (0, COUNT)


def _id(family: Family, url: str) -> re.Match[str] | None:
    return re.search(family.external_id, unquote(url)) if family.external_id else None
