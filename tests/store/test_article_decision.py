"""What a page becomes, decided without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.article import READER_VERSION, Article, Image, field_names
from portals.contract import normalise
from portals.store.article_decision import (
    ARTICLE_FIELDS,
    SIGHTING_FIELDS,
    Candidates,
    Decision,
    Edit,
    ReadPage,
    Revision,
    RevisionStep,
    Stored,
    decide,
    matching_article,
    media_of,
    provenance_json,
)
from portals.timestamps import utc

AT = datetime(2025, 1, 5, 3, 0, tzinfo=UTC)
TEXTS = tuple(f"Bài viết thứ {n} nói về hội nghị người lao động." for n in range(3))


def article(text: int = 0, days: int = 0, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "portal": "p", "url": "http://p.vn/1", "title": "Hội nghị", "body": TEXTS[text],
        "fetched_at": AT + timedelta(days=days), "external_id": "1",
    }  # fmt: skip
    return normalise(Article(**(values | changes)))


def page(text: int = 0, days: int = 0, **changes: Any) -> ReadPage:
    return ReadPage(article(text, days, **changes), 2)


def archived(text: int = 0, days: int = 0, page_id: int | None = None) -> ReadPage:
    return replace(page(text, days), from_archive=True, page_id=page_id)


def hash_of(text: int) -> str:
    return article(text).content_hash


def article_row(shown: Article, **changes: Any) -> dict[str, Any]:
    """Return the row that ``shown`` is stored as."""
    return {
        "id": 7, **{name: getattr(shown, name) for name in ARTICLE_FIELDS},
        "content_hash": shown.content_hash, "portal": shown.portal, "url": shown.url,
        "provenance": provenance_json(shown.provenance), "first_seen_at": utc(shown.fetched_at),
        "last_seen_at": utc(shown.fetched_at), "run_id": 1, "page_id": None,
        "reader_version": READER_VERSION, **changes,
    }  # fmt: skip


def sighting_row(shown: Article, **changes: Any) -> dict[str, Any]:
    return {
        "url": shown.url, "article_id": 7, "portal": shown.portal,
        "external_id": shown.external_id, "content_hash": shown.content_hash,
        **{name: getattr(shown, name) for name in SIGHTING_FIELDS},
        "first_seen_at": utc(shown.fetched_at), "last_seen_at": utc(shown.fetched_at), **changes,
    }  # fmt: skip


def stored(shown: Article, *revisions: tuple[int, int], **changes: Any) -> Stored:
    """Return what is stored of an article that shows ``shown``; revisions are (text, days)."""
    told = [
        Revision(number, utc(AT + timedelta(days=days)), hash_of(text))
        for number, (text, days) in enumerate(revisions or [(0, 0)], 1)
    ]
    values: dict[str, Any] = {
        "sighting": sighting_row(shown), "article": article_row(shown), "revisions": told,
        "media": lambda: media_of(shown),
    }  # fmt: skip
    return Stored(**(values | changes))


def step(decision: Decision) -> tuple[str, RevisionStep, int | None]:
    return decision.outcome, decision.step, decision.revision_id


# --- which article -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Candidates(), None),
        (Candidates(same_text=3), 3),
        (Candidates(same_number=4), 4),
        (Candidates(same_text=3, same_number=4), 3),
        (Candidates(sighting_row(article())), 7),
        (Candidates(sighting_row(article()), same_text=3), 3),
        (Candidates(sighting_row(article()), is_copy=True), None),
        (Candidates(sighting_row(article()), same_text=7, is_copy=True), 7),
    ],
)
def test_the_text_decides_then_the_url_then_the_portals_number(
    found: Candidates, expected: int | None
) -> None:
    assert matching_article(article(), found) == expected


@pytest.mark.parametrize("same_text", [None, 3])
def test_a_listings_url_stands_for_no_article(same_text: int | None) -> None:
    found = Candidates(sighting_row(article()), same_text=same_text, same_number=4)

    assert matching_article(article(is_listing_url=True), found) == same_text


# --- what is new ---------------------------------------------------------------------------------


def test_an_unknown_page_is_a_new_article() -> None:
    assert decide(page(), Stored()) == Decision("new")


def test_the_same_page_again_is_known_and_only_the_time_moves() -> None:
    decision = decide(page(days=1), stored(article()))

    assert step(decision) == ("known", RevisionStep.NONE, 1)
    assert decision.article == decision.sighting == {"last_seen_at": "2025-01-06T03:00:00+00:00"}
    assert (decision.new_media, decision.edits) == ([], ())


def test_another_text_at_the_url_is_a_change_that_the_article_shows() -> None:
    decision = decide(page(1, days=1), stored(article()))

    assert step(decision) == ("changed", RevisionStep.INSERT, None)
    assert (decision.article["body"], decision.article["content_hash"]) == (TEXTS[1], hash_of(1))
    assert decision.is_text_changed


def test_an_older_text_is_a_change_that_the_article_does_not_show() -> None:
    decision = decide(page(1, days=-1), stored(article()))

    assert step(decision) == ("changed", RevisionStep.INSERT, None)
    assert decision.article == decision.sighting == {"first_seen_at": "2025-01-04T03:00:00+00:00"}


def test_a_known_text_at_a_new_url_is_a_copy() -> None:
    copy = page(days=1, portal="q", url="http://q.vn/9", author="Lan")
    decision = decide(copy, stored(article(), sighting=None))

    assert step(decision) == ("copy", RevisionStep.NONE, 1)
    assert decision.article == {"last_seen_at": "2025-01-06T03:00:00+00:00"}


def test_an_earlier_text_at_a_new_url_is_a_copy_too() -> None:
    known = stored(article(1, days=1), (0, 0), (1, 1), sighting=None)

    assert step(decide(page(days=2, url="http://p.vn/2"), known)) == (
        "copy",
        RevisionStep.NONE,
        None,
    )


def test_a_copy_with_a_newer_text_changes_the_text_and_not_the_author() -> None:
    copy = page(1, days=1, portal="q", url="http://q.vn/9", author="Lan")
    known = stored(article(), sighting=sighting_row(copy.article, content_hash=hash_of(0)))
    decision = decide(copy, known)

    assert decision.outcome == "changed"
    assert decision.article["body"] == TEXTS[1]
    assert "author" not in decision.article


def test_a_url_that_shows_what_it_showed_is_known_where_another_moved_on() -> None:
    shown = article(1, days=1)
    known = stored(shown, (0, 0), (1, 1), sighting=sighting_row(article()))

    assert step(decide(page(days=2), known)) == ("known", RevisionStep.NONE, None)


def test_an_older_page_moves_the_beginning_of_a_text() -> None:
    assert step(decide(page(days=-1), stored(article()))) == ("known", RevisionStep.MOVE, 1)


def test_a_later_revision_goes_where_its_text_began_at_this_very_time() -> None:
    shown = article(days=1)
    known = stored(shown, (0, 0), (1, 0), (0, 1))

    assert step(decide(page(), known)) == ("known", RevisionStep.DELETE, 3)


def test_a_revision_from_before_pages_were_archived_cites_its_page() -> None:
    assert step(decide(archived(page_id=5), stored(article()))) == (
        "known",
        RevisionStep.CITE,
        1,
    )


# --- read again ----------------------------------------------------------------------------------


def test_an_archived_page_read_to_another_text_corrects_its_revision() -> None:
    decision = decide(archived(1), stored(article()))

    assert step(decision) == ("reread", RevisionStep.CORRECT, 1)
    assert decision.cause == "reader"


def test_a_corrected_revision_that_is_stored_already_is_deleted() -> None:
    known = stored(article(), (1, 0), (0, 0))

    assert step(decide(archived(1), known)) == ("reread", RevisionStep.DELETE, 2)


@pytest.mark.parametrize(
    ("holds_bytes", "outcome"), [(True, "reread"), (False, "changed"), (None, "changed")]
)
def test_the_same_bytes_later_are_the_same_page(*, holds_bytes: bool | None, outcome: str) -> None:
    known = stored(article(), holds_bytes=lambda _: holds_bytes)

    assert decide(archived(1, days=1, page_id=5), known).outcome == outcome


def test_a_live_page_never_corrects() -> None:
    known = stored(article(), holds_bytes=lambda _: True)

    assert decide(page(1), known).outcome == "changed"


def test_a_cited_page_read_again_is_the_readers_edit() -> None:
    known = stored(article(author="Tin"), is_cited=True)
    decision = decide(replace(archived(days=1, page_id=5)), known)

    assert (decision.cause, decision.edits) == ("reader", (Edit("author", "Tin", None),))


# --- fields --------------------------------------------------------------------------------------


def test_a_corrected_author_is_an_edit_of_the_portal() -> None:
    decision = decide(page(days=1, author="Lan"), stored(article(author="Minh")))

    assert decision.edits == (Edit("author", "Minh", "Lan"),)
    assert decision.cause == "portal"
    assert (decision.article["author"], decision.article["run_id"]) == ("Lan", 2)


def test_a_count_of_views_alone_is_no_new_version() -> None:
    decision = decide(page(days=1, view_count=9), stored(article()))

    assert decision.article.keys() == {"view_count", "last_seen_at"}


def test_figures_that_the_hash_takes_for_punctuation_are_an_edit() -> None:
    before = article(body=f"{TEXTS[0]} Tăng 5,25 tỷ.")
    decision = decide(page(days=1, body=f"{TEXTS[0]} Tăng 5.25 tỷ."), stored(
        before, revisions=[Revision(1, utc(AT), before.content_hash)]
    ))  # fmt: skip

    assert decision.edits == (Edit("figures", "5,25", "5.25"),)


def test_new_pictures_are_a_new_version() -> None:
    decision = decide(page(days=1, images=[Image("http://p.vn/a.jpg")]), stored(article()))

    assert decision.new_media == ["images"]
    assert decision.article["run_id"] == 2


def test_the_articles_own_url_replaces_that_of_a_listing() -> None:
    listed = article(url="http://p.vn/muc", external_id=None, is_listing_url=True)
    decision = decide(page(), stored(listed, sighting=None))

    assert (decision.outcome, decision.article["url"]) == ("copy", "http://p.vn/1")


def test_media_are_not_looked_up_where_the_article_does_not_show_the_page() -> None:
    def fail() -> Any:
        raise AssertionError("looked up")

    decide(page(days=-1), stored(article(), media=fail))
    decide(page(url="http://p.vn/2"), stored(article(), sighting=None, media=fail))


def test_a_new_date_is_compared_anew() -> None:
    decision = decide(page(days=1, published_at="2025-01-01T08:00:00+07:00"), stored(article()))

    assert (decision.is_date_changed, decision.is_text_changed) == (True, False)


# --- properties ----------------------------------------------------------------------------------

DAYS = st.integers(-3, 3)
HISTORIES = st.lists(st.tuples(st.integers(0, 2), DAYS), min_size=1, max_size=5, unique=True)


@given(text=st.integers(0, 2), days=DAYS, history=HISTORIES, again=st.booleans())
def test_a_decision_never_contradicts_itself(
    *, text: int, days: int, history: list[tuple[int, int]], again: bool
) -> None:
    history = sorted(history, key=lambda one: one[1])
    last = history[-1]
    known = stored(article(*last), *history)
    decision = decide(archived(text, days) if again else page(text, days), known)

    assert decision.outcome in ("changed", "known", "reread")
    assert again or decision.outcome != "reread"
    if decision.outcome == "known":
        assert decision.step in {
            RevisionStep.NONE, RevisionStep.CITE, RevisionStep.MOVE, RevisionStep.DELETE
        }  # fmt: skip
    if decision.step is RevisionStep.INSERT:
        assert (text, days) not in history
    needs_id = decision.step not in (RevisionStep.INSERT, RevisionStep.NONE)
    assert decision.revision_id is not None or not needs_id


@given(days=DAYS, history=HISTORIES)
def test_times_only_widen(days: int, history: list[tuple[int, int]]) -> None:
    row = article_row(article())
    changes = decide(page(0, days), stored(article(), *sorted(history, key=lambda h: h[1]))).article

    assert changes.get("first_seen_at", row["first_seen_at"]) <= row["first_seen_at"]
    assert changes.get("last_seen_at", row["last_seen_at"]) >= row["last_seen_at"]


# --- the facts of fields -------------------------------------------------------------------------


def test_the_index_and_the_edits_have_their_fields_in_order() -> None:
    assert field_names("searched") == ("title", "lead", "body")
    assert field_names("edited") == ("title", "published_at", "author", "source", "section")


def test_what_a_sighting_shows_and_what_is_text_are_columns_of_the_article() -> None:
    columns = set(field_names("column"))

    assert set(field_names("sighting")) < columns
    assert set(field_names("text")) < columns
    assert set(field_names("compared")) - columns == {"images", "attachments"}
