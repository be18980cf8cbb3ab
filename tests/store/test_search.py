"""Search that knows Vietnamese: marks, tone placement, đ, and whatever somebody types."""

from __future__ import annotations

import random
import sqlite3
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portals.article import Article
from portals.contract import normalise
from portals.store.database import Store
from portals.store.search import SearchQuery, faults, match_of, search, snippet_of
from portals.store.search_rebuild import rebuild

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
TEXTS = {
    1: ("Liên đoàn Lao động thành phố họp", "Hội nghị bàn việc chăm lo Tết cho đoàn viên."),
    2: ("Lien doan viet khong dau", "Mot bai viet khong dau ve lao dong."),
    3: ("Hòa giải viên lao động ở cơ sở", "Công tác hòa giải được thực hiện từ cơ sở."),
    4: (
        "Hoà nhạc chào mừng ngày thành lập",
        "Buổi hoà nhạc tại nhà hát, uý lạo công nhân.",
    ),
    5: ("Công nhân vệ sinh môi trường", "Ủy ban nhân dân phường tặng quà công nhân thu gom rác."),
    6: (
        "Nhân viên công ty được học bổng",
        "Quỹ khuyến học trao học bổng cho con người lao động.",
    ),
}


def article(number: int, **changes: str) -> Article:
    title, body = TEXTS[number]
    made = Article(
        portal="ldtd" if number % 2 else "haiphong",
        url=f"http://x.vn/{number}.html",
        title=changes.get("title", title),
        body=changes.get("body", body),
        lead=changes.get("lead"),
        fetched_at=NOW + timedelta(days=int(changes.get("days", "0"))),
        published_at=f"2025-02-{number:02}T08:00:00+07:00",
        published_precision="minute",
    )
    return normalise(made)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    run_id = opened.runs.start_run("ldtd", NOW)
    for number in TEXTS:
        opened.articles.save(article(number), run_id)
    yield opened
    opened.close()


def ids(store: Store, query: str, **filters: str) -> list[int]:
    found = search(store.db.conn, SearchQuery(query, **filters))  # type: ignore[arg-type]
    return [one.article_id for one in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lien doan", {1, 2}),  # FTS5 by itself finds no đ
        ("LIEN DOAN lao dong", {1, 2}),
        ("hoa giai", {3}),
        ("hòa", {3, 4}),
        ("hoà", {3, 4}),  # old and new tone placement are one
        ("úy lạo", {4}),
        ("uỷ ban", {5}),
        ("ủy ban", {5}),
        ("công nhân", {4, 5, 6}),
        ('"công nhân"', {4, 5}),  # a phrase: not "Nhân viên công ty"
        ("nothing here", set()),
    ],
)
def test_what_is_typed_finds_what_is_meant(store: Store, query: str, expected: set[int]) -> None:
    found = set(ids(store, query))

    assert expected <= found
    if query.startswith('"') or not expected:
        assert found == expected


def test_a_query_with_marks_ranks_exact_matches_first(store: Store) -> None:
    found = search(store.db.conn, SearchQuery("liên đoàn"))

    assert [(one.article_id, one.exact) for one in found] == [(1, True), (2, False)]


def test_a_query_without_marks_takes_all_for_what_was_meant(store: Store) -> None:
    assert all(one.exact for one in search(store.db.conn, SearchQuery("lien doan")))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_form_of_unicode_does_not_matter(store: Store, form: str) -> None:
    typed = unicodedata.normalize(form, "hoà giải")  # type: ignore[arg-type]

    assert ids(store, typed)[0] == 3


def test_words_of_a_headline_count_more(store: Store) -> None:
    run_id = store.runs.start_run("ldtd", NOW)
    store.articles.save(article(5, title="Tin vắn", body="Công ty môi trường làm việc."), run_id)

    assert ids(store, "môi trường")[0] == 5


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"portal": "haiphong"}, {2, 6}),
        ({"since": "2025-02-03"}, {3, 6}),
        ({"until": "2025-02-03"}, {1, 2}),
        ({"portal": "ldtd", "since": "2025-02-02"}, {3}),
    ],
)
def test_filters(store: Store, filters: dict[str, str], expected: set[int]) -> None:
    assert set(ids(store, "lao dong", **filters)) == expected


