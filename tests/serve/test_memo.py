"""Values that threads share, and the time that a page may take."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count

import pytest

from portals.serve.memo import LIFETIME_SECONDS, Memo
from portals.serve.time_limit import time_limit

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_a_value_is_computed_once_a_lifetime() -> None:
    clock, numbers = Clock(), count(1)
    memo = Memo(clock=clock)
    found = [memo.get("a", lambda: next(numbers)) for _ in range(3)]
    clock.now += LIFETIME_SECONDS
    found.append(memo.get("a", lambda: next(numbers)))

    assert found == [1, 1, 1, 2]


@pytest.mark.parametrize("lifetimes", [1, 9])
def test_nobody_waits_for_a_value_of_which_there_is_an_old_one(
    pool: ThreadPoolExecutor, lifetimes: int
) -> None:
    clock, is_computing, may_end = Clock(), threading.Event(), threading.Event()
    memo = Memo(clock=clock)
    memo.get("a", lambda: "old")
    clock.now += lifetimes * LIFETIME_SECONDS

    def compute() -> str:
        is_computing.set()
        may_end.wait()
        return "new"

    task = pool.submit(memo.get, "a", compute)
    is_computing.wait()
    meanwhile = memo.get("a", lambda: "mine")
    may_end.set()

    assert (meanwhile, task.result()) == ("old", "new")
    assert memo.get("a", lambda: "mine") == "new"


def test_a_value_that_could_not_be_computed_is_tried_again() -> None:
    memo = Memo()
    with pytest.raises(ZeroDivisionError):
        memo.get("a", lambda: 1 // 0)

    assert memo.get("a", lambda: 2) == 2


@pytest.mark.parametrize("limits", [(0.01, 1e9), (1e9, 0.01)])
def test_a_query_without_end_is_interrupted(limits: tuple[float, float]) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as conn,
        pytest.raises(sqlite3.OperationalError, match="interrupted"),
        time_limit(conn, *limits),
    ):
        conn.execute(ENDLESS).fetchone()


def test_the_limit_ends_with_its_block() -> None:
    with closing(sqlite3.connect(":memory:")) as conn:
        with time_limit(conn, 0, 0):
            pass
        rows = f"{ENDLESS.removesuffix('SELECT max(x) FROM n')} SELECT x FROM n LIMIT 9000"

        assert len(conn.execute(rows).fetchall()) == 9000
