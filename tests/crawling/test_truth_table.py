"""The truth table of verdicts: what a portal does, and how a run must say that it ended.

Every case is the real command against a real server; nothing is shared between two of them.
"""

from __future__ import annotations

import re
import signal
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portals.store.database import Store
from tests.support.commands import crawl_of, scrapy, scrapy_after, started
from tests.support.database import rows
from tests.support.faults import dead_port, failing, small_disk, tarpit
from tests.support.http_server import Answer, FakePortal, serving
from tests.support.pages.prose import SampleStory, stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list, danaweb_404
from tests.support.processes import Done, until
from tests.support.variants import some, some_rows

CODES = {
    "ok": 0, "incomplete": 10, "drift": 11, "blocked": 12, "gone": 13, "locked": 14,
    "storage": 15, "timeout": 16, "crashed": 17,
}  # fmt: skip
LIST = "/tin-tuc-su-kien"
FRAME = Frame(TODAY)
ONE_AT_A_TIME = ("-s", "DOWNLOAD_DELAY=0.02")
"""Scrapy asks for all that waits at once where there is no delay at all."""

Pages = dict[str, bytes | Answer]


# --- portals -------------------------------------------------------------------------------------


def path_of(story: SampleStory) -> str:
    return f"{LIST}/{story.slug}-{story.number}.html"


def list_page(number: int) -> str:
    return LIST if number == 1 else f"{LIST}?page={number}"


def portal_of(told: Iterable[SampleStory], per_page: int = 3, *, signed: bool = True) -> Pages:
    """A DANAWEB portal: one list in pages of ``per_page``, and its articles."""
    items = []
    for story in told:
        text = text_of(story, "Tin tức")
        items.append(Item(path_of(story), text if signed else replace(text, author=None)))
    pages: Pages = {item.url: danaweb_1(item.text, FRAME) for item in items}
    chunks = [items[i : i + per_page] for i in range(0, len(items), per_page)]
    pager = [(list_page(n), str(n)) for n in range(1, len(chunks) + 1)]
    for number, chunk in enumerate(chunks, 1):
        pages[list_page(number)] = danaweb_1_list(chunk, FRAME, pager)
    return pages


def nine() -> Pages:
    """Nine articles on three list pages."""
    return portal_of(stories(9))


def article_paths(pages: Pages) -> list[str]:
    return [path for path in pages if path.endswith(".html")]


def everywhere(answer: Answer) -> Pages:
    """The same answer at every address that a crawl of ``nine`` may ask for."""
    return dict.fromkeys(["/", "/robots.txt", *nine()], answer)


# --- crawls --------------------------------------------------------------------------------------


def crawl(portal: FakePortal | str, database: Path, *more: str) -> Done:
    origin = portal if isinstance(portal, str) else portal.origin
    return scrapy(*crawl_of(origin, database, *more))


def with_history(
    portal: FakePortal, database: Path, told: Iterable[SampleStory], per_page: int = 3
) -> None:
    """Let an earlier run keep articles, then forget what was asked."""
    now, portal.pages = portal.pages, answers(portal_of(told, per_page))
    ended(crawl(portal, database), database, "ok")
    portal.pages = now
    portal.asked.clear()


def answers(pages: Pages) -> dict[str, Answer]:
    return {
        path: page if isinstance(page, Answer) else Answer(page) for path, page in pages.items()
    }


@contextmanager
def holding(portal: FakePortal, path: str) -> Iterator[threading.Event]:
    """Hold back the answer at ``path`` until the event is set, or the block ends."""
    event = threading.Event()
    whole = portal.pages[path]
    portal.pages[path] = replace(whole, after=event)
    try:
        yield event
    finally:
        event.set()
        portal.pages[path] = whole


def ended(done: Done, database: Path, verdict: str) -> dict[str, Any]:
    """Check that everything says ``verdict``, and return the row of the run."""
    run = rows(database, "SELECT * FROM runs ORDER BY id")[-1]
    assert run["verdict"] == verdict, (run["reason"], done.err)
    assert done.code == CODES[verdict], done.err
    assert re.fullmatch(rf"haiphong: {verdict}, \d+ new, .*\n", done.out), done.out
    assert f"INFO: {done.out}" in done.err
    assert verdict == "crashed" or "Traceback" not in done.err, done.err
    has_remark = run["reason_code"] == "read_again"
    assert bool(run["reason"]) == (verdict != "ok" or has_remark)
    assert run["finished_at"]
    return run


