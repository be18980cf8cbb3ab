"""Pagers of a script: the address that it would load, and lists that lead on unseen."""

from __future__ import annotations

import pytest

from portals.discovery.fragments import COUNTED
from portals.discovery.listing_pages import ListingPages
from portals.discovery.script_pagers import SCRIPTED, script_button, scripted_next
from portals.discovery.targets import FoundLink
from portals.extraction.page import Page

LIST = "http://a.vn/tin"
MORE = '<button id="them">Xem thêm</button>'
NUMBERS = '<span>1</span><a href="#" onclick="mo(2)">2</a><a href="#" onclick="mo(3)">3</a>'


def page_of(markup: str, url: str = LIST) -> Page:
    return Page.from_bytes(url, markup.encode(), "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("markup", "number", "url"),
    [
        ("""<button data-page='{"p": 2, "muc": 7}'>2</button>""", 1, f"{LIST}?p=2&muc=7"),
        ('<button data-page="3">3</button>', 2, f"{LIST}?page=3"),
        ("""<ul class="paging"><li data-params='{"trang":2}'>2</li></ul>""", 1, f"{LIST}?trang=2"),
        (f"{NUMBERS}<script>mo = n => location.href='/tin?p='+n</script>", 1, f"{LIST}?p=2"),
        (f"{NUMBERS}<script>fetch(`/manh?muc=7&page=${{n}}`)</script>", 2, "http://a.vn/manh?muc=7&page=3"),
        (f"{MORE}<script>var n=20; function f(){{ $.get('/them?offset='+n); n+=10 }}</script>", 1, "http://a.vn/them?offset=20"),
        (f"{MORE}<script>let p = 1; function f(){{ p++; $.get('/them?page='+p) }}</script>", 1, "http://a.vn/them?page=2"),
        (f"{MORE}<script>var s=6; $.post('/m', {{muc: 7, start: s}}); s += 6;</script>", 1, "http://a.vn/m?muc=7&start=6"),
        ('<ul data-url="/manh?muc=7" data-page="1" data-pages="3">', 1, "http://a.vn/manh?muc=7&page=2"),
        ('<div class="infinite" data-source="/manh" data-page="1">', 1, "http://a.vn/manh?page=2"),
    ],
)  # fmt: skip
def test_the_address_that_a_script_would_load(markup: str, number: int, url: str) -> None:
    assert scripted_next(LIST, page_of(markup).root, number) == url


@pytest.mark.parametrize(
    "markup",
    [
        f"{NUMBERS}<script>function mo(n){{ nap(n) }}</script>",
        f"{MORE}<script>$.get('/them?offset='+n)</script>",
        f"{MORE}<script>var n=0; $.get('/them?offset='+n); n+=10</script>",
        f"{MORE}<script>var p=1; p++; $.get(goc + '/them?page='+p)</script>",
        f"{MORE}<script>var p=1; p++; $.get('/a?page='+p); $.get('/b?page='+p)</script>",
        f"{MORE}<script>var p=1; p++; $.get('/binh-luan?page='+p)</script>",
    ],
)
def test_an_address_that_is_not_certain_is_not_made(markup: str) -> None:
    root = page_of(markup).root
    assert script_button(root, 1) is not None
    assert scripted_next(LIST, root, 1) is None


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="slick-dots"><button>1</button><button>2</button></div>',
        '<button data-page="2">Trang trước</button>',
        '<span class="page">1</span><a href="/tin?p=2">2</a>',
        '<a href="#">2</a>',
        "<div><a>1</a><a>2</a></div>",
        "<form><button>Tiếp</button></form>",
    ],
)
def test_what_is_no_pager_of_a_script(markup: str) -> None:
    assert script_button(page_of(markup).root, 1) is None


def test_an_arrow_without_text_is_known_by_its_name() -> None:
    arrow = '<nav class="pagination"><button aria-label="Trang sau"{}><svg></svg></button></nav>'
    assert script_button(page_of(arrow.format("")).root, 1) is not None
    assert script_button(page_of(arrow.format(" disabled")).root, 1) is None


def test_the_last_page_leads_nowhere() -> None:
    counted = '<ul data-url="/manh?muc=7" data-page="3" data-pages="3">'
    assert scripted_next(LIST, page_of(counted).root, 3) is None
    assert script_button(page_of(NUMBERS).root, 3) is None


def test_a_trial_and_a_counted_part_are_remembered_with_their_page() -> None:
    pages = ListingPages()
    pages.follow(LIST, FoundLink(f"{LIST}?p=2", SCRIPTED))
    pages.follow(f"{LIST}?p=2", FoundLink(f"{LIST}?p=3", COUNTED))
    assert [pages.is_scripted(f"{LIST}?p={n}") for n in (2, 3)] == [True, False]
    assert [pages.is_counted(f"{LIST}?p={n}") for n in (2, 3)] == [False, True]
