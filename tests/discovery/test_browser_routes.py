"""Lists whose headlines are addresses that only a script opens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from portals.discovery.browser_routes import browser_routes, may_have_routes
from portals.extraction.page import Page
from portals.outcomes import Counter
from spiders.families.danaweb import DanawebSpider

pytestmark = pytest.mark.quick

HEADLINES = (
    "Công đoàn phường Đông Hải trao quà cho công nhân",
    "Mười hai sáng kiến được khen thưởng ở nhà máy bao bì",
    "Hội thi nấu ăn của nữ công nhân khu công nghiệp",
    "Tổ hòa giải cơ sở họp bàn việc quý hai",
)
MENU = '<nav><a href="/gioi-thieu">Giới thiệu</a></nav>'


def listed(address: str, count: int = 4) -> str:
    """Return a list whose headlines lead to ``address``, in which ``N`` is a number."""
    return "".join(
        f'<li><a href="{address.replace("N", str(n))}">{title}</a></li>'
        for n, title in enumerate(HEADLINES[:count])
    )


def routes(body: str) -> int:
    html = f"<html><head><title>Tin</title></head><body>{body}</body></html>"
    page = Page.from_bytes("http://x.vn/", html.encode(), "text/html", datetime.now(UTC))
    return browser_routes(page)


@pytest.mark.parametrize(
    "address", ["#/tin-tuc/N", "#!/tin/N", "/#/tin/N", "/index.html#!/bai-N", "http://x.vn/#/N"]
)
@pytest.mark.parametrize("menu", ["", MENU])
def test_headlines_behind_a_route_are_counted(address: str, menu: str) -> None:
    assert routes(menu + listed(address)) == 4


@pytest.mark.parametrize(
    "body",
    [
        MENU + listed("/tin/N.html"),
        MENU + listed("#/tin/N", 2),  # no list
        MENU + listed("#tab-N") + listed("#!N") + listed("#"),  # tabs, buttons
        MENU + listed("/bai-N.html#/binh-luan"),  # each on a page of its own
        MENU + listed("/tin/N.html") + listed("#/tin/N"),  # the same with pages of their own
        MENU + '<a href="#/a">Tin tức</a><a href="#/b">Văn bản</a><a href="#/c">Liên hệ</a>',
        '<a href="http://[x#/a">hỏng</a>',
    ],
)
def test_what_is_no_list_behind_routes(body: str) -> None:
    assert routes(body) == 0


def test_a_menu_of_routes_and_nothing_else_is_one() -> None:
    menu = "".join(f'<a href="#/{name}">{name}</a>' for name in ("tin", "van-ban", "lien-he"))

    assert routes(menu) == 3


def test_a_page_without_a_route_is_not_searched() -> None:
    assert not may_have_routes(b'<a href="/tin#2">')
    assert may_have_routes(b'<a href="#!/tin">')


def test_a_crawl_counts_the_pages_with_them() -> None:
    origin = "http://127.0.0.1:8000"
    spider = DanawebSpider.from_crawler(get_crawler(DanawebSpider), origin=origin, portal="mau")
    headers = {"Content-Type": "text/html"}
    body = f"<html><body>{listed('#/tin/N')}</body></html>"
    spider.page_of(HtmlResponse(origin, headers=headers, body=body.encode()))

    assert spider.crawler.stats is not None
    assert spider.crawler.stats.get_value(Counter.BROWSER_ROUTES) == 1
