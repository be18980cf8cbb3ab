"""Portals whose pages a script builds: an empty page, and the JSON that the script loads.

One portal for each system that is known by its JSON, with stories of ``prose`` and what their rows
must hold. A portal answers as its server would: by the parameters of the request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.http_server import Answer, ServedRequest
from tests.support.pages.prose import SampleStory, stories

SECTIONS = (("12", "hoat-dong-cong-doan", "Hoạt động"), ("13", "doi-song", "Đời sống"))
SHELL = (
    b"<!doctype html><html><head><title>C\xe1\xbb\x95ng th\xc3\xb4ng tin</title></head><body>"
    b"<div id='root'></div><script src='/static/main.js'></script></body></html>"
)
PICTURE = "/anh/hinh.jpg"


@dataclass(frozen=True, slots=True)
class Gold:
    """What the row of a story must hold."""

    title: str
    published_at: str
    lead: str | None
    author: str | None
    section: str | None
    source: str | None
    body: str
    images: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


@dataclass(slots=True)
class JsonPortal:
    """A portal: its stories, the paths asked for, and how it answers them.

    ``public``: the public path of a story; ``is_list``: True for a request for a list.
    """

    system: str
    stories: Sequence[SampleStory]
    respond: Callable[[ServedRequest, JsonPortal], Any]
    public: Callable[[SampleStory], str]
    gold: Callable[[SampleStory], Gold]
    is_list: Callable[[ServedRequest], bool]
    sections: int = 1
    asked: list[ServedRequest] = field(default_factory=list)
    change: Callable[[ServedRequest, Any], Any] = lambda _, answer: answer

    def answer(self, request: ServedRequest) -> Answer:
        """Return the answer to a request: the JSON, the empty page, or 404."""
        if urlsplit(request.path).path == "/robots.txt":
            return Answer(b"", 404)
        self.asked.append(request)
        given = self.change(request, self.respond(request, self))
        if isinstance(given, Answer):
            return given
        if given is None:
            return Answer(SHELL)
        body = json.dumps(given, ensure_ascii=False).encode()
        return Answer(body, headers={"Content-Type": "application/json; charset=utf-8"})

    def of_section(self, number: str) -> list[SampleStory]:
        """Return the stories of a section, the newest first."""
        index = [key for key, *_ in SECTIONS].index(number)
        return [one for n, one in enumerate(self.stories) if n % self.sections == index]

    @property
    def golds(self) -> dict[str, Gold]:
        """What every row must hold, by public path."""
        return {self.public(story): self.gold(story) for story in self.stories}


def newest(count: int) -> tuple[SampleStory, ...]:
    """Return stories as lists have them, the newest first."""
    return tuple(reversed(list(stories(count))))


def body_of(story: SampleStory) -> str:
    """Return the text of a story as an editor writes it."""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
    return f'{paragraphs}<p><img src="{PICTURE}" alt=""></p>'


def _asked(request: ServedRequest) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def _path(request: ServedRequest) -> str:
    return urlsplit(request.path).path


def _page(entries: list[Any], offset: int, size: int) -> list[Any]:
    return entries[offset : offset + size]


def _local(story: SampleStory) -> str:
    return story.published.replace(tzinfo=None).isoformat()


def _section(portal: JsonPortal, story: SampleStory) -> tuple[str, str, str]:
    return SECTIONS[list(portal.stories).index(story) % portal.sections]


# --- the systems ---------------------------------------------------------------------------------


def _moha(request: ServedRequest, portal: JsonPortal) -> Any:
    given = _asked(request)
    if _path(request) == "/api/Public/MenuDetail":
        urls = (f"/chuyen-muc/{slug}---id{key}" for key, slug, _ in SECTIONS)
        return {"ID": 2794, "childs": [{"URL": url, "TenMenu": "Tin"} for url in urls]}
    if _path(request) == "/api/Public/PostsByCategory":
        found = portal.of_section(given["ID"])
        entries = [{"TieuDe": one.title, "ID": one.number} for one in found]
        page = _page(entries, int(given["skip"]), int(given["take"]))
        return {"data": page, "totalCount": len(entries)}
    if _path(request) == "/api/Public/PostDetail":
        story = next(one for one in portal.stories if str(one.number) == given["ID"])
        name = _section(portal, story)[2]
        return {
            "data": {
                "NoiDung": body_of(story),
                "MoTa": f"<p><strong>{escape(story.lead)}</strong></p>",
                "NgayXuatBan": f"{_local(story)}.000",
                "TieuDe": story.title,
                "ChuyenMuc": {"TenChuyenMuc": name, "ID": 1},
            }
        }
    return None


def moha(count: int = 20) -> JsonPortal:
    """The portal of a ministry: a menu, lists by category, articles by number."""
    portal = JsonPortal(
        "postsbycategory", newest(count), _moha,
        lambda s: f"/tin-tuc/{s.slug}---id{s.number}",
        lambda s: Gold(
            s.title, s.published.isoformat(), s.lead, None, _section(portal, s)[2], None,
            "\n\n".join(s.paragraphs), (PICTURE,),
        ),
        lambda request: "PostsByCategory" in request.path,
        sections=2,
    )  # fmt: skip
    return portal


def _mof(request: ServedRequest, portal: JsonPortal) -> Any:
    given = _asked(request)
    if _path(request) == "/api/article/reads" and request.method == "POST":
        assert json.loads(request.body) == {"rootSlug": "bo-tai-chinh"}
        entries = [
            {
                "title": one.title,
                "slug": one.slug,
                "rootCategorySlug": "bo-tai-chinh",
                "categorySlug": "tin-tuc",
                "publicationTime": one.published.astimezone(UTC).isoformat(),
            }
            for one in portal.stories
        ]
        page = _page(entries, int(given["offset"]), int(given["limit"]))
        return {"success": True, "data": page, "total": str(len(entries))}
    if _path(request) == "/api/article/getbyslug":
        story = next(one for one in portal.stories if one.slug == given["slug"])
        return {
            "success": True,
            "data": {
                "title": story.title,
                "description": story.lead,
                "author": story.author,
                "source": "Báo Tin Vùng",
                "publicationTime": story.published.astimezone(UTC).isoformat(),
                "articleCategory": {"name": "Tin tức"},
                "articleContent": json.dumps({"Content": body_of(story), "Link": None}),
                "attachments": [{"name": "Công văn", "link": f"/tep/{story.number}"}, None],
                "imageLink": "/images/noimage.png",
            },
        }
    return None


def mof(count: int = 20) -> JsonPortal:
    """The portal of a ministry: one list by POST, texts as JSON inside a text."""
    return JsonPortal(
        "articlereads", newest(count), _mof,
        lambda s: f"/bo-tai-chinh/tin-tuc/{s.slug}",
        lambda s: Gold(
            s.title, s.published.isoformat(), s.lead, s.author, "Tin tức", "Báo Tin Vùng",
            "\n\n".join(s.paragraphs), (PICTURE,), (f"/tep/{s.number}",),
        ),
        lambda request: "article/reads" in request.path,
    )  # fmt: skip


def _police(request: ServedRequest, portal: JsonPortal) -> Any:
    if _path(request) == "/":
        call = b"<script>fetch('/api/pub/articles?c=1')</script><script"
        return Answer(SHELL.replace(b"<script", call, 1))
    if _path(request) == "/api/pub/articles":
        return {"rows": [{"slug": one.slug, "title": one.title} for one in portal.stories]}
    if _path(request) == "/api/pub/articles/slug":
        story = next(one for one in portal.stories if one.slug == _asked(request)["slug"])
        seconds = int(story.published.timestamp())
        article = {"title": story.title, "content": body_of(story), "published_date": seconds}
        return {"article": article, "related": []}
    return None


def police(count: int = 20) -> JsonPortal:
    """A portal whose page names the only list; articles by slug, days in seconds."""
    return JsonPortal(
        "pubarticles", newest(count), _police, lambda s: f"/articles/{s.slug}",
        lambda s: Gold(
            s.title, s.published.isoformat(), None, None, None, None,
            "\n\n".join(s.paragraphs), (PICTURE,),
        ),
        lambda request: _path(request) == "/api/pub/articles",
    )  # fmt: skip


def _html(story: SampleStory, section: str) -> Answer:
    """Return an article as its page has it, with the day in the data of Next.js."""
    text = "".join(f"<p>{escape(one)}</p>" for one in story.paragraphs)
    data = json.dumps(
        {
            "props": {
                "pageProps": {
                    "post": {
                        "title": story.title,
                        "content": text,
                        "description": story.lead,
                        "published_at": story.published.isoformat(),
                        "category": section,
                    }
                }
            }
        }
    )
    script = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'
    head = f"<head><title>{escape(story.title)}</title></head>"
    return Answer(f"<html>{head}<body><div id='__next'></div>{script}</body></html>".encode())


def _paper(request: ServedRequest, portal: JsonPortal) -> Any:
    given = _asked(request)
    if _path(request) == "/api/web/menu-get-list":
        return {"status": 1, "data": {"list": [{"menu_slug": slug} for _, slug, _ in SECTIONS]}}
    if _path(request) == "/api/web/article-get-news-by-category-slug":
        key = next(key for key, slug, _ in SECTIONS if slug == given["category_slug"])
        entries = [
            {"article_slug": one.slug, "category_slug": given["category_slug"], "name": one.title}
            for one in portal.of_section(key)
        ]
        return {"status": 1, "data": {"list": entries[: int(given["limit"])]}}
    for story in portal.stories:
        if _path(request) == portal.public(story):
            return _html(story, "")
    return None


def paper(count: int = 20) -> JsonPortal:
    """A paper: a menu, lists that take a size only, articles as pages with data."""
    portal = JsonPortal(
        "newsbyslug", newest(count), _paper,
        lambda s: f"/tin-bai/{_section(portal, s)[1]}/{s.slug}",
        lambda s: Gold(
            s.title, s.published.isoformat(), s.lead, None, None, None, "\n\n".join(s.paragraphs)
        ),
        lambda request: "article-get-news" in request.path,
        sections=2,
    )  # fmt: skip
    return portal


def _youth(request: ServedRequest, portal: JsonPortal) -> Any:
    if _path(request) == "/":
        call = b"<script>post('/api/bai-viet/danh-sach/7', {page: 1, pageSize: 5})</script><script"
        return Answer(SHELL.replace(b"<script", call, 1))
    if _path(request) == "/api/bai-viet/danh-sach/7" and request.method == "POST":
        asked = json.loads(request.body)
        assert asked["filters"] == {"category_id": "7"}
        entries = [{"slug": s.slug, "id": s.number, "title": s.title} for s in portal.stories]
        size = asked["pageSize"]
        return {"data": _page(entries, (asked["page"] - 1) * size, size)}
    for story in portal.stories:
        if _path(request) == portal.public(story):
            return _html(story, "")
    return None


def youth(count: int = 20) -> JsonPortal:
    """A portal on Next.js: a list by POST with its page in the body, and no total."""
    return JsonPortal(
        "baiviet", newest(count), _youth, lambda s: f"/bai-viet/{s.slug}.{s.number}",
        lambda s: Gold(
            s.title, s.published.isoformat(), s.lead, None, None, None, "\n\n".join(s.paragraphs)
        ),
        lambda request: request.method == "POST",
    )  # fmt: skip


def _graphql(request: ServedRequest, portal: JsonPortal) -> Any:
    if _path(request) != "/graphql" or request.method != "POST":
        return None
    given = json.loads(request.body)["variables"]
    nodes = [
        {
            "title": one.title,
            "slug": one.slug,
            "date": _local(one),
            "content": body_of(one),
            "excerpt": f"<p>{escape(one.lead)}</p>\n",
            "categories": {"nodes": [{"name": "Công đoàn"}, {"name": "Tin"}]},
            "featuredImage": {"node": {"mediaItemUrl": f"/anh/{one.number}.jpg"}},
        }
        for one in portal.stories
    ]
    if "id" in given:
        return {"data": {"post": next((n for n in nodes if n["slug"] == given["id"]), None)}}
    page = _page(nodes, given["offset"], given["size"])
    info = {"hasMore": True, "total": len(nodes)}
    return {"data": {"posts": {"pageInfo": {"offsetPagination": info}, "nodes": page}}}


def graphql(count: int = 20) -> JsonPortal:
    """WordPress behind GraphQL: one list, which holds the articles whole."""
    return JsonPortal(
        "wpgraphql", newest(count), _graphql, lambda s: f"/{s.slug}",
        lambda s: Gold(
            s.title, s.published.isoformat(), s.lead, None, "Công đoàn", None,
            "\n\n".join(s.paragraphs), (f"/anh/{s.number}.jpg", PICTURE),
        ),
        lambda request: request.method == "POST",
    )  # fmt: skip


PORTALS: dict[str, Callable[[], JsonPortal]] = {
    "postsbycategory": moha,
    "articlereads": mof,
    "pubarticles": police,
    "newsbyslug": paper,
    "baiviet": youth,
    "wpgraphql": graphql,
}


# --- portals of the same systems that were not looked at when these were described ---------------


def _turned(value: Any) -> Any:
    """Return an object with its keys in the opposite order."""
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    return [_turned(one) for one in value] if isinstance(value, list) else value


def capped_moha() -> JsonPortal:
    """Numbers as texts, seven items at most, no total, days as .NET writes them."""
    portal = moha()

    def change(request: ServedRequest, answer: Any) -> Any:
        if not isinstance(answer, dict):
            return answer
        if "childs" in answer:
            return {"success": True, "data": {"childs": [*answer["childs"], {"URL": None}]}}
        if "PostsByCategory" in request.path:
            given = _asked(request)
            entries = [
                {
                    "AnhDaiDien": None,
                    "ID": str(one.number),
                    "LuotXem": 5,
                    "TieuDe": f" {one.title} ",
                }
                for one in portal.of_section(given["ID"])
            ]
            return {"data": _page(entries, int(given["skip"]), min(7, int(given["take"])))}
        story = next(s for s in portal.stories if str(s.number) == _asked(request)["ID"])
        day = f"/Date({int(story.published.timestamp() * 1000)}+0700)/"
        return _turned({"data": {**answer["data"], "NgayXuatBan": day}, "errors": None})

    portal.change = change
    return portal


def plain_mof() -> JsonPortal:
    """The text as it is, milliseconds, nulls, and a list that repeats its end for ever."""
    portal = mof()

    def change(request: ServedRequest, answer: Any) -> Any:
        if not isinstance(answer, dict):
            return answer
        if portal.is_list(request):
            offset = int(_asked(request)["offset"])
            start = min(offset, len(portal.stories) - 6)
            entries = [
                {"slug": one.slug, "rootCategorySlug": None, "title": one.title}
                for one in portal.stories[start : start + 6]
            ]
            return _turned({"data": entries, "total": None})
        data = answer["data"]
        story = next(one for one in portal.stories if one.title == data["title"])
        return _turned(
            {
                "data": {
                    **data,
                    "articleContent": body_of(story),
                    "publicationTime": int(story.published.timestamp() * 1000),
                    "attachments": None,
                    "source": None,
                    "author": "",
                }
            }
        )

    portal.change = change
    portal.gold = lambda s: Gold(
        s.title, s.published.isoformat(), s.lead, None, "Tin tức", None,
        "\n\n".join(s.paragraphs), (PICTURE,),
    )  # fmt: skip
    return portal


VARIANTS: dict[str, Callable[[], JsonPortal]] = {"capped": capped_moha, "plain": plain_mof}
