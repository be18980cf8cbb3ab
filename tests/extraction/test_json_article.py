"""Articles in JSON: what a field may hold, and what others may put there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from portals.article import Article, Reject
from portals.extraction.json_article import JsonFields, date_text, read_json_article
from portals.extraction.json_data import MAX_BYTES, JsonDataError, load_json, text_at, value_at
from portals.families import ARTICLEREADS, POSTSBYCATEGORY, json_recipe
from portals.outcomes import RejectCode

AT = datetime(2026, 5, 4, tzinfo=UTC)
URL = "https://cong.vn/tin/bai-1"
FIELDS = JsonFields(
    title=("d.ten",), body=("d.noi.dung", "d.noi"), date=("d.ngay",), lead=("d.tom_tat",),
    author=("d.nguoi",), source=("d.nguon",), section=("d.muc.ten",), image=("d.anh",),
    files=("d.tep",), file_url=("url",), file_title=("ten",),
)  # fmt: skip
TEXT = "Sáng nay, công đoàn xã An Bình trao 40 suất quà cho người lao động có hoàn cảnh khó khăn."


def read(**given: Any) -> Article | Reject:
    data = {"d": {"ten": "Công đoàn xã An Bình trao quà", "noi": f"<p>{TEXT}</p>", **given}}
    recipe = json_recipe("mau", POSTSBYCATEGORY)
    return read_json_article(json.loads(json.dumps(data)), FIELDS, recipe, URL, AT)


def article(**given: Any) -> Article:
    found = read(**given)
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_767_323_580, "2026-01-02T10:13:00+07:00"),
        (1_767_323_580_000, "2026-01-02T10:13:00+07:00"),
        ("1767323580", "2026-01-02T10:13:00+07:00"),
        ("/Date(1767323580000+0700)/", "2026-01-02T10:13:00+07:00"),
        ("2026-01-02T03:13:00Z", "2026-01-02T10:13:00+07:00"),
        ("2026-01-02T10:13:00.000", "2026-01-02T10:13:00+07:00"),
        ("02/01/2026 10:13", "2026-01-02T10:13:00+07:00"),
        ("02/01/2026", "2026-01-02T00:00:00+07:00"),
        (None, None), ("", None), ("hôm nào", None), ([], None), ({"x": 1}, None), (True, None),
        (-5, None), (7, None), (10**17, None), (1e308, None),
    ],
)  # fmt: skip
def test_a_date_of_any_form_is_read_or_left_out(value: Any, expected: str | None) -> None:
    assert article(ngay=value).published_at == expected


def test_a_date_without_a_zone_may_be_utc() -> None:
    assert date_text("2026-01-02 03:13:00", "utc") == "2026-01-02 03:13:00Z"
    assert date_text("2026-01-02T03:13:00+07:00", "utc") == "2026-01-02T03:13:00+07:00"


def test_the_text_is_cleaned_as_that_of_a_page() -> None:
    markup = (
        f"<script>x()</script><p>{TEXT}</p></div></article><p>Đoạn &amp; sau.</p>"
        '<figure><img src="anh/a.jpg"><figcaption>Trao quà tại xã</figcaption></figure>'
        '<p><a href="/tep/ke-hoach.pdf">Kế hoạch</a></p>'
    )

    found = article(noi=json.dumps({"dung": markup}), anh="//anh.vn/b.jpg")

    assert found.body == f"{TEXT}\n\nĐoạn & sau."
    assert [(one.url, one.caption) for one in found.images] == [
        ("https://anh.vn/b.jpg", None),
        ("https://cong.vn/tin/anh/a.jpg", "Trao quà tại xã"),
    ]
    assert [one.url for one in found.attachments] == ["https://cong.vn/tep/ke-hoach.pdf"]


@pytest.mark.parametrize(
    "text", [f"{TEXT}\n{TEXT} Hai", f"&lt;p&gt;{TEXT}&lt;/p&gt;<br>".replace("<br>", "")]
)
def test_a_text_without_markup_has_a_paragraph_for_each_line(text: str) -> None:
    assert article(noi=text).body.split("\n\n")[0] == TEXT


def test_an_excerpt_that_begins_the_text_is_no_lead() -> None:
    assert article(tom_tat=f"<p>{TEXT[:40]}</p>").lead is None
    assert article(tom_tat="<p>Một tóm tắt khác hẳn &nbsp;của bài.</p>").lead is not None


def test_values_of_other_types_are_no_values() -> None:
    found = article(
        nguoi={"ten": "x"}, nguon="Nguồn: Báo Tin Vùng", muc=[{"ten": "Đời sống"}], anh=["x"] * 3,
        tep=[None, 5, {"url": "/tai/9", "ten": 7}, {"url": "javascript:x()"}, {"url": "/tai/9"}],
    )  # fmt: skip

    assert (found.author, found.source, found.section) == (None, "Báo Tin Vùng", "Đời sống")
    assert [(one.url, one.title) for one in found.attachments] == [("https://cong.vn/tai/9", "7")]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ten": None}, RejectCode.CHANGED_JSON),
        ({"ten": {"vi": "x"}}, RejectCode.CHANGED_JSON),
        ({"noi": {"khac": "x"}}, RejectCode.CHANGED_JSON),
        ({"noi": None}, RejectCode.NO_BODY),
        ({"noi": "<iframe src='x'></iframe>"}, RejectCode.NO_BODY),
        ({"noi": "<div>" * 3000}, RejectCode.TOO_DEEP),
        ({"noi": "<p>x</p>" * 40_000}, RejectCode.TOO_LARGE),
    ],
)
def test_what_is_no_article_is_rejected_with_the_reason(
    given: dict[str, Any], code: RejectCode
) -> None:
    found = read(**given)

    assert isinstance(found, Reject)
    assert found.code is code


def test_halves_of_characters_are_replaced() -> None:
    found = article(ten="Công đoàn \ud83d trao quà", noi=f"<p>{TEXT} \udc00\x00</p>")

    assert found.title.encode()
    assert found.body.encode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><body>L\xe1\xbb\x97i 500</body></html>", "begins '<html>"),
        (b"", "begins ''"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * (MAX_BYTES + 1), "more than"),
        (b'{"a": 1', "begins"),
        (b"\xff\xfe\x00", "begins"),
    ],
)
def test_an_answer_that_is_no_json_says_what_it_is(body: bytes, words: str) -> None:
    with pytest.raises(JsonDataError, match=words):
        load_json(body)


def test_numbers_without_end_and_constants_are_no_values() -> None:
    data = load_json(b'\xef\xbb\xbf{"a": NaN, "b": ' + b"9" * 10_000 + b', "c": [], "d": "5"}')

    assert [value_at(data, key) for key in "abc"] == [None, None, []]
    assert text_at(data, ("a", "b", "c", "d")) == "5"


def test_the_system_of_a_portal_says_where_its_interface_is() -> None:
    system = POSTSBYCATEGORY.json
    assert system is not None
    assert ARTICLEREADS.json is not None

    assert system.home("https://moha.gov.vn/").startswith("https://api-portal.moha.gov.vn/")
    assert system.home("http://127.0.0.1:5/", "http://127.0.0.1:5").startswith("http://127.0.0.1:5")
    assert system.home("https://khac.vn/") == "https://khac.vn/api/Public/"
    assert ARTICLEREADS.json.home("https://www.mof.gov.vn/") == "https://www.mof.gov.vn/api/"
