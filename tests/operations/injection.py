"""Faults at random, from a seed: an installation of several portals and what becomes of it.

Each round one command runs with one fault. What must hold is compared after each: the ending is
true of what was injected, what a good ending promised is stored, what was taken down stays away.
"""

from __future__ import annotations

import json
import random
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.cases import CASES, Case
from tests.support.commands import QUICK, scrapy, started
from tests.support.database import rows
from tests.support.faults import small_disk
from tests.support.hostile_server import (
    LIST,
    Hostile,
    fault_path,
    good_page,
    good_path,
    hostile,
    http,
)
from tests.support.http_server import RawAnswer
from tests.support.kill_points import SIGKILLED, run_to
from tests.support.pages.synthetic import TODAY
from tests.support.pages.themes import Frame, danaweb_1_list
from tests.support.processes import Done, run

NAMES = ("mot", "hai", "ba")
PER_PORTAL = 400
"""Numbers of stories of one portal; the first of the next one are its own."""

_LONG_KILL, _SHORT_KILL = 150, 40
_TURN = """
from datetime import datetime, timedelta
from portals import timestamps
class Turned(datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + timedelta(days={days})
timestamps.datetime = Turned
"""

HOME = http(danaweb_1_list([], Frame(TODAY, menu=[(LIST, "Tin tức sự kiện")]), []))

OK, INCOMPLETE, LOCKED, STORAGE = 0, 10, 14, 15
SINGLE_PAGE_REASONS = (
    "the connection broke off", "the body ends before", "the answer is not HTTP",
    "the address redirects to no address", "the page is too large to read", "not a web page",
    "no article on the page",
)  # fmt: skip
QUIET = [
    case
    for case in CASES
    if not (case.waits or case.is_heavy)
    and (case.reason is None or case.reason.startswith(SINGLE_PAGE_REASONS))
]
"""Hostile answers that are the matter of one page only."""


@dataclass(slots=True)
class Portal:
    """A portal: its server, the numbers of its stories, and what its articles must hold.

    ``listed``: the paths that it had when its last crawl began. ``signs``: by path, what the
    present text of an article contains; ``bad``: paths of faults.
    """

    name: str
    server: Hostile
    next_number: int
    pages: dict[str, RawAnswer]
    paths: list[str] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)
    signs: dict[str, str] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    def publish(self, chance: random.Random, count: int) -> None:
        """Publish so many articles, some of which are hostile answers."""
        for _ in range(count):
            number, self.next_number = self.next_number, self.next_number + 1
            case: Case | None = chance.choice(QUIET) if chance.random() < 0.15 else None
            path = fault_path(case.name, number) if case else good_path(number)
            self.paths.insert(0, path)
            if case and case.reason:
                self.bad.add(path)
            else:
                self.signs[path] = ""
        self.server.lists = [self.paths[i : i + 8] for i in range(0, len(self.paths), 8)]

    def edit(self, chance: random.Random) -> None:
        """Change the text of an article."""
        path = chance.choice([one for one in self.signs if "/bai-" in one])
        number = int(path.rpartition("-")[2].removesuffix(".html"))
        sign = f"Bản sửa thứ {len(self.pages) + 1} của bài {number}."
        head, mark, text = good_page(number).partition(b"detail-wp")
        self.pages[path] = http(head + mark + text.replace(b"</p>", f" {sign}</p>".encode(), 1))
        self.signs[path] = sign


class BrokenPromiseError(AssertionError):
    """What was promised does not hold."""