def stored(database: Path) -> list[str]:
    """The paths of the stored articles, sorted."""
    found = rows(database, "SELECT url FROM articles")
    return sorted("/" + row["url"].split("/", 3)[3] for row in found)


def ledger(database: Path) -> dict[int, str]:
    return {row["number"]: row["state"] for row in rows(database, "SELECT * FROM listing_pages")}


def rejects(database: Path) -> dict[str, str]:
    found = rows(database, "SELECT url, reason FROM rejects")
    return {"/" + row["url"].split("/", 3)[3]: row["reason"] for row in found}


def asked_twice(portal: FakePortal) -> set[str]:
    counted = Counter(path for path in portal.asked if path != "/robots.txt")
    return {path for path, times in counted.items() if times > 1}


# --- where the verdict is said -------------------------------------------------------------------


@pytest.mark.parametrize("is_alive", [True, False], ids=["ok", "gone"])
def test_the_last_line_of_the_log_carries_the_verdict(tmp_path: Path, *, is_alive: bool) -> None:
    with serving(nine()) as portal, dead_port() as dead:
        done = crawl(portal.origin if is_alive else dead, tmp_path / "a.db")

    *_, last = done.err.strip().splitlines()
    assert last.endswith(done.out.strip()), last


# --- well ----------------------------------------------------------------------------------------


def test_a_whole_portal_is_ok(tmp_path: Path) -> None:
    pages = nine()
    with serving(pages) as portal:
        ended(crawl(portal, tmp_path / "a.db"), tmp_path / "a.db", "ok")

    assert stored(tmp_path / "a.db") == sorted(article_paths(pages))


