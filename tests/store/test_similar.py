"""The same story in other words: found by what texts share, never merged."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.article import Article
from portals.contract import normalise
from portals.language.shingles import resemblance, shingles
from portals.store.database import Store
from portals.store.similar import SIMILAR, Similar, bands_of, everywhere, queue_length, update
from tests.support.pages.prose import stories

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
DUPLICATES = Path(__file__).parents[3] / "shared" / "captures" / "duplicates.jsonl.gz"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    yield opened
    opened.close()


def save(store: Store, url: str, title: str, body: str, portal: str = "ldtd", day: int = 1) -> int:
    item = Article(
        portal=portal, url=url, title=title, body=body, fetched_at=NOW,
        published_at=f"2025-02-{day:02}T08:00:00+07:00", published_precision="minute",
    )  # fmt: skip
    store.articles.save(normalise(item), store.runs.start_run(portal, NOW))
    row = store.db.execute("SELECT article_id FROM sightings WHERE url = ?", [url]).fetchone()
    return int(row[0])


def told(number: int) -> list[str]:
    (story,) = stories(1, number)
    return [s.strip() for p in story.paragraphs for s in p.split(". ")]


def compare(store: Store) -> int:
    return sum(update(store))


def similar_to(conn: sqlite3.Connection, article_id: int) -> list[Similar]:
    """Return the kept pairs of an article, most similar first."""
    rows = conn.execute(
        "SELECT other_id, similarity FROM similar WHERE article_id = :id"
        " UNION ALL SELECT article_id, similarity FROM similar WHERE other_id = :id"
        " ORDER BY similarity DESC, 1",
        {"id": article_id},
    )
    return [Similar(other, similarity) for other, similarity in rows]


def test_a_story_retold_is_found_from_both_sides_and_stays_an_article(store: Store) -> None:
    sentences = told(5)
    one = save(store, "http://a.vn/1", "Một", ". ".join(sentences))
    other = save(store, "http://b.vn/1", "Hai", ". ".join([*sentences[2:], *told(9)[:2]]))
    far = save(store, "http://b.vn/2", "Ba", ". ".join(told(400)))
    assert compare(store) == 3

    assert [found.article_id for found in similar_to(store.db.conn, one)] == [other]
    assert [found.article_id for found in similar_to(store.db.conn, other)] == [one]
    assert similar_to(store.db.conn, far) == []


def test_a_text_that_changes_is_compared_again(store: Store) -> None:
    sentences = told(5)
    one = save(store, "http://a.vn/1", "Một", ". ".join(sentences))
    save(store, "http://b.vn/1", "Hai", ". ".join(sentences[1:]))
    compare(store)
    assert similar_to(store.db.conn, one)
    store.articles.save(
        normalise(
            Article(
                portal="ldtd", url="http://a.vn/1", title="Một", body=". ".join(told(400)),
                fetched_at=datetime(2025, 3, 2, tzinfo=UTC),
            )
        ),
        1,
    )  # fmt: skip
    assert queue_length(store) == 1
    compare(store)

    assert similar_to(store.db.conn, one) == []


def test_a_story_told_again_years_later_is_found_when_it_is_asked_for(store: Store) -> None:
    sentences = told(5)
    first = save(store, "http://a.vn/1", "Một", ". ".join(sentences))
    item = Article(
        portal="brvt", url="http://b.vn/1", title="Hai", body=". ".join(sentences[1:]),
        fetched_at=NOW, published_at="2019-05-01T00:00:00+07:00", published_precision="day",
    )  # fmt: skip
    store.articles.save(normalise(item), 1)
    compare(store)

    assert similar_to(store.db.conn, first) == []
    assert [found.article_id for found in everywhere(store.db.conn, first)] == [2]


def test_articles_of_neighbouring_months_are_compared(store: Store) -> None:
    sentences = told(5)
    first = save(store, "http://a.vn/1", "Một", ". ".join(sentences), day=1)
    item = Article(
        portal="brvt", url="http://b.vn/1", title="Hai", body=". ".join(sentences[1:]),
        fetched_at=NOW, published_at="2025-01-31T00:00:00+07:00", published_precision="day",
    )  # fmt: skip
    store.articles.save(normalise(item), 1)
    compare(store)

    assert [found.article_id for found in similar_to(store.db.conn, first)] == [2]


def test_nothing_is_compared_twice(store: Store) -> None:
    save(store, "http://a.vn/1", "Một", ". ".join(told(5)))

    assert (compare(store), compare(store), queue_length(store)) == (1, 0, 0)


def test_who_followed_whom_with_what_lag_and_what_edits(store: Store) -> None:
    sentences = told(5)
    first = save(store, "http://a.vn/1", "Một", ". ".join(sentences), "ldtd", 3)
    edited = save(store, "http://b.vn/1", "Hai", ". ".join(sentences[1:]), "haiphong", 4)
    save(store, "http://c.vn/1", "Một", ". ".join(sentences), "brvt", 6)
    compare(store)

    found = {row["portal"]: row for row in store.db.query("SELECT * FROM syndication")}
    assert set(found) == {"haiphong", "brvt"}
    copy, retold = found["brvt"], found["haiphong"]
    assert (copy["article_id"], copy["first_portal"], copy["lag_hours"]) == (first, "ldtd", 72.0)
    assert (copy["similarity"], copy["title_changed"], copy["text_changed"]) == (1.0, 0, 0)
    assert (retold["article_id"], retold["first_id"], retold["lag_hours"]) == (edited, first, 24.0)
    assert (retold["title_changed"], retold["text_changed"]) == (1, 1)
    assert SIMILAR <= retold["similarity"] < 1


@pytest.mark.parametrize(
    ("first", "second", "lag"),
    [
        ("2025-02-03T00:00:00+07:00", "2025-02-03T00:00:00+07:00", 0.0),
        ("2025-02-03T00:00:00+07:00", "2025-02-04T00:00:00+07:00", 24.0),
    ],
)
def test_days_without_a_time_are_whole_days(
    store: Store, first: str, second: str, lag: float
) -> None:
    for days, (portal, at) in enumerate([("ldtd", first), ("haiphong", second)]):
        item = Article(
            portal=portal, url=f"http://{portal}.vn/1", title="Một", body=". ".join(told(5)),
            fetched_at=NOW + timedelta(hours=days), published_at=at, published_precision="day",
        )  # fmt: skip
        store.articles.save(normalise(item), store.runs.start_run(portal, NOW))
    (row,) = store.db.query("SELECT * FROM syndication")

    assert (row["first_portal"], row["portal"]) == ("ldtd", "haiphong")
    assert (row["lag_hours"], row["is_estimated"]) == (lag, 1)


def test_short_texts_are_compared_with_their_titles(store: Store) -> None:
    save(store, "http://a.vn/1", "Ảnh lễ hội hoa xuân thành phố", "Mời bạn đọc xem ảnh.")
    save(store, "http://b.vn/1", "Công nhân đình công ở khu chế xuất", "Mời bạn đọc xem ảnh. Ảnh.")
    compare(store)

    assert store.db.execute("SELECT count(*) FROM similar").fetchone() == (0,)


def test_marks_and_signs_do_not_make_texts_different() -> None:
    one, other = shingles("Liên đoàn Lao động tỉnh, họp!"), shingles("lien doan LAO DONG tinh hop")

    assert resemblance(one, other) == 1.0


@given(st.text(max_size=200))
def test_any_text_has_shingles_that_resemble_themselves(text: str) -> None:
    own = shingles(text)

    assert resemblance(own, own) == float(bool(len(own)))
    assert len(bands_of(own)) in (0, 64)
    assert bands_of(own) == bands_of(np.sort(own))


# --- known duplicates ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def duplicates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Any]]:
    if not DUPLICATES.exists():
        pytest.skip("needs ../shared")
    store = Store.open(tmp_path_factory.mktemp("x") / "a.db")
    run_id = store.runs.start_run("ldtd", NOW)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    with gzip.open(DUPLICATES, "rt", encoding="utf-8") as file, store.writing():
        for number, line in enumerate(file):
            record = json.loads(line)
            url = f"http://x.vn/{number}"
            item = Article(
                portal="ldtd", url=url, title=record["title"], body=record["body"], fetched_at=NOW
            )
            store.articles.save(normalise(item), run_id)
            sql = "SELECT article_id FROM sightings WHERE url = ?"
            article_id = store.db.execute(sql, [url]).fetchone()[0]
            if record["group"]:
                groups[record["kind"], record["group"]].append(article_id)
    for _ in update(store):
        pass
    yield store, groups
    store.close()


def _groups(groups: Any, kind: str) -> list[list[int]]:
    return [found for (of, _), found in groups.items() if of == kind]


@pytest.mark.nightly
def test_the_same_bodies_are_one_article(duplicates: tuple[Store, Any]) -> None:
    found = _groups(duplicates[1], "exact")

    assert len(found) == 400
    assert all(len(set(group)) == 1 for group in found)


@pytest.mark.nightly
def test_the_same_title_with_another_body_stays_apart(duplicates: tuple[Store, Any]) -> None:
    found = _groups(duplicates[1], "same_title")

    assert len(found) == 110
    assert all(len(set(group)) == len(group) for group in found)


@pytest.mark.nightly
def test_pairs_are_those_that_comparing_everything_finds(duplicates: tuple[Store, Any]) -> None:
    conn = duplicates[0].db.conn
    texts = {key: shingles(body) for key, body in conn.execute("SELECT id, body FROM articles")}
    holders: dict[int, list[int]] = defaultdict(list)
    for key, numbers in texts.items():
        for number in numbers.tolist():
            holders[number].append(key)
    shared: Counter[tuple[int, int]] = Counter()
    for keys in holders.values():
        shared.update(combinations(sorted(keys), 2))
    truth = {pair for pair in shared if resemblance(*(texts[key] for key in pair)) >= SIMILAR}
    found = set(conn.execute("SELECT article_id, other_id FROM similar"))

    assert len(found & truth) / len(found) >= 0.98
    assert len(found & truth) / len(truth) >= 0.95


@pytest.mark.nightly
def test_pairs_that_share_half_of_their_sentences_are_reported(
    duplicates: tuple[Store, Any],
) -> None:
    store, groups = duplicates
    found = set(store.db.conn.execute("SELECT article_id, other_id FROM similar"))
    near = [tuple(sorted(group)) for group in _groups(groups, "near")]

    assert sum(pair in found for pair in near) / len(near) >= 0.95