@dataclass(slots=True)
class Installation:
    """A database with its archives, portals and what was done to them."""

    folder: Path
    chance: random.Random
    portals: list[Portal]
    forgotten: set[str] = field(default_factory=set)
    journal: list[str] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "a.db"

    @property
    def where(self) -> tuple[str, ...]:
        return ("-s", f"DATABASE={self.database}", "-s", f"ARCHIVE_DIR={self.folder / 'archive'}")

    def crawl_of(self, portal: Portal, *more: str) -> tuple[str, ...]:
        return (
            "crawl", "danaweb", "-a", f"origin={portal.server.origin}", "-a",
            f"portal={portal.name}", *self.where, *QUICK, *more,
        )  # fmt: skip

    # --- one round ---------------------------------------------------------------------------

    def round(self) -> None:
        """Let the portals change, and run one command with one fault."""
        portal = self.chance.choice(self.portals)
        portal.publish(self.chance, self.chance.randint(0, 3))
        if self.chance.random() < 0.4:
            portal.edit(self.chance)
        if not has_runs(self.database) or self.chance.random() < 0.5:
            self.chance.choice(CRAWLS)(self, portal)
            return
        words = self.chance.choice(COMMANDS)
        self.chance.choice(FAULTS)(self, self._words(words))

    def _words(self, words: str) -> tuple[str, ...]:
        return (*words.format(folder=self.folder).split(), *self.where)

    def say(self, *words: object) -> None:
        """Note what is done, for whoever reads of a failure."""
        self.journal.append(" ".join(str(word) for word in words))

    def need(self, condition: object, *words: object) -> None:
        """Raise BrokenPromiseError with ``words`` unless ``condition`` holds."""
        if not condition:
            raise BrokenPromiseError(" ".join(str(word) for word in words))

    # --- what must hold ----------------------------------------------------------------------

    def stored(self) -> dict[str, str]:
        """Return lead and text by the URL of each sighting."""
        found = rows(
            self.database,
            "SELECT s.url, coalesce(r.lead, '') || ' ' || r.body AS text"
            " FROM sightings AS s JOIN revisions AS r"
            " ON r.article_id = s.article_id AND r.content_hash = s.content_hash"
            " ORDER BY r.seen_at, r.id",
        )
        return {row["url"]: row["text"] for row in found}

    def check_promise(self, portal: Portal, *, current: bool = False) -> None:
        """Check that what a portal listed is stored; ``current``: with its present text.

        Articles count that were listed when the crawl began, which a later run may have resumed.
        """
        stored = self.stored()
        wanted = {
            f"{portal.server.origin}{path}": sign
            for path, sign in portal.signs.items()
            if path in portal.listed
        }
        missing = wanted.keys() - stored.keys() - self.forgotten
        self.need(not missing, portal.name, "lacks", sorted(missing))
        old = {
            url
            for url, sign in wanted.items()
            if current and url not in self.forgotten and sign not in stored[url]
        }
        self.need(not old, portal.name, "has old texts of", sorted(old))
        back = self.forgotten & stored.keys()
        self.need(not back, "came back:", sorted(back))

    def note_beginning(self, portal: Portal) -> None:
        """Note what a crawl had before it, unless its last run has resumed an earlier one."""
        if self.last_run(portal).get("resumes") is None:
            portal.listed = set(portal.paths)

    def last_run(self, portal: Portal) -> dict[str, object]:
        """Return the newest run of a portal; empty if there is none."""
        sql = (
            "SELECT * FROM runs WHERE portal = ? AND verdict IS NOT 'locked'"
            " ORDER BY id DESC LIMIT 1"
        )
        return next(iter(rows(self.database, sql, portal.name)), {})

    def check_ending(self, portal: Portal, done: Done, *also: int) -> None:
        """Check the ending of a crawl that ran to its end; ``also``: codes that the fault gives."""
        good = (OK, INCOMPLETE) if portal.bad else (OK,)
        self.need(done.code in (*good, *also), "ended", done.code, done.err[-1500:])
        self.need("Traceback" not in done.err, done.err[-3000:])
        ended = self.last_run(portal)
        if done.code == STORAGE and not ended:
            return
        verdict = ended["verdict"]
        self.note_beginning(portal)
        if done.code == INCOMPLETE:
            self.need(ended["reason_code"] == "failed_pages", "reason", ended["reason"])
        code = {"ok": OK, "incomplete": INCOMPLETE, "storage": STORAGE}.get(str(verdict))
        if done.code != STORAGE:  # else the row may be what could not be written
            self.need(code == done.code, "ended", done.code, "and the row says", verdict)
        if done.code in good:
            self.check_promise(portal)