def test_a_changed_text_is_found_by_its_new_words_only(store: Store) -> None:
    run_id = store.runs.start_run("ldtd", NOW)
    changed = article(1, title="Công đoàn thành phố họp", body="Bàn về nhà ở.", days="3")
    assert store.articles.save(changed, run_id) == "changed"

    assert ids(store, "liên đoàn lao động thành phố") == []
    assert ids(store, "nhà ở")[0] == 1
    assert faults(store.db.conn) == []


def test_the_index_is_made_anew(store: Store) -> None:
    with store.writing():
        store.db.execute("INSERT INTO search_folded (search_folded) VALUES ('delete-all')")
    assert faults(store.db.conn)
    assert sum(rebuild(store.db.conn)) == len(TEXTS)

    assert faults(store.db.conn) == []
    assert set(ids(store, "lien doan")) == {1, 2}


def test_an_article_that_nobody_indexed_is_a_fault(store: Store) -> None:
    with store.writing():
        store.db.execute("DELETE FROM sightings WHERE article_id = 6")
        store.db.execute("DELETE FROM articles WHERE id = 6")

    assert [fault for fault in faults(store.db.conn) if "do not exist" in fault]


def test_snippets_mark_the_words_in_the_text_as_published() -> None:
    texts = ["Tiêu đề", "Đoạn đầu không có gì.", "Sáng nay, Liên đoàn Lao động họp bàn."]
    snippet, marks = snippet_of(texts, frozenset(["lien", "doan"]))

    assert snippet == "Sáng nay, Liên đoàn Lao động họp bàn"
    assert [snippet[a:b] for a, b in marks] == ["Liên", "đoàn"]


def test_snippets_of_exact_matches_mark_what_has_the_marks() -> None:
    texts = ["T", "Con liền đoạn đường lạo xạo, mùa đông.", "Liên đoàn Lao động họp."]
    form = frozenset(["liên", "đoàn", "lao", "động"])
    snippet, marks = snippet_of(texts, form, "exact")

    assert [snippet[a:b] for a, b in marks] == ["Liên", "đoàn", "Lao", "động"]


def test_a_match_in_the_headline_alone_is_marked_there() -> None:
    snippet, marks = snippet_of(["Công đoàn họp", "Tin vắn."], frozenset(["cong", "doan"]))

    assert (snippet, len(marks)) == ("Công đoàn họp", 2)


def test_a_text_of_one_word_repeated_has_a_snippet_at_once() -> None:
    snippet, marks = snippet_of(["T", "a b " * 60_000], frozenset(["a"]))

    assert (len(snippet.split()), len(marks)) == (30, 15)


def test_words_that_nobody_wrote_any_more_are_found_by_the_check(store: Store) -> None:
    store.db.execute("UPDATE articles SET body = 'hoàn toàn khác' WHERE id = 5")

    assert [fault for fault in faults(store.db.conn) if "article 5" in fault]


def test_no_input_of_ten_thousand_is_a_syntax_error(store: Store) -> None:
    chance = random.Random(11)
    signs = "\"'()*:^-+{}[]NEAR AND OR NOT đĐhòaliên\x00\u202e\ud7ff😀%_;,.\\\n\t"
    for _ in range(10_000):
        query = "".join(chance.choices(signs, k=chance.randint(0, 12)))
        search(store.db.conn, SearchQuery(query, limit=1))


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_what_is_typed_is_never_read_as_syntax(query: str) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
        for form in ("exact", "folded"):
            if match := match_of(query, form):
                connection.execute("SELECT * FROM t WHERE t MATCH ?", (match,)).fetchall()


@given(st.text(max_size=80), st.text(max_size=20))
def test_marks_of_a_snippet_lie_inside_it(text: str, query: str) -> None:
    snippet, marks = snippet_of([text], frozenset(query.split()))

    assert snippet in text
    assert all(0 <= a < b <= len(snippet) for a, b in marks)
