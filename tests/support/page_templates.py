"""Page templates in the shape of real systems, filled with invented articles, with gold.

A template is a folder under ``tests/fixtures/templates`` with ``template.toml`` and Jinja pages
(``article``, ``listing``, ``home``, ``static``, ``documents``, ``error``). The head of its pages
names the story, the section or only the site; the gold is what the page shows in each case.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal
from zipfile import ZipFile

import jinja2

from tests.support.pages.prose import SampleStory, stories
from tests.support.pages.synthetic import TODAY

TEMPLATES = Path(__file__).parents[1] / "fixtures" / "templates"
SECOND_HALF = TEMPLATES.with_name("templates-second-half.zip")
THIRD_PART = TEMPLATES.with_name("templates-third-part.zip")
FOURTH_OPEN = TEMPLATES.with_name("templates-fourth")
FOURTH_PART = TEMPLATES.with_name("templates-fourth-part.zip")
FIFTH_OPEN = TEMPLATES.with_name("templates-fifth")
FIFTH_PART = TEMPLATES.with_name("templates-fifth-part.zip")

Head = Literal["story", "section", "site"]
HEADS: tuple[Head, ...] = ("story", "section", "site")
PageName = Literal["home", "listing", "static", "documents", "error"]
OTHER_PAGES: tuple[PageName, ...] = ("home", "listing", "static", "documents", "error")

SECTIONS = (
    ("hoat-dong-cong-doan", "Hoạt động công đoàn"),
    ("chinh-sach", "Chính sách - Việc làm"),
    ("xay-dung-dang", "Xây dựng Đảng"),
)
PAPERS = ("Báo Lao động Miền Trung", "Cổng TTĐT tỉnh Tân Giang", "TTXVN", "Báo Người Thợ")
WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
_RELATED = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a body: a paragraph, a subheading, a list item, a quote, a picture or a question.

    ``ask`` is the line of a template that comes before a paragraph: a question, "Điều 1".
    """

    kind: Literal["p", "h", "li", "quote", "picture", "ask"]
    text: str = ""
    url: str = ""


@dataclass(frozen=True)
class TemplateArticle:
    """An article as a template shows it; ``path`` and ``section_path`` start at the root."""

    story: SampleStory
    number: int
    section: str
    section_slug: str
    path: str
    section_path: str
    source: str
    parts: tuple[Part, ...]
    files: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        return self.story.title

    @property
    def lead(self) -> str:
        return self.story.lead

    @property
    def author(self) -> str:
        return self.story.author

    @property
    def published(self) -> datetime:
        return self.story.published

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.story.published.weekday()]

    @property
    def views(self) -> int:
        return 100 + 37 * self.number

    @property
    def teaser(self) -> str:
        """The beginning of the lead, cut as listings cut it."""
        return " ".join(self.story.lead.split()[:18]) + "..."

    @property
    def thumbnail(self) -> str:
        return f"/upload/thumb/{self.number}.jpg"