# --- crawls --------------------------------------------------------------------------------------


def crawl(it: Installation, portal: Portal, *more: str) -> None:
    """Nothing is wrong."""
    it.say("crawl", portal.name, *more)
    it.check_ending(portal, scrapy(*it.crawl_of(portal, *more)))
    if "revisit=all" in more and it.last_run(portal)["resumes"] is None:
        it.check_promise(portal, current=True)


def crawl_all(it: Installation, portal: Portal) -> None:
    """Every page is fetched again."""
    crawl(it, portal, "-a", "revisit=all")


def crawl_killed(it: Installation, portal: Portal) -> None:
    """SIGKILL at a write; the next run says so."""
    number = it.chance.randint(1, _LONG_KILL)
    before = it.last_run(portal).get("id") if has_runs(it.database) else None
    it.say("crawl", portal.name, "killed at", number)
    code = run_to(number, it.folder, it.crawl_of(portal))
    if code != SIGKILLED:
        it.need(code in (OK, INCOMPLETE), "ended", code)
        return
    killed = it.last_run(portal) if has_runs(it.database) else {}
    if killed and killed["id"] != before:
        it.note_beginning(portal)
    crawl(it, portal)
    if killed and killed["id"] != before and killed["verdict"] is None:
        sql = "SELECT verdict FROM runs WHERE id = ?"
        (ended,) = rows(it.database, sql, killed["id"])
        it.need(ended["verdict"] == "crashed", "a killed run is called", ended)


def crawl_on_small_disk(it: Installation, portal: Portal) -> None:
    """No file may grow beyond a size."""
    size = it.chance.randint(10_000, 600_000)
    it.say("crawl", portal.name, "with files of", size)
    done = run("tests.support.after", small_disk(size), *it.crawl_of(portal))
    if not has_runs(it.database):
        it.need(done.code == STORAGE, "ended", done.code, done.err[-1500:])
        return
    it.check_ending(portal, done, STORAGE)
    if done.code == STORAGE:
        it.need("disk" in done.err or "large" in done.err, "unsaid:", done.err[-1500:])


def crawl_ended(it: Installation, portal: Portal) -> None:
    """SIGTERM at a page."""
    left = it.chance.randint(1, 6)
    it.say("crawl", portal.name, "ended at page", left)
    with started(it.folder.parent, *it.crawl_of(portal)) as crawling:

        def count() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                crawling.signal(signal.SIGTERM)

        portal.server.watch = count
        done = crawling.end()
        portal.server.watch = _nothing
    if left > 0:
        it.check_ending(portal, done)
        return
    it.need(done.code in (OK, INCOMPLETE), "ended", done.code, done.err[-1500:])
    it.note_beginning(portal)


def crawl_behind(it: Installation, portal: Portal) -> None:
    """The clock is years behind: nothing begins."""
    it.say("crawl", portal.name, "in the past")
    was = it.database.exists()
    asked = len(portal.server.asked)
    done = run("tests.support.after", _TURN.format(days=-4000), *it.crawl_of(portal))
    it.need(done.code == STORAGE, "ended", done.code, done.err[-1500:])
    it.need(len(portal.server.asked) == asked, "it requested something")
    it.need(was or not has_runs(it.database) or not it.last_run(portal), "it has a row")


def crawl_ahead(it: Installation, portal: Portal) -> None:
    """The clock is days ahead for one run; the next one needs a word, later ones do not."""
    days = it.chance.choice((3, 40, 4000))
    it.say("crawl", portal.name, "in", days, "days")
    done = run("tests.support.after", _TURN.format(days=days), *it.crawl_of(portal))
    it.check_ending(portal, done)
    refused = scrapy(*it.crawl_of(portal))
    it.need(refused.code == STORAGE, "ended", refused.code, refused.err[-1500:])
    crawl(it, portal, "-s", "CHECK_CLOCK=0")


