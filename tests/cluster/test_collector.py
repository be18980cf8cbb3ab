"""Results of a node go through the outbox to the store, which is that of one machine."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.archive.appending import RawRecord
from portals.archive.captures import Capture
from portals.cluster.archives import CollectedArchives
from portals.cluster.collector import Collector
from portals.cluster.postgres import connect
from portals.store.collected import Collected
from portals.store.database import Store
from portals.store.portal_lock import PortalLockedError
from tests.support.clusters import archived, begin, collect, stored
from tests.support.commands import live
from tests.support.database import rows
from tests.support.federation import federation, sample_items
from tests.support.http_server import (
    Answer,
    FakePortal,
    ServedRequest,
    answers,
    http_server,
    serving,
)
from tests.support.processes import Done, run

pytestmark = pytest.mark.cluster


def on_node(url: str, *arguments: str) -> Done:
    return run("scrapy", *arguments, environment={"CLUSTER_URL": url})


def test_a_crawl_through_the_outbox_stores_what_one_machine_stores(
    url: str, tmp_path: Path
) -> None:
    begin(url)
    alone, cluster = tmp_path / "alone" / "a.db", tmp_path / "cluster" / "a.db"
    with serving(federation(sample_items(1, 10))) as server:
        nowhere = tmp_path / "nowhere" / "a.db"
        for _ in range(2):  # the second crawl knows what the first one stored
            run("scrapy", *live("haiphong", server.origin, alone))
            done = on_node(url, *live("haiphong", server.origin, nowhere))
            assert done.code == 0, done.err
            collect(url, cluster)

    assert not nowhere.exists()
    assert len(rows(cluster, "SELECT * FROM articles")) == 10
    assert stored(cluster) == stored(alone)
    assert archived(cluster.parent) == archived(alone.parent)


def test_an_entry_is_applied_once_however_often_it_is_read(url: str, tmp_path: Path) -> None:
    begin(url)
    database, nowhere = tmp_path / "a.db", tmp_path / "nowhere.db"
    with serving(federation(sample_items(1, 2))) as portal:
        done = on_node(url, *live("haiphong", portal.origin, nowhere))
    assert done.code == 0, done.err
    connection = connect(url, "test")
    connection.execute("CREATE TABLE kept AS TABLE outbox")
    collect(url, database)
    before, files = stored(database), archived(tmp_path)
    # A collector that was killed between its commit and the deletion leaves its entries.
    connection.execute(
        "INSERT INTO outbox (id, portal, payload, bodies)"
        " SELECT id, portal, payload, bodies FROM kept ORDER BY number"
    )
    with closing(Store.open(database)) as store, store.writing():
        for (name,) in connection.execute("SELECT id FROM kept"):
            assert Collected(store).note(str(name))
    connection.execute("DROP TABLE kept")
    connection.close()

    collect(url, database)

    assert stored(database) == before
    assert archived(tmp_path) == files
    assert rows(database, "SELECT * FROM cluster_applied") == []


def test_a_second_collector_is_refused(url: str, tmp_path: Path) -> None:
    begin(url)
    first, second = connect(url, "collect"), connect(url, "collect")
    with closing(Store.open(tmp_path / "a.db")) as store:
        Collector(store, first, None, 1, tmp_path / "journal").start()

        with pytest.raises(PortalLockedError, match="another collector is alive"):
            Collector(store, second, None, 1, tmp_path / "journal").start()
    first.close()
    second.close()


def test_a_lost_connection_ends_the_crawl_and_the_next_one_goes_on(
    url: str, tmp_path: Path
) -> None:
    begin(url)
    database, nowhere = tmp_path / "a.db", tmp_path / "nowhere.db"
    portal = FakePortal("", answers(federation(sample_items(1, 6))))

    def answer(request: ServedRequest) -> Answer:
        if len(portal.asked) == 4:  # PostgreSQL ends the connection while a page is on the wire
            connection = connect(url, "test")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'tcd crawl %'"
            )
            connection.close()
        return portal.answer(request)

    with http_server(answer) as server:
        cut = on_node(url, *live("haiphong", server.origin, nowhere))
        done = on_node(url, *live("haiphong", server.origin, nowhere))
    collect(url, database)

    assert cut.code == 15, cut.err
    assert "s3cret" not in cut.err
    assert "haiphong: storage" in cut.out
    assert done.code == 0, done.err
    articles = [path for path in portal.asked if path.endswith(".html")]
    assert len(articles) - len(set(articles)) <= 1
    assert len(rows(database, "SELECT * FROM articles")) == 6
    verdicts = [row["verdict"] for row in rows(database, "SELECT verdict FROM runs ORDER BY id")]
    assert verdicts == ["crashed", "ok"]


def test_what_a_killed_collector_did_not_commit_is_cut_off(tmp_path: Path) -> None:
    now = datetime(2025, 3, 1, tzinfo=UTC)
    record = RawRecord(Capture("http://a.vn/", 200, [], b"text", now))
    about = {"isPartOf": "a"}
    journal = tmp_path / "journal"
    with closing(Store.open(tmp_path / "a.db")) as store:
        collected = Collected(store)
        archives = CollectedArchives(store, collected, tmp_path, 10**9, journal)
        with store.writing():
            archives.of(("a", 1), about).append(record)
            archives.sync()
        committed = {path: path.read_bytes() for path in tmp_path.rglob("*.warc.gz")}
        archives.of(("a", 1), about).append(record)  # and a file of which no row knows
        archives.of(("a", 2), about).append(record)
        for number in (1, 2):
            archives.of(("a", number), about).close()

        CollectedArchives(store, collected, tmp_path, 10**9, journal).cut()

    assert len(committed) == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.warc.gz")} == committed
    assert not journal.exists()


def test_the_archive_of_a_run_that_has_ended_outlives_a_killed_collector(tmp_path: Path) -> None:
    now = datetime(2025, 3, 1, tzinfo=UTC)
    record = RawRecord(Capture("http://a.vn/", 200, [], b"text", now))
    journal = tmp_path / "journal"
    with closing(Store.open(tmp_path / "a.db")) as store:
        collected = Collected(store)
        archives = CollectedArchives(store, collected, tmp_path, 10**9, journal)
        for number in (1, 2):
            with store.writing():
                archives.of(("a", number), {"isPartOf": "a"}).append(record)
                archives.sync()
        archives.close([("a", 1)])
        archives.of(("a", 2), {"isPartOf": "a"}).close()  # the one that the kill leaves
        committed = {path: path.read_bytes() for path in tmp_path.rglob("*.warc.gz")}

        for _ in range(2):
            CollectedArchives(store, collected, tmp_path, 10**9, journal).cut()

        assert rows(tmp_path / "a.db", "SELECT * FROM cluster_archives") == []
    assert len(committed) == 2
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.warc.gz")} == committed


def test_sizes_without_a_journal_are_forgotten_and_their_archives_are_kept(tmp_path: Path) -> None:
    now = datetime(2025, 3, 1, tzinfo=UTC)
    record = RawRecord(Capture("http://a.vn/", 200, [], b"text", now))
    journal = tmp_path / "journal"
    with closing(Store.open(tmp_path / "a.db")) as store:
        collected = Collected(store)
        archives = CollectedArchives(store, collected, tmp_path, 10**9, journal)
        with store.writing():
            archives.of(("a", 1), {"isPartOf": "a"}).append(record)
            archives.sync()
        archives.of(("a", 1), {}).close()
        journal.unlink()  # a kill between the end of the journal and that of the sizes

        CollectedArchives(store, collected, tmp_path, 10**9, journal).cut()

        assert rows(tmp_path / "a.db", "SELECT * FROM cluster_archives") == []
    assert len(list(tmp_path.rglob("*.warc.gz"))) == 1


def test_a_wrong_url_ends_every_command_with_one_line(url: str, tmp_path: Path) -> None:
    assert url
    wrong = "postgresql://crawler:s3cret@127.0.0.1:1/postgres"
    for command in (["cluster", "status"], ["collect", "--once"], ["crawl", "haiphong"]):
        done = on_node(wrong, *command, "-s", f"DATABASE={tmp_path / 'a.db'}")

        assert done.code == 15
        assert done.err.startswith("error: the cluster's database cannot be used")
        assert len(done.err.splitlines()) == 1
        assert "s3cret" not in done.err
    assert not (tmp_path / "a.db").exists()