@dataclass(frozen=True, eq=False)
class PageTemplate:
    """One template: its ``name``, its pages by name, and what ``template.toml`` says."""

    name: str
    sources: dict[str, str]
    facts: dict[str, Any]

    @cached_property
    def _pages(self) -> jinja2.Environment:
        found = jinja2.Environment(
            loader=jinja2.DictLoader(self.sources),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        found.filters["date"] = lambda at, form: at.strftime(form)
        return found

    def render(self, page: str, **values: Any) -> bytes:
        """Return one of the template's pages as its server sends it."""
        encoding = self.facts.get("encoding", "utf-8")
        return self._pages.get_template(f"{page}.html").render(**values).encode(encoding)

    def articles(self, count: int, first: int = 1) -> list[TemplateArticle]:
        """Return ``count`` articles, newest first, at the template's addresses."""
        found = [self._article(story) for story in stories(count, first)]
        return sorted(found, key=lambda article: article.published, reverse=True)

    def _article(self, story: SampleStory) -> TemplateArticle:
        slug, section = SECTIONS[story.number % len(SECTIONS)]
        place = {"section": slug, "slug": story.slug, "number": 2000 + story.number}
        path = self.facts["article"].format(**place, at=story.published)
        return TemplateArticle(
            story=story,
            number=story.number,
            section=section,
            section_slug=slug,
            path=path,
            section_path=self.facts["listing"].format(section=slug),
            source=PAPERS[story.number % len(PAPERS)],
            parts=self._parts(story),
            files=((f"/upload/file/ke-hoach-{story.number}.pdf", f"Kế hoạch số {story.number}"),)
            if story.number % 5 == 0
            else (),
        )

    def _parts(self, story: SampleStory) -> tuple[Part, ...]:
        """Return the parts of a body, with the lines of the template: ``most``, ``ahead``,
        ``before`` and ``after``."""
        parts = _parts(story)
        if "most" in self.facts:
            texts = story.paragraphs[: self.facts["most"]]
            shots = [part for part in parts if part.kind == "picture"]
            parts = (*(Part("p", text) for text in texts), *shots)
        own: list[Part] = [Part("p", text) for text in self.facts.get("before", ())]
        asked = 0
        for part in parts:
            ahead = self.facts.get("ahead", ())
            if part.kind == "p" and asked < len(ahead):
                own.append(Part("ask", ahead[asked].format(n=asked + 1)))
                asked += 1
            own.append(part)
        return (*own, *(Part("p", text) for text in self.facts.get("after", ())))


def _parts(story: SampleStory) -> tuple[Part, ...]:
    """Return the parts of a body: pictures, a subheading, a list and a quote in some of them."""
    parts: list[Part] = [Part("p", text) for text in story.paragraphs]
    for i, caption in enumerate(story.captions):
        parts.insert(1 + 2 * i, Part("picture", caption, f"/upload/{story.number}-{i}.jpg"))
    if story.number % 4 == 0:
        parts.insert(len(parts) - 1, Part("h", "Những việc làm được"))
    if story.number % 6 == 0:
        items = ("Hỗ trợ nhà ở", "Khám sức khỏe định kỳ", "Đối thoại tại nơi làm việc mỗi quý")
        parts += [Part("li", item) for item in items]
        parts.append(Part("p", f"Ba việc ấy sẽ được kiểm tra lại sau đợt {story.number} tháng."))
    if story.number % 7 == 0:
        parts.insert(2, Part("quote", "“Có tổ chức bên cạnh, anh em yên tâm làm việc hơn”."))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """One page and what it must give: ``gold`` is None for a page that is no article."""

    path: str
    body: bytes
    kind: str
    gold: dict[str, Any] | None = None
    link_text: str = ""


@dataclass(frozen=True)
class TemplateSite:
    """A whole site in one template and one head; ``pages`` by path."""

    template: PageTemplate
    head: Head
    count: int = 40
    pages: list[TemplatePage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pages.extend(self._build())

    @property
    def bodies(self) -> dict[str, bytes]:
        """The bodies by path."""
        return {page.path: page.body for page in self.pages}

    @property
    def golds(self) -> dict[str, dict[str, Any]]:
        """The gold rows by path."""
        return {page.path: page.gold for page in self.pages if page.gold is not None}

    def _build(self) -> Iterator[TemplatePage]:
        articles = self.template.articles(self.count)
        facts = self.template.facts
        context: dict[str, Any] = {
            "site": {"name": facts["site"], "owner": facts["owner"]},
            "sections": [
                {"path": facts["listing"].format(section=slug), "name": name}
                for slug, name in SECTIONS
            ],
            "static_path": facts["static"],
            "documents_path": facts["documents"],
            "newest": articles[:6],
            "today": TODAY,
            "weekday_today": WEEKDAYS[TODAY.weekday()],
        }
        yield self._page("home", "/", context, items=articles[:9], page_name=facts["site"])
        yield self._page("static", facts["static"], context, page_name="Chức năng, nhiệm vụ")
        yield self._page("documents", facts["documents"], context, page_name="Văn bản chỉ đạo")
        yield self._page("error", "/khong-co-trang-nay-2.html", context, page_name="Lỗi")
        for slug, name in SECTIONS:
            own = [article for article in articles if article.section_slug == slug]
            yield from self._listing(own, slug, name, context)
            yield from self._articles(own, context)

    def _listing(
        self, own: Sequence[TemplateArticle], slug: str, name: str, context: dict[str, Any]
    ) -> Iterator[TemplatePage]:
        facts = self.template.facts
        per_page = facts["per_page"]
        chunks = [own[i : i + per_page] for i in range(0, len(own), per_page)]
        urls = [
            facts["pages"].format(section=slug, page=n, offset=(n - 1) * per_page, index=n - 1)
            if n > 1
            else facts["listing"].format(section=slug)
            for n in range(1, len(chunks) + 1)
        ]
        numbered = [{"number": n, "path": url} for n, url in enumerate(urls, 1)]
        for number, (url, chunk) in enumerate(zip(urls, chunks, strict=True), 1):
            values = {
                "items": chunk, "page_name": name, "section": name, "number": number,
                "pager": numbered, "next_path": urls[number] if number < len(urls) else None,
            }  # fmt: skip
            yield self._page("listing", url, context, **values)

    def _articles(
        self, own: Sequence[TemplateArticle], context: dict[str, Any]
    ) -> Iterator[TemplatePage]:
        for i, article in enumerate(own):
            related = [*own[i + 1 :], *own[:i]][:_RELATED]
            values = {"article": article, "related": related, "page_name": article.section}
            head = self._head(article.section, article)
            body = self.template.render("article", **context, **values, head=head)
            gold = self.gold(article)
            yield TemplatePage(article.path, body, "article", gold, article.title)

    def _page(
        self, name: PageName, path: str, context: dict[str, Any], **values: Any
    ) -> TemplatePage:
        head = self._head(values["page_name"], None)
        body = self.template.render(name, **context, **values, head=head)
        return TemplatePage(path, body, name)

    def _head(self, page_name: str, article: TemplateArticle | None) -> dict[str, Any]:
        """What the head says: ``title``, ``og_title``, ``description``, ``names_story``."""
        site = self.template.facts["site"]
        if article is not None and self.head == "story":
            return {
                "title": f"{article.title} - {site}", "og_title": article.title,
                "description": article.lead, "names_story": True,
            }  # fmt: skip
        named = page_name if self.head != "site" else site
        title = f"{named} - {site}" if named != site else site
        return {"title": title, "og_title": named, "description": "", "names_story": False}

    def gold(self, article: TemplateArticle) -> dict[str, Any]:
        """Return what the article's page shows in this template."""
        shows = set(self.template.facts["shows"])
        at = article.published.replace(second=0, microsecond=0)
        day = at.replace(hour=0, minute=0)
        texts = [part.text for part in article.parts if part.kind != "picture"]
        captions = [part.text for part in article.parts if part.kind == "picture"]
        return {
            "title": article.title,
            "section": article.section if "section" in shows else None,
            "lead": article.lead if "lead" in shows else None,
            "author": article.author if "author" in shows else None,
            "source": article.source if "source" in shows else None,
            "published_at": (at if "minute" in shows else day).isoformat(),
            "published_precision": "minute" if "minute" in shows else "day",
            "body": texts,
            "captions": captions if "captions" in shows else [],
        }


def templates(place: Path = TEMPLATES) -> list[PageTemplate]:
    """Return the templates in a folder: the first half, which the rules were written with."""
    folders = sorted(path for path in place.iterdir() if path.is_dir())
    return [
        PageTemplate(
            folder.name,
            {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.html"))},
            tomllib.loads((folder / "template.toml").read_text("utf-8")),
        )
        for folder in folders
    ]


def sealed_templates(archive_file: Path) -> list[PageTemplate]:
    """Return the templates of an archive, which was written and hashed before the rules."""
    with ZipFile(archive_file) as archive:
        texts = {name: archive.read(name).decode("utf-8") for name in sorted(archive.namelist())}
    found = []
    for folder in sorted({name.split("/")[0] for name in texts}):
        own = {name.split("/")[1]: texts[name] for name in texts if name.startswith(f"{folder}/")}
        found.append(PageTemplate(folder, own, tomllib.loads(own.pop("template.toml"))))
    return found


@cache
def parts() -> dict[str, list[PageTemplate]]:
    """Return the templates by part: three open ones, and the four that were sealed."""
    return {
        "first": templates(),
        "second": sealed_templates(SECOND_HALF),
        "third": sealed_templates(THIRD_PART),
        "fourth open": templates(FOURTH_OPEN),
        "fourth": sealed_templates(FOURTH_PART),
        "fifth open": templates(FIFTH_OPEN),
        "fifth": sealed_templates(FIFTH_PART),
    }


def seal(archive_file: Path) -> str:
    """Return the SHA-256 of an archive of templates."""
    return hashlib.sha256(archive_file.read_bytes()).hexdigest()