def crawl_twice(it: Installation, portal: Portal) -> None:
    """A second run finds the first one, and another portal's runs beside it."""
    other = it.chance.choice([one for one in it.portals if one is not portal])
    it.say("crawl", portal.name, "beside itself and", other.name)
    seen: list[Done] = []

    def second() -> None:
        portal.server.watch = _nothing
        seen.append(scrapy(*it.crawl_of(portal)))
        crawl(it, other)

    portal.server.watch = second
    with started(it.folder.parent, *it.crawl_of(portal)) as crawling:
        done = crawling.end()
    portal.server.watch = _nothing
    it.check_ending(portal, done)
    it.need(seen and seen[0].code == LOCKED, "the second run ended", seen)


def crawl_with_reader(it: Installation, portal: Portal) -> None:
    """A program reads in one transaction all the while."""
    with reader(it.database):
        crawl(it, portal)


CRAWLS: tuple[Callable[[Installation, Portal], None], ...] = (
    crawl, crawl_all, crawl_killed, crawl_killed, crawl_killed, crawl_on_small_disk,
    crawl_on_small_disk, crawl_ended, crawl_behind, crawl_ahead, crawl_twice, crawl_with_reader,
)  # fmt: skip


# --- other commands ------------------------------------------------------------------------------

COMMANDS = (
    "reextract --jobs 1", "reextract --jobs 1", "reextract --jobs 1 --dry-run",
    "archive prune --older 0d", "archive prune --older 0d --keep-articles",
    "snapshot {folder}/copy.db", "search --rebuild", "similar --update",
    "export --output {folder}/out.jsonl", "report {folder}/out.html", "verify", "forget",
)  # fmt: skip


def undisturbed(it: Installation, words: tuple[str, ...]) -> None:
    """Nothing is wrong: the command is good, and nothing is lost by it."""
    if words[0] == "forget":
        forget(it)
        return
    before = it.stored()
    it.say(*words[:3])
    done = scrapy(*words)
    it.need(done.code == OK, words[:3], "ended", done.code, done.out[-700:], done.err[-1500:])
    it.need("Traceback" not in done.err, done.err[-3000:])
    lost = before.keys() - it.stored().keys()
    it.need(not lost, words[:3], "lost", sorted(lost))
    check_product(it, words)


def check_product(it: Installation, words: tuple[str, ...]) -> None:
    """Check the file that a command has written."""
    (count,) = rows(it.database, "SELECT count(*) AS n FROM articles")
    if words[0] == "snapshot":
        copied = rows(it.folder / "copy.db", "SELECT count(*) AS n FROM articles")
        it.need(copied == [count], "the copy has", copied, "articles of", count)
    elif words[0] == "export":
        lines = (it.folder / "out.jsonl").read_text("utf-8").splitlines()
        it.need(len([json.loads(line) for line in lines]) == count["n"], "a short export")


def killed(it: Installation, words: tuple[str, ...]) -> None:
    """SIGKILL at a write, then the same command again."""
    if words[0] == "forget":
        words = (*forgetting(it), *it.where)
    before = it.stored()
    number = it.chance.randint(1, _SHORT_KILL)
    it.say(*words[:3], "killed at", number)
    code = run_to(number, it.folder, words)
    it.need(code in (OK, SIGKILLED), words[:3], "ended", code)
    if words[0] == "forget":
        done = scrapy("forget", "--resume", *it.where)
        it.need(done.code == OK, "resuming ended", done.code, done.err[-1500:])
        done = scrapy(*words) if words[1] in it.stored() else done
        it.need(done.code == OK, "forgetting ended", done.code, done.err[-1500:])
        return
    lost = before.keys() - it.stored().keys()
    it.need(not lost, words[:3], "lost", sorted(lost))
    undisturbed(it, words)


