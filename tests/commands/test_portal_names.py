"""Names of portals are parts of paths, wherever they come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from portals.archive.reading import about_file
from portals.archive.writer import ArchiveWriter
from portals.catalogue import CATALOGUE, portal_name_fault, portals, read_catalogue
from portals.errors import CatalogueError
from portals.operations.scaffold import name_fault
from portals.store.portal_lock import PortalLock, waiting_lock
from tests.support.archived_pages import page_of, write
from tests.support.commands import scrapy

BAD = ["../x", "..", "a/b", "/x", ".x", "-x", "a\nb", "a\x00b", "", "x" * 151, "ế" * 51, "upgrade"]


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_leads_elsewhere_is_no_name(name: str) -> None:
    fault = portal_name_fault(name)

    assert fault is not None
    assert "\n" not in fault


@pytest.mark.parametrize(
    "name", ["ldtd", "congdoan.vn", "x-y_z", "127.0.0.1:8000", "[::1]:80", "côngđoàn.vn"]
)
def test_hosts_and_words_are_names(name: str) -> None:
    assert portal_name_fault(name) is None


def test_every_portal_of_the_catalogue_has_a_name() -> None:
    assert [name for name in portals() if portal_name_fault(name)] == []


@pytest.mark.parametrize("name", ["../x", "reextract", "a\nb"])
def test_a_crawl_under_such_a_name_writes_nothing(tmp_path: Path, name: str) -> None:
    done = scrapy(
        "crawl", "wordpress", "-a", "origin=http://127.0.0.1:9", "-a", f"portal={name}",
        "-s", f"DATABASE={tmp_path / 'data' / 'a.db'}",
        "-s", f"ARCHIVE_DIR={tmp_path / 'data' / 'archive'}",
    )  # fmt: skip

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "cannot name a portal" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_row_of_the_catalogue_under_such_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "portals.csv"
    text = CATALOGUE.read_text("utf-8")
    path.write_text(text.replace("\nldtd,", "\n../x,"), "utf-8")

    with pytest.raises(CatalogueError, match=r"row \d+: '\.\./x' cannot name a portal"):
        read_catalogue(path)


@pytest.mark.parametrize("name", ["../x", "reextract"])
def test_an_archive_cannot_bring_such_a_name_in(tmp_path: Path, name: str) -> None:
    about = {"isPartOf": name, "origin": "http://x.vn/", "system": "wordpress"}
    path = tmp_path / "a.warc.gz"
    ArchiveWriter(path, about=about).close()

    found = about_file(path)
    assert (found["ispartof"], found["origin"]) == ("", "")


def test_a_portal_to_read_again_is_no_path(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "a.warc.gz", page_of(1))
    (tmp_path / "archive").mkdir()
    done = scrapy(
        "reextract", "--portal", "../elsewhere", "-s", f"DATABASE={tmp_path / 'a.db'}",
        "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}",
    )  # fmt: skip

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert not (tmp_path / "a.db").exists()


@pytest.mark.parametrize("name", ["../x", "upgrade", "class"])
def test_a_new_portal_has_no_such_name(name: str) -> None:
    assert name_fault(name) is not None


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    other, database = tmp_path / "other", tmp_path / "a.db"
    other.write_text("other")
    (tmp_path / "a.db.ldtd.lock").symlink_to(other)

    with pytest.raises(OSError, match="symbolic link"):
        PortalLock(database, "ldtd").acquire()
    with pytest.raises(OSError, match="symbolic link"), waiting_lock(tmp_path / "a.db.ldtd.lock"):
        pass
    assert other.read_text() == "other"