def test_a_quiet_day_is_ok(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(nine()) as portal:
        with_history(portal, database, stories(9))
        run = ended(crawl(portal, database), database, "ok")

    assert (run["articles_new"], run["articles_changed"], run["rejects"]) == (0, 0, 0)


def test_an_unchanged_portal_is_asked_once_a_section(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(nine()) as portal:
        with_history(portal, database, stories(9))
        crawl(portal, database)

    assert portal.asked == ["/robots.txt", LIST]


# --- nobody there --------------------------------------------------------------------------------


def test_a_dead_port_is_gone(tmp_path: Path) -> None:
    with dead_port() as origin:
        ended(crawl(origin, tmp_path / "a.db"), tmp_path / "a.db", "gone")


def test_a_name_that_nobody_knows_is_gone(tmp_path: Path) -> None:
    done = crawl("http://portal.invalid", tmp_path / "a.db")

    ended(done, tmp_path / "a.db", "gone")


def test_a_dead_port_is_gone_with_a_history_too(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(nine()) as portal:
        with_history(portal, database, stories(9))
    ended(crawl(portal, database), database, "gone")

    assert len(stored(database)) == 9


PARKED = {
    "expired in Vietnamese": (
        "Thông báo",
        "<p>Tên miền congdoanhaiphong.vn đã hết hạn sử dụng.</p><p>Chủ thể vui lòng gia hạn.</p>",
    ),
    "for sale in English": (
        "congdoanhaiphong.vn",
        "<p>The domain is for sale. Make an offer!</p><a href='/offer'>Offer</a>",
    ),
    "the server's own page": (
        "Welcome to nginx!",
        "<h1>Welcome to nginx!</h1><p>If you see this page, the web server is working.</p>",
    ),
}


@pytest.mark.parametrize("name", PARKED)
def test_a_domain_that_is_no_portal_any_more_is_gone(tmp_path: Path, name: str) -> None:
    title, body = PARKED[name]
    page = f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()
    with serving(everywhere(Answer(page))) as portal:
        ended(crawl(portal, tmp_path / "a.db"), tmp_path / "a.db", "gone")


def test_a_parked_domain_is_gone_with_a_history_too(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    page = "<html><body><p>Tên miền này đã hết hạn.</p></body></html>".encode()
    with serving(everywhere(Answer(page))) as portal:
        with_history(portal, database, stories(9))
        ended(crawl(portal, database), database, "gone")


# --- shut out ------------------------------------------------------------------------------------

_STUB = b'<html><script>document.cookie="D1N=7c21e"+"; path=/";location.reload();</script></html>'
_MOMENT = (
    b"<html><head><title>Just a moment...</title></head><body><div>"
    b"Enable JavaScript and cookies to continue</div></body></html>"
)
_LOGIN = (
    "<html><head><title>Đăng nhập</title></head><body><form method='post'>"
    "<label>Tài khoản</label><input name='u'>"
    "<label>Mật khẩu</label><input type='password' name='p'>"
    "<button>Đăng nhập</button></form></body></html>"
).encode()
WALLS = {
    "403": Answer(b"<h1>Forbidden</h1>", 403),
    "429": Answer(b"", 429),
    "cookie stub": Answer(_STUB),
    "challenge with 403": Answer(_MOMENT, 403),
    "challenge with 503": Answer(_MOMENT, 503),
    "login wall": Answer(_LOGIN),
}


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_around_everything_is_blocked(tmp_path: Path, name: str) -> None:
    with serving(everywhere(WALLS[name])) as portal:
        ended(crawl(portal, tmp_path / "a.db"), tmp_path / "a.db", "blocked")


@pytest.mark.parametrize("name", ["403", "login wall"])
def test_a_wall_around_the_articles_is_blocked(tmp_path: Path, name: str) -> None:
    pages = nine()
    with serving({**pages, **dict.fromkeys(article_paths(pages), WALLS[name])}) as portal:
        ended(crawl(portal, tmp_path / "a.db"), tmp_path / "a.db", "blocked")


def test_a_wall_is_blocked_with_a_history_too(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(everywhere(WALLS["cookie stub"])) as portal:
        with_history(portal, database, stories(9))
        ended(crawl(portal, database), database, "blocked")


# --- nothing found -------------------------------------------------------------------------------

NOTHING: dict[str, Pages] = {
    "every page 404": {},
    "error page that answers 200": everywhere(Answer(danaweb_404(FRAME))),
    "an empty list": {LIST: danaweb_1_list([], FRAME, [])},
}


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_found_is_incomplete_without_a_history(tmp_path: Path, name: str) -> None:
    with serving(NOTHING[name]) as portal:
        ended(crawl(portal, tmp_path / "a.db"), tmp_path / "a.db", "incomplete")


@pytest.mark.parametrize("name", some(NOTHING, ["an empty list"]))
def test_nothing_found_is_drift_with_a_history(tmp_path: Path, name: str) -> None:
    database = tmp_path / "a.db"
    with serving(NOTHING[name]) as portal:
        with_history(portal, database, stories(9))
        ended(crawl(portal, database), database, "drift")

    assert len(stored(database)) == 9


# --- holes in a list -----------------------------------------------------------------------------


def _empty_page() -> bytes:
    return danaweb_1_list([], FRAME, [(list_page(n), str(n)) for n in (1, 2, 3)])


BROKEN = {
    "empty": ("empty", Answer(_empty_page())),
    "500": ("failed", Answer(b"", 500)),
    "not a web page": ("failed", Answer(b"%PDF-1.4", headers={"Content-Type": "application/pdf"})),
    "challenge": ("failed", Answer(b"<title>Just a moment...</title><p>Checking your browser</p>")),
}


def without_page_2(pages: Pages) -> list[str]:
    paths = article_paths(pages)
    return sorted(paths[:3] + paths[6:])


@pytest.mark.parametrize("name", BROKEN)
def test_a_hole_in_a_list_is_incomplete_and_what_is_behind_it_is_stored(
    tmp_path: Path, name: str
) -> None:
    database, pages = tmp_path / "a.db", nine()
    state, answer = BROKEN[name]
    with serving({**pages, list_page(2): answer}) as portal:
        run = ended(crawl(portal, database), database, "incomplete")

    assert f"page 2 of the list {LIST}" in run["reason"]
    assert ledger(database) == {1: "fetched", 2: state, 3: "fetched"}
    assert stored(database) == without_page_2(pages)


@pytest.mark.parametrize("name", some(BROKEN, ["500"]))
def test_a_hole_is_asked_for_again_when_all_else_is_done(tmp_path: Path, name: str) -> None:
    with serving({**nine(), list_page(2): BROKEN[name][1]}) as portal:
        crawl(portal, tmp_path / "a.db")

    assert asked_twice(portal) == {list_page(2)}
    assert portal.asked[-1] == list_page(2)


@pytest.mark.parametrize(
    ("name", "number"), some_rows([("empty", 2), ("500", 1), ("500", 2)], [0, 1])
)
def test_a_list_page_that_comes_at_the_second_try_leaves_no_hole(
    tmp_path: Path, name: str, number: int
) -> None:
    database = tmp_path / "a.db"
    with serving(nine()) as portal:
        portal.first[list_page(number)] = [BROKEN[name][1]]
        ended(crawl(portal, database), database, "ok")

    assert ledger(database) == {1: "fetched", 2: "fetched", 3: "fetched"}
    assert len(stored(database)) == 9
    assert rejects(database) == {}


def test_a_hole_is_filled_by_the_next_run(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(nine()) as portal:
        portal.first[list_page(2)] = [Answer(b"", 500)] * 2
        ended(crawl(portal, database), database, "incomplete")
        ended(crawl(portal, database), database, "ok")

    assert len(stored(database)) == 9


def test_an_article_that_cannot_be_fetched_is_incomplete(tmp_path: Path) -> None:
    pages = nine()
    path = article_paths(pages)[4]
    with serving({**pages, path: Answer(b"", 500)}) as portal:
        ended(crawl(portal, tmp_path / "a.db"), tmp_path / "a.db", "incomplete")

    assert rejects(tmp_path / "a.db") == {path: "the portal answered 500"}


# --- time ----------------------------------------------------------------------------------------


def test_a_portal_that_never_answers_is_timeout(tmp_path: Path) -> None:
    with tarpit() as origin:
        done = crawl(origin, tmp_path / "a.db", "-s", "DOWNLOAD_TIMEOUT=1")

    ended(done, tmp_path / "a.db", "timeout")


def test_the_time_given_is_over_and_the_same_command_goes_on(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    with serving(pages) as portal:
        command = crawl_of(portal.origin, database, *ONE_AT_A_TIME, "-s", "MAX_RUNTIME=1")
        held = article_paths(pages)[3]
        with holding(portal, held) as event, started(tmp_path, *command) as run:
            run.wait_for("Closing spider (closespider_timeout)")
            event.set()
            first = ended(run.end(), database, "timeout")
        assert len(stored(database)) < 9
        second = ended(crawl(portal, database), database, "ok")

    assert second["resumes"] == first["id"]
    assert stored(database) == sorted(article_paths(pages))
    assert asked_twice(portal) <= {held}


# --- our own faults ------------------------------------------------------------------------------


def test_a_page_on_which_the_reader_fails_is_crashed_and_the_others_are_stored(
    tmp_path: Path,
) -> None:
    database, pages = tmp_path / "a.db", nine()
    bad, *others = article_paths(pages)
    code = failing("portals.extraction.reader", "read_article", f"given[0].url.endswith({bad!r})")
    with serving(pages) as portal:
        done = scrapy_after(code, *crawl_of(portal.origin, database))

    ended(done, database, "crashed")
    assert stored(database) == sorted(others)
    assert rejects(database) == {bad: "the reader failed"}


@pytest.mark.parametrize(("callback", "lost"), [("parse_article", 1), ("parse_listing", 6)])
def test_an_exception_in_a_callback_is_crashed_and_a_reject(
    tmp_path: Path, callback: str, lost: int
) -> None:
    database, pages = tmp_path / "a.db", nine()
    bad = list_page(2) if callback == "parse_listing" else article_paths(pages)[0]
    owner = "spiders.base.listing:ListingFinder"
    if callback == "parse_article":
        owner = "spiders.base.portal:PortalSpider"
    code = failing(owner, callback, f"given[1].url.endswith({bad!r})")
    with serving(pages) as portal:
        done = scrapy_after(code, *crawl_of(portal.origin, database))

    ended(done, database, "crashed")
    assert rejects(database) == {bad: "the spider failed"}
    assert len(stored(database)) == 9 - lost


def test_what_a_failing_callback_did_not_see_comes_with_the_next_run(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    code = failing(
        "spiders.base.listing:ListingFinder", "parse_listing", f"{list_page(2)!r} in given[1].url"
    )
    with serving(pages) as portal:
        scrapy_after(code, *crawl_of(portal.origin, database))
        ended(crawl(portal, database), database, "ok")

    assert stored(database) == sorted(article_paths(pages))


def test_an_exception_in_a_pipeline_is_crashed_and_a_reject(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    bad, *others = article_paths(pages)
    code = failing(
        "pipelines.normalise:NormalisePipeline",
        "process_item",
        f"given[1].request.url.endswith({bad!r})",
    )
    with serving(pages) as portal:
        done = scrapy_after(code, *crawl_of(portal.origin, database))

    ended(done, database, "crashed")
    assert stored(database) == sorted(others)
    assert rejects(database) == {bad: "the pipelines failed"}


def test_what_no_table_takes_is_a_reject(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    bad, *others = article_paths(pages)
    code = failing(
        "portals.store.articles:ArticleRepository", "save", f"given[1].url.endswith({bad!r})"
    )
    with serving(pages) as portal:
        done = scrapy_after(code, *crawl_of(portal.origin, database))

    ended(done, database, "crashed")
    assert stored(database) == sorted(others)
    assert rejects(database) == {bad: "cannot be stored"}


# --- the disk ------------------------------------------------------------------------------------


def test_a_full_disk_is_storage(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    Store.open(database).close()
    size = database.stat().st_size
    with serving(pages) as portal:
        done = scrapy_after(small_disk(size), *crawl_of(portal.origin, database))

    assert done.code == 15, done.err
    assert re.fullmatch(r"haiphong: storage, .*\n", done.out)
    assert "Traceback" not in done.err, done.err


def test_once_the_disk_has_room_the_same_command_goes_on(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    Store.open(database).close()
    size = database.stat().st_size
    with serving(pages) as portal:
        scrapy_after(small_disk(size), *crawl_of(portal.origin, database))
        assert len(stored(database)) < 9
        run = ended(crawl(portal, database), database, "ok")

    assert run["resumes"]
    assert stored(database) == sorted(article_paths(pages))


def test_a_database_that_takes_no_run_is_storage(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    store = Store.open(database)
    store.db.execute(
        "CREATE TRIGGER no_runs BEFORE INSERT ON runs BEGIN SELECT RAISE(FAIL, 'full'); END"
    )
    store.close()
    with serving(nine()) as portal:
        done = crawl(portal, database)

    assert done.code == CODES["storage"]
    assert done.out.startswith("haiphong: storage, 0 new")
    assert "Traceback" not in done.err


def test_a_disk_that_is_full_from_the_start_is_storage(tmp_path: Path) -> None:
    with serving(nine()) as portal:
        done = scrapy_after(small_disk(8192), *crawl_of(portal.origin, tmp_path / "a.db"))

    assert done.code == 15, done.err
    assert re.fullmatch(r"error: cannot use the database .*\n", done.err)


@pytest.mark.parametrize("place", ["file", "folder"])
def test_a_place_where_no_database_can_be_is_storage(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder" / "a.db").mkdir(parents=True)
    done = crawl("http://127.0.0.1:9", tmp_path / place / "a.db")

    assert done.code == 15, done.err
    assert re.fullmatch(r"error: cannot use the database .*\n", done.err)


def test_an_archive_that_cannot_be_written_is_storage(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    (tmp_path / "file").write_bytes(b"")
    with serving(nine()) as portal:
        done = crawl(portal, database, "-s", f"ARCHIVE_DIR={tmp_path / 'file'}")

    ended(done, database, "storage")


# --- other processes -----------------------------------------------------------------------------


def test_a_second_run_beside_a_living_one_is_locked(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    with serving(pages) as portal:
        command = crawl_of(portal.origin, database)
        with holding(portal, LIST) as event, started(tmp_path, *command) as run:
            until(lambda: LIST in portal.asked)
            second = scrapy(*command)
            event.set()
            first = run.end()

    assert second.code == 14, second.err
    assert first.code == 0, first.err
    verdicts = [row["verdict"] for row in rows(database, "SELECT verdict FROM runs ORDER BY id")]
    assert verdicts == ["ok", "locked"]
    assert stored(database) == sorted(article_paths(pages))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_a_run_that_is_stopped_is_incomplete_and_the_next_one_goes_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    database, pages = tmp_path / "a.db", nine()
    held = article_paths(pages)[3]
    with serving(pages) as portal:
        command = crawl_of(portal.origin, database, *ONE_AT_A_TIME)
        with holding(portal, held) as event, started(tmp_path, *command) as run:
            until(lambda: held in portal.asked)
            run.signal(number)
            run.wait_for("Closing spider (shutdown)")
            event.set()
            first = ended(run.end(), database, "incomplete")
        assert len(stored(database)) < 9
        second = ended(scrapy(*command), database, "ok")

    assert second["resumes"] == first["id"]
    assert stored(database) == sorted(article_paths(pages))
    assert asked_twice(portal) <= {held}


def test_a_run_that_is_stopped_asks_for_no_other_page(tmp_path: Path) -> None:
    pages = portal_of(stories(9), per_page=9)
    held = article_paths(pages)[0]
    with serving(pages) as portal:
        command = crawl_of(portal.origin, tmp_path / "a.db", *ONE_AT_A_TIME)
        with holding(portal, held) as event, started(tmp_path, *command) as run:
            until(lambda: held in portal.asked)
            run.signal(signal.SIGTERM)
            run.wait_for("Closing spider (shutdown)")
            event.set()
            run.end()

    assert portal.asked == ["/robots.txt", LIST, held]


def test_a_run_that_was_killed_is_crashed_and_the_next_one_goes_on(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    held = article_paths(pages)[3]
    with serving(pages) as portal:
        command = crawl_of(portal.origin, database, *ONE_AT_A_TIME)
        with holding(portal, held), started(tmp_path, *command) as run:
            until(lambda: held in portal.asked)
            run.signal(signal.SIGKILL)
            assert run.end().code == -signal.SIGKILL
        second = ended(scrapy(*command), database, "ok")

    (first,) = rows(database, "SELECT id, verdict FROM runs WHERE id < ?", second["id"])
    assert (first["verdict"], second["resumes"]) == ("crashed", first["id"])
    assert stored(database) == sorted(article_paths(pages))
    assert asked_twice(portal) == {held}


# --- the portal's own history --------------------------------------------------------------------


def with_other_classes(page: bytes) -> bytes:
    return re.sub(rb'class="[^"]+"', b'class="giao-dien-moi"', page)


def test_articles_in_other_markup_are_drift(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", nine()
    for path in article_paths(pages):
        page = pages[path]
        assert isinstance(page, bytes)
        pages[path] = with_other_classes(page)
    with serving(pages) as portal:
        ended(crawl(portal, database), database, "drift")

    found = rows(database, "SELECT title, body FROM articles ORDER BY url")
    told = sorted(stories(9), key=path_of)
    assert [(row["title"], row["body"]) for row in found] == [
        (story.title, "\n\n".join(story.paragraphs)) for story in told
    ]


def test_lists_in_other_markup_are_drift(tmp_path: Path) -> None:
    database, pages = tmp_path / "a.db", portal_of(stories(12))
    for number in range(1, 5):
        page = pages[list_page(number)]
        assert isinstance(page, bytes)
        pages[list_page(number)] = with_other_classes(page)
    with serving(pages) as portal:
        with_history(portal, database, stories(9, first=4))
        ended(crawl(portal, database), database, "drift")


def test_lists_that_lead_to_far_fewer_articles_are_drift(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving(portal_of(stories(3), per_page=12)) as portal:
        with_history(portal, database, stories(12), per_page=12)
        run = ended(crawl(portal, database), database, "drift")

    assert "far fewer articles" in run["reason"]


def test_a_field_that_articles_used_to_have_is_drift(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    new = portal_of(stories(6, first=22), signed=False, per_page=6)
    with serving(new) as portal:
        with_history(portal, database, stories(21), per_page=21)
        run = ended(crawl(portal, database), database, "drift")

    assert "have no author" in run["reason"]
    assert len(stored(database)) == 27


# --- no run at all -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("crawl", "khongco"),
        ("crawl", "haiphong", "-a", "mau=do"),
        ("crawl", "haiphong", "-a", "limit=nhieu"),
        ("crawl", "haiphong", "-s", "MAX_RUNTIME=mai"),
    ],
    ids=lambda arguments: " ".join(arguments[1:]),
)
def test_a_command_that_cannot_be_used_is_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = scrapy(*arguments, "-s", f"DATABASE={tmp_path / 'a.db'}", "-s", "ARCHIVE_DIR=")

    assert done.code == 2, done.err
    assert re.fullmatch(r"error: .*\n", done.err)
    assert done.out == ""