def on_small_disk(it: Installation, words: tuple[str, ...]) -> None:
    """No file may grow beyond a size: the command is good or says so, and nothing is lost."""
    if words[0] == "forget":
        return
    before, size = it.stored(), it.chance.randint(2_000, 600_000)
    it.say(*words[:3], "with files of", size)
    done = run("tests.support.after", small_disk(size), *words)
    it.need(done.code in (OK, STORAGE), words[:3], "ended", done.code, done.err[-1500:])
    it.need("Traceback" not in done.err, done.err[-3000:])
    lost = before.keys() - it.stored().keys()
    it.need(not lost, words[:3], "lost", sorted(lost))
    if done.code == OK:
        check_product(it, words)


def beside_reader(it: Installation, words: tuple[str, ...]) -> None:
    """A program reads in one transaction all the while."""
    if words[0] == "forget":
        words = (*forgetting(it), *it.where)
        it.say(*words[:2], "beside a reader")
        with reader(it.database):
            done = scrapy(*words)
        it.need(done.code == INCOMPLETE, "ended", done.code, done.err[-1500:])
        done = scrapy("forget", "--resume", *it.where)
        it.need(done.code == OK, "resuming ended", done.code, done.err[-1500:])
        return
    it.say("a reader")
    with reader(it.database):
        undisturbed(it, words)


FAULTS: tuple[Callable[[Installation, tuple[str, ...]], None], ...] = (
    undisturbed, killed, killed, on_small_disk, beside_reader,
)  # fmt: skip


def forgetting(it: Installation) -> tuple[str, ...]:
    """Choose an article that is to be taken down; return the command."""
    urls = sorted(url for url in it.stored() if "/bai-" in url)
    url = it.chance.choice(urls)
    it.forgotten.add(url)
    return ("forget", url)


def forget(it: Installation) -> None:
    """Take an article down."""
    words = forgetting(it)
    it.say(*words)
    done = scrapy(*words, *it.where)
    it.need(done.code == OK, "forget ended", done.code, done.err[-1500:])
    it.need(not it.forgotten & it.stored().keys(), "it is still there")


# --- beginning and end ---------------------------------------------------------------------------


def _nothing() -> None:
    pass


def has_runs(database: Path) -> bool:
    """Return True if a database has its tables."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(database)) as connection:
        sql = "SELECT 1 FROM sqlite_schema WHERE name = 'runs'"
        return bool(connection.execute(sql).fetchone())


@contextmanager
def reader(database: Path) -> Iterator[None]:
    """Read from a database in one transaction until the block ends."""
    if not has_runs(database):
        yield
        return
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM articles").fetchone()
        yield


@contextmanager
def installation(folder: Path, seed: int) -> Iterator[Installation]:
    """Yield an installation without a database, whose portals are served."""
    chance = random.Random(seed)
    (folder / "data").mkdir()
    faults = {case.name: case.serve for case in QUIET}
    with ExitStack() as served:
        portals = []
        for index, name in enumerate(NAMES):
            pages = {"/": HOME}
            server = served.enter_context(hostile([], faults, pages))
            portal = Portal(name, server, index * PER_PORTAL + 1, pages)
            portal.publish(chance, chance.randint(5, 12))
            portals.append(portal)
        yield Installation(folder / "data", chance, portals)


def finish(it: Installation) -> None:
    """Check that everything is there, true and whole."""
    for portal in it.portals:
        crawl(it, portal, "-a", "revisit=all")
    open_runs = rows(it.database, "SELECT portal, arguments FROM runs WHERE verdict IS NULL")
    it.need(not open_runs, "runs without an end:", open_runs)
    for words in (("verify",), ("archive", "check"), ("search", "--check")):
        done = scrapy(*words, *it.where)
        it.need(done.code == OK, words, "ended", done.code, done.out[-1500:], done.err[-1500:])
    left = [one.name for one in it.folder.iterdir() if one.name.endswith((".part", ".temporary"))]
    it.need(not left, "left behind:", left)
