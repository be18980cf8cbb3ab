"""What holds for the project as a whole."""

from __future__ import annotations

import ast
import csv
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from portals.archive.captures import read_captures
from portals.catalogue import CATALOGUE, portals
from portals.store.database import Store
from portals.store.gaps import gaps_of
from tests.conftest import imported_modules
from tests.sample.__main__ import SAMPLE, SAMPLE_LATER, write, write_later
from tests.support.commands import scrapy
from tests.support.project import PROJECT, SPIDERS


@pytest.mark.parametrize(("made", "writing"), [(SAMPLE, write), (SAMPLE_LATER, write_later)])
def test_the_committed_sample_is_what_the_script_writes(
    made: Path, writing: Callable[[Path], None], tmp_path: Path
) -> None:
    writing(tmp_path / made.name)

    assert list(read_captures(made)) == list(read_captures(tmp_path / made.name)), (
        "run: make sample"
    )


def test_the_sample_shows_what_a_reader_can_find(tmp_path: Path) -> None:
    done = scrapy("reextract", SAMPLE, SAMPLE_LATER, "-s", f"DATABASE={tmp_path / 'a.db'}")
    assert done.code == 0, done.err
    store = Store.open_to_read(tmp_path / "a.db")
    found = {
        what: store.db.execute(sql).fetchone()[0]
        for what, sql in {
            "articles": "SELECT count(*) FROM articles",
            "on two portals": "SELECT count(*) FROM syndication",
            "files": "SELECT count(*) FROM attachments",
            "pictures": "SELECT count(*) > 9 FROM images",
            "texts": "SELECT count(*) FROM revisions",
            "edits of headlines": "SELECT count(*) FROM edits WHERE field = 'title'",
        }.items()
    }
    gaps = [(gap.since, gap.until) for gap in gaps_of(store, "haiphong")]
    store.close()

    assert found == {
        "articles": 55, "on two portals": 1, "files": 2, "pictures": 1, "texts": 57,
        "edits of headlines": 2,
    }  # fmt: skip
    assert gaps == [("2025-06-23", "2025-06-29")]


@pytest.mark.parametrize("path", sorted((PROJECT / "portals").rglob("*.py")), ids=lambda p: p.stem)
def test_the_ground_floor_imports_nothing_above_itself(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert not [n for n in names if n.split(".")[0] in ("spiders", "pipelines", "tests")]


@pytest.mark.parametrize("folder", ["language", "extraction", "discovery", "store"])
def test_reading_and_keeping_know_nothing_of_scrapy(folder: str) -> None:
    for path in (PROJECT / "portals" / folder).glob("*.py"):
        assert not re.search(
            r"^\s*(?:from|import) (?:scrapy|twisted)", path.read_text("utf-8"), re.MULTILINE
        )


def test_every_spider_has_its_row_in_the_catalogue() -> None:
    assert set(SPIDERS) <= portals().keys()


def test_the_catalogue_names_every_portal_once_with_its_address() -> None:
    rows = list(portals().values())
    hosts = [portal.host for portal in rows if not portal.is_alias]

    assert len(rows) == len(CATALOGUE.read_text("utf-8").splitlines()) - 1
    assert len(hosts) == len(set(hosts)) >= len(rows) - 1
    assert all(portal.home_url.startswith(("http://", "https://")) for portal in portals().values())


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_readme_names_the_commands_and_the_portals(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")

    for words in ("make demo", "make test", "scrapy crawl ldtd", "SELECT", *SPIDERS):
        assert words in text


def test_the_lock_files_pin_hashes_and_name_no_index() -> None:
    for name in ("run", "dev", "audit", "fuzz"):
        text = (PROJECT / "requirements" / f"{name}.txt").read_text("utf-8")
        pinned = re.findall(r"^[a-z][\w.-]*==\S+", text, re.MULTILINE)
        assert len(pinned) > 20
        assert "://" not in text
        assert text.count("--hash=sha256:") >= len(pinned)


def test_the_classifiers_name_what_continuous_integration_runs() -> None:
    matrix = tomllib.loads((PROJECT / ".ci" / "matrix.toml").read_text("utf-8"))
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    python = "Programming Language :: Python :: "
    system = "Operating System :: POSIX :: "
    found = project["classifiers"]

    assert [one.removeprefix(python) for one in found if one.startswith(python)] == (
        matrix["pythons"]
    )
    assert [one.removeprefix(system).lower() for one in found if one.startswith(system)] == (
        matrix["systems"]
    )
    assert project["requires-python"] == f">={matrix['pythons'][0]}"


def test_nobody_is_advised_to_install_by_a_name_that_others_may_own() -> None:
    texts = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), *PROJECT.glob("portals/**/*.py")]
    advised = [
        found
        for path in texts
        for found in re.findall(r"pip install\S* +(\S+)", path.read_text("utf-8"))
    ]

    assert advised
    assert [one for one in advised if not one.lstrip("'\"").startswith((".", "-"))] == []


PROVINCES = PROJECT.parent / "shared" / "research" / "provinces.csv"


@pytest.mark.skipif(not PROVINCES.exists(), reason="needs ../shared")
def test_the_provinces_of_today_are_those_that_the_old_ones_became() -> None:
    with PROVINCES.open(encoding="utf-8", newline="") as file:
        became = {row["old_province"]: row["new_province"] for row in csv.DictReader(file)}
    known = [portal for portal in portals().values() if portal.province_then]

    assert len(became) == 63
    assert {portal.name: portal.province_now for portal in known} == {
        portal.name: became[portal.province_then] for portal in known
    }


def test_what_became_of_a_portal_is_said_with_its_evidence() -> None:
    known = [portal for portal in portals().values() if portal.state != "unknown"]

    assert len(known) >= 10
    assert all(portal.evidence for portal in known)
    assert all(portal.successor for portal in known if portal.state in ("moved", "merged"))


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "tests").rglob("*.py")), ids=lambda p: str(p.relative_to(PROJECT))
)
def test_no_file_imports_a_test_module(path: Path) -> None:
    modules = {name for name in imported_modules(path) if name.startswith("tests.")}

    assert not {name for name in modules if name.rpartition(".")[2].startswith("test_")}


def test_benchmarks_take_what_they_share_with_tests_from_support_only() -> None:
    for path in (PROJECT / "benchmarks").glob("*.py"):
        modules = {name for name in imported_modules(path) if name.startswith("tests.")}
        assert all(name.startswith("tests.support.") for name in modules), path


def test_what_tests_share_imports_nothing_from_a_folder_of_tests() -> None:
    allowed = ("tests.support", "tests.sample.")
    for path in (PROJECT / "tests" / "support").rglob("*.py"):
        modules = {name for name in imported_modules(path) if name.startswith("tests")}
        assert all(name.startswith(allowed) for name in modules), path
