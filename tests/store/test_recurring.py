"""Recurring lines, learned from stored articles and left out of stored and later ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.store import recurring, search
from portals.store.database import Store
from portals.store.recurring import learn
from tests.support.database import rows
from tests.support.pages.prose import stories

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
LINE = "Mời bạn đọc theo dõi trang của Công đoàn huyện Tân Sơn trên mạng xã hội mỗi ngày"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store.open(path)
    yield opened
    opened.close()


def article(number: int, *, portal: str = "tanson", line: str = LINE, days: int = 0) -> Article:
    (story,) = stories(1, number)
    return normalise(
        Article(
            portal=portal,
            url=f"http://{portal}.vn/tin-{number}.html",
            title=story.title,
            lead=story.lead,
            body="\n\n".join(filter(None, [*story.paragraphs, line])),
            fetched_at=NOW + timedelta(days=days),
            provenance={"body": "general"},
        )
    )


def save(store: Store, *articles: Article) -> list[str]:
    """Store the articles in a run, learn at its end, and return the outcomes."""
    run_id = store.runs.start_run(articles[0].portal, NOW)
    outcomes = [store.articles.save(each, run_id) for each in articles]
    learn(store.db.conn, articles[0].portal, run_id)
    return [str(each) for each in outcomes]


def bodies(path: Path) -> list[str]:
    return [str(row["body"]) for row in rows(path, "SELECT body FROM articles")]


def test_a_run_leaves_recurring_lines_out_of_all_its_articles(store: Store, path: Path) -> None:
    save(store, *(article(number) for number in range(1, 6)))
    assert not any(LINE in body for body in bodies(path))


def test_the_texts_of_the_revisions_are_those_of_the_articles(store: Store, path: Path) -> None:
    save(store, *(article(number) for number in range(1, 6)))
    sql = """
        SELECT 1 FROM articles a JOIN revisions r ON r.article_id = a.id
        JOIN sightings s ON s.article_id = a.id
        WHERE r.body = a.body AND r.content_hash = a.content_hash
            AND s.content_hash = a.content_hash
    """
    assert len(rows(path, sql)) == 5


def test_what_was_left_out_is_named(store: Store, path: Path) -> None:
    save(store, *(article(number) for number in range(1, 6)))
    (line,) = rows(path, "SELECT portal, line FROM recurring_lines")
    (rule, *_) = rows(path, "SELECT provenance ->> 'body' AS rule FROM articles")
    assert (line, rule["rule"]) == (
        {"portal": "tanson", "line": LINE},
        "general, without recurring lines",
    )


def test_the_next_night_knows_the_same_pages(store: Store, path: Path) -> None:
    pages = range(1, 6)
    save(store, *(article(number) for number in pages))
    assert save(store, *(article(number, days=1) for number in pages)) == ["known"] * 5
    assert len(rows(path, "SELECT * FROM revisions")) == 5


def test_one_new_article_of_the_next_night_loses_them_at_once(store: Store, path: Path) -> None:
    save(store, *(article(number) for number in range(1, 6)))
    save(store, article(9, days=1))
    assert not any(LINE in body for body in bodies(path))


def test_rows_do_not_depend_on_when_the_lines_were_learned(store: Store, tmp_path: Path) -> None:
    save(store, *(article(number) for number in range(1, 6)))
    at_once = bodies(tmp_path / "a.db")
    other = Store.open(tmp_path / "b.db")
    save(other, *(article(number) for number in range(1, 4)))
    save(other, *(article(number) for number in range(4, 6)))
    other.close()
    assert bodies(tmp_path / "b.db") == at_once


def test_an_interrupted_learning_is_done_at_the_end_of_the_next_run(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recurring, "SAMPLE", 3)
    monkeypatch.setattr(recurring, "_BATCH", 3)
    monkeypatch.setattr(recurring, "let_others_write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(store, *(article(number) for number in range(1, 9)))
    assert [LINE in body for body in bodies(path)] == [False] * 3 + [True] * 5
    assert rows(path, "SELECT * FROM recurring_lines") == []

    monkeypatch.setattr(recurring, "let_others_write", lambda: None)
    save(store, article(9))
    assert not any(LINE in body for body in bodies(path))


def test_other_portals_keep_their_lines(store: Store, path: Path) -> None:
    save(store, article(1, portal="khac"))
    save(store, *(article(number) for number in range(2, 7)))
    assert [LINE in body for body in bodies(path)] == [True] + [False] * 5


def test_two_articles_that_differ_by_such_a_line_only_become_one(store: Store, path: Path) -> None:
    first = article(1, portal="khac", line="")
    save(store, first)
    save(store, *(article(number) for number in range(1, 6)))
    found = rows(path, "SELECT article_id FROM sightings WHERE url LIKE '%tin-1.html'")
    assert len(found) == 2
    assert len({row["article_id"] for row in found}) == 1


def test_the_index_follows(store: Store) -> None:
    save(store, *(article(number) for number in range(1, 6)))
    assert search.faults(store.db.conn) == []
    assert not store.db.execute(
        "SELECT rowid FROM search_exact WHERE search_exact MATCH '\"theo dõi trang\"'"
    ).fetchall()
