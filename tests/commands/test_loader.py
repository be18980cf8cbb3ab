"""Every row of the catalogue is a portal that runs by its name, with a file or without one."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from portals.catalogue import CATALOGUE, portals
from portals.families import FAMILIES, LIFERAY, MASTERCMS, NUKEVIET
from spiders.base.evidence import EvidenceSpider
from spiders.base.json_portal import JsonSpider
from spiders.base.listing import ListingSpider
from spiders.base.loader import CatalogueLoader, spider_of
from spiders.base.portal import PortalSpider
from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.faults import LOCAL
from tests.support.http_server import serving
from tests.support.project import PROJECT, SPIDERS
from tests.support.small_portal import small_portal

SETTINGS: Settings = get_project_settings()


@pytest.fixture(scope="module")
def loader() -> CatalogueLoader:
    return CatalogueLoader.from_settings(SETTINGS)


@pytest.mark.parametrize("name", sorted(portals()))
def test_every_row_loads_as_a_spider_of_its_portal(loader: CatalogueLoader, name: str) -> None:
    spider_class = loader.load(name)
    assert issubclass(spider_class, PortalSpider)
    spider = spider_class()

    assert (spider.name, spider.home_url) == (name, portals()[name].home_url)
    assert spider.recipe().portal == name
    # The requests of a portal of JSON have the callbacks of what reads JSON for all spiders.
    owner = spider.script_built if isinstance(spider, JsonSpider) else spider.finder
    assert owner.callbacks
    assert set(owner.callbacks) <= set(dir(spider))


def test_names_are_of_files_systems_and_rows_once_each(loader: CatalogueLoader) -> None:
    names = loader.list()

    assert len(names) == len(set(names))
    assert set(names) == {"portal", *portals(), *(family.name for family in FAMILIES)}


@pytest.mark.parametrize("name", SPIDERS)
def test_a_file_overrides_its_row(loader: CatalogueLoader, name: str) -> None:
    assert loader.load(name).__module__ == f"spiders.{name}"


def test_a_row_gives_its_spider_system_listings_and_feeds() -> None:
    row = replace(
        portals()["caobang"], listings="https://ldld.caobang.gov.vn/vi/news/a/?b=1",
        feeds="https://ldld.caobang.gov.vn/vi/news/rss/",
    )  # fmt: skip
    made = spider_of(row)

    assert (made.family, made.listings, made.feeds) == (
        NUKEVIET, ("/vi/news/a/?b=1",), ("/vi/news/rss/",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cms", "base", "family"),
    [
        ("NukeViet", ListingSpider, NUKEVIET),
        ("NukeViet 3", ListingSpider, NUKEVIET),
        ("NukeViet (guess)", EvidenceSpider, NUKEVIET),
        ("Liferay", EvidenceSpider, LIFERAY),
        ("unknown", EvidenceSpider, None),
        ("Kon Tum", EvidenceSpider, None),
    ],
)
def test_a_system_without_known_listings_is_explored(
    cms: str, base: type[PortalSpider], family: object
) -> None:
    made = spider_of(replace(portals()["caobang"], cms=cms))

    assert issubclass(made, base)
    assert made.family is family


def test_a_change_of_system_has_its_day() -> None:
    made = spider_of(replace(portals()["caobang"], cms="MasterCMS<2021-05 NukeViet"))
    recipe = made.recipe()
    days = {theme.name: theme.validity for theme in recipe.themes}

    assert str(days[MASTERCMS.themes[0].name].until) == "2021-04-30"
    assert str(days[NUKEVIET.themes[0].name].since) == "2021-05-01"
    assert [str(layout.validity.until) for layout in recipe.layouts] == ["2021-04-30"]


def test_an_address_leads_to_the_spider_of_its_host(loader: CatalogueLoader) -> None:
    asked = Request("https://ldld.caobang.gov.vn/vi/news/x-1.html")

    assert loader.find_by_request(asked) == ["caobang"]


def test_a_name_that_is_none_is_a_key_error(loader: CatalogueLoader) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        loader.load("nowhere")


def copied(folder: Path) -> Path:
    """Return a copy of the project without its tests."""
    clone = folder / "clone"
    keep = ("portals", "spiders", "pipelines")
    clone.mkdir()
    for name in keep:
        shutil.copytree(PROJECT / name, clone / name)
    shutil.copy(PROJECT / "scrapy.cfg", clone)
    return clone


def test_a_broken_file_names_itself_and_stops_only_itself(tmp_path: Path) -> None:
    clone = copied(tmp_path)
    (clone / "spiders" / "caobang.py").write_text("import nothing_of_this_name\n", "utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=clone, capture_output=True, text=True, check=False,
        )  # fmt: skip

    listed = run("list")
    assert listed.returncode == 0
    assert listed.stderr.startswith("warning: spiders/caobang.py cannot be loaded: ModuleNotFound")
    assert listed.stderr.count("\n") == 1
    assert {*portals()} - {*listed.stdout.split()} == {"caobang"}
    crawled = run("crawl", "caobang")
    assert crawled.returncode == 2
    assert "error: spiders/caobang.py cannot be loaded" in crawled.stderr


def test_a_portal_of_a_row_is_crawled_by_its_name_and_nothing_twice(tmp_path: Path) -> None:
    """The row of the data folder gives home page and system; no file knows the portal."""
    pages, listing = small_portal()
    with serving(pages | {"/": pages[listing]}) as portal:
        row = dict.fromkeys(CATALOGUE.read_text("utf-8").splitlines()[0].split(","), "")
        home = portal.origin.replace("127.0.0.1", "localhost") + "/"
        row |= {
            "name": "thu", "title": "Thử", "kind": "press", "home_url": home, "cms": "DANAWEB",
            "grade": "A", "state": "live", "evidence": "thử",
            "listings": f"{home}{listing[1:]}",
        }  # fmt: skip
        with (tmp_path / "portals.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(row))
            table.writeheader()
            table.writerow(row)
        first, second = (crawled(tmp_path) for _ in range(2))

    assert (first["verdict"], second["verdict"]) == ("ok", "ok"), (first, second)
    assert first["new"] == 4
    assert second["new"] == 0
    assert rows(tmp_path / "articles.db", "SELECT DISTINCT portal FROM sightings") == [
        {"portal": "thu"}
    ]


def crawled(data: Path) -> dict[str, Any]:
    done = subprocess.run(
        [
            sys.executable, "-c", LOCAL + "\nimport sys\nfrom scrapy.cmdline import execute\n"
            "execute(['scrapy', *sys.argv[1:]])", "crawl", "thu", "--json", *QUICK,
            "-s", "LOG_LEVEL=ERROR",
        ],
        cwd=PROJECT, capture_output=True, text=True, check=False,
        env={"TIN_CONG_DOAN_DATA_DIR": str(data), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_portals_are_chosen_by_what_the_catalogue_says() -> None:
    options = ("--kind", "union", "--province", "hai phong", "--cms", "danaweb")
    done = scrapy("portals", "--json", *options)

    assert [row["name"] for row in json.loads(done.out)] == ["haiphong"]


def test_a_choice_of_nothing_is_an_error_of_one_line() -> None:
    done = scrapy("portals", "--province", "Hai Phon")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
