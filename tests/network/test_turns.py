"""Turns at servers: two crawls never have two requests in flight at one server."""

from __future__ import annotations

import asyncio
import fcntl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portals.network.turns import FileTurns, FreeTurn
from tests.support.commands import command, scrapy
from tests.support.http_server import Answer, ServedRequest, http_server
from tests.support.processes import run, until
from tests.support.project import PROJECT
from tests.support.small_portal import small_portal


class Waits(list[float]):
    """A clock that stands at 100 s and runs on by what is waited."""

    def now(self) -> float:
        return 100 + sum(self)

    async def pause(self, seconds: float) -> None:
        self.append(round(seconds, 3))


def begin_of(folder: Path, owner: str, began: float) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "h.vn.turn").write_text(f"{owner} {began}")


@pytest.mark.quick
@pytest.mark.parametrize(
    ("owner", "began", "waits"),
    [
        ("7.1", 99.5, []),  # our own delay is kept by the downloader
        ("7.0", 99.5, [1.5]),  # another crawl in our process
        ("1.0", 99.5, [1.5]),
        ("1.0", 97.9, []),
        ("1.0", 5000.0, []),  # before the machine was started again
    ],
)
def test_the_delay_is_kept_after_the_turn_of_another_crawl(
    tmp_path: Path, owner: str, began: float, waits: list[float]
) -> None:
    begin_of(tmp_path, owner, began)
    waited = Waits()
    turns = FileTurns(tmp_path, "7.1", waited.now, waited.pause)
    asyncio.run(turns.acquire("h.vn", 2.0)).release()

    assert waited == waits


@pytest.mark.quick
def test_who_waits_comes_before_who_had_the_last_turn(tmp_path: Path) -> None:
    async def three() -> list[str]:
        turns, order = FileTurns(tmp_path, pause=asyncio.sleep), list[str]()
        first = await turns.acquire("h.vn", 0)

        async def take(name: str) -> None:
            turn = await turns.acquire("h.vn", 0)
            order.append(name)
            turn.release()

        waiting = asyncio.create_task(take("waited"))
        await asyncio.sleep(0)  # it holds the queue now
        first.release()
        again = asyncio.create_task(take("had one"))
        await asyncio.gather(waiting, again)
        return order

    assert asyncio.run(three()) == ["waited", "had one"]


@pytest.mark.quick
def test_requests_of_one_crawl_wait_without_looking_at_the_files(tmp_path: Path) -> None:
    async def five() -> tuple[list[int], Waits]:
        waited, order = Waits(), list[int]()
        turns = FileTurns(tmp_path, clock=waited.now, pause=waited.pause)
        first = await turns.acquire("h.vn", 0)

        async def take(number: int) -> None:
            turn = await turns.acquire("h.vn", 0)
            order.append(number)
            turn.release()

        waiting = [asyncio.create_task(take(n)) for n in range(4)]
        await asyncio.sleep(0)
        first.release()
        await asyncio.gather(*waiting)
        return order, waited

    assert asyncio.run(five()) == ([0, 1, 2, 3], [])


@pytest.mark.quick
def test_where_no_lock_can_be_written_a_crawl_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    turn = asyncio.run(FileTurns(tmp_path / "file").acquire("h.vn", 1.0))

    assert isinstance(turn, FreeTurn)


class Counting:
    """A server: how many requests it had at once, and whose each was.

    The first one is held until another one is in flight, or waits for its turn.
    """

    def __init__(self, folder: Path) -> None:
        self.pages, listing = small_portal()
        self.pages["/"] = self.pages[listing]
        self.agents: list[str] = []
        self.most = self._now = 0
        self._folder, self._lock = folder, threading.Lock()

    def answer(self, request: ServedRequest) -> Answer:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.agents.append(str(request.headers["User-Agent"]))
            is_first = len(self.agents) == 1
        if is_first:
            until(lambda: self.most > 1 or self._is_waited_for())
        with self._lock:
            self._now -= 1
        return self.pages.get(request.path, Answer(b"not found", 404))

    def _is_waited_for(self) -> bool:
        for path in self._folder.glob("*.queue"):
            with path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return True
        return False


def test_two_crawls_in_one_process_have_one_request_in_flight(tmp_path: Path) -> None:
    server, names = Counting(tmp_path / "a.db.servers"), ("haiphong", "tienlang")
    with http_server(server.answer) as running:
        crawls = [f"{name}={running.origin}" for name in names]
        done = run("tests.support.two_crawls", "", tmp_path / "a.db", *crawls)

    assert server.most == 1, done.err
    assert server.agents[0] != server.agents[1], "who waited came next"
    assert min(map(server.agents.count, names)) > 3


def test_two_crawls_of_one_server_have_one_request_in_flight(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    server = Counting(tmp_path / "a.db.servers")
    with http_server(server.answer) as running, ThreadPoolExecutor() as pool:
        crawls = [
            pool.submit(
                scrapy, *command(spider, running.origin, database, "-s", f"USER_AGENT={spider}")
            )
            for spider in ("haiphong", "tienlang")
        ]
        done = [crawl.result() for crawl in crawls]

    assert all(one.code in (0, 10) for one in done), done
    assert server.most == 1
    assert server.agents[0] != server.agents[1], "who waited came next"
    assert min(map(server.agents.count, ("haiphong", "tienlang"))) > 3


def test_the_turn_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, signal; from pathlib import Path;"
        "from portals.network.turns import FileTurns;"
        f"asyncio.run(FileTurns(Path({str(tmp_path)!r})).acquire('h.vn', 0));"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False)
    waited = Waits()
    asyncio.run(FileTurns(tmp_path, pause=waited.pause).acquire("h.vn", 0)).release()

    assert killed.returncode == -9
    assert waited == []
