"""Portals with an article on several pages: WordPress, and a system that nothing describes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portals.archive.captures import Capture

ORIGIN = "https://congdoan.mau.vn"
AT = datetime(2025, 6, 15, 2, tzinfo=UTC)
PLACES = (
    "Đồng Mận",
    "An Bình",
    "Phú Lãng",
    "Gò Sành",
    "Vĩnh Tường",
    "Cẩm Sơn",
    "Hòa Lạc",
    "Bến Gỗ",
)
DEEDS = (
    "trao hai mươi mái ấm cho đoàn viên khó khăn", "tổ chức hội thao mừng ngày Quốc tế Lao động",
    "tập huấn an toàn vệ sinh lao động cho tổ trưởng", "ký thỏa ước lao động tập thể với chủ xưởng",
)  # fmt: skip


def title_of(number: int) -> str:
    return f"Công đoàn xã {PLACES[number % 8]} {DEEDS[number % 4]} lần {number + 3}"


def paragraphs_of(number: int, page: int = 1, count: int = 4) -> list[str]:
    """Return the paragraphs of one page of a story; no two pages share one."""
    return [
        f"Trong phần {page}, mục {n} của bài {number}, đại diện ban chấp hành ở"
        f" {PLACES[number % 8]} cho biết đơn vị đã giải quyết {number + n + 7} kiến nghị về lương,"
        f" bữa ăn ca và nhà trọ, kết nạp thêm {40 + 3 * n + page} đoàn viên trong quý vừa qua."
        for n in range(1, count + 1)
    ]


@dataclass(frozen=True)
class Parted:
    """A portal of ``count`` articles; number 0 is on ``parts`` pages.

    ``is_wordpress``: else a system of its own, ``-p2.html``.
    """

    is_wordpress: bool = True
    parts: int = 3
    count: int = 6

    def url(self, number: int, page: int = 1) -> str:
        slug = f"cong-doan-xa-so-{number + 1}-to-chuc-hoi-nghi"
        if self.is_wordpress:
            return f"/2024/03/{slug}/" + (f"{page}/" if page > 1 else "")
        return f"/tin-tuc/{slug}-{410 + number}" + (f"-p{page}" if page > 1 else "") + ".html"

    @property
    def body(self) -> str:
        """The whole text of the article on several pages."""
        pages = range(1, self.parts + 1)
        return "\n\n".join(text for page in pages for text in paragraphs_of(0, page))

    def page(self, number: int, page: int = 1, texts: list[str] | None = None) -> bytes:
        """Return a page of an article."""
        texts = texts or paragraphs_of(number, page)
        pager = self._pager(page) if number == 0 and self.parts > 1 else ""
        images = f'<p><img src="/anh-{number}-{page}.jpg"></p>'
        body = images + "".join(f"<p>{text}</p>" for text in texts)
        return (self._wordpress if self.is_wordpress else self._plain)(number, body, pager)

    def _pager(self, shown: int) -> str:
        links = [
            f"<b>{n}</b>" if n == shown else
            f'<a class="post-page-numbers" href="{self.url(0, n)}">{n}</a>'
            for n in range(1, self.parts + 1)
        ]  # fmt: skip
        return f'<div class="page-links">Trang: {" ".join(links)}</div>'

    def _wordpress(self, number: int, body: str, pager: str) -> bytes:
        title = title_of(number)
        return (
            f'<html><head><meta charset="utf-8"><title>{title} - Công đoàn mẫu</title>'
            '<meta name="generator" content="WordPress 6.5"></head><body class="single"><article>'
            f'<h1 class="entry-title">{title}</h1><span class="posted-on"><time class="entry-date'
            f' published" datetime="2024-03-{8 + number:02d}T09:15:00+07:00"></time></span>'
            f'<div class="entry-content">{body}{pager}</div></article></body></html>'
        ).encode()

    def _plain(self, number: int, body: str, pager: str) -> bytes:
        title = title_of(number)
        return (
            f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>'
            '<div class="m"><a href="/">Trang chủ</a> <a href="/tin-tuc">Tin tức</a></div>'
            f'<div class="c"><h1>{title}</h1><div class="d">{8 + number:02d}/03/2024 09:15</div>'
            f'<div class="b">{body}</div>{pager}</div></body></html>'
        ).encode()

    def listing(self, *more: tuple[str, str]) -> bytes:
        """Return a list of the articles; ``more``: further (URL, title)."""
        items = [*more, *((self.url(n), title_of(n)) for n in range(self.count))]
        if self.is_wordpress:
            cards = "".join(
                f'<article><h2 class="entry-title"><a href="{url}">{title}</a></h2></article>'
                for url, title in items
            )
            head = '<meta name="generator" content="WordPress 6.5">'
        else:
            cards = "".join(
                f'<li><a href="{url}">{title}</a><p>{title} trong ngày…</p></li>'
                for url, title in items
            )
            head = ""
        return (
            f'<html><head><meta charset="utf-8"><title>Tin tức</title>{head}</head><body>'
            f'<div class="m"><a href="/">Trang chủ</a> <a href="/tin-tuc">Tin tức</a></div>'
            f"<ul>{cards}</ul></body></html>"
        ).encode()

    def pages(self, *more: tuple[str, str]) -> dict[str, bytes]:
        """Return all pages by path."""
        found = {self.url(n): self.page(n) for n in range(self.count)}
        found |= {self.url(0, n): self.page(0, n) for n in range(1, self.parts + 1)}
        return found | {"/": self.listing(*more), "/tin-tuc": self.listing(*more)}

    @property
    def spider(self) -> str:
        return "wordpress" if self.is_wordpress else "portal"


WORDPRESS = Parted()


def capture(
    page: int, hours: float = 0, texts: list[str] | None = None, site: Parted = WORDPRESS
) -> Capture:
    """Return the capture of a page of the article on several pages, some ``hours`` after ``AT``."""
    body, at = site.page(0, page, texts), AT + timedelta(hours=hours)
    return Capture(ORIGIN + site.url(0, page), 200, [("Content-Type", "text/html")], body, at)
