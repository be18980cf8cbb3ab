"""A site whose articles show no date: only its listings do, beside the headlines."""

from __future__ import annotations

from datetime import date, timedelta

_PLACES = ("An Lạc", "Phú Thịnh", "Cảng Đông", "Bình Yên", "Sông Mây", "Đồi Thông")
_DEEDS = (
    "trao quà cho đoàn viên khó khăn",
    "mở lớp dạy nghề may cho lao động nữ",
    "khởi công nhà công vụ cho giáo viên",
    "ký thỏa ước về bữa ăn ca cho thợ",
)
_FIRST = date(2026, 3, 6)


def listed_days(count: int = 24, per_page: int = 8) -> tuple[dict[str, bytes], dict[str, date]]:
    """Return the pages by path, and the day of each article by path.

    The home page leads to the newest articles without their days, so that a crawl meets some of
    them before the listing that shows them.
    """
    paths = [f"/tin/bai-so-{1000 - n}.html" for n in range(count)]
    titles = {
        path: f"Phường {_PLACES[n % 6]} đợt {n + 2} {_DEEDS[n % 4]}" for n, path in enumerate(paths)
    }
    days = {path: _FIRST - timedelta(days=3 * n) for n, path in enumerate(paths)}
    pages = {path: _article(titles[path], n) for n, path in enumerate(paths)}
    newest = "".join(f'<li><a href="{p}">{titles[p]}</a></li>' for p in paths[:5])
    pages["/"] = _page("Cổng tin Sông Mây", f"<ul>{newest}</ul>")
    chunks = [paths[at : at + per_page] for at in range(0, count, per_page)]
    for number, chunk in enumerate(chunks, 1):
        cards = "".join(
            f'<div class="the"><h3><a href="{p}">{titles[p]}</a></h3>'
            f"<span>{days[p]:%d/%m/%Y}</span></div>"
            for p in chunk
        )
        pager = "".join(
            f'<a href="/tin-tuc.html?trang={other}">{other}</a> '
            for other in range(1, len(chunks) + 1)
        )
        path = "/tin-tuc.html" if number == 1 else f"/tin-tuc.html?trang={number}"
        pages[path] = _page("Tin tức", f"{cards}<p>{pager}</p>")
    pages["/tin-tuc.html?trang=1"] = pages["/tin-tuc.html"]
    return pages, days


def _article(title: str, number: int) -> bytes:
    text = "".join(
        f"<p>Đoạn {part} của bài thứ {number}: ban chấp hành công đoàn cơ sở cho biết việc này"
        f" được chuẩn bị nhiều tuần, với sự góp sức của {number + 20 + part} người ở tổ {part}.</p>"
        for part in range(1, 6)
    )
    return _page(title, f"<h1>{title}</h1><div class='chu'>{text}</div>")


def _page(title: str, body: str) -> bytes:
    return (
        f"<!DOCTYPE html><html lang=vi><head><meta charset=utf-8><title>{title}</title></head>"
        "<body><ul class=m><li><a href='/'>Trang chủ</a></li>"
        "<li><a href='/tin-tuc.html'>Tin tức</a></li>"
        f"</ul>{body}<footer>Cổng tin Sông Mây</footer></body></html>"
    ).encode()
