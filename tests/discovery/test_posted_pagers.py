"""Pagers that post a form: what is posted, and which forms never are."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from portals.discovery.pagers import unfollowed_pager
from portals.discovery.posted_pagers import (
    listing_page_key,
    pager_in,
    pager_names,
    posted_by_pager,
    posted_next,
    posted_page,
)
from portals.discovery.targets import FoundLink, PostedForm
from portals.extraction.page import Page
from spiders.base.explored_links import as_list, link_of

STATE = (
    '<input type="hidden" name="__VIEWSTATE" value="wEPDw+/="><input name="q" value="">'
    '<input type="password" name="pw" value="x"><input type="submit" name="find" value="Tìm">'
    '<input type="checkbox" name="kept" checked><input type="checkbox" name="left">'
    '<select name="size"><option value="5">5<option value="9" selected>9</select>'
)


def page_of(markup: str) -> Page:
    return Page.from_bytes("http://a.vn/tin", markup.encode(), "text/html; charset=utf-8")


def whole(markup: str) -> str:
    return f'<form method="post" action="./tin?x=1" id="form1">{STATE}{markup}</form>'


def call(target: str, argument: str, label: str) -> str:
    return f"<a href=\"javascript:__doPostBack('{target}','{argument}')\">{label}</a>"


NUMBERS = "".join(call("g$p", f"Page${n}", str(n)) for n in (1, 2, 4))
CHOICE = (
    "<select name=\"ddl\" onchange=\"setTimeout('__doPostBack(\\'ddl\\',\\'\\')', 0)\">"
    '<option value="a">1</option><option value="b">2</option></select>'
)


@pytest.mark.parametrize(
    ("markup", "number", "posted"),
    [
        (whole(NUMBERS), 1, {"__EVENTTARGET": "g$p", "__EVENTARGUMENT": "Page$2"}),
        (whole(NUMBERS), 3, {"__EVENTTARGET": "g$p", "__EVENTARGUMENT": "Page$4"}),
        (whole(call("next", "", "Trang sau")), 4, {"__EVENTTARGET": "next"}),
        (whole(call("r$1", "", "1") + call("r$2", "", "...")), 2, {"__EVENTTARGET": "r$2"}),
        (whole(CHOICE), 1, {"__EVENTTARGET": "ddl", "ddl": "b"}),
        (whole('<input type="submit" name="tabPager" value="»">'), 1, {"tabPager": "»"}),
        ('<form method="post"><button name="p" value="2">2</button></form>', 1, {"p": "2"}),
        (
            '<form method="post"><input type="hidden" name="p" value="2">'
            "<button>Sau</button></form>",
            1,
            {"p": "2"},
        ),
        (
            whole('<input type="image" name="n" src="/i/next.gif">'),
            1,
            {"n.x": "1", "n.y": "1"},
        ),
        (
            '<form method="post"><input type="hidden" name="p" value="2">'
            '<input type="image" alt="Trang sau"></form>',
            1,
            {"p": "2", "x": "1"},
        ),
    ],
)
def test_the_form_that_leads_to_the_next_page_is_posted(
    markup: str, number: int, posted: dict[str, str]
) -> None:
    form = posted_next(page_of(markup).root, number)

    assert form is not None
    fields = dict(parse_qsl(form.body, keep_blank_values=True))
    assert posted.items() <= fields.items()
    if "__VIEWSTATE" in markup:
        assert form.url == "./tin?x=1"
        assert fields["__VIEWSTATE"] == "wEPDw+/="
        assert (fields["q"], fields["kept"], fields["size"]) == ("", "on", "9")
        assert not {"pw", "find", "left"} & fields.keys()


VISITOR_FORMS = [
    '<form method="post" action="/tim"><input name="q"><button>Trang sau</button></form>',
    '<form method="post" action="/binh-chon"><button name="v" value="2">2</button></form>',
    '<form method="post"><textarea name="t"></textarea><button>Tiếp</button></form>',
    '<form method="post"><input type="radio" name="v"><button>Tiếp theo</button></form>',
    '<form method="post"><input type="password" name="v"><button>Next</button></form>',
    whole(call("Cal1", "9132", "2") + call("Cal1", "V9162", "&gt;")),
    whole(call("ctl00$Login", "", "Tiếp")),
]


@pytest.mark.parametrize(
    "markup",
    [
        *VISITOR_FORMS,
        '<form><input type="hidden" name="p" value="2"><button>2</button></form>',
        whole(call("g$p", "Page$1", "1") + call("g$p", "Page$2", "«")),
        whole(call("a", "", "Xem thêm") + call("b", "", "Xem thêm")),
        whole('<input type="submit" name="btnSearch" value="»">'),
        whole(NUMBERS).replace("wEPDw", "A" * 300_000),
        NUMBERS,
    ],
)
def test_nothing_else_is_posted(markup: str) -> None:
    assert posted_next(page_of(markup).root, 1) is None


@pytest.mark.parametrize("markup", VISITOR_FORMS)
def test_the_form_of_a_visitor_is_no_pager_that_was_not_followed(markup: str) -> None:
    assert unfollowed_pager(page_of(markup).root) is None


def test_a_posted_page_is_another_page_than_its_list_and_survives_an_interruption() -> None:
    place = posted_page("http://a.vn/Tin?x=1#top", 2)
    link = FoundLink(place, "next", form=PostedForm("http://a.vn/tin", "p=2"))

    assert listing_page_key(place) == "/tin?x=1#page=2"
    assert listing_page_key(posted_page(place, 3)) == "/tin?x=1#page=3"
    for each in (link, FoundLink(place, "2"), FoundLink(place, "2", "2024-03-01")):
        assert link_of(as_list(each)) == each


def test_the_last_page_leads_nowhere() -> None:
    assert unfollowed_pager(page_of(NUMBERS).root, 3) == "4"
    assert unfollowed_pager(page_of(NUMBERS).root, 4) is None


HEADLINE = '<a href="/tin/a-1.aspx">Công đoàn xã Tân An thăm công nhân</a>'


def grid(target: str, here: int, last: int = 4) -> str:
    numbers = (n for n in range(1, last + 1) if n != here)
    return HEADLINE + "".join(call(target, f"Page${n}", str(n)) for n in numbers)


def own(name: str, after: int) -> str:
    fields = f'<input type="hidden" name="ds" value="{name}">'
    fields += f'<input type="hidden" name="trang" value="{after}">'
    return f'{HEADLINE}<form method="post">{fields}<button>Sau</button></form>'


def counted(lists: int, here: int = 1) -> str:
    numbers = (n for n in (1, 2, 3) if n != here)
    buttons = "".join(f'<button name="trang" value="{n}">{n}</button>' for n in numbers)
    fields = f'<input type="hidden" name="ds" value="{lists}">'
    return f'{HEADLINE}<form method="post">{fields}{buttons}</form>'


@pytest.mark.parametrize(
    ("first", "second", "at_the_end"),
    [
        (
            whole(grid("g$tin", 1) + grid("g$bao", 1)),
            whole(grid("g$tin", 2) + grid("g$bao", 1)),
            whole(grid("g$tin", 4) + grid("g$bao", 1)),
        ),
        (counted(1) + counted(2), counted(1, 2) + counted(2), HEADLINE + counted(2)),
        (own("tin", 2) + own("bao", 2), own("tin", 3) + own("bao", 2), HEADLINE + own("bao", 2)),
    ],
)
def test_each_list_of_a_page_has_a_pager_of_its_own(
    first: str, second: str, at_the_end: str
) -> None:
    begun = posted_by_pager(page_of(first).root, 1, "")
    tin, bao = begun
    assert begun[tin].body != begun[bao].body
    assert list(posted_by_pager(page_of(second).root, 2, tin)) == [tin]
    assert posted_by_pager(page_of(at_the_end).root, 4, tin) == {}
    assert pager_names(page_of(at_the_end).root) <= {tin, bao}


def test_several_forms_that_add_to_their_lists_are_followed() -> None:
    both = page_of((own("tin", 2) + own("bao", 2)).replace("Sau", "Xem thêm"))
    assert len(posted_by_pager(both.root, 1, "")) == 2
    sections = "".join(f'<input type="submit" name="x{n}" value="Xem thêm">' for n in (1, 2))
    assert posted_by_pager(page_of(whole(sections)).root, 1, "") == {}


def test_a_pager_above_and_below_its_list_is_one() -> None:
    numbers = NUMBERS + HEADLINE + NUMBERS
    assert list(posted_by_pager(page_of(whole(numbers)).root, 1, "")) == [""]


def test_the_name_of_a_posted_page_has_its_pager() -> None:
    place = posted_page("http://a.vn/tin", 2, "ab12")
    assert pager_in(place) == "ab12"
    assert pager_in(posted_page(place, 3)) == ""
    assert listing_page_key(place) == "/tin#page=2&pager=ab12"
