"""The requests of a crawl in the database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.store.database import Store
from portals.store.request_queue import QueuedRequest, RequestQueue


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    yield opened
    opened.close()


@pytest.fixture
def queue(store: Store) -> RequestQueue:
    return RequestQueue(store, "haiphong")


def waiting(key: str, url: str = "", priority: int = 0) -> QueuedRequest:
    return QueuedRequest(key, url or f"http://cd.example.vn/{key}", {"callback": "parse"}, priority)


def test_only_requests_not_met_before_are_added(queue: RequestQueue) -> None:
    assert queue.add([waiting("a"), waiting("b"), waiting("a")]) == 2
    assert queue.add([waiting("b"), waiting("c")]) == 1


def test_a_request_comes_back_as_it_was(queue: RequestQueue) -> None:
    request = {"callback": "parse", "cb_kwargs": {"section": "/tin-tức", "ahead": [[2, "/b"]]}}
    queue.add([QueuedRequest("article 9", "http://cd.example.vn/tết-9.html", request, 3)])
    (lease,) = queue.lease(5)

    assert (lease.key, lease.url) == ("article 9", "http://cd.example.vn/tết-9.html")
    assert (lease.request, lease.priority) == (request, 3)


def test_the_highest_priority_comes_first_then_the_oldest(queue: RequestQueue) -> None:
    queue.add([waiting("a"), waiting("b", priority=1), waiting("c"), waiting("d", priority=1)])

    assert [lease.key for lease in queue.lease(9)] == ["b", "d", "a", "c"]


def test_what_is_leased_is_not_handed_out_again(queue: RequestQueue) -> None:
    queue.add(map(waiting, "abc"))

    assert [lease.key for lease in queue.lease(2)] == ["a", "b"]
    assert [lease.key for lease in queue.lease(2)] == ["c"]
    assert queue.lease(2) == []


def test_what_was_released_is_handed_out_again(queue: RequestQueue) -> None:
    queue.add(map(waiting, "ab"))
    queue.lease(2)
    queue.release()

    assert [lease.key for lease in queue.lease(2)] == ["a", "b"]


def test_what_is_done_is_not_released(queue: RequestQueue) -> None:
    queue.add(map(waiting, "ab"))
    first, _ = queue.lease(2)
    queue.finish(first.id, failed=False)
    queue.release()

    assert (queue.count("done"), queue.count("pending")) == (1, 1)


def test_what_is_done_is_not_added_again(queue: RequestQueue) -> None:
    queue.add([waiting("a")])
    queue.finish(queue.lease(1)[0].id, failed=False)

    assert queue.add([waiting("a")]) == 0
    assert queue.lease(1) == []


def test_what_failed_is_tried_so_often_and_no_more(queue: RequestQueue) -> None:
    queue.add([waiting("a")])
    tries = 0
    while leases := queue.lease(1):
        queue.finish(leases[0].id, failed=True)
        tries += 1
        queue.retry_failed(3)

    assert tries == 3
    assert queue.count("failed") == 1


def test_a_failure_that_was_mended_is_done(queue: RequestQueue) -> None:
    queue.add([waiting("a")])
    queue.finish(queue.lease(1)[0].id, failed=True)
    queue.retry_failed(2)
    queue.finish(queue.lease(1)[0].id, failed=False)

    assert (queue.count("failed"), queue.count("done")) == (0, 1)


def test_other_addresses_of_the_same_page_are_kept_once(queue: RequestQueue) -> None:
    for path in ("/a-1.html", "/b-1.html", "/c-1.html", "/b-1.html", "/a-1.html"):
        queue.add([waiting("article 1", path)])
    (lease,) = queue.lease(1)

    assert (lease.url, queue.alternate_urls(lease.id)) == ("/a-1.html", ["/b-1.html", "/c-1.html"])


def test_a_page_without_other_addresses_has_none(queue: RequestQueue) -> None:
    queue.add([waiting("a")])

    assert queue.alternate_urls(queue.lease(1)[0].id) == []


def test_a_page_that_needs_no_visit_is_met_once(queue: RequestQueue) -> None:
    assert queue.add_done("a", "/a") is True
    assert queue.add_done("a", "/a") is False
    assert queue.add([waiting("a")]) == 0


def test_portals_do_not_see_each_others_requests(store: Store, queue: RequestQueue) -> None:
    other = RequestQueue(store, "ldtd")
    queue.add([waiting("a")])

    assert other.add([waiting("a")]) == 1
    other.clear()
    assert (other.count("pending"), queue.count("pending")) == (0, 1)


def test_portals_do_not_release_each_others_leases(store: Store, queue: RequestQueue) -> None:
    queue.add([waiting("a")])
    queue.lease(1)
    RequestQueue(store, "ldtd").release()

    assert queue.count("leased") == 1


def test_what_exploration_saw_comes_back_in_order(queue: RequestQueue) -> None:
    queue.record_exploration("/b", ["article", [["/c", "Đại hội"]], None])
    queue.record_exploration("/a", [])

    assert list(queue.exploration_log()) == [
        ("/b", ["article", [["/c", "Đại hội"]], None]), ("/a", []),
    ]  # fmt: skip


def test_clearing_forgets_requests_and_exploration(queue: RequestQueue) -> None:
    queue.add([waiting("a")])
    queue.record_exploration("/a", [])
    queue.clear()

    assert (queue.count("pending"), list(queue.exploration_log())) == (0, [])


def test_what_is_rolled_back_was_never_added(store: Store, queue: RequestQueue) -> None:
    with pytest.raises(KeyError), store.writing():  # noqa: PT012
        queue.add([waiting("a")])
        raise KeyError

    assert queue.count("pending") == 0


@cache
def in_memory() -> Store:
    """One database for all examples: to make one takes longer than to use it."""
    return Store.open(":memory:")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-2, 2)), max_size=30), st.integers(1, 7))
def test_every_page_is_handed_out_once_in_order(
    requests: list[tuple[int, int]], batch: int
) -> None:
    queue = RequestQueue(in_memory(), "haiphong")
    queue.clear()
    queue.add(waiting(str(key), priority=priority) for key, priority in requests)
    first = {str(key): priority for key, priority in reversed(requests)}
    handed = []
    while leases := queue.lease(batch):
        handed += [(lease.key, lease.priority) for lease in leases]

    assert dict(handed) == first
    assert len(handed) == len(first)
    assert [priority for _, priority in handed] == sorted(first.values(), reverse=True)


def test_failed_pages_that_may_be_lists_are_counted_without_articles(queue: RequestQueue) -> None:
    kinds = ("article", "listing", "other")
    queue.add(QueuedRequest(kind, f"/{kind}", {"meta": {"kind": kind}}) for kind in kinds)
    queue.add([waiting("of an earlier release")])
    for lease in queue.lease(9):
        queue.finish(lease.id, failed=True)

    assert queue.count_failed_lists() == 3
